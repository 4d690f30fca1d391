"""What all HTTP routes share: dependencies, status codes, and the refusal for an unexpected error."""

from __future__ import annotations

from typing import Annotated, cast

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.sessions import Session
from uwallet_gateway.protocol.messages import ErrorView
from uwallet_gateway.services import Services

_log = structlog.get_logger()
_bearer = HTTPBearer(auto_error=False, description="Token from `POST /api/v1/sessions`")
_site_bearer = HTTPBearer(auto_error=False, scheme_name="SiteSecret", description="Secret of a site")

STATUS: dict[ErrorCode, int] = {
    ErrorCode.MALFORMED: 422,
    ErrorCode.EMPTY: 422,
    ErrorCode.TOO_LONG: 422,
    ErrorCode.PAYLOAD_NOT_OFFERED: 422,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.BAD_TOKEN: 401,
    ErrorCode.SITE_UNKNOWN: 404,
    ErrorCode.ORIGIN_NOT_ALLOWED: 403,
    ErrorCode.IDENTITY_REQUIRED: 403,
    ErrorCode.IDENTITY_WRONG: 403,
    ErrorCode.ATTACHMENT_TOO_LARGE: 413,
    ErrorCode.ATTACHMENT_TYPE: 415,
    ErrorCode.ATTACHMENT_UNKNOWN: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.SIGNED_OUT: 401,
    ErrorCode.WRONG_PASSWORD: 422,
    ErrorCode.LOCKED_OUT: 429,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.CSRF: 403,
    ErrorCode.CONFLICT: 409,
    ErrorCode.WEAK_PASSWORD: 422,
    ErrorCode.USERNAME_TAKEN: 409,
    ErrorCode.LAST_ADMIN: 409,
    ErrorCode.CONTACT_INVALID: 422,
    ErrorCode.ALREADY_RATED: 409,
}


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The error responses of an operation, for the OpenAPI document."""
    return {status: {"model": ErrorView, "description": "Refused"} for status in statuses}


def services(request: Request) -> Services:
    """The parts of the gateway."""
    return cast("Services", request.app.state.services)


ServicesNeeded = Annotated[Services, Depends(services)]


async def session(
    parts: ServicesNeeded, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Session:
    """The session of the bearer token.

    Raises:
        InputError: bad_token.
    """
    if credentials is None:
        raise InputError(ErrorCode.BAD_TOKEN)
    return await parts.sessions.read(credentials.credentials)


SessionNeeded = Annotated[Session, Depends(session)]
SiteSecret = Annotated[HTTPAuthorizationCredentials | None, Depends(_site_bearer)]


def refusal(error: Exception, event: str) -> InputError:
    """Returns refusals as they are. Any other error is a bug: logs it under `event` and returns `unavailable`."""
    if isinstance(error, InputError):
        return error
    _log.error(event, exc_info=error)
    return InputError(ErrorCode.UNAVAILABLE)
