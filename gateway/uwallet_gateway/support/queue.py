"""The order of the queue, and the estimated wait."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.protocol.tickets import EventKind

# The estimate: claims of the last hour, at least three of them (docs/support/ownership.md).
_RECENT = timedelta(hours=1)
_FEWEST_CLAIMS = 3
# Reasons, topics, moods and alarms of the bot. Served first: danger to a life or to money, for whatever reason the user
# asked for a human in the end; then grief, complaints and anger.
_CRISIS = frozenset({"crisis", "in_crisis"})
_URGENT = frozenset({*_CRISIS, "fraud", "fraud_underway", "victim", "account_compromised"})
_HIGH = frozenset({"bereaved", "complaint", "frustrated", "distressed"})
URGENT, HIGH, NORMAL = 0, 1, 2


def priority_of(reason: str, handoff: Mapping[str, Any]) -> int:
    """0 urgent, 1 high, 2 normal.

    Args:
        reason: Reason of the handoff.
        handoff: The bot's payload; its topic, mood and alarms count, too.
    """
    signs = _signs(reason, handoff)
    if signs & _URGENT:
        return URGENT
    return HIGH if signs & _HIGH else NORMAL


def is_crisis(reason: str, handoff: Mapping[str, Any]) -> bool:
    """Whether the user has spoken of ending their life."""
    return bool(_signs(reason, handoff) & _CRISIS)


def _signs(reason: str, handoff: Mapping[str, Any]) -> set[object]:
    alarms = [alarm.get("kind") for alarm in handoff.get("alarms") or ()]
    return {reason, (handoff.get("topic") or {}).get("id"), handoff.get("mood"), *alarms}


def in_order() -> tuple[ColumnElement[Any], ...]:
    """Sort keys of the queue: priority, then the longest wait."""
    return tables.Ticket.priority.asc(), tables.Ticket.queued_at.asc(), tables.Ticket.id.asc()


async def position_of(session: AsyncSession, ticket: tables.Ticket) -> int:
    """The position of a queued ticket, from 1."""
    row = tables.Ticket
    earlier = or_(row.queued_at < ticket.queued_at, and_(row.queued_at == ticket.queued_at, row.id < ticket.id))
    tickets_before = await session.scalar(
        select(func.count())
        .select_from(row)
        .where(
            row.status == "queued",
            row.id != ticket.id,
            or_(row.priority < ticket.priority, and_(row.priority == ticket.priority, earlier)),
        )
    )
    return (tickets_before or 0) + 1


async def wait_minutes(session: AsyncSession, position: int) -> int | None:
    """The estimated wait at this position, in whole minutes; None without enough recent claims."""
    claims = await session.scalars(
        select(tables.TicketEvent.created_at)
        .where(
            tables.TicketEvent.kind.in_((EventKind.CLAIMED, EventKind.ASSIGNED)),
            tables.TicketEvent.created_at > now() - _RECENT,
        )
        .order_by(tables.TicketEvent.created_at)
    )
    return estimate(list(claims), position)


def estimate(claims: Sequence[datetime], position: int) -> int | None:
    """The median time between two claims times the position, in whole minutes, at least one; None with too few.

    Args:
        claims: When tickets were claimed, in order.
        position: Place in the queue, from 1.
    """
    if len(claims) < _FEWEST_CLAIMS:
        return None
    intervals = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(claims)]
    return max(1, math.ceil(statistics.median(intervals) * position / 60))
