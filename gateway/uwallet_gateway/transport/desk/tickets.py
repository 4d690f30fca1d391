"""Tickets: read, claim, transfer, return, close, note, assign."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.tickets import (
    AssignRequest,
    CloseRequest,
    DeskQueue,
    FollowUpRequest,
    KeepOpenRequest,
    NoteRequest,
    ReturnRequest,
    Ticket,
    TicketContact,
    TicketDetails,
    TicketPage,
    TicketStatus,
    TransferRequest,
)
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded, check_visible
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
TicketId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/queue", responses=responses(401, 429, 503))
async def read_queue(services: ServicesNeeded, session: AgentNeeded) -> DeskQueue:
    """Returns the queue, the agent's own chats, the offline messages and the follow-ups."""
    return await services.tickets.queue(session.agent.id, sees_all=session.agent.role.may(Role.SUPERVISOR))


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
    """Returns the tickets that the agent may see, newest first."""
    tickets, has_more = await services.tickets.tickets(
        status=status,
        # No database stores NUL in text, so no ticket contains it.
        query=query.replace("\0", "") if query else None,
        agent_id=agent_id,
        visible_to=None if session.agent.role.may(Role.SUPERVISOR) else session.agent.id,
        before=before,
        limit=limit,
    )
    return TicketPage(tickets=tickets, has_more=has_more)


@router.get("/tickets/{ticket_id}", responses=responses(401, 403, 404, 422, 429, 503))
async def read_ticket(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> TicketDetails:
    """Returns a ticket with its history and the user's earlier tickets."""
    await check_visible(services, session, ticket_id)
    return await services.tickets.details(ticket_id)


@router.post("/tickets/{ticket_id}/contact", responses=responses(401, 403, 404, 422, 429, 503))
async def show_contact(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> TicketContact:
    """Returns the contact that the user has left, unmasked. Each time is recorded in the audit log."""
    await check_visible(services, session, ticket_id)
    sealed = await services.tickets.sealed_contact(ticket_id)
    await services.audit.write(Action.CONTACT_SHOWN, (await services.tickets.ticket(ticket_id)).number)
    return TicketContact(contact=services.keys.contacts.open(sealed))


@router.post("/tickets/{ticket_id}/claim", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def claim(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> Ticket:
    """Claims a ticket. No-op if the agent has it already."""
    return await services.agent_commands.claim(ticket_id, session.agent.id)


@router.post("/tickets/{ticket_id}/transfer", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def transfer(
    ticket_id: TicketId, body: TransferRequest, services: ServicesNeeded, session: AgentNeeded
) -> Ticket:
    """Transfers a chat to a colleague, or back to the queue."""
    return await services.agent_commands.transfer(ticket_id, session.agent.id, to=body.agent_id, memo=body.memo)


@router.post("/tickets/{ticket_id}/return", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def return_to_bot(
    ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded, body: ReturnRequest | None = None
) -> Ticket:
    """Ends the chat and returns the conversation to the bot."""
    body = body or ReturnRequest()
    return await services.agent_commands.return_to_bot(
        ticket_id, session.agent.id, disposition=body.disposition, note=body.note
    )


@router.post("/tickets/{ticket_id}/close", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def close(ticket_id: TicketId, body: CloseRequest, services: ServicesNeeded, session: AgentNeeded) -> Ticket:
    """Closes a ticket."""
    return await services.agent_commands.close(
        ticket_id, session.agent.id, disposition=body.disposition, note=body.note
    )


@router.post("/tickets/{ticket_id}/follow_up", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def follow_up(
    ticket_id: TicketId, body: FollowUpRequest, services: ServicesNeeded, session: AgentNeeded
) -> Ticket:
    """Puts a ticket off until somebody comes back to it; ends the chat, and reopens a closed ticket."""
    await check_visible(services, session, ticket_id)
    return await services.agent_commands.follow_up(
        ticket_id, session.agent.id, due_at=body.due_at, to=body.agent_id, note=body.note
    )


@router.put("/tickets/{ticket_id}/kept_open", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def keep_open(
    ticket_id: TicketId, body: KeepOpenRequest, services: ServicesNeeded, session: AgentNeeded
) -> Ticket:
    """Waits for the user however long they are silent, or no longer."""
    return await services.agent_commands.keep_open(ticket_id, session.agent.id, kept_open=body.kept_open)


@router.post("/tickets/{ticket_id}/notes", status_code=201, responses=responses(401, 403, 404, 422, 429, 503))
async def add_note(ticket_id: TicketId, body: NoteRequest, services: ServicesNeeded, session: AgentNeeded) -> Ticket:
    """Adds an internal note."""
    await check_visible(services, session, ticket_id)
    return await services.agent_commands.note(ticket_id, session.agent.id, text=body.text)


@router.post("/tickets/{ticket_id}/assign", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def assign(
    ticket_id: TicketId, body: AssignRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> Ticket:
    """Assigns a ticket to an agent, whoever has it."""
    return await services.agent_commands.assign(ticket_id, body.agent_id, by=session.agent.id)
