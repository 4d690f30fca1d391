"""Tickets: read, claim, transfer, return, close, note, assign."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import (
    event_rows,
    load_export_texts,
    ticket_log_rows,
    ticket_rows,
    transcript_rows,
)
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.bulk import SUPERVISORS_ACTIONS, BulkRequest, BulkResult
from uwallet_gateway.protocol.conversations import Rated
from uwallet_gateway.protocol.tickets import (
    MOST_OF_LABEL,
    AssignRequest,
    CloseRequest,
    DeskQueue,
    FollowUpRequest,
    KeepOpenRequest,
    LabelsRequest,
    LabelUse,
    MacroRequest,
    NoteRequest,
    ReturnRequest,
    Ticket,
    TicketContact,
    TicketDetails,
    TicketPage,
    TicketStatus,
    TransferRequest,
)
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transport.desk.conversations import moments, searched
from uwallet_gateway.transport.desk.files import FILE, FileFormat, file_response
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded, check_visible, record_refusal
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
# Tickets in one file, the newest.
_MOST_IN_FILE = 5_000
# Messages of one ticket that are looked at.
_MOST_MESSAGES = 10_000
TicketId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/queue", response_model=DeskQueue, responses=responses(401, 429, 503))
async def read_queue(services: ServicesNeeded, session: AgentNeeded) -> Response:
    """Returns the queue, the agent's own chats, the offline messages and the follow-ups."""
    queue = await services.tickets.queue(session.agent.id, sees_all=session.agent.role.may(Role.SUPERVISOR))
    # As it is: by way of dictionaries it would take twice as long with hundreds waiting.
    return Response(queue.model_dump_json(), media_type="application/json")


@dataclass(frozen=True)
class _Filter:
    """What tickets are asked for; see `TicketQueries.tickets`."""

    status: TicketStatus | None
    query: str | None
    agent_id: int | None
    topic: str | None
    site: str | None
    priority: int | None
    group_id: int | None
    rating: Rated | None
    label: str | None
    start: datetime | None
    end: datetime | None
    visible_to: int | None


def _filter(
    services: ServicesNeeded,
    session: AgentNeeded,
    status: TicketStatus | None = None,
    query: Annotated[str | None, Query(max_length=100)] = None,
    agent_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    topic: Annotated[str | None, Query(max_length=64)] = None,
    site: Annotated[str | None, Query(max_length=64)] = None,
    priority: Annotated[int | None, Query(ge=0, le=2)] = None,
    group_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    rating: Rated | None = None,
    label: Annotated[str | None, Query(max_length=MOST_OF_LABEL)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> _Filter:
    """What is asked for, of the tickets that the agent may see; days are those of the organisation's time zone."""
    start, end = moments(services, first, last)
    return _Filter(
        status=status,
        query=searched(query),
        agent_id=agent_id,
        topic=searched(topic),
        site=searched(site),
        priority=priority,
        group_id=group_id,
        rating=rating,
        label=searched(label),
        start=start,
        end=end,
        visible_to=None if session.agent.role.may(Role.SUPERVISOR) else session.agent.id,
    )


_FilterWanted = Annotated[_Filter, Depends(_filter)]


@router.get("/tickets", responses=responses(401, 422, 429, 503))
async def read_tickets(
    services: ServicesNeeded,
    _session: AgentNeeded,
    wanted: _FilterWanted,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> TicketPage:
    """Returns the tickets that the agent may see, newest first."""
    tickets, has_more = await services.tickets.tickets(**vars(wanted), before=before, limit=limit)
    return TicketPage(tickets=tickets, has_more=has_more)


@router.get(
    "/tickets/export.{file_format}", responses=responses(401, 403, 422, 429, 503) | FILE, response_class=Response
)
async def export_tickets(
    _session: SupervisorNeeded, services: ServicesNeeded, wanted: _FilterWanted, file_format: FileFormat
) -> Response:
    """Returns the tickets as a file for spreadsheets, in which no cell is a formula."""
    await services.audit.write(Action.MESSAGES_EXPORTED)
    tickets, _ = await services.tickets.tickets(**vars(wanted), limit=_MOST_IN_FILE)
    texts = load_export_texts()
    rows = await asyncio.to_thread(ticket_rows, tickets, services.opening_hours.zone, texts)
    return await file_response(file_format, "uwallet_tickets", [(texts.sheets["tickets"], rows)])


@router.get(
    "/tickets/{ticket_id}/export.{file_format}",
    responses=responses(401, 403, 404, 422, 429, 503) | FILE,
    response_class=Response,
)
async def export_ticket(
    ticket_id: TicketId, _session: SupervisorNeeded, services: ServicesNeeded, file_format: FileFormat
) -> Response:
    """Returns a ticket as a file: what was said and done, as CSV in one table, as Excel in sheets beside the ticket."""
    ticket = await services.tickets.details(ticket_id)
    await services.audit.write(Action.MESSAGES_EXPORTED, ticket.number)
    messages, _ = await services.transcript.newest(ticket.conversation_id, _MOST_MESSAGES)
    messages = _of_ticket(ticket, messages)
    texts, zone = load_export_texts(), services.opening_hours.zone
    if file_format == "csv":
        sheets = [(texts.sheets["history"], ticket_log_rows(messages, ticket.events, zone, texts))]
    else:
        sheets = [
            (texts.sheets["tickets"], ticket_rows([ticket], zone, texts)),
            (texts.sheets["history"], event_rows(ticket.events, zone, texts)),
            (texts.sheets["transcript"], transcript_rows(messages, zone, texts)),
        ]
    return await file_response(file_format, f"uwallet_{ticket.number}", sheets)


def _of_ticket(ticket: TicketDetails, messages: list[Message]) -> list[Message]:
    """What was said from the end of the ticket before until the end of this one."""
    since = [one.closed_at for one in ticket.earlier if one.id < ticket.id and one.closed_at]
    return [
        message
        for message in messages
        if (not since or message.created_at > max(since))
        and (ticket.closed_at is None or message.created_at <= ticket.closed_at)
    ]


@router.post("/tickets/bulk", responses=responses(401, 403, 422, 429, 503))
async def change_tickets(
    request: Request, body: BulkRequest, services: ServicesNeeded, session: AgentNeeded
) -> BulkResult:
    """Does the same to many tickets, each for itself; what is refused is told one by one."""
    supervises = session.agent.role.may(Role.SUPERVISOR)
    if (body.action in SUPERVISORS_ACTIONS or body.conversations) and not supervises:
        await record_refusal(services, session, request.method, request.scope["route"].path)
        raise InputError(ErrorCode.FORBIDDEN)
    return await services.bulk_commands.run(body, session.agent.id, sees_all=supervises)


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
    """Transfers a chat to a colleague, or back to the queue, of its own or of another skill group."""
    return await services.agent_commands.transfer(
        ticket_id, session.agent.id, to=body.agent_id, group_id=body.group_id, memo=body.memo
    )


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


@router.put("/tickets/{ticket_id}/labels", responses=responses(401, 403, 404, 422, 429, 503))
async def label_ticket(
    ticket_id: TicketId, body: LabelsRequest, services: ServicesNeeded, session: AgentNeeded
) -> Ticket:
    """Gives a ticket these labels and no others."""
    await check_visible(services, session, ticket_id)
    return await services.agent_commands.label(ticket_id, session.agent.id, labels=body.labels)


@router.get("/labels", responses=responses(401, 429, 503))
async def read_labels(services: ServicesNeeded, _session: AgentNeeded) -> list[LabelUse]:
    """Returns all labels with the number of their tickets, the one used most first."""
    return await services.tickets.labels()


@router.post("/tickets/{ticket_id}/macros/{reply_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def apply_macro(
    ticket_id: TicketId,
    reply_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    body: MacroRequest,
    services: ServicesNeeded,
    session: AgentNeeded,
) -> Ticket:
    """Sends the text of a canned reply, and does what the reply does beside: labels, and the end of the chat."""
    macro = await services.canned_replies.find(reply_id, session.agent.id)
    return await services.agent_commands.apply_macro(
        ticket_id, session.agent.id, macro=macro, text=body.text, client_id=body.client_id
    )


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
