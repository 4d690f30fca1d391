"""Messages in a ticket's conversation, and suggestions for the agent."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.agents import Suggestions
from uwallet_gateway.protocol.messages import AttachmentView
from uwallet_gateway.protocol.tickets import AgentMessageRequest, DeskMessagePage, DeskMessageView
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transport.desk.guard import AgentNeeded, check_visible
from uwallet_gateway.transport.desk.message_pages import After, Before, message_page
from uwallet_gateway.transport.desk.tickets import TicketId
from uwallet_gateway.transport.http import ServicesNeeded, responses
from uwallet_gateway.transport.picture_access import agent_reader
from uwallet_gateway.transport.uploads import store_upload

router = APIRouter()
# Messages that are searched for the user's last text; older ones need no reply any more.
_LOOKED_AT = 50
# What a text is compared by with what was said. Shorter parts are in many texts.
_SENTENCES = re.compile(r"[。！？；\n]|\d+\. |：")
_SHORTEST_SENTENCE = 5


@router.get("/tickets/{ticket_id}/messages", responses=responses(401, 403, 404, 422, 429, 503))
async def read_messages(
    ticket_id: TicketId,
    services: ServicesNeeded,
    session: AgentNeeded,
    before: Before = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeskMessagePage:
    """Returns messages in order: after an id, the last ones before an id, or the newest."""
    await check_visible(services, session, ticket_id)
    conversation_id = (await services.tickets.ticket(ticket_id)).conversation_id
    return await message_page(services, session, conversation_id, before=before, after=after, limit=limit)


@router.post("/tickets/{ticket_id}/messages", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503))
async def send_message(
    ticket_id: TicketId, body: AgentMessageRequest, services: ServicesNeeded, session: AgentNeeded
) -> DeskMessageView:
    """Sends a message to the user."""
    message = await services.agent_commands.say(
        ticket_id,
        session.agent.id,
        text=body.text,
        attachment_id=body.attachment_id,
        client_id=body.client_id,
        canned_reply_id=body.canned_reply_id,
    )
    return services.presentation.desk_message(message, agent_reader(session))


@router.post(
    "/tickets/{ticket_id}/attachments",
    status_code=201,
    responses=responses(401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def upload(
    ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded, file: Annotated[UploadFile, File()]
) -> AttachmentView:
    """Uploads a picture for a later message. The picture is re-encoded, and its metadata is removed."""
    ticket = await services.tickets.ticket(ticket_id)
    if ticket.status != "active" or ticket.agent is None or ticket.agent.id != session.agent.id:
        details = {"agent": {"id": ticket.agent.id, "name": ticket.agent.name} if ticket.agent else None}
        raise InputError(ErrorCode.CONFLICT, details=details)
    return await store_upload(services, ticket.conversation_id, file, agent_reader(session))


@router.get("/tickets/{ticket_id}/suggestions", responses=responses(401, 403, 404, 422, 429, 503))
async def read_suggestions(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> Suggestions:
    """Returns what the bot would reply to the user's last text; empty if there is none."""
    await check_visible(services, session, ticket_id)
    conversation_id = (await services.tickets.ticket(ticket_id)).conversation_id
    messages, _ = await services.transcript.newest(conversation_id, _LOOKED_AT)
    last_text = next((message for message in reversed(messages) if _is_typed(message)), None)
    if last_text is None:
        return Suggestions(suggestions=[])
    found = await services.assistant.suggestions(last_text.text)
    said = "".join(message.text for message in messages if message.author in {"bot", "agent"})
    return Suggestions(suggestions=[suggestion for suggestion in found if not was_said(suggestion.text, said)])


@router.get("/suggestions", responses=responses(401, 422, 429, 503))
async def search_knowledge(
    services: ServicesNeeded, _session: AgentNeeded, query: Annotated[str, Query(min_length=1, max_length=100)]
) -> Suggestions:
    """Returns what the knowledge files say to any question."""
    return Suggestions(suggestions=await services.assistant.suggestions(query.replace("\0", "")))


def was_said(text: str, said: str) -> bool:
    """Whether most of a text has been said: the user has read it, and need not read it again from a human."""
    sentences = [part for part in _SENTENCES.split(text) if len(part) >= _SHORTEST_SENTENCE]
    known = sum(len(part) for part in sentences if part in said)
    return known > sum(map(len, sentences)) / 2


def _is_typed(message: Message) -> bool:
    return message.author == "user" and message.payload is None and bool(message.text)
