"""Hook events. They contain neither the user's identity nor the user's text."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables


class HookEvent(StrEnum):
    """What happened to a ticket."""

    CREATED = "ticket_created"
    QUEUED = "ticket_queued"
    CLOSED = "ticket_closed"


# What `send-test-hook` tells any endpoint.
TEST_EVENT = "test"


def described(
    event: str, event_id: str, ticket: tables.Ticket, site: str | None, desk_url: str | None, moment: datetime
) -> dict[str, Any]:
    """The event as JSON: the body of the format `json`, and what the other formats are made of.

    Args:
        event: Its name.
        event_id: The same for all endpoints.
        ticket: After the change.
        site: Name of the site that the user wrote on.
        desk_url: Where agents work, if that is known.
        moment: When it happened.
    """
    return {
        "event": event,
        "event_id": event_id,
        "created_at": to_text(moment),
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
        },
        "desk_url": desk_url,
    }


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
