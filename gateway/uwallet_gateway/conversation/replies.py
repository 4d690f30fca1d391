"""Turns what the engine answered into messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from uwallet_gateway.conversation.messages import Draft
from uwallet_gateway.engine_client import EngineMessage

# Of the handoff payload, what is shown to clients: the rest is for agents (docs/handoff.md).
_PUBLIC = ("reason", "topic")


@dataclass(frozen=True, slots=True)
class Reply:
    """A message of the bot, and the handoff payload that came with it."""

    draft: Draft
    handoff: dict[str, Any] | None = None


def replies(messages: Sequence[EngineMessage], in_reply_to: int) -> list[Reply]:
    """What is to be stored, in order.

    A handoff is a message without words: it is told with the message before it.
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
    return [reply for reply in found if reply.draft.text or reply.draft.buttons or reply.handoff]


def _draft(message: EngineMessage, in_reply_to: int) -> Draft:
    return Draft(
        "bot",
        message.text,
        buttons=tuple({"title": button.title, "payload": button.payload} for button in message.buttons),
        metadata=dict(message.metadata),
        in_reply_to=in_reply_to,
    )
