"""Agents and their accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from uwallet_gateway.agents.accounts import Account, AccountError, EmailTakenError, UsernameTakenError
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import AgentChange, AgentRequest, AgentSessionView, NewAgent, NewPassword
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.tickets import AgentStatus
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.events import AgentsChanged
from uwallet_gateway.transport.desk.guard import AdminNeeded, AgentNeeded, RecentAdminNeeded
from uwallet_gateway.transport.desk.session import session_views
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
_AgentId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/agents", responses=responses(401, 429, 503), response_model_exclude_none=True)
async def read_agents(services: ServicesNeeded, session: AgentNeeded) -> list[AgentStatus]:
    """Returns all enabled agents. Admins get all accounts, with user names."""
    statuses = await services.presence.all()
    if not session.agent.role.may(Role.ADMIN):
        return statuses
    by_id = {status.id: status for status in statuses}
    enrolled = await services.second_factors.enrolled()
    return [
        _with_account(account, by_id.get(account.id), second_factor=account.id in enrolled)
        for account in await services.accounts.all()
    ]


@router.post(
    "/agents", status_code=201, responses=responses(401, 403, 409, 422, 429, 503), response_model_exclude_none=True
)
async def create_agent(body: AgentRequest, services: ServicesNeeded, _session: AdminNeeded) -> NewAgent:
    """Creates an account."""
    try:
        account, password = await services.accounts.create(
            body.username,
            body.name,
            body.role,
            max_chats=body.max_chats,
            email=body.email,
            knowledge_role=body.knowledge_role,
        )
    except UsernameTakenError as error:
        raise InputError(ErrorCode.USERNAME_TAKEN) from error
    except EmailTakenError as error:
        raise InputError(ErrorCode.EMAIL_TAKEN) from error
    except AccountError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    services.event_bus.publish(AgentsChanged())
    return NewAgent(**dict(_with_account(account, None)), password=password)


@router.patch(
    "/agents/{agent_id}", responses=responses(401, 403, 404, 409, 422, 429, 503), response_model_exclude_none=True
)
async def change_agent(
    agent_id: _AgentId, body: AgentChange, services: ServicesNeeded, _session: AdminNeeded
) -> AgentStatus:
    """Changes an account. A disabled agent is signed out, and their chats go back to the queue."""
    try:
        account = await services.accounts.update(agent_id, **dict(body))
    except EmailTakenError as error:
        raise InputError(ErrorCode.EMAIL_TAKEN) from error
    if not account.enabled:
        await services.agent_commands.release(agent_id)
    services.event_bus.publish(AgentsChanged())
    return _with_account(account, await _status(services, agent_id))


@router.post("/agents/{agent_id}/password", responses=responses(401, 403, 404, 422, 429, 503))
async def reset_password(agent_id: _AgentId, services: ServicesNeeded, _session: RecentAdminNeeded) -> NewPassword:
    """Sets a generated password and signs the agent out everywhere."""
    return NewPassword(password=await services.accounts.set_password(agent_id))


@router.delete("/agents/{agent_id}/second_factor", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def reset_second_factor(agent_id: _AgentId, services: ServicesNeeded, _session: RecentAdminNeeded) -> None:
    """Takes the second factor of an agent who has lost it, and signs them out everywhere."""
    await services.second_factors.reset(agent_id)


@router.get("/agents/{agent_id}/sessions", responses=responses(401, 403, 404, 422, 429, 503))
async def read_sessions_of(
    agent_id: _AgentId, services: ServicesNeeded, session: AdminNeeded
) -> list[AgentSessionView]:
    """Returns where an agent is signed in, newest first."""
    return await session_views(services, agent_id, current=session.id)


@router.delete("/agents/{agent_id}/sessions", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def end_sessions_of(agent_id: _AgentId, services: ServicesNeeded, _session: AdminNeeded) -> None:
    """Signs an agent out everywhere."""
    await services.desk_sessions.end_all(agent_id)


async def _status(services: Services, agent_id: int) -> AgentStatus | None:
    return next((status for status in await services.presence.all() if status.id == agent_id), None)


def _with_account(account: Account, status: AgentStatus | None, *, second_factor: bool | None = None) -> AgentStatus:
    return AgentStatus(
        id=account.id,
        name=account.name,
        role=account.role,
        presence=status.presence if status else "offline",
        chats=status.chats if status else 0,
        max_chats=account.max_chats,
        groups=status.groups if status else [],
        on_leave_until=status.on_leave_until if status else None,
        username=account.username,
        enabled=account.enabled,
        second_factor=second_factor,
        email=account.email,
        knowledge_role=account.knowledge_role,
    )
