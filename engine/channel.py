"""The channel through which the gateway talks to the bot: Rasa's REST, with what a client needs beside the text.

`docs/protocol.md` describes it. Configured in `credentials.yml`; like all of Rasa never reachable from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hmac
import os
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from typing import Any
from weakref import WeakValueDictionary

import structlog
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.knowledge.bundle import turn_with
from common.tracing import NEW, TRACEPARENT, span
from engine.assistance import suggestions_for, titles_of
from engine.forgetting import CannotForgetError, events_of, forget
from engine.grouping_routes import add_grouping_routes
from engine.knowledge_routes import add_knowledge_routes
from engine.serving.bundles import Bundles
from engine.store_trouble import is_store_away
from engine.wire import json_object, outgoing, required_text, typed_text, understood

SECRET_VARIABLE = "UWALLET_ENGINE_SECRET"
_KINDS = ("text", "payload")
# A gateway that stood still asks for a turn again while another one, which has taken over, is some turns further.
_REMEMBERED_TURNS = 50
_logger = structlog.get_logger()
_Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class GatewayOutput(CollectingOutputChannel):
    """Collects replies as they are, with their metadata: name of the response, step of a procedure, what is asked."""

    @classmethod
    def name(cls) -> str:
        """Returns the name of the channel."""
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps one reply (see parent class)."""
        self.messages.append(message)


class GatewayInput(InputChannel):
    """Takes a message and answers with the bot's replies.

    Takes `{"sender", "message", "kind", "message_id", "metadata"}`, and answers `{"messages", "understood", "events",
    "script", "reading", "knowledge"}`.

    A `message_id` that one of the conversation's last turns had is not executed again: its replies are returned once
    more. So a gateway that was killed before it could store them, or that gave up waiting, asks again, or another does.

    It erases conversations and tells what is kept of one (docs/privacy.md). Beside any conversation it tells what the
    knowledge says to a text, what messages can be labelled with, and what they have in common.
    """

    @classmethod
    def name(cls) -> str:
        """Returns the name of the channel, part of its address."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        """Creates the channel; without `secret` in the credentials the environment variable counts."""
        return cls((credentials or {}).get("secret") or os.environ.get(SECRET_VARIABLE))

    def __init__(self, secret: str | None = None) -> None:
        """Keeps the secret that each request has to bear; without one none is asked for."""
        self._secret = secret

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Returns the routes (see parent class)."""
        webhook = Blueprint("gateway_webhook", __name__)
        turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

        @webhook.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        def guarded(handler: _Handler) -> _Handler:
            @functools.wraps(handler)
            async def check(request: Request) -> HTTPResponse:
                if self._secret and not _bears(request, self._secret):
                    return response.json({"error": "The secret is missing or wrong."}, status=401)
                return await handler(request)

            return check

        @webhook.route("/webhook", methods=["POST"])
        @guarded
        async def receive(request: Request) -> HTTPResponse:
            try:
                message = _incoming(request.json)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            # Somebody who gave up waiting asks again while the turn still runs: that is one turn, not two. The lock of
            # Rasa's store keeps other engines out, but only for a minute, which an engine that hangs outlasts.
            turn = turns.setdefault(message.sender_id, asyncio.Lock())
            parent = request.headers.get(TRACEPARENT) or NEW
            with span("engine turn", kind="server", parent=parent, message_id=message.message_id):
                return await _take(message, request.app.ctx, turn, on_new_message)

        @webhook.route("/suggestions", methods=["POST"])
        @guarded
        async def suggest(request: Request) -> HTTPResponse:
            try:
                text = typed_text(json_object(request.json), "text")
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            parse = await request.app.ctx.agent.parse_message(text)
            return response.json({"suggestions": [asdict(entry) for entry in suggestions_for(parse)]})

        @webhook.route("/forget", methods=["POST"])
        @guarded
        async def erase(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            try:
                senders, before, keep, of = _to_forget(request.json)
                async with contextlib.AsyncExitStack() as turns_end:
                    # In one order, so that two requests do not wait for each other.
                    for sender in sorted(set(senders)):
                        await turns_end.enter_async_context(turns.setdefault(sender, asyncio.Lock()))
                    erased = forget(agent.tracker_store, senders, before, keep, of)
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            except CannotForgetError as error:
                return response.json({"error": str(error)}, status=501)
            return response.json({"erased": erased})

        @webhook.route("/events", methods=["POST"])
        @guarded
        async def tell_events(request: Request) -> HTTPResponse:
            try:
                sender = required_text(json_object(request.json), "sender")
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            return response.json({"events": await events_of(request.app.ctx.agent.tracker_store, sender)})

        @webhook.route("/intents", methods=["GET"])
        @guarded
        async def intents(request: Request) -> HTTPResponse:
            titles = titles_of(request.app.ctx.agent.domain.intents)
            return response.json({"intents": [{"name": name, "title": title} for name, title in titles.items()]})

        add_knowledge_routes(webhook, guarded)
        add_grouping_routes(webhook, guarded)
        return webhook


async def _take(
    message: UserMessage, context: Any, turn: asyncio.Lock, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    store = context.agent.tracker_store
    answered_by: str | None = None
    try:
        async with turn, context.agent.lock_store.lock(f"gateway {message.sender_id}"):
            repeated = _replies_to(await store.retrieve(message.sender_id), message.message_id)
            if repeated is None:
                answered_by = await _answer(message, getattr(context, "bundles", None), on_new_message)
            tracker = await store.retrieve(message.sender_id)
    except Exception as error:
        if is_store_away(error):
            # What was done is not kept, and the same message may come again.
            _logger.error("gateway.store.away", sender_id=message.sender_id, reason=type(error).__name__)
            return response.json({"error": "The store is away; ask again."}, status=503)
        # Rasa's channels answer an empty list then, as if the bot had nothing to say.
        _logger.exception("gateway.message.failed", sender_id=message.sender_id)
        return response.json({"error": "The turn failed; the log says why."}, status=500)
    messages = message.output_channel.messages if repeated is None else repeated
    return response.json(
        {
            "messages": [outgoing(said) for said in messages],
            "understood": understood(tracker),
            "events": [event for said in messages for event in said.get("events") or ()],
            "script": tracker.slots["script"].value if tracker and "script" in tracker.slots else None,
            "reading": next((said["reading"] for said in messages if said.get("reading")), None),
            "knowledge": answered_by,
        }
    )


async def _answer(
    message: UserMessage, bundles: Bundles | None, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> str | None:
    """Runs a turn with the knowledge that it asks for; returns which one that is, None of the engine's own files."""
    metadata = message.metadata if isinstance(message.metadata, dict) else {}
    wanted = metadata.pop("knowledge", None)
    if bundles is None:
        await on_new_message(message)
        return None
    with turn_with(await bundles.of_turn(wanted if isinstance(wanted, str) else None)) as bundle:
        await on_new_message(message)
    return bundle.sha256


def _bears(request: Request, secret: str) -> bool:
    return hmac.compare_digest((request.token or "").encode(), secret.encode())


def _to_forget(content: object) -> tuple[list[str], float | None, list[str], list[str]]:
    body = json_object(content)
    senders, before, keep, of = body.get("senders", []), body.get("before"), body.get("keep", []), body.get("of", [])
    for name, given in (("senders", senders), ("keep", keep), ("of", of)):
        if not isinstance(given, list) or not all(isinstance(sender, str) and sender for sender in given):
            raise ValueError(f"{name}: expected a list of texts.")
    if before is not None and (isinstance(before, bool) or not isinstance(before, int | float)):
        raise ValueError("before: expected seconds since 1970.")
    return senders, before, keep, of


def _incoming(content: object) -> UserMessage:
    body = json_object(content)
    kind = body.get("kind", "text")
    if kind not in _KINDS:
        raise ValueError(f"kind: expected one of {', '.join(_KINDS)}, found {kind!r}.")
    required_text(body, "sender")
    text = typed_text(body, "message") if kind == "text" else required_text(body, "message")
    return UserMessage(
        text,
        GatewayOutput(),
        body["sender"],
        input_channel=GatewayInput.name(),
        message_id=body.get("message_id"),
        metadata=body.get("metadata"),
    )


def _replies_to(tracker: DialogueStateTracker | None, message_id: str | None) -> list[dict[str, Any]] | None:
    """Returns what was said to this message, None if it was not executed within the last turns."""
    replies: list[dict[str, Any]] = []
    turns = 0
    for event in reversed(tracker.events if tracker and message_id else ()):
        if isinstance(event, BotUttered):
            replies.append(event.message())
        elif isinstance(event, UserUttered):
            if event.message_id == message_id:
                return replies[::-1]
            turns += 1
            if turns == _REMEMBERED_TURNS:
                return None
            replies = []
    return None
