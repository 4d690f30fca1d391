"""Turns what the engine answered into messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from uwallet_gateway.conversation.messages import Draft
from uwallet_gateway.engine_client import EngineMessage

# Of the handoff payload, what is shown to clients: the rest is for agents (docs/handoff.md).
_PUBLIC = ("reason", "topic")
_REQUESTS = ("leave_queue", "ticket_status")


@dataclass(frozen=True, slots=True)
class Reply:
    """A message of the bot, and the handoff payload that came with it.

    Attributes:
        draft: The message; not to be said with a request.
        handoff: The bot's payload, when it wants a human.
        request: What the gateway is to do and to say itself (docs/support.md), instead of a message.
    """

    draft: Draft
    handoff: dict[str, Any] | None = None
    request: str | None = None


def replies(messages: Sequence[EngineMessage], in_reply_to: int) -> list[Reply]:
    """What is to be stored, in order.

    A handoff is a message without words: it is told with the message before it. A request to the gateway comes after a
    text for channels without one, which is dropped.
    """
    found: list[Reply] = []
    for message in messages:
        custom = message.custom
        if custom is None:
            found.append(Reply(_draft(message, in_reply_to)))
        elif custom.get("type") == "handoff":
            told = (
                found.pop() if found and found[-1].handoff is None else Reply(Draft("bot", "", in_reply_to=in_reply_to))
            )
            public = {name: custom.get(name) for name in _PUBLIC}
            draft = replace(told.draft, metadata={**told.draft.metadata, "handoff": public})
            found.append(Reply(draft, custom))
        elif custom.get("type") == "support_request" and custom.get("request") in _REQUESTS:
            if found and found[-1].handoff is None and found[-1].request is None:
                found.pop()
            found.append(Reply(Draft("bot", "", in_reply_to=in_reply_to), request=str(custom["request"])))
    return [reply for reply in found if reply.draft.text or reply.draft.buttons or reply.handoff or reply.request]


def _draft(message: EngineMessage, in_reply_to: int) -> Draft:
    return Draft(
        "bot",
        message.text,
        buttons=tuple({"title": button.title, "payload": button.payload} for button in message.buttons),
        metadata=dict(message.metadata),
        in_reply_to=in_reply_to,
    )
