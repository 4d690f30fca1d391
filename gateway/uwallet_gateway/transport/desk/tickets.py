"""Looking at tickets, and taking, leaving and ending them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.support.models import Disposition, TicketStatus
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded, check_visible
from uwallet_gateway.transport.desk.shown import QueueShown, TicketOpened, TicketPage, TicketShown, opened
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()
MAX_ID = 2**31 - 1
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
TicketId = Annotated[int, Path(ge=1, le=MAX_ID)]


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TransferWanted(_Wanted):
    """To whom; null: back to the queue. The memo is for whoever takes it."""

    agent_id: Id | None = None
    memo: str | None = None


class EndWanted(_Wanted):
    """How it ended, and a word for colleagues."""

    disposition: Disposition
    note: str | None = None


class ReturnWanted(_Wanted):
    """How it ended, if not `solved`."""

    disposition: Disposition | None = None
    note: str | None = None


class NoteWanted(_Wanted):
    """An internal note."""

    text: str


class AssignWanted(_Wanted):
    """Whom a supervisor gives it to."""

    agent_id: Id


@router.get("/queue", responses=responses(401, 429, 503))
async def read_queue(services: ServicesNeeded, session: AgentNeeded) -> QueueShown:
    """Who waits, the own chats, the messages left."""
    return QueueShown.model_validate(await services.support.queue(session.agent.id))


@router.get("/tickets", responses=responses(401, 422, 429, 503))
async def read_tickets(
    services: ServicesNeeded,
    session: AgentNeeded,
    status: TicketStatus | None = None,
    query: Annotated[str | None, Query(max_length=100)] = None,
    agent_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TicketPage:
    """Tickets that the agent may see, newest first."""
    tickets, has_more = await services.support.tickets(
        status=status,
        # What no database takes is in no ticket either.
        query=query.replace("\0", "") if query else None,
        agent_id=agent_id,
        visible_to=None if session.agent.role.may(Role.SUPERVISOR) else session.agent.id,
        before=before,
        limit=limit,
    )
    return TicketPage(tickets=[TicketShown.model_validate(ticket) for ticket in tickets], has_more=has_more)


@router.get("/tickets/{ticket_id}", responses=responses(401, 403, 404, 422, 429, 503))
async def read_ticket(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> TicketOpened:
    """A ticket with all that belongs to it."""
    await check_visible(services, session, ticket_id)
    return opened(await services.support.details(ticket_id))


@router.post("/tickets/{ticket_id}/claim", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def claim(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> TicketShown:
    """Takes over; the same again does nothing."""
    return TicketShown.model_validate(await services.support.claim(ticket_id, session.agent.id))


@router.post("/tickets/{ticket_id}/transfer", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def transfer(
    ticket_id: TicketId, wanted: TransferWanted, services: ServicesNeeded, session: AgentNeeded
) -> TicketShown:
    """Gives a chat to a colleague, or back to the queue."""
    ticket = await services.support.transfer(ticket_id, session.agent.id, to=wanted.agent_id, memo=wanted.memo)
    return TicketShown.model_validate(ticket)


@router.post("/tickets/{ticket_id}/return", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def return_to_bot(
    ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded, wanted: ReturnWanted | None = None
) -> TicketShown:
    """Ends the chat; the bot goes on."""
    wanted = wanted or ReturnWanted()
    ticket = await services.support.return_to_bot(
        ticket_id, session.agent.id, disposition=wanted.disposition, note=wanted.note
    )
    return TicketShown.model_validate(ticket)


@router.post("/tickets/{ticket_id}/close", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def close(ticket_id: TicketId, wanted: EndWanted, services: ServicesNeeded, session: AgentNeeded) -> TicketShown:
    """Closes a ticket."""
    ticket = await services.support.close(ticket_id, session.agent.id, disposition=wanted.disposition, note=wanted.note)
    return TicketShown.model_validate(ticket)


@router.post("/tickets/{ticket_id}/notes", status_code=201, responses=responses(401, 403, 404, 422, 429, 503))
async def add_note(
    ticket_id: TicketId, wanted: NoteWanted, services: ServicesNeeded, session: AgentNeeded
) -> TicketShown:
    """Adds an internal note."""
    await check_visible(services, session, ticket_id)
    return TicketShown.model_validate(await services.support.note(ticket_id, session.agent.id, text=wanted.text))


@router.post("/tickets/{ticket_id}/assign", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def assign(
    ticket_id: TicketId, wanted: AssignWanted, services: ServicesNeeded, session: SupervisorNeeded
) -> TicketShown:
    """Gives a ticket to an agent, whoever has it."""
    ticket = await services.support.assign(ticket_id, wanted.agent_id, by=session.agent.id)
    return TicketShown.model_validate(ticket)
