"""Hook events. None but `message_created` names the user, and none has the user's text."""

from __future__ import annotations

import uuid
from collections.abc import Container
from datetime import datetime
from enum import StrEnum
from typing import Any

from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.transcript.messages import Message


class HookEvent(StrEnum):
    """What happened, to a ticket or in a conversation."""

    CREATED = "ticket_created"
    QUEUED = "ticket_queued"
    CLOSED = "ticket_closed"
    # A service target was missed (docs/support/targets.md).
    SLA_BREACHED = "sla_breached"
    # For the backend of a site, whose users only it can reach.
    MESSAGE_CREATED = "message_created"
    # What a user says of an answer of the bot.
    ANSWER_RATED = "answer_rated"


# What an endpoint is told that names no events.
TICKET_EVENTS = frozenset({HookEvent.CREATED, HookEvent.QUEUED, HookEvent.CLOSED})


# What may be told of a ticket, to group robots, too.
ALL_OF_TICKETS = TICKET_EVENTS | {HookEvent.SLA_BREACHED}

# What `send-test-hook` tells any endpoint.
TEST_EVENT = "test"


def described(
    event: str,
    event_id: str,
    ticket: tables.Ticket,
    site: str | None,
    desk_url: str | None,
    moment: datetime,
    target: str | None = None,
) -> dict[str, Any]:
    """The event as JSON: the body of the format `json`, and what the other formats are made of.

    Args:
        event: Its name.
        event_id: The same for all endpoints.
        ticket: After the change.
        site: Name of the site that the user wrote on.
        desk_url: Where agents work, if that is known.
        moment: When it happened.
        target: The service target that was missed; only of `sla_breached`.
    """
    return {
        "event": event,
        "event_id": event_id,
        "created_at": to_text(moment),
        **({} if target is None else {"target": target}),
        "ticket": {
            "id": ticket.id,
            "number": ticket.number,
            "site": site,
            "status": ticket.status,
            "priority": ticket.priority,
            "reason": ticket.reason,
            "topic": _topic(ticket),
            "disposition": ticket.disposition,
            "rating": ticket.rating,
            "waited_seconds": _waited(ticket, moment),
            "created_at": to_text(ticket.created_at),
            "queued_at": _time(ticket.queued_at),
            "claimed_at": _time(ticket.claimed_at),
            "closed_at": _time(ticket.closed_at),
            "reply_due_at": _time(ticket.reply_due_at),
            "resolve_due_at": _time(ticket.resolve_due_at),
        },
        "desk_url": desk_url,
    }


def told_message(
    event_id: str, conversation: tables.Conversation, view: dict[str, Any], moment: datetime
) -> dict[str, Any]:
    """A message for a user of a site's backend, as JSON.

    Args:
        event_id: The same for all endpoints.
        conversation: Whose; `sender` is what the site itself calls the user.
        view: The message as in docs/protocol.md.
        moment: Now.
    """
    return {
        "event": HookEvent.MESSAGE_CREATED.value,
        "event_id": event_id,
        "created_at": to_text(moment),
        "site": conversation.site_key,
        "sender": conversation.external_id,
        "message": view,
    }


def told_feedback(event_id: str, feedback: tables.AnswerFeedback, site: str | None, moment: datetime) -> dict[str, Any]:
    """A user's 赞 or 踩 as JSON, without who it was and what they wrote."""
    return {
        "event": HookEvent.ANSWER_RATED.value,
        "event_id": event_id,
        "created_at": to_text(moment),
        "site": site,
        "feedback": {
            "helpful": feedback.helpful,
            "reasons": feedback.reasons,
            "commented": feedback.comment is not None,
            "topic": feedback.topic,
        },
    }


def needs_hook(message: Message, late: Container[int]) -> bool:
    """Whether a message cannot come in the answer to what the user has said.

    Args:
        message: The message.
        late: Messages of users to whose senders the answer has been given before the bot's.
    """
    if message.author == "agent":
        return True
    return message.author != "user" and (message.in_reply_to is None or message.in_reply_to in late)


def sample_event(desk_url: str | None) -> dict[str, Any]:
    """A test event without a ticket."""
    return {
        "event": TEST_EVENT,
        "event_id": str(uuid.uuid4()),
        "created_at": to_text(now()),
        "ticket": None,
        "desk_url": desk_url,
    }


def _topic(ticket: tables.Ticket) -> dict[str, str | None] | None:
    topic = ticket.handoff.get("topic") if isinstance(ticket.handoff, dict) else None
    title = topic.get("title") if isinstance(topic, dict) and topic.get("id") == ticket.topic else None
    return {"id": ticket.topic, "title": str(title) if title else None} if ticket.topic else None


def _waited(ticket: tables.Ticket, moment: datetime) -> int | None:
    """Whole seconds between queueing and the first agent, or until now; None if the ticket was never queued."""
    if ticket.queued_at is None:
        return None
    # Claimed before it was queued again: the agent of then says nothing about this wait.
    claimed = ticket.claimed_at if ticket.claimed_at and ticket.claimed_at >= ticket.queued_at else None
    until = claimed or ticket.closed_at or moment
    return max(0, int((until - ticket.queued_at).total_seconds()))


def _time(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None
