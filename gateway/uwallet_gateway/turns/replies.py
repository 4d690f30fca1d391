"""Turns the engine's reply into messages to store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from uwallet_gateway.engine.client import EngineMessage
from uwallet_gateway.redaction import redact
from uwallet_gateway.transcript.messages import Draft

# Fields of the handoff payload that clients may see; the rest is for agents (docs/handoff.md).
_PUBLIC = ("reason", "topic")
# Fields of it that quote users: what the engine has kept from before its messages were masked.
_QUOTING = ("summary", "collected", "alarms", "other_requests")
# The response by which the bot greets.
_GREETING = "utter_greet"
_REQUESTS = ("leave_queue", "ticket_status")
# What the bot has told the user itself; the gateway only records it.
_RECORDS = ("complaint",)


@dataclass(frozen=True, slots=True)
class BotReply:
    """A message of the bot, and the handoff payload that came with it.

    Attributes:
        draft: The message; not stored if there is a request.
        handoff: The bot's payload, if it asks for a human.
        request: What the gateway does and says itself, instead of a message.
    """

    draft: Draft
    handoff: dict[str, Any] | None = None
    request: str | None = None


def replies(
    messages: Sequence[EngineMessage], in_reply_to: int, reading: dict[str, Any] | None = None
) -> list[BotReply]:
    """The replies to store, in order.

    A handoff has no text of its own: it is attached to the message before it. A request to the gateway follows a text
    that is meant for channels without a gateway; that text is dropped.

    Args:
        messages: The engine's.
        in_reply_to: The user's message.
        reading: Why this is said; kept with the first message.
    """
    items: list[BotReply] = []
    for message in messages:
        custom = message.custom
        if custom is None:
            items.append(BotReply(_draft(message, in_reply_to)))
        elif custom.get("type") == "handoff":
            previous = (
                items.pop()
                if items and items[-1].handoff is None
                else BotReply(Draft("bot", "", in_reply_to=in_reply_to))
            )
            public = {name: custom.get(name) for name in _PUBLIC}
            draft = replace(previous.draft, metadata={**previous.draft.metadata, "handoff": public})
            items.append(BotReply(draft, _masked_handoff(custom)))
        elif custom.get("type") == "support_request" and custom.get("request") in _REQUESTS:
            if items and items[-1].handoff is None and items[-1].request is None:
                items.pop()
            items.append(BotReply(Draft("bot", "", in_reply_to=in_reply_to), request=str(custom["request"])))
        elif custom.get("type") == "support_request" and custom.get("request") in _RECORDS:
            items.append(BotReply(Draft("bot", "", in_reply_to=in_reply_to), request=str(custom["request"])))
    found = [reply for reply in items if reply.draft.text or reply.draft.buttons or reply.handoff or reply.request]
    first = next((index for index, reply in enumerate(found) if reply.request is None), None)
    if first is not None and reading is not None:
        found[first] = replace(found[first], draft=replace(found[first].draft, reading=reading))
    return found


def greeted(items: Sequence[BotReply], welcome: str) -> list[BotReply]:
    """The replies with the admin's words in place of the bot's own greeting. What else it says stays."""
    return [
        replace(item, draft=replace(item.draft, text=welcome))
        if item.draft.metadata.get("response") == _GREETING
        else item
        for item in items
    ]


def _masked_handoff(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: _masked(value) if name in _QUOTING else value for name, value in payload.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value).text
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return {name: _masked(item) for name, item in value.items()} if isinstance(value, dict) else value


def _draft(message: EngineMessage, in_reply_to: int) -> Draft:
    return Draft(
        "bot",
        message.text,
        # Most are normal, which goes without saying.
        buttons=tuple(button.model_dump(exclude_defaults=True) for button in message.buttons),
        metadata=dict(message.metadata),
        in_reply_to=in_reply_to,
    )
