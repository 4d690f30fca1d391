"""Rasa's REST channel, for backends that use it already. The caller is a site, known by its secret."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transport.http import ServicesNeeded, SiteSecret, responses
from uwallet_gateway.transport.rest.json_route import JsonRoute
from uwallet_gateway.transport.rest.waiting import say_and_wait
from uwallet_gateway.turns.conversations import Incoming

router = APIRouter(route_class=JsonRoute)
# Messages since the last answer that come with the next one.
_MOST = 200


class RasaMessage(BaseModel):
    """A message of Rasa's REST channel. Of `metadata` only `message_id` is read; nothing of it is stored."""

    # Ids of users are numbers in many a system.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    sender: str = Field(min_length=1, max_length=255, description="Any id of the user, unique within the site")
    message: str
    metadata: Any = None
    client_id: str | None = Field(
        default=None,
        description="Idempotency key: the same one again gets the same answer. `metadata.message_id` is another name",
    )

    def key(self) -> str | None:
        """The idempotency key in the form that the transcript keeps; None if there is none."""
        given = self.client_id
        if given is None and isinstance(self.metadata, dict):
            message_id = self.metadata.get("message_id")
            given = str(message_id) if isinstance(message_id, str | int) else None
        # Other systems' ids have any length and any characters.
        return hashlib.sha256(given.encode()).hexdigest() if given else None


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


@router.get("/webhooks/rest/", include_in_schema=False)
async def health() -> dict[str, str]:
    """Answers as Rasa's channel does to those who ask whether it is there."""
    return {"status": "ok"}


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
    incoming = Incoming(body.message, client_id=body.key(), transport="webhook")
    message, replies = await say_and_wait(services, conversation_id, incoming)
    since, _ = await services.transcript.after(conversation_id, seen, _MOST)
    missed = [it for it in since if it.id < message.id and it.author != "user" and (seen > 0 or it.in_reply_to is None)]
    new_messages = missed + replies
    if new_messages:
        await services.user_commands.read(conversation_id, max(it.id for it in new_messages))
    return [RasaReply(**services.presentation.rasa_rest(reply, body.sender)) for reply in new_messages]
