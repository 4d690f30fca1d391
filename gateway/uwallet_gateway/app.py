"""The ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import socketio
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match, Route
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from uwallet_gateway.conversation.transcript import ConversationGoneError
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.observability.headers import SecurityHeaders
from uwallet_gateway.services import Services
from uwallet_gateway.transport import operation
from uwallet_gateway.transport.body_limit import BodyLimit
from uwallet_gateway.transport.cors import SiteCors
from uwallet_gateway.transport.presentation import API
from uwallet_gateway.transport.rest import api, rasa_webhook, support
from uwallet_gateway.transport.rest.requests import STATUS
from uwallet_gateway.transport.socket_io import SocketTransport
from uwallet_gateway.transport.web_files import read_web_files, web_routes

_log = structlog.get_logger()


async def finish(services: Services, sockets: SocketTransport) -> None:
    """Takes nothing any more, finishes what was taken and says goodbye to clients; may be called again."""
    services.conversations.close()
    await services.dispatcher.drain(services.settings.shutdown_seconds)
    await sockets.close()


def create_app(services: Services, sockets: SocketTransport | None = None) -> ASGIApp:
    """The whole gateway. It migrates the database at its start, and at its end finishes what it took.

    Args:
        services: Its parts.
        sockets: Its Socket.IO server, for who has to end it before the application ends.

    Raises:
        WebFilesError: The built web is not what its list says.
    """
    sockets = sockets or SocketTransport(services)
    app = FastAPI(
        title="u钱包 support gateway",
        version="1",
        description="docs/protocol.md",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(services, sockets),
    )
    app.state.services = services
    app.include_router(api.router)
    app.include_router(support.router)
    app.include_router(rasa_webhook.router)
    app.include_router(operation.router)
    settings = services.settings
    files = read_web_files(settings.web_dir)
    app.router.routes.extend(
        web_routes(files, services.sites, public_url=settings.public_url, development=settings.development)
    )
    _add_error_handlers(app, services)
    whole: ASGIApp = socketio.ASGIApp(sockets.server, other_asgi_app=app)
    whole = BodyLimit(whole, services.presentation)
    whole = SiteCors(whole, services.sites, settings.public_url)
    whole = SecurityHeaders(whole)
    # Innermost reads what the proxies say of the client, so this stands outside of everything that asks.
    return ProxyHeadersMiddleware(whole, trusted_hosts=list(settings.trusted_proxies))  # type: ignore[arg-type,return-value]  # uvicorn has protocol types of its own


def _lifespan(services: Services, sockets: SocketTransport) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await migrate(services.database)
        if services.relay:
            await services.relay.start()
        await services.dispatcher.recover()
        services.hook_sender.start()
        running = [
            asyncio.create_task(services.purge.run_every(services.settings.purge_hours)),
            asyncio.create_task(services.rounds.run_for_ever()),
        ]
        _log.info("gateway.started")
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await finish(services, sockets)
            await services.hook_sender.stop(services.settings.shutdown_seconds)
            await services.close()
            _log.info("gateway.stopped")

    return lifespan


def _add_error_handlers(app: FastAPI, services: Services) -> None:
    def answer(error: InputError, status: int | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
        headers = dict(headers or {})
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        if error.code is ErrorCode.BAD_TOKEN:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(services.presentation.error(error), status or STATUS[error.code], headers)

    @app.exception_handler(InputError)
    async def refused(_request: Request, error: InputError) -> JSONResponse:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, _error: RequestValidationError) -> JSONResponse:
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
        # A body that cannot be read: FastAPI tells it apart from one that does not fit, the protocol does not.
        return answer(InputError(ErrorCode.MALFORMED), headers=headers)


def _methods(request: Request) -> set[str]:
    routes = request.app.router.routes
    return {
        method
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
