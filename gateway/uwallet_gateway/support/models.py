"""What human support hands out. The names are those of docs/support.md, so that transports only write them down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args

from uwallet_gateway.conversation.messages import Owner

TicketStatus = Literal["queued", "active", "message", "closed"]
ActorKind = Literal["user", "bot", "agent", "system"]
PresenceStatus = Literal["online", "away", "offline"]
# What an agent may close a ticket as; others are given by the gateway itself (`user_left`, `cancelled`).
Disposition = Literal["solved", "follow_up", "spam"]
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)


class EventKind(StrEnum):
    """What can happen to a ticket."""

    CREATED = "created"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    RETURNED_TO_BOT = "returned_to_bot"
    LEFT_QUEUE = "left_queue"
    MESSAGE_LEFT = "message_left"
    NOTE = "note"
    CLOSED = "closed"
    RATED = "rated"
    REQUEST_REPEATED = "request_repeated"
    TIMEOUT_OFFERED = "timeout_offered"


@dataclass(frozen=True, slots=True)
class AgentName:
    """An agent as colleagues see them; users see the name only."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something; `id` and `name` are those of an agent, else None."""

    kind: ActorKind
    id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message of a conversation that is not hidden."""

    author: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Whom a ticket is for. `name` is what the site calls a user it vouches for; a visitor has none."""

    kind: str
    name: str | None
    online: bool


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with what lists and headers show of it.

    Attributes:
        site: Name of the site.
        topic: `{"id", "title"}` of the bot's topic, or None.
        step: `{"number", "count", "id", "title"}` that was reached, or None.
        collected: What the bot noted down, by its name.
        unread: Messages of the user that no agent has seen.
        position: Place in the queue from 1; None if it does not wait there.
    """

    id: int
    number: str
    conversation_id: str
    site: str
    status: TicketStatus
    priority: int
    reason: str
    topic: dict[str, Any] | None
    step: dict[str, Any] | None
    summary: str
    collected: dict[str, Any]
    contact: str | None
    message: str | None
    agent: AgentName | None
    preferred_agent: AgentName | None
    disposition: str | None
    note: str | None
    rating: int | None
    rating_comment: str | None
    version: int
    unread: int
    last_message: LastMessage | None
    user: UserInfo
    position: int | None
    created_at: datetime
    queued_at: datetime | None
    claimed_at: datetime | None
    first_reply_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """Something that happened to a ticket."""

    at: datetime
    kind: str
    actor: Actor
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketDetails:
    """A ticket as it is opened.

    Attributes:
        events: Oldest first.
        earlier: Other tickets of the same user, newest first.
        progress: The procedure that the bot showed last (docs/protocol.md, `metadata.progress`), or None.
        intent: What the bot understood last, or None.
    """

    ticket: Ticket
    events: list[TicketEvent]
    earlier: list[Ticket]
    progress: dict[str, Any] | None
    intent: str | None


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much there is: `urgent` of those waiting, `mine` of the agent who asks, `online` agents."""

    waiting: int
    urgent: int
    mine: int
    messages: int
    online: int


@dataclass(frozen=True, slots=True)
class DeskQueue:
    """What an agent has in front of them; `waiting` in the order of the queue, the others oldest first."""

    waiting: list[Ticket]
    mine: list[Ticket]
    messages: list[Ticket]
    counts: QueueCounts


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """An agent, whether they are there, and how many chats they have."""

    id: int
    name: str
    role: str
    presence: PresenceStatus
    chats: int
    max_chats: int


@dataclass(frozen=True, slots=True)
class TicketReference:
    """What a user knows of their ticket."""

    number: str
    status: TicketStatus


@dataclass(frozen=True, slots=True)
class SupportState:
    """What a user's client shows.

    Attributes:
        position: Place in the queue from 1.
        wait_minutes: Estimated; None while there is nothing to estimate from.
        agent_name: Of the agent who has the conversation.
        agent_read_id: The last message that the agent has seen, 0 if none.
        can_leave_message: A message would be taken, and none is on the open ticket yet.
        rating_wanted: Number of the ticket that an agent has just closed and that is not rated.
    """

    owner: Owner
    ticket: TicketReference | None
    position: int | None
    wait_minutes: int | None
    agent_name: str | None
    agent_read_id: int
    can_leave_message: bool
    rating_wanted: str | None
