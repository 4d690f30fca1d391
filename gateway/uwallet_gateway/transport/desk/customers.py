"""A user beside their tickets: notes, the block list, what they had with the bot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.errors import InputError
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.customers import (
    BlockList,
    BlockRequest,
    Customer,
    CustomerNoteRequest,
    MergeCandidate,
    MergeRequest,
)
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded, check_visible
from uwallet_gateway.transport.desk.tickets import TicketId
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
_NoteId = Annotated[int, Path(ge=1, le=MAX_ID)]
_ConversationId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


@router.get("/tickets/{ticket_id}/customer", responses=responses(401, 403, 404, 422, 429, 503))
async def read_customer(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> Customer:
    """Returns what is kept about the user of a ticket."""
    await check_visible(services, session, ticket_id)
    return await _customer(services, await _conversation_of(services, ticket_id))


@router.post(
    "/tickets/{ticket_id}/customer/notes", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503)
)
async def add_customer_note(
    ticket_id: TicketId, body: CustomerNoteRequest, services: ServicesNeeded, session: AgentNeeded
) -> Customer:
    """Adds a note on the user, which stays beyond the ticket."""
    await check_visible(services, session, ticket_id)
    conversation_id = await _conversation_of(services, ticket_id)
    await services.customers.add_note(conversation_id, session.agent.id, body.text)
    return await _customer(services, conversation_id)


@router.delete("/tickets/{ticket_id}/customer/notes/{note_id}", responses=responses(401, 403, 404, 422, 429, 503))
async def remove_customer_note(
    ticket_id: TicketId, note_id: _NoteId, services: ServicesNeeded, session: AgentNeeded
) -> Customer:
    """Removes a note: one's own, as a supervisor any. No-op if it is gone or somebody else's."""
    await check_visible(services, session, ticket_id)
    conversation_id = await _conversation_of(services, ticket_id)
    author = None if session.agent.role.may(Role.SUPERVISOR) else session.agent.id
    await services.customers.remove_note(conversation_id, note_id, agent_id=author)
    return await _customer(services, conversation_id)


@router.put("/tickets/{ticket_id}/customer/block", responses=responses(401, 403, 404, 422, 429, 503))
async def block_customer(
    ticket_id: TicketId, body: BlockRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> Customer:
    """Stops handing the user over to humans. The bot goes on answering, and urgent matters go through."""
    conversation_id = await _conversation_of(services, ticket_id)
    await services.customers.block(conversation_id, session.agent.name, body.reason, body.days)
    return await _customer(services, conversation_id)


@router.get("/tickets/{ticket_id}/customer/merge", responses=responses(401, 403, 404, 422, 429, 503))
async def read_merge_candidate(
    ticket_id: TicketId,
    user_id: Annotated[str, Query(min_length=1, max_length=255)],
    services: ServicesNeeded,
    _session: SupervisorNeeded,
) -> MergeCandidate:
    """Returns the user of this name whom the visitor of a ticket would become."""
    return await services.visitor_merging.candidate(await _conversation_of(services, ticket_id), user_id)


@router.post("/tickets/{ticket_id}/customer/merge", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def merge_customer(
    ticket_id: TicketId, body: MergeRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> Customer:
    """Makes what a visitor has said and asked for a user's, for good. Not while the visitor waits or is served."""
    visitor_id = await _conversation_of(services, ticket_id)
    agent = session.agent
    kept = await services.visitor_merging.by_hand(visitor_id, body.user_id, agent.id, agent.name)
    return await _customer(services, kept)


@router.get("/blocked", responses=responses(401, 403, 429, 503))
async def read_blocked(_session: SupervisorNeeded, services: ServicesNeeded) -> BlockList:
    """Returns who is not handed over now."""
    return BlockList(blocked=await services.customers.blocked())


@router.delete("/blocked/{conversation_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def unblock(conversation_id: _ConversationId, services: ServicesNeeded, _session: SupervisorNeeded) -> None:
    """Hands a user over again. No-op if they are not blocked."""
    await services.customers.unblock(conversation_id)


async def _conversation_of(services: Services, ticket_id: int) -> str:
    return (await services.tickets.ticket(ticket_id)).conversation_id


async def _customer(services: Services, conversation_id: str) -> Customer:
    """With the titles that the engine knows, while it is there."""
    customer = await services.customers.read(conversation_id)
    try:
        titles = {intent.name: intent.title for intent in await services.assistant.intents()}
    except InputError:
        titles = {}
    topics = [topic.model_copy(update={"title": topic.title or titles.get(topic.topic)}) for topic in customer.topics]
    return customer.model_copy(update={"topics": topics})
