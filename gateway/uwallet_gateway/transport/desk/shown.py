"""What the desk is sent (docs/support.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import to_text
from uwallet_gateway.support.models import PresenceStatus, TicketDetails, TicketStatus
from uwallet_gateway.transport.presentation import MessageShown

Moment = Annotated[datetime, PlainSerializer(to_text, return_type=str)]


class _Shown(BaseModel):
    """Made of what `support` hands out."""

    model_config = ConfigDict(from_attributes=True)


class AgentNameShown(_Shown):
    """An agent, as far as a ticket names them."""

    id: int
    name: str


class ActorShown(_Shown):
    """Who did something; `id` and `name` are those of an agent."""

    kind: str
    id: int | None
    name: str | None


class LastMessageShown(_Shown):
    """The newest message."""

    author: str
    text: str
    created_at: Moment


class UserShown(_Shown):
    """Whom a ticket is for."""

    kind: str
    name: str | None
    online: bool


class TicketShown(_Shown):
    """A ticket. Everything that users and the bot wrote is text, never markup."""

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
    agent: AgentNameShown | None
    preferred_agent: AgentNameShown | None
    disposition: str | None
    note: str | None
    rating: int | None
    rating_comment: str | None
    version: int
    unread: int
    last_message: LastMessageShown | None
    user: UserShown
    position: int | None
    created_at: Moment
    queued_at: Moment | None
    claimed_at: Moment | None
    first_reply_at: Moment | None
    closed_at: Moment | None


class EventShown(_Shown):
    """Something that happened to a ticket."""

    at: Moment
    kind: str
    actor: ActorShown
    details: dict[str, Any]


class TicketOpened(TicketShown):
    """A ticket with what happened to it, the earlier ones of the user, and what the bot last showed and understood."""

    events: list[EventShown]
    earlier: list[TicketShown]
    progress: dict[str, Any] | None
    intent: str | None


class TicketPage(BaseModel):
    """Tickets, newest first."""

    tickets: list[TicketShown]
    has_more: bool


class CountsShown(_Shown):
    """How much there is to do."""

    waiting: int
    urgent: int
    mine: int
    messages: int
    online: int


class QueueShown(_Shown):
    """What an agent has in front of them."""

    waiting: list[TicketShown]
    mine: list[TicketShown]
    messages: list[TicketShown]
    counts: CountsShown


class DeskMessagePage(BaseModel):
    """Messages in order."""

    messages: list[MessageShown]
    has_more: bool


class AgentShown(_Shown):
    """An agent. `username` and `enabled` are told to admins only."""

    id: int
    name: str
    role: Role
    presence: PresenceStatus
    chats: int
    max_chats: int
    username: str | None = None
    enabled: bool | None = None


def opened(details: TicketDetails) -> TicketOpened:
    """A ticket with all that belongs to it."""
    ticket = TicketShown.model_validate(details.ticket)
    return TicketOpened(
        **dict(ticket),
        events=[EventShown.model_validate(event) for event in details.events],
        earlier=[TicketShown.model_validate(earlier) for earlier in details.earlier],
        progress=details.progress,
        intent=details.intent,
    )
