"""HTTP responses for refusals and failures."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

from uwallet_gateway.database.connection import DatabaseUnavailableError, UnstorableTextError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.transcript.store import ConversationGoneError
from uwallet_gateway.transport.http import STATUS

_log = structlog.get_logger()


def add_error_handlers(app: FastAPI, presentation: Presentation) -> None:
    """Answers refusals and failures as docs/protocol.md says: a code, a text, a status."""

    def answer(error: InputError, status: int | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
        headers = dict(headers or {})
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        if error.code is ErrorCode.BAD_TOKEN:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(presentation.error(error), status or STATUS[error.code], headers)

    @app.exception_handler(InputError)
    async def refused(_request: Request, error: InputError) -> JSONResponse:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(InputError(ErrorCode.MALFORMED, details=_first_fault(error)))

    @app.exception_handler(UnstorableTextError)
    async def unstorable(_request: Request, _error: UnstorableTextError) -> JSONResponse:
        return answer(InputError(ErrorCode.MALFORMED))

    @app.exception_handler(ConversationGoneError)
    async def gone(_request: Request, _error: ConversationGoneError) -> JSONResponse:
        return answer(InputError(ErrorCode.BAD_TOKEN))

    @app.exception_handler(DatabaseUnavailableError)
    async def no_database(_request: Request, error: DatabaseUnavailableError) -> JSONResponse:
        _log.error("database.failed", exc_info=error)
        return answer(InputError(ErrorCode.UNAVAILABLE))

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # Starlette names the methods of the first route with this path only.
            headers["Allow"] = ", ".join(sorted(_methods(request)))
        if error.status_code in {404, 405}:
            return answer(InputError(ErrorCode.NOT_FOUND), error.status_code, headers)
        # A body that cannot be read at all, such as text in another encoding.
        unreadable = {"field": "", "reason": "the body is no JSON in UTF-8"}
        return answer(InputError(ErrorCode.MALFORMED, details=unreadable), headers=headers)


def _first_fault(error: RequestValidationError) -> dict[str, str]:
    """For developers: which field is wrong and why. Nothing that was sent is repeated."""
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"] if part not in {"body", "query", "path", "header"}]
    if fault["type"] == "json_invalid":
        return {"field": "", "reason": "the body is no JSON in UTF-8"}
    return {"field": ".".join(place), "reason": fault["msg"]}


def _methods(request: Request) -> set[str]:
    routes = request.app.router.routes
    return {
        method
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
