"""What is said in a ticket's conversation, and what helps the agent to say it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.conversation.messages import Message, Picture
from uwallet_gateway.engine_assistant import Suggestion
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transport.desk.guard import AgentNeeded, check_visible
from uwallet_gateway.transport.desk.shown import DeskMessagePage
from uwallet_gateway.transport.desk.tickets import MAX_ID, TicketId
from uwallet_gateway.transport.presentation import AttachmentShown, MessageShown
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()
# Messages among which the user's last one is looked for; what is older needs no answer any more.
_LOOKED_AT = 50


class AgentMessageWanted(BaseModel):
    """What an agent says: text, with or without a picture, or a picture alone."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    attachment_id: str | None = Field(default=None, max_length=64)
    client_id: str = Field(max_length=64, description="The same one again does nothing else")


class Suggestions(BaseModel):
    """What the knowledge files say to the user's last message, best first."""

    suggestions: list[Suggestion]


@router.get("/tickets/{ticket_id}/messages", responses=responses(401, 403, 404, 422, 429, 503))
async def read_messages(
    ticket_id: TicketId,
    services: ServicesNeeded,
    session: AgentNeeded,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    after: Annotated[int | None, Query(ge=0, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeskMessagePage:
    """Messages in order: those after an id, the last ones before an id, or the last ones of all."""
    await check_visible(services, session, ticket_id)
    conversation_id = (await services.support.ticket(ticket_id)).conversation_id
    if after is not None:
        messages, has_more = await services.transcript.after(conversation_id, after, limit)
    elif before is not None:
        messages, has_more = await services.transcript.before(conversation_id, before, limit)
    else:
        messages, has_more = await services.transcript.newest(conversation_id, limit)
    show = services.presentation.message
    return DeskMessagePage(messages=[show(message) for message in messages], has_more=has_more)


@router.post("/tickets/{ticket_id}/messages", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503))
async def send_message(
    ticket_id: TicketId, wanted: AgentMessageWanted, services: ServicesNeeded, session: AgentNeeded
) -> MessageShown:
    """Says something to the user."""
    message = await services.support.say(
        ticket_id,
        session.agent.id,
        text=wanted.text,
        attachment_id=wanted.attachment_id,
        client_id=wanted.client_id,
    )
    return services.presentation.message(message)


@router.post(
    "/tickets/{ticket_id}/attachments",
    status_code=201,
    responses=responses(401, 403, 404, 409, 413, 415, 422, 429, 503),
)
async def upload(
    ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded, file: Annotated[UploadFile, File()]
) -> AttachmentShown:
    """Uploads a picture, which a message can then name. It is stored anew, without what cameras write into it."""
    ticket = await services.support.ticket(ticket_id)
    if ticket.status != "active" or ticket.agent is None or ticket.agent.id != session.agent.id:
        details = {"agent": {"id": ticket.agent.id, "name": ticket.agent.name} if ticket.agent else None}
        raise InputError(ErrorCode.CONFLICT, details=details)
    data = await file.read(services.settings.attachment_bytes + 1)
    stored = await services.attachments.save(data)
    picture = Picture(stored.id, stored.content_type, stored.width, stored.height, stored.size)
    try:
        await services.conversations.add_picture(ticket.conversation_id, picture)
    except BaseException:
        services.attachments.delete(stored.id)
        raise
    return services.presentation.attachment(picture)


@router.get("/tickets/{ticket_id}/suggestions", responses=responses(401, 403, 404, 422, 429, 503))
async def read_suggestions(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> Suggestions:
    """What the bot would say to the user's last message; empty if they have typed nothing."""
    await check_visible(services, session, ticket_id)
    conversation_id = (await services.support.ticket(ticket_id)).conversation_id
    messages, _ = await services.transcript.newest(conversation_id, _LOOKED_AT)
    asked = next((message for message in reversed(messages) if _is_typed(message)), None)
    return Suggestions(suggestions=await services.assistant.suggestions(asked.text) if asked else [])


def _is_typed(message: Message) -> bool:
    return message.author == "user" and message.payload is None and bool(message.text)
