"""The agent's sessions, sign-out, the own password, and presence."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Response

from uwallet_gateway.agents.second_factors import SecondFactor
from uwallet_gateway.agents.sessions import DeskSession, SignInMethod
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import (
    AgentSessionView,
    DeskSessionView,
    DeskSettings,
    PasswordChange,
    PresenceRequest,
    ReplyVariables,
)
from uwallet_gateway.protocol.tickets import DISPOSITIONS, AgentStatus
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.cookies import SESSION
from uwallet_gateway.transport.desk.guard import AgentNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()


@router.get("/session", responses=responses(401, 429, 503))
async def read_session(services: ServicesNeeded, session: AgentNeeded) -> DeskSessionView:
    """Returns the signed-in agent."""
    return await session_view(services, session)


@router.delete("/session", status_code=204, responses=responses(401, 403, 429, 503))
async def sign_out(response: Response, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Signs out."""
    await services.desk_sessions.end(session.id)
    await services.audit.write(Action.SIGNED_OUT, session.agent.username)
    SESSION.drop(response, services.settings)


@router.post("/session/activity", status_code=204, responses=responses(401, 403, 429, 503))
async def note_activity(_session: AgentNeeded) -> None:
    """Says that the agent is at the desk, as every request that changes something does."""


@router.get("/sessions", responses=responses(401, 429, 503))
async def read_sessions(services: ServicesNeeded, session: AgentNeeded) -> list[AgentSessionView]:
    """Returns where the agent is signed in, newest first."""
    return await session_views(services, session.agent.id, current=session.id)


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


async def session_views(services: Services, agent_id: int, *, current: str) -> list[AgentSessionView]:
    """Where an agent is signed in, newest first; `current` is the session that asks."""
    return [
        AgentSessionView(
            created_at=row.created_at,
            expires_at=row.expires_at,
            address=row.address,
            browser=row.browser,
            method=cast("SignInMethod", row.method),
            second_factor=cast("SecondFactor | None", row.second_factor),
            is_current=row.id == current,
        )
        for row in await services.desk_sessions.all_of(agent_id)
    ]


async def _agent(services: Services, session: DeskSession) -> AgentStatus:
    for status in await services.presence.all():
        if status.id == session.agent.id:
            return status
    # Disabled a moment ago.
    raise InputError(ErrorCode.SIGNED_OUT)


async def session_view(services: Services, session: DeskSession) -> DeskSessionView:
    """The signed-in agent, with what the desk needs to begin."""
    limits = services.presentation.limits
    return DeskSessionView(
        agent=await _agent(services, session),
        csrf=session.csrf,
        method=session.method,
        second_factor=session.second_factor,
        knowledge_role=session.agent.knowledge_role,
        settings=DeskSettings(
            max_chats=session.agent.max_chats,
            dispositions=list(DISPOSITIONS),
            max_length=limits.max_length,
            attachment_bytes=limits.attachment_bytes,
            attachment_types=limits.attachment_types,
            queue_timeout=services.configuration.rules.queue_timeout.total_seconds(),
            time_zone=services.opening_hours.zone.key,
            brand=services.brand,
            reply_variables=ReplyVariables(**services.texts.desk.reply_variables.model_dump()),
        ),
    )
