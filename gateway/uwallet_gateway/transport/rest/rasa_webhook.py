"""Rasa's REST channel, for backends that use it already. The caller is a site, known by its secret."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transport.http import ServicesNeeded, SiteSecret, responses
from uwallet_gateway.transport.rest.waiting import say_and_wait
from uwallet_gateway.turns.conversations import Incoming

router = APIRouter()
# Messages since the last answer that come with the next one.
_MOST = 200


class RasaMessage(BaseModel):
    """A message of Rasa's REST channel. `metadata` is accepted and not stored."""

    sender: str = Field(min_length=1, max_length=255, description="Any id of the user, unique within the site")
    message: str
    metadata: Any = None


class RasaButton(BaseModel):
    """A quick reply; its payload is sent as the next message."""

    title: str
    payload: str


class RasaReply(BaseModel):
    """One message of the bot."""

    recipient_id: str
    text: str | None = None
    buttons: list[RasaButton] | None = None
    image: str | None = None
    custom: dict[str, Any] | None = None


@router.post("/webhooks/rest/webhook", responses=responses(401, 422, 429, 503), response_model_exclude_none=True)
async def receive(body: RasaMessage, services: ServicesNeeded, credentials: SiteSecret) -> list[RasaReply]:
    """Sends a message of one of the site's users and waits up to 8 seconds for replies.

    Messages since the last call, for instance an agent's, come first.
    """
    site = await services.sites.find_by_secret(credentials.credentials) if credentials else None
    if site is None:
        raise InputError(ErrorCode.BAD_TOKEN)
    conversation_id = await services.sessions.backend_conversation(site, body.sender)
    await services.rate_limits.check("messages", user=conversation_id)
    seen = await services.transcript.user_read_id(conversation_id)
    message, replies = await say_and_wait(services, conversation_id, Incoming(body.message, transport="webhook"))
    since, _ = await services.transcript.after(conversation_id, seen, _MOST)
    missed = [it for it in since if it.id < message.id and it.author != "user" and (seen > 0 or it.in_reply_to is None)]
    new_messages = missed + replies
    if new_messages:
        await services.user_commands.read(conversation_id, max(it.id for it in new_messages))
    return [RasaReply(**services.presentation.rasa_rest(reply, body.sender)) for reply in new_messages]
