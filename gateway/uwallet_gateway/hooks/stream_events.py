"""What a company's warehouse is told: one model for each kind of event (docs/events.md, docs/events.schema.json)."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from uwallet_gateway.clock import now, to_text


class _Event(BaseModel):
    """What all events have.

    The version counts up when a field is removed or means something else; fields may be added without that.
    """

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    schema_version: Literal[1] = 1
    id: str = Field(
        default_factory=lambda: str(uuid.uuid4()), description="The same whenever the event is sent: what comes twice"
    )
    occurred_at: str = Field(default_factory=lambda: to_text(now()), description="ISO 8601, UTC, milliseconds")
    conversation_id: str
    site: str | None = Field(description="Public key of the site")


class ConversationStarted(_Event):
    """Somebody has written for the first time."""

    type: Literal["conversation_started"] = "conversation_started"
    kind: str = Field(description="visitor, user (the site vouches for them), backend (a site's own server)")


class MessageStored(_Event):
    """A message was stored."""

    type: Literal["message"] = "message"
    message_id: int = Field(description="Counts up within the conversation, without gaps")
    author: str = Field(description="user, bot, agent, system")
    in_reply_to: int | None
    content: Literal["text", "button", "picture"]
    length: int = Field(description="Characters, after masking")
    text: str | None = Field(description="As it is stored, masked; null unless UWALLET_EVENTS_TEXTS is set")


class TurnEvent(BaseModel):
    """What happened in a turn."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    topic: str | None
    step: str | None


class TurnAnswered(_Event):
    """The bot's answer to a message was stored."""

    type: Literal["turn"] = "turn"
    message_id: int = Field(description="The user's message")
    intent: str | None
    confidence: float | None
    answer_band: str | None = Field(description="answer, choice, not_understood")
    engine_seconds: float | None
    events: list[TurnEvent]


class TicketChanged(_Event):
    """A ticket was made, queued, closed or rated, or a service target was missed."""

    type: Literal["ticket_created", "ticket_queued", "ticket_closed", "sla_breached", "ticket_rated"]
    number: str
    status: str
    priority: int = Field(description="0 urgent, 1 high, 2 normal")
    reason: str
    topic: str | None
    disposition: str | None
    rating: int | None = Field(description="1 to 5")
    created_at: str
    queued_at: str | None
    claimed_at: str | None
    closed_at: str | None


class AnswerRated(_Event):
    """A user said whether an answer of the bot helped."""

    type: Literal["answer_rated"] = "answer_rated"
    message_id: int
    helpful: bool
    reasons: list[str]
    topic: str | None


StreamEvent = ConversationStarted | MessageStored | TurnAnswered | TicketChanged | AnswerRated


def schema() -> dict[str, Any]:
    """The JSON schema of an event."""
    adapter: TypeAdapter[StreamEvent] = TypeAdapter(Annotated[StreamEvent, Field(discriminator="type")])
    described = adapter.json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Event", **described}
