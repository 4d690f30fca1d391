"""Rasa's REST channel.

For backends that use it already: the caller is a site, known by its secret. And for widgets that speak it from a page
of the site: the caller is a visitor, known by a random UUID.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from common.tracing import TRACEPARENT
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.admission import admit
from uwallet_gateway.identity.notice import NoticeAnswer
from uwallet_gateway.identity.sessions import Session, is_random_uuid
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.messages import FeedbackRequest, MessagePage, MessageView
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of, origin_of, own_origin
from uwallet_gateway.transport.http import ServicesNeeded, SiteSecret, responses
from uwallet_gateway.transport.picture_access import backend_reader, user_reader
from uwallet_gateway.transport.rest.json_route import JsonRoute
from uwallet_gateway.transport.rest.waiting import say_and_wait
from uwallet_gateway.turns.conversations import Incoming

router = APIRouter(route_class=JsonRoute)
# Messages since the last answer that come with the next one.
_MOST = 200
_MessageId = Annotated[int, Query(ge=0, le=MAX_ID)]


class RasaMessage(BaseModel):
    """A message of Rasa's REST channel. Of `metadata` only `message_id` and `agreed_notice` are read."""

    # Ids of users are numbers in many a system.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    sender: str = Field(min_length=1, max_length=255, description="Any id of the user, unique within the site")
    message: str
    metadata: Any = None
    client_id: str | None = Field(
        default=None,
        description="Idempotency key: the same one again gets the same answer. `metadata.message_id` is another name",
    )

    def agreed_notice(self) -> object:
        """The version of the notice on stored chats to which the user has agreed, as the site's backend says."""
        return self.metadata.get("agreed_notice") if isinstance(self.metadata, dict) else None

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


class RasaMetadata(BaseModel):
    """Of a message: its id, which counts within the conversation, and its author."""

    id: int
    author: str


class RasaReply(BaseModel):
    """One message of the bot."""

    recipient_id: str
    text: str | None = None
    buttons: list[RasaButton] | None = None
    image: str | None = None
    custom: dict[str, Any] | None = None
    metadata: RasaMetadata


@router.get("/webhooks/rest/", include_in_schema=False)
async def health() -> dict[str, str]:
    """Answers as Rasa's channel does to those who ask whether it is there."""
    return {"status": "ok"}


@router.post(
    "/webhooks/rest/webhook", responses=responses(401, 403, 404, 409, 422, 429, 503), response_model_exclude_none=True
)
async def receive(
    body: RasaMessage, request: Request, services: ServicesNeeded, credentials: SiteSecret
) -> list[RasaReply]:
    """Sends a message of one of the site's users and waits up to 8 seconds for replies.

    Messages since the last call, for instance an agent's, come first.
    """
    site = await services.sites.find_by_secret(credentials.credentials) if credentials else None
    if site is not None:
        conversation_id = await services.sessions.backend_conversation(site, body.sender)
        reader = backend_reader(conversation_id)
        await services.rate_limits.check("messages", user=conversation_id, site=site.key)
    else:
        key = credentials.credentials if credentials else None
        session = await _visitor(services, request, key, body.sender)
        conversation_id, reader = session.conversation_id, user_reader(session)
    if (version := body.agreed_notice()) is not None:
        await services.notices.answer(conversation_id, version, NoticeAnswer.AGREED)
    seen = await services.transcript.user_read_id(conversation_id)
    incoming = Incoming(
        body.message, client_id=body.key(), transport="webhook", traceparent=request.headers.get(TRACEPARENT)
    )
    message, replies = await say_and_wait(services, conversation_id, incoming)
    since, _ = await services.transcript.after(conversation_id, seen, _MOST)
    missed = [it for it in since if it.id < message.id and it.author != "user" and (seen > 0 or it.in_reply_to is None)]
    new_messages = missed + replies
    if new_messages:
        await services.user_commands.delivered(conversation_id, max(it.id for it in new_messages))
    return [RasaReply(**services.presentation.rasa_rest(reply, body.sender, reader)) for reply in new_messages]


@router.get("/webhooks/rest/messages", responses=responses(401, 422, 429, 503))
async def read_messages(
    services: ServicesNeeded,
    credentials: SiteSecret,
    sender: Annotated[str, Query(min_length=1, max_length=255, description="As in the webhook")],
    after: _MessageId = 0,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 50,
) -> MessagePage:
    """Returns the messages of one of the site's users after an id, in order: an agent's and notices too.

    They count as handed over to the user: the webhook's next answer does not repeat them.
    """
    site = await site_of(services, credentials)
    conversation_id = await services.sessions.find_backend_conversation(site, sender)
    if conversation_id is None:
        return MessagePage(messages=[], has_more=False)
    await services.rate_limits.check("requests", user=conversation_id)
    messages, has_more = await services.transcript.after(conversation_id, after, limit)
    if messages:
        await services.user_commands.delivered(conversation_id, messages[-1].id)
    show, reader = services.presentation.message, backend_reader(conversation_id)
    return MessagePage(messages=[show(message, reader) for message in messages], has_more=has_more)


class RasaFeedback(FeedbackRequest):
    """What one of the site's users says of an answer of the bot."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    sender: str = Field(min_length=1, max_length=255)
    message_id: int = Field(ge=1, le=MAX_ID, description="`metadata.id` of the bot's message")


@router.post("/webhooks/rest/feedback", responses=responses(401, 404, 422, 429, 503))
async def give_feedback(body: RasaFeedback, services: ServicesNeeded, credentials: SiteSecret) -> MessageView:
    """Says whether an answer helped one of the site's users. The next one replaces it; null takes it back."""
    site = await site_of(services, credentials)
    conversation_id = await services.sessions.find_backend_conversation(site, body.sender)
    if conversation_id is None:
        raise InputError(ErrorCode.NOT_FOUND)
    await services.rate_limits.check("messages", user=conversation_id)
    message = await services.feedback.give(conversation_id, body.message_id, body)
    return services.presentation.message(message, backend_reader(conversation_id))


async def site_of(services: Services, credentials: SiteSecret) -> Site:
    """The site whose secret is given.

    Raises:
        InputError: bad_token.
    """
    site = await services.sites.find_by_secret(credentials.credentials) if credentials else None
    if site is None:
        raise InputError(ErrorCode.BAD_TOKEN)
    return site


async def _visitor(services: Services, request: Request, key: str | None, sender: str) -> Session:
    """The session of a visitor on a page of the site, as Rasa's own widget talks to this route.

    Raises:
        InputError: bad_token without a page; origin_not_allowed; malformed if somebody could guess the sender.
    """
    scope = request.scope
    origin, address = origin_of(scope), address_of(scope)
    if origin is None or (key is not None and await services.sites.find(key) is None):
        raise InputError(ErrorCode.BAD_TOKEN)
    site = await admit(services.sites, key, origin, own_origin(scope, services.settings.public_url))
    if not is_random_uuid(sender):
        reason = "from a page it has to be a random UUID; other names need the site's secret"
        raise InputError(ErrorCode.MALFORMED, details={"field": "sender", "reason": reason})
    await services.rate_limits.check("sessions", address=address)
    opened = await services.sessions.open(site, sender, None, forgiving=True)
    await services.rate_limits.check(
        "messages", user=opened.session.conversation_id, address=address, site=opened.session.site_key
    )
    return opened.session
