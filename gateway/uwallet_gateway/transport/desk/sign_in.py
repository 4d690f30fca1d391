"""Signing in: the password, and the second step where there is one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from uwallet_gateway.agents.sessions import Browser
from uwallet_gateway.agents.sign_ins import TIME_FOR_SECOND_STEP, Pending, SecondStep, SignedIn
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import (
    CodeRequest,
    Credentials,
    DeskSessionView,
    Enrolled,
    EnrolmentView,
    ProviderView,
    SecondStepNeeded,
    SignInOptions,
)
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.desk.cookies import PENDING, SESSION, CookieScheme
from uwallet_gateway.transport.desk.devices import remember, source_of
from uwallet_gateway.transport.desk.guard import acts, check_origin
from uwallet_gateway.transport.desk.session import session_view
from uwallet_gateway.transport.http import ServicesNeeded, responses

_SECOND_STEP: dict[int | str, dict[str, object]] = {
    202: {"model": SecondStepNeeded, "description": "A second step follows"}
}
_REFUSALS = (ErrorCode.WRONG_PASSWORD, ErrorCode.WRONG_CODE)
_cookie = CookieScheme("PendingSignIn", description="Set by the first step")
router = APIRouter()


async def _pending(
    request: Request, services: ServicesNeeded, token: Annotated[str | None, Depends(_cookie)]
) -> Pending:
    """The sign-in that this browser has begun.

    Raises:
        InputError: origin_not_allowed, rate_limited, signed_out.
    """
    await _check_pace(request, services)
    pending = await services.sign_ins.pending(token)
    agent = pending.agent
    set_actor(Actor("agent", agent.id, agent.username, address_of(request.scope)))
    return pending


PendingNeeded = Annotated[Pending, Depends(_pending)]


@router.get("/sign_in", responses=responses(403, 503))
async def read_sign_in(request: Request, services: ServicesNeeded) -> SignInOptions:
    """Returns what the page for signing in shows."""
    check_origin(request.scope, services.settings)
    try:
        pending = _step(await services.sign_ins.pending(PENDING.read(request, services.settings)))
    except InputError:
        pending = None
    settings = services.settings
    provider = ProviderView(name=settings.desk_oidc_name) if settings.desk_oidc_issuer else None
    return SignInOptions(provider=provider, pending=pending)


@router.post("/session", responses=responses(403, 422, 429, 503) | _SECOND_STEP)
async def sign_in(
    body: Credentials, request: Request, response: Response, services: ServicesNeeded
) -> DeskSessionView | SecondStepNeeded:
    """Signs in with a password and sets the session cookie, or, with 202, the cookie for the second step."""
    await _check_pace(request, services)
    try:
        outcome = await services.sign_ins.with_password(
            body.username, body.password, source_of(request, services, body.username), browser_of(request)
        )
    except InputError as error:
        await _record_failure(services, body.username, address_of(request.scope), error.code)
        await _count_failure(request, services, error)
        raise
    if isinstance(outcome, SignedIn):
        return await arrive(outcome, request, response, services)
    set_pending_cookie(outcome, response, services)
    response.status_code = 202
    return _step(outcome.pending)


@router.post("/session/code", responses=responses(401, 403, 422, 429, 503))
async def send_code(
    body: CodeRequest, request: Request, response: Response, services: ServicesNeeded, pending: PendingNeeded
) -> DeskSessionView:
    """Does the second step by a code of the authenticator app, or a recovery code."""
    username = pending.agent.username
    try:
        signed_in = await services.sign_ins.with_code(
            pending, body.code, source_of(request, services, username), browser_of(request)
        )
    except InputError as error:
        if error.code is not ErrorCode.SIGNED_OUT:
            set_actor(Actor("agent", None, None, address_of(request.scope)))
            await record_wrong_code(services, username, address_of(request.scope), error.code)
            await _count_failure(request, services, error)
        raise
    return await arrive(signed_in, request, response, services)


@router.post("/session/enrolment", responses=responses(401, 403, 429, 503))
async def begin_enrolment(services: ServicesNeeded, pending: PendingNeeded) -> EnrolmentView:
    """Makes a secret for the authenticator app of an agent who must have one."""
    enrolment = await services.sign_ins.begin_enrolment(pending)
    return EnrolmentView(secret=enrolment.secret, uri=enrolment.uri)


@router.post("/session/enrolment/confirmation", responses=responses(401, 403, 409, 422, 429, 503))
async def confirm_enrolment(
    body: CodeRequest, request: Request, response: Response, services: ServicesNeeded, pending: PendingNeeded
) -> Enrolled:
    """Puts the app in force by a code of it, and signs in."""
    signed_in, codes = await services.sign_ins.confirm_enrolment(pending, body.code, browser_of(request))
    return Enrolled(recovery_codes=codes, session=await arrive(signed_in, request, response, services))


async def arrive(signed_in: SignedIn, request: Request, response: Response, services: Services) -> DeskSessionView:
    """Records that an agent has signed in, and sets the cookies of their session and their browser."""
    session, settings = signed_in.session, services.settings
    acts(session, address_of(request.scope))
    await services.audit.write(
        Action.SIGNED_IN, session.agent.username, method=session.method, second_factor=session.second_factor
    )
    if before := SESSION.read(request, settings):
        # Of whoever sat here: nobody could end it once the browser has forgotten it.
        await services.desk_sessions.end_token(before)
    remember(request, response, services, session.agent.username)
    if PENDING.read(request, settings):
        PENDING.drop(response, settings)
    SESSION.put(response, settings, signed_in.token, services.desk_sessions.lifetime.total_seconds())
    return await session_view(services, session)


def set_pending_cookie(step: SecondStep, response: Response, services: Services) -> None:
    """Sets the cookie that is good for the second step only."""
    PENDING.put(response, services.settings, step.token, TIME_FOR_SECOND_STEP.total_seconds())


def browser_of(request: Request) -> Browser:
    """Where the agent signs in."""
    return Browser(address_of(request.scope), request.headers.get("User-Agent"))


async def record_wrong_code(services: Services, username: str, address: str | None, code: ErrorCode) -> None:
    """Records a code that was refused; while the name is locked out, once."""
    if code is ErrorCode.LOCKED_OUT:
        key = (address, username, "second factor")
        await services.audit.write_once(key, Action.SECOND_FACTOR_FAILED, username, code=code.value)
    else:
        await services.audit.write(Action.SECOND_FACTOR_FAILED, username, code=code.value)


async def _check_pace(request: Request, services: Services) -> None:
    check_origin(request.scope, services.settings)
    address = address_of(request.scope)
    await services.rate_limits.check("sign_ins", address=address)
    await services.rate_limits.check_room("failed_sign_ins", address=address)


async def _count_failure(request: Request, services: Services, error: InputError) -> None:
    if error.code in _REFUSALS:
        await services.rate_limits.check("failed_sign_ins", address=address_of(request.scope))


def _step(pending: Pending) -> SecondStepNeeded:
    return SecondStepNeeded(step=pending.step, expires_at=pending.expires_at)


async def _record_failure(services: Services, typed: str, address: str | None, code: ErrorCode) -> None:
    """Records a failed sign-in. A name that nobody has is left out: it may be a password in the wrong field."""
    username = typed.strip().lower()
    is_known = any(account.username == username for account in await services.accounts.all())
    target = username if is_known else None
    set_actor(Actor("agent", None, None, address))
    if code is ErrorCode.LOCKED_OUT:
        await services.audit.write_once((address, target, code), Action.SIGN_IN_FAILED, target, code=code.value)
    else:
        await services.audit.write(Action.SIGN_IN_FAILED, target, code=code.value)
