"""Sign-in and sign-out, the own password, and presence."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import (
    AgentSessionView,
    Credentials,
    DeskSessionView,
    DeskSettings,
    PasswordChange,
    PresenceRequest,
)
from uwallet_gateway.protocol.tickets import DISPOSITIONS, AgentStatus
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.desk.devices import remember, source_of
from uwallet_gateway.transport.desk.guard import COOKIE, AgentNeeded, acts, check_origin
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()


@router.post("/session", responses=responses(403, 422, 429, 503))
async def sign_in(body: Credentials, request: Request, response: Response, services: ServicesNeeded) -> DeskSessionView:
    """Signs in and sets the session cookie."""
    check_origin(request.scope, services.settings)
    address = address_of(request.scope)
    await services.rate_limits.check("sign_ins", address=address)
    await services.rate_limits.check_room("failed_sign_ins", address=address)
    try:
        session, token = await services.desk_sessions.sign_in(
            body.username,
            body.password,
            source_of(request, services.keys, body.username),
            address=address,
            browser=request.headers.get("User-Agent"),
        )
    except InputError as error:
        await _record_failure(services, body.username, address, error.code)
        if error.code is ErrorCode.WRONG_PASSWORD:
            await services.rate_limits.check("failed_sign_ins", address=address)
        raise
    acts(session, address)
    await services.audit.write(Action.SIGNED_IN, session.agent.username)
    secure = not services.settings.development
    remember(request, response, services.keys, session.agent.username, secure=secure)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(services.desk_sessions.lifetime.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return await _session_view(services, session)


@router.get("/session", responses=responses(401, 429, 503))
async def read_session(services: ServicesNeeded, session: AgentNeeded) -> DeskSessionView:
    """Returns the signed-in agent."""
    return await _session_view(services, session)


@router.delete("/session", status_code=204, responses=responses(401, 403, 429, 503))
async def sign_out(response: Response, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Signs out."""
    await services.desk_sessions.end(session.id)
    await services.audit.write(Action.SIGNED_OUT, session.agent.username)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=not services.settings.development)


@router.get("/sessions", responses=responses(401, 429, 503))
async def read_sessions(services: ServicesNeeded, session: AgentNeeded) -> list[AgentSessionView]:
    """Returns where the agent is signed in, newest first."""
    return [
        AgentSessionView(
            created_at=row.created_at,
            expires_at=row.expires_at,
            address=row.address,
            browser=row.browser,
            is_current=row.id == session.id,
        )
        for row in await services.desk_sessions.all_of(session.agent.id)
    ]


@router.delete("/sessions", status_code=204, responses=responses(401, 403, 429, 503))
async def end_other_sessions(services: ServicesNeeded, session: AgentNeeded) -> None:
    """Signs the agent out everywhere but here."""
    await services.desk_sessions.end_others(session)


@router.post("/password", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def change_password(body: PasswordChange, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Changes the own password. The agent's other sessions end."""
    try:
        await services.accounts.change_password(session.agent.id, body.old, body.new, kept_session=session.id)
    except InputError as error:
        await services.audit.write(Action.PASSWORD_CHANGE_FAILED, session.agent.username, code=error.code.value)
        raise


@router.put("/presence", responses=responses(401, 403, 422, 429, 503))
async def choose_presence(body: PresenceRequest, services: ServicesNeeded, session: AgentNeeded) -> AgentStatus:
    """Sets whether the agent takes chats."""
    await services.presence.choose(session.agent.id, body.status)
    return await _agent(services, session)


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


async def _agent(services: Services, session: DeskSession) -> AgentStatus:
    for status in await services.presence.all():
        if status.id == session.agent.id:
            return status
    # Disabled a moment ago.
    raise InputError(ErrorCode.SIGNED_OUT)


async def _session_view(services: Services, session: DeskSession) -> DeskSessionView:
    limits = services.presentation.limits
    return DeskSessionView(
        agent=await _agent(services, session),
        csrf=session.csrf,
        settings=DeskSettings(
            max_chats=session.agent.max_chats,
            dispositions=list(DISPOSITIONS),
            max_length=limits.max_length,
            attachment_bytes=limits.attachment_bytes,
            attachment_types=limits.attachment_types,
            queue_timeout=services.settings.queue_timeout,
            time_zone=services.opening_hours.zone.key,
        ),
    )
