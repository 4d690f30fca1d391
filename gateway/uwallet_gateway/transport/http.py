"""What all HTTP routes share: dependencies, status codes, and the refusal for an unexpected error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, cast
from urllib.parse import unquote

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from uwallet_gateway.database.connection import UnstorableTextError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.sessions import Session
from uwallet_gateway.protocol.messages import ErrorView
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import FOREIGN_ORIGIN, origin_of, own_origin

_log = structlog.get_logger()
_bearer = HTTPBearer(auto_error=False, description="Token from `POST /api/v1/sessions`")
_site_bearer = HTTPBearer(auto_error=False, scheme_name="SiteSecret", description="Secret of a site")

# With the token of a user: who it is, percent-encoded, and the site's hash for them.
USER_ID, USER_HASH = "X-User-ID", "X-User-Hash"
_user_id_header = APIKeyHeader(
    name=USER_ID, scheme_name="UserID", auto_error=False, description="Of a user: the id, percent-encoded UTF-8"
)
_user_hash_header = APIKeyHeader(
    name=USER_HASH,
    scheme_name="UserHash",
    auto_error=False,
    description="Of a user: the site's hash",
)

STATUS: dict[ErrorCode, int] = {
    ErrorCode.MALFORMED: 422,
    ErrorCode.EMPTY: 422,
    ErrorCode.TOO_LONG: 422,
    ErrorCode.PAYLOAD_NOT_OFFERED: 422,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.BAD_TOKEN: 401,
    ErrorCode.SITE_UNKNOWN: 404,
    ErrorCode.ORIGIN_NOT_ALLOWED: 403,
    ErrorCode.HOST_NOT_ALLOWED: 421,
    ErrorCode.IDENTITY_REQUIRED: 403,
    ErrorCode.IDENTITY_WRONG: 403,
    ErrorCode.IDENTITY_EXPIRED: 403,
    ErrorCode.CONSENT_REQUIRED: 403,
    ErrorCode.ATTACHMENT_TOO_LARGE: 413,
    ErrorCode.ATTACHMENT_TYPE: 415,
    ErrorCode.ATTACHMENT_UNKNOWN: 404,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.SIGNED_OUT: 401,
    ErrorCode.WRONG_PASSWORD: 422,
    ErrorCode.WRONG_CODE: 422,
    ErrorCode.SECOND_FACTOR_REQUIRED: 403,
    ErrorCode.SIGN_IN_TOO_OLD: 403,
    ErrorCode.LOCKED_OUT: 429,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.BLOCKED: 403,
    ErrorCode.CSRF: 403,
    ErrorCode.CONFLICT: 409,
    ErrorCode.WEAK_PASSWORD: 422,
    ErrorCode.PASSWORD_UNCHANGED: 422,
    ErrorCode.USERNAME_TAKEN: 409,
    ErrorCode.EMAIL_TAKEN: 409,
    ErrorCode.SHORTCUT_TAKEN: 409,
    ErrorCode.UNKNOWN_VARIABLE: 422,
    ErrorCode.FILE_UNREADABLE: 422,
    ErrorCode.NAME_TAKEN: 409,
    ErrorCode.TOO_MANY: 409,
    ErrorCode.NO_TICKET: 404,
    ErrorCode.USER_UNKNOWN: 404,
    ErrorCode.HOOK_ADDRESS: 422,
    ErrorCode.LAST_ADMIN: 409,
    ErrorCode.CONTACT_INVALID: 422,
    ErrorCode.ALREADY_RATED: 409,
    ErrorCode.ENTRY_INVALID: 422,
    ErrorCode.ENTRY_CHANGED: 409,
    ErrorCode.KNOWLEDGE_BROKEN: 422,
    ErrorCode.CHECKS_NEEDED: 409,
    ErrorCode.TRAINING_NEEDED: 409,
    ErrorCode.OPERATOR_NEEDED: 409,
    ErrorCode.PILOT_RUNNING: 409,
    ErrorCode.PUBLICATION_SET: 409,
    ErrorCode.ENGINE_FULL: 409,
}


def add_routes(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Adds the routes of routers to an application, as they are.

    `include_router` works out anew for each application what its requests and answers look like, when the first request
    comes: 0.3 s of processor for the desk. What that would add, such as a further prefix, no router here needs.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The error responses of an operation, for the OpenAPI document."""
    return {status: {"model": ErrorView, "description": "Refused"} for status in statuses}


def services(request: Request) -> Services:
    """The parts of the gateway."""
    return cast("Services", request.app.state.services)


ServicesNeeded = Annotated[Services, Depends(services)]


async def session(
    request: Request,
    parts: ServicesNeeded,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _user_id: Annotated[str | None, Depends(_user_id_header)],
    _user_hash: Annotated[str | None, Depends(_user_hash_header)],
) -> Session:
    """The session of the bearer token, and of a user the site's voucher: the same proof that opens a session.

    Raises:
        InputError: bad_token, origin_not_allowed, identity_wrong, identity_expired.
    """
    return await authorised(parts, request, credentials.credentials if credentials else None)


async def authorised(parts: Services, request: Request, token: str | None) -> Session:
    """As `session`, for a route that takes a token or something else."""
    found = await parts.sessions.read(token)
    site = await parts.sites.find(found.site_key)
    if site is None:
        raise InputError(ErrorCode.BAD_TOKEN)
    scope = request.scope
    origin = origin_of(scope)
    if origin is not None and origin not in {own_origin(scope, parts.settings.public_url), *site.origins}:
        scope[FOREIGN_ORIGIN] = True
        raise InputError(ErrorCode.ORIGIN_NOT_ALLOWED)
    parts.sessions.check_user(found, site, _claim(request))
    return found


def _claim(request: Request) -> dict[str, str] | None:
    user_id, user_hash = request.headers.get(USER_ID), request.headers.get(USER_HASH)
    if user_id is None and user_hash is None:
        return None
    # Headers are ASCII; ids may be anything.
    return {"id": unquote(user_id or "", errors="strict"), "hash": user_hash or ""}


TokenGiven = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
SessionNeeded = Annotated[Session, Depends(session)]
SiteSecret = Annotated[HTTPAuthorizationCredentials | None, Depends(_site_bearer)]


def refusal(error: Exception, event: str) -> InputError:
    """Returns refusals as they are. Any other error is a bug: logs it under `event` and returns `unavailable`."""
    if isinstance(error, InputError):
        return error
    if isinstance(error, UnstorableTextError):
        return InputError(ErrorCode.MALFORMED)
    _log.error(event, exc_info=error)
    return InputError(ErrorCode.UNAVAILABLE)
