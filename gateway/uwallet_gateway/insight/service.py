"""How well service targets are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import SkillGroup, Ticket
from uwallet_gateway.insight.days import Period
from uwallet_gateway.protocol.service import GroupService, Kept, ServiceFigures

_Outcome = Literal["kept", "missed", "open"]


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What is counted of a ticket.

    Attributes:
        group: Id and name of its group; both None without one.
        reply_due_at: Until when the first reply was due; None: no target.
        replied_at: When it came.
        resolve_due_at: Until when the end was due; None: no target.
        closed_at: When it came.
    """

    group: tuple[int | None, str | None]
    reply_due_at: datetime | None
    replied_at: datetime | None
    resolve_due_at: datetime | None
    closed_at: datetime | None


async def service_figures(database: Database, period: Period) -> ServiceFigures:
    """The figures of the tickets that were made in a period."""
    row = Ticket
    statement = (
        select(row.group_id, SkillGroup.name, row.reply_due_at, row.first_reply_at, row.resolve_due_at, row.closed_at)
        .outerjoin(SkillGroup, SkillGroup.id == row.group_id)
        .where(row.created_at >= period.start, row.created_at < period.end)
    )
    async with database.read() as session:
        rows = (await session.execute(statement)).tuples().all()
    return counted([TargetFacts((row[0], row[1]), *row[2:]) for row in rows], now())


def counted(tickets: Iterable[TargetFacts], moment: datetime) -> ServiceFigures:
    """Counts tickets, in total and by group; groups by name, tickets without one last."""
    replies: defaultdict[tuple[int | None, str | None], Counter[_Outcome]] = defaultdict(Counter)
    ends: defaultdict[tuple[int | None, str | None], Counter[_Outcome]] = defaultdict(Counter)
    for ticket in tickets:
        reply = _outcome(ticket.reply_due_at, ticket.replied_at, ticket.closed_at, moment)
        if reply is not None:
            replies[ticket.group][reply] += 1
        end = _outcome(ticket.resolve_due_at, ticket.closed_at, None, moment)
        if end is not None:
            ends[ticket.group][end] += 1
    groups = sorted({*replies, *ends}, key=lambda group: (group[0] is None, group[1] or ""))
    return ServiceFigures(
        first_reply=_kept(sum(replies.values(), Counter())),
        resolution=_kept(sum(ends.values(), Counter())),
        groups=[
            GroupService(
                group_id=group[0], name=group[1], first_reply=_kept(replies[group]), resolution=_kept(ends[group])
            )
            for group in groups
        ],
    )


def _outcome(
    due_at: datetime | None, done_at: datetime | None, given_up_at: datetime | None, moment: datetime
) -> _Outcome | None:
    """Whether a target was kept; None without one, or if the user went before it was due."""
    if due_at is None:
        return None
    if done_at is not None:
        return "kept" if done_at <= due_at else "missed"
    if (given_up_at or moment) > due_at:
        return "missed"
    return None if given_up_at else "open"


def _kept(counts: Counter[_Outcome]) -> Kept:
    return Kept(kept=counts["kept"], missed=counts["missed"], open=counts["open"])
