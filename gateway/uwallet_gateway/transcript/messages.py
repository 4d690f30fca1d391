"""Messages of a transcript."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Author = Literal["user", "bot", "agent", "system"]
# Who speaks in the conversation (docs/support/ownership.md).
Owner = Literal["bot", "queued", "agent", "closed"]
# received: waits for the bot. answered: settled. failed: the bot will not reply any more.
State = Literal["received", "answered", "failed"]
# The characters that a user writes.
Script = Literal["simplified", "traditional"]

# Asks for the greeting. Every conversation accepts it, and answers it once.
GREETING_PAYLOAD = "/session_start"
# The bot's intent for a human, on the button that the gateway offers when the engine is in trouble.
HUMAN_PAYLOAD = "/human_handoff"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a conversation comes from: key of the site, `widget` or `api`, and the characters that the user reads."""

    site: str | None = None
    channel: str | None = None
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to a message."""

    id: str
    content_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the user says of an answer: whether it helped, why not (codes), and in their own words."""

    helpful: bool
    reasons: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message: redacted, with ids from 1 without gaps within its conversation.

    `turn_id` names the turn of a user's message toward the engine.
    `reading` says why the bot gave this answer. It is for agents; no user is sent it.
    """

    conversation_id: str
    id: int
    author: Author
    text: str
    created_at: datetime
    buttons: tuple[dict[str, str], ...] = ()
    attachment: Picture | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    in_reply_to: int | None = None
    client_id: str | None = None
    payload: str | None = None
    state: State | None = None
    noticed: bool = False
    turn_id: str | None = None
    reading: dict[str, Any] | None = None
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to store."""

    author: Author
    text: str
    buttons: tuple[dict[str, str], ...] = ()
    attachment: Picture | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    in_reply_to: int | None = None
    client_id: str | None = None
    payload: str | None = None
    state: State | None = None
    reading: dict[str, Any] | None = None
