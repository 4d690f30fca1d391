"""Signing in and out, the own password and presence."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.agents.passwords import MOST
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.services import Services
from uwallet_gateway.support.models import DISPOSITIONS
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.desk.guard import COOKIE, AgentNeeded, check_origin
from uwallet_gateway.transport.desk.shown import AgentShown
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()
_Password = Annotated[str, Field(max_length=MOST)]


class Credentials(BaseModel):
    """What an agent signs in with."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=64)
    password: _Password


class DeskSettings(BaseModel):
    """What the desk must know of the settings.

    Attributes:
        queue_timeout: Seconds after which somebody who waits is offered to leave a message.
        time_zone: IANA name of the organisation's; what a day is for the statistics.
    """

    max_chats: int
    dispositions: list[str]
    max_length: int
    attachment_bytes: int
    attachment_types: list[str]
    queue_timeout: float
    time_zone: str


class SessionShown(BaseModel):
    """Who is signed in, and what requests that change something bear as X-CSRF-Token."""

    agent: AgentShown
    csrf: str
    settings: DeskSettings


class PasswordWanted(BaseModel):
    """Another password."""

    model_config = ConfigDict(extra="forbid")

    old: _Password
    new: _Password


class PresenceWanted(BaseModel):
    """Whether the agent takes chats."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["online", "away"]


@router.post("/session", responses=responses(403, 422, 429, 503))
async def sign_in(wanted: Credentials, request: Request, response: Response, services: ServicesNeeded) -> SessionShown:
    """Signs in: sets the cookie."""
    check_origin(request.scope, services.settings)
    address = address_of(request.scope)
    await services.rate_limits.check("sign_ins", address=address)
    await services.rate_limits.check_room("failed_sign_ins", address=address)
    try:
        session, token = await services.desk_sessions.sign_in(wanted.username, wanted.password)
    except InputError as error:
        if error.code is ErrorCode.WRONG_PASSWORD:
            await services.rate_limits.check("failed_sign_ins", address=address)
        raise
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(services.desk_sessions.lifetime.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=not services.settings.development,
    )
    return await _shown(services, session)


@router.get("/session", responses=responses(401, 429, 503))
async def read_session(services: ServicesNeeded, session: AgentNeeded) -> SessionShown:
    """Who is signed in."""
    return await _shown(services, session)


@router.delete("/session", status_code=204, responses=responses(401, 403, 429, 503))
async def sign_out(response: Response, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Signs out."""
    await services.desk_sessions.end(session.id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=not services.settings.development)


@router.post("/password", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def change_password(wanted: PasswordWanted, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Changes the own password; the agent's other sessions end."""
    await services.accounts.change_password(session.agent.id, wanted.old, wanted.new, kept_session=session.id)


@router.put("/presence", responses=responses(401, 403, 422, 429, 503))
async def choose_presence(wanted: PresenceWanted, services: ServicesNeeded, session: AgentNeeded) -> AgentShown:
    """Chooses whether to take chats."""
    await services.support.presence.choose(session.agent.id, wanted.status)
    return await _agent(services, session)


async def _agent(services: Services, session: DeskSession) -> AgentShown:
    for status in await services.support.agents():
        if status.id == session.agent.id:
            return AgentShown.model_validate(status)
    # Disabled in this moment.
    raise InputError(ErrorCode.SIGNED_OUT)


async def _shown(services: Services, session: DeskSession) -> SessionShown:
    limits = services.presentation.limits
    return SessionShown(
        agent=await _agent(services, session),
        csrf=session.csrf,
        settings=DeskSettings(
            max_chats=session.agent.max_chats,
            dispositions=list(DISPOSITIONS),
            max_length=limits.max_length,
            attachment_bytes=limits.attachment_bytes,
            attachment_types=limits.attachment_types,
            queue_timeout=services.settings.queue_timeout,
            time_zone=services.opening_hours.time_zone,
        ),
    )
