"""`/api/v1/support`: the users' side of human support (docs/support.md)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.presentation import API, SupportShown, TicketShown
from uwallet_gateway.transport.rest.requests import ServicesNeeded, SessionNeeded, responses
from uwallet_gateway.transport.users_support import UsersSupport

router = APIRouter(prefix=f"{API}/support")


class MessageLeft(BaseModel):
    """A message for when somebody is there."""

    model_config = ConfigDict(extra="forbid")

    text: str
    contact: str = Field(description="A telephone number or an e-mail address")
    client_id: str | None = Field(default=None, max_length=64, description="The same one again does nothing else")


class RatingGiven(BaseModel):
    """What a user thinks of how a ticket was served."""

    model_config = ConfigDict(extra="forbid")

    ticket: str = Field(description="Its number")
    rating: int = Field(ge=1, le=5)
    comment: str | None = None


class Done(BaseModel):
    """How support stands now."""

    support: SupportShown
    ticket: TicketShown | None


@router.get("", responses=responses(401, 422, 429, 503))
async def read_support(services: ServicesNeeded, session: SessionNeeded) -> SupportShown:
    """How support stands: who speaks, the ticket, the place in the queue."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    return services.presentation.support(await services.support.state(session.conversation_id))


@router.post("/leave_queue", responses=responses(401, 422, 429, 503))
async def leave_queue(request: Request, services: ServicesNeeded, session: SessionNeeded) -> Done:
    """Does not want to wait any more; nothing happens to who does not wait."""
    return await _act(services, "leave_queue", session.conversation_id, request, {})


@router.post("/messages", status_code=201, responses=responses(401, 409, 422, 429, 503))
async def leave_message(
    wanted: MessageLeft, request: Request, services: ServicesNeeded, session: SessionNeeded
) -> Done:
    """Leaves a message with a contact."""
    return await _act(services, "leave_message", session.conversation_id, request, wanted.model_dump())


@router.post("/ratings", status_code=201, responses=responses(401, 404, 409, 422, 429, 503))
async def rate(wanted: RatingGiven, request: Request, services: ServicesNeeded, session: SessionNeeded) -> Done:
    """Rates a closed ticket, once."""
    return await _act(services, "rate_support", session.conversation_id, request, wanted.model_dump())


async def _act(services: Services, action: str, conversation_id: str, request: Request, wanted: dict[str, Any]) -> Done:
    done = await UsersSupport(services).act(action, conversation_id, address_of(request.scope), wanted)
    return Done.model_validate(done)
