"""The order of the queue, and the estimated wait."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.support.presence import is_online

# The estimate: from the claims of the last hour, with at least so many times between two of them, and for no place more
# than so many times as far behind (docs/support/ownership.md).
_RECENT = timedelta(hours=1)
_FEWEST_PACES = 3
_FURTHEST = 3
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
    """Sort keys of the queue: priority, then the rank of the group, then the longest wait."""
    row = tables.Ticket
    return row.priority.asc(), row.rank.asc(), row.queued_at.asc(), row.id.asc()


def positions_of(tickets: Iterable[tuple[int, int | None]]) -> dict[int, int]:
    """The positions of queued tickets, from 1, each in the queue of its group.

    Args:
        tickets: All of them in order: id, id of the group.
    """
    counts: Counter[int | None] = Counter()
    positions = {}
    for ticket_id, group_id in tickets:
        counts[group_id] += 1
        positions[ticket_id] = counts[group_id]
    return positions


async def waiting_count(session: AsyncSession) -> int:
    """How many wait."""
    count = await session.scalar(select(func.count()).where(tables.Ticket.status == "queued"))
    return count or 0


async def position_of(session: AsyncSession, ticket: tables.Ticket) -> int:
    """The position of a queued ticket in the queue of its group, from 1."""
    row = tables.Ticket
    earlier = or_(row.queued_at < ticket.queued_at, and_(row.queued_at == ticket.queued_at, row.id < ticket.id))
    tickets_before = await session.scalar(
        select(func.count())
        .select_from(row)
        .where(
            row.status == "queued",
            row.id != ticket.id,
            row.group_id.is_not_distinct_from(ticket.group_id),
            or_(row.priority < ticket.priority, and_(row.priority == ticket.priority, earlier)),
        )
    )
    return (tickets_before or 0) + 1


@dataclass(frozen=True, slots=True)
class Claim:
    """When an agent took somebody from the queue.

    Attributes:
        agent_id: The agent.
        queued_at: When the user had come.
        at: When they were taken.
    """

    agent_id: int | None
    queued_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """An estimated wait, in whole minutes: probably between both."""

    least: int
    most: int


async def estimated_wait(session: AsyncSession, position: int, group_id: int | None) -> Wait | None:
    """The estimated wait at this position of a group's queue; None when there is nothing to estimate it from."""
    event, ticket = tables.TicketEvent, tables.Ticket
    rows = await session.execute(
        select(func.coalesce(event.agent_id, ticket.agent_id), ticket.queued_at, event.created_at)
        .join(ticket, ticket.id == event.ticket_id)
        .where(
            event.kind.in_((EventKind.CLAIMED, EventKind.ASSIGNED)),
            event.created_at > now() - _RECENT,
            ticket.queued_at.is_not(None),
            ticket.group_id.is_not_distinct_from(group_id),
        )
        .order_by(event.created_at, event.id)
    )
    everybody = select(func.count()).select_from(tables.Agent).where(is_online())
    members = select(tables.GroupMember.agent_id).where(tables.GroupMember.group_id == group_id)
    online = group_id and await session.scalar(everybody.where(tables.Agent.id.in_(members)))
    # With nobody of the group there, everybody serves it.
    online = online or await session.scalar(everybody)
    return estimate([Claim(*row) for row in rows], position, online or 0)


def estimate(claims: Sequence[Claim], position: int, online: int) -> Wait | None:
    """How long somebody at this position probably waits.

    While people waited, the time from one claim to the next tells how fast the queue moved; time in which nobody
    waited tells nothing. It is scaled from the agents who claimed to those who are online.

    Args:
        claims: Those of the last hour, in order.
        position: Place in the queue, from 1.
        online: How many agents take chats now.

    Returns:
        The lower and the upper quartile; None with nobody online, too few claims, or a place too far behind for them.
    """
    paces = [
        (later.at - max(earlier.at, later.queued_at)).total_seconds() for earlier, later in itertools.pairwise(claims)
    ]
    if not online or len(paces) < _FEWEST_PACES or position > _FURTHEST * len(paces):
        return None
    claimants = len({claim.agent_id for claim in claims})
    minutes = position * claimants / online / 60
    lower, _, upper = statistics.quantiles(paces, n=4, method="inclusive")
    least = max(1, math.floor(lower * minutes))
    return Wait(least, max(least, math.ceil(upper * minutes)))
