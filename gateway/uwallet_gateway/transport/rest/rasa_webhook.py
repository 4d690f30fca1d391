"""Rasa's REST channel, for backends that integrate it already; the caller is a site, by its secret."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from uwallet_gateway.conversation.service import Incoming
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transport.rest.requests import ServicesNeeded, SiteSecret, responses
from uwallet_gateway.transport.rest.waiting import say_and_wait

router = APIRouter()
# Messages since the last answer that come with the next one.
_MOST = 200


class RasaMessage(BaseModel):
    """What Rasa's channel takes. `metadata` is accepted and not kept."""

    sender: str = Field(min_length=1, max_length=255, description="Any name the site chooses, valid within the site")
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
async def receive(wanted: RasaMessage, services: ServicesNeeded, credentials: SiteSecret) -> list[RasaReply]:
    """Sends a message of one of the site's users and waits for the bot, at most 8 seconds.

    What was said since the last answer, for instance by an agent, comes before it.
    """
    site = await services.sites.find_by_secret(credentials.credentials) if credentials else None
    if site is None:
        raise InputError(ErrorCode.BAD_TOKEN)
    conversation_id = await services.sessions.backend_conversation(site, wanted.sender)
    await services.rate_limits.check("messages", user=conversation_id)
    seen = await services.transcript.user_read_id(conversation_id)
    message, replies = await say_and_wait(services, conversation_id, Incoming(wanted.message, transport="webhook"))
    since, _ = await services.transcript.after(conversation_id, seen, _MOST)
    missed = [
        said
        for said in since
        if said.id < message.id and said.author != "user" and (seen > 0 or said.in_reply_to is None)
    ]
    told = missed + replies
    if told:
        await services.support.user_read(conversation_id, max(said.id for said in told))
    return [RasaReply(**services.presentation.rasa_rest(reply, wanted.sender)) for reply in told]
