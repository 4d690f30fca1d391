"""Who works here, and the accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.agents.accounts import MOST_CHATS, Account, AccountError, UsernameTakenError
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.conversation.hub import AgentsChanged
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.services import Services
from uwallet_gateway.support.models import AgentStatus
from uwallet_gateway.transport.desk.guard import AdminNeeded, AgentNeeded
from uwallet_gateway.transport.desk.shown import AgentShown
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()
_AgentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Chats = Annotated[int, Field(ge=1, le=MOST_CHATS)]


class AgentWanted(BaseModel):
    """A new account; the password is generated."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=64)
    name: str = Field(max_length=200, description="Shown to users")
    role: Role = Role.AGENT
    max_chats: _Chats | None = None


class AgentChange(BaseModel):
    """What is to be another; what is null stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=200)
    role: Role | None = None
    enabled: bool | None = None
    max_chats: _Chats | None = None


class AgentMade(AgentShown):
    """A new account with its password, which is told this once."""

    password: str


class PasswordMade(BaseModel):
    """A generated password, which is told this once."""

    password: str


@router.get("/agents", responses=responses(401, 429, 503), response_model_exclude_none=True)
async def read_agents(services: ServicesNeeded, session: AgentNeeded) -> list[AgentShown]:
    """Everybody who may sign in; admins see all accounts, with user names."""
    statuses = await services.support.agents()
    if not session.agent.role.may(Role.ADMIN):
        return [AgentShown.model_validate(status) for status in statuses]
    known = {status.id: status for status in statuses}
    return [_shown(account, known.get(account.id)) for account in await services.accounts.all()]


@router.post(
    "/agents", status_code=201, responses=responses(401, 403, 409, 422, 429, 503), response_model_exclude_none=True
)
async def create_agent(wanted: AgentWanted, services: ServicesNeeded, _session: AdminNeeded) -> AgentMade:
    """Makes an account."""
    try:
        account, password = await services.accounts.create(
            wanted.username, wanted.name, wanted.role, max_chats=wanted.max_chats
        )
    except UsernameTakenError as error:
        raise InputError(ErrorCode.USERNAME_TAKEN) from error
    except AccountError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    services.hub.publish(AgentsChanged())
    return AgentMade(**dict(_shown(account, None)), password=password)


@router.patch(
    "/agents/{agent_id}", responses=responses(401, 403, 404, 409, 422, 429, 503), response_model_exclude_none=True
)
async def change_agent(
    agent_id: _AgentId, wanted: AgentChange, services: ServicesNeeded, _session: AdminNeeded
) -> AgentShown:
    """Changes an account. Who is disabled is signed out, and their chats go back to the queue."""
    account = await services.accounts.update(agent_id, **dict(wanted))
    if not account.enabled:
        await services.support.release(agent_id)
    services.hub.publish(AgentsChanged())
    return _shown(account, await _status(services, agent_id))


@router.post("/agents/{agent_id}/password", responses=responses(401, 403, 404, 422, 429, 503))
async def reset_password(agent_id: _AgentId, services: ServicesNeeded, _session: AdminNeeded) -> PasswordMade:
    """Sets a generated password; the agent is signed out everywhere."""
    return PasswordMade(password=await services.accounts.set_password(agent_id))


async def _status(services: Services, agent_id: int) -> AgentStatus | None:
    return next((status for status in await services.support.agents() if status.id == agent_id), None)


def _shown(account: Account, status: AgentStatus | None) -> AgentShown:
    return AgentShown(
        id=account.id,
        name=account.name,
        role=account.role,
        presence=status.presence if status else "offline",
        chats=status.chats if status else 0,
        max_chats=account.max_chats,
        username=account.username,
        enabled=account.enabled,
    )
