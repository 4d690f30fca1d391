"""What agents did in some days: for the board of today and for reports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import Agent, AgentShift, QualityReview, Ticket, TicketEvent
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.figures import rating, seconds
from uwallet_gateway.protocol.insight import AgentFigures, TeamFigures
from uwallet_gateway.protocol.tickets import EventKind

_GIVEN_ON = (EventKind.TRANSFERRED.value, EventKind.REQUEUED.value)


@dataclass(frozen=True)
class Performance:
    """The figures of each agent, by id; of agents who did nothing, too."""

    team: TeamFigures
    agents: dict[int, AgentFigures]
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Served:
    agent_id: int
    queued_at: datetime | None
    claimed_at: datetime
    closed_at: datetime
    rating: int | None


@dataclass
class _Tally:
    handled: int = 0
    transfers: int = 0
    waits: list[float] = field(default_factory=list)
    first_replies: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)
    ratings: Counter[int] = field(default_factory=Counter)
    scores: list[int] = field(default_factory=list)
    online: float = 0.0
    away: float = 0.0

    def add(self, row: _Served) -> None:
        self.handled += 1
        self.handling.append((row.closed_at - row.claimed_at).total_seconds())
        if row.queued_at is not None:
            self.waits.append(max(0.0, (row.claimed_at - row.queued_at).total_seconds()))
        if row.rating is not None:
            self.ratings[row.rating] += 1

    def figures(self) -> AgentFigures:
        return AgentFigures(
            handled=self.handled,
            first_reply=seconds(self.first_replies),
            handling=seconds(self.handling),
            transfers=self.transfers,
            rating=rating(self.ratings),
            online_seconds=round(self.online),
            away_seconds=round(self.away),
            quality=round(sum(self.scores) / len(self.scores), 1) if self.scores else None,
            reviews=len(self.scores),
        )


NOTHING = _Tally().figures()


class PerformanceReports:
    """Reads them from the database."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def read(self, period: Period) -> Performance:
        """What was done in some days; a ticket counts on the day on which it was closed, for who had it last.

        A first reply counts on its own day, whether or not the chat has ended.
        """
        tallies: defaultdict[int, _Tally] = defaultdict(_Tally)
        team = _Tally()
        async with self._database.read() as transaction:
            agents = (await transaction.execute(select(Agent.id, Agent.name, Agent.enabled))).all()
            for row in await _served(transaction, period):
                tallies[row.agent_id].add(row)
                team.add(row)
            for agent_id, seconds_taken in await _answered(transaction, period):
                tallies[agent_id].first_replies.append(seconds_taken)
                team.first_replies.append(seconds_taken)
            for agent_id, count in await _given_on(transaction, period):
                tallies[agent_id].transfers += count
                team.transfers += count
            for agent_id, presence, time in await _times(transaction, period):
                for tally in (tallies[agent_id], team):
                    if presence == "online":
                        tally.online += time.total_seconds()
                    else:
                        tally.away += time.total_seconds()
            for agent_id, score in await _scores(transaction, period):
                tallies[agent_id].scores.append(score)
                team.scores.append(score)
            abandoned = await _abandoned(transaction, period)
        shown = {agent_id: name for agent_id, name, enabled in agents if enabled or agent_id in tallies}
        return Performance(
            TeamFigures(agent=team.figures(), abandoned=abandoned, waiting=seconds(team.waits)),
            {agent_id: tallies[agent_id].figures() for agent_id in shown},
            shown,
        )


async def _served(transaction: AsyncSession, period: Period) -> list[_Served]:
    rows = await transaction.execute(
        select(
            Ticket.agent_id,
            Ticket.queued_at,
            Ticket.claimed_at,
            Ticket.closed_at,
            Ticket.rating,
        ).where(
            Ticket.closed_at >= period.start,
            Ticket.closed_at < period.end,
            Ticket.agent_id.is_not(None),
            Ticket.claimed_at.is_not(None),
        )
    )
    return [_Served(*row) for row in rows]


async def _answered(transaction: AsyncSession, period: Period) -> list[tuple[int, float]]:
    """How long users waited for the first reply after a claim, of chats that go on, too. Seconds."""
    rows = await transaction.execute(
        select(Ticket.agent_id, Ticket.claimed_at, Ticket.first_reply_at).where(
            Ticket.first_reply_at >= period.start,
            Ticket.first_reply_at < period.end,
            Ticket.agent_id.is_not(None),
            Ticket.claimed_at.is_not(None),
        )
    )
    return [(agent, max(0.0, (replied - claimed).total_seconds())) for agent, claimed, replied in rows]


async def _given_on(transaction: AsyncSession, period: Period) -> list[tuple[int, int]]:
    """How many chats each agent has given to somebody else, or back to the queue."""
    rows = await transaction.execute(
        select(TicketEvent.agent_id, func.count())
        .where(
            TicketEvent.kind.in_(_GIVEN_ON),
            TicketEvent.agent_id.is_not(None),
            TicketEvent.created_at >= period.start,
            TicketEvent.created_at < period.end,
        )
        .group_by(TicketEvent.agent_id)
    )
    return [(row[0], row[1]) for row in rows]


async def _abandoned(transaction: AsyncSession, period: Period) -> int:
    """How many have left the queue before anybody came."""
    count = await transaction.scalar(
        select(func.count()).where(
            TicketEvent.kind == EventKind.LEFT_QUEUE.value,
            TicketEvent.created_at >= period.start,
            TicketEvent.created_at < period.end,
        )
    )
    return count or 0


async def _scores(transaction: AsyncSession, period: Period) -> list[tuple[int, int]]:
    rows = await transaction.execute(
        select(QualityReview.agent_id, QualityReview.score).where(
            QualityReview.created_at >= period.start, QualityReview.created_at < period.end
        )
    )
    return [(row[0], row[1]) for row in rows]


async def _times(transaction: AsyncSession, period: Period) -> list[tuple[int, str, timedelta]]:
    """How long each agent was there with which presence."""
    shifts = await transaction.execute(
        select(AgentShift.agent_id, AgentShift.presence, AgentShift.started_at, AgentShift.ended_at)
        .where(AgentShift.ended_at > period.start, AgentShift.started_at < period.end)
        .order_by(AgentShift.started_at)
    )
    spans: defaultdict[tuple[int, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for agent_id, presence, started_at, ended_at in shifts:
        spans[agent_id, presence].append((max(started_at, period.start), min(ended_at, period.end)))
    return [(agent_id, presence, covered(found)) for (agent_id, presence), found in spans.items()]


def covered(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """How much time spans cover together, in the order of their beginning: what overlaps counts once."""
    total, until = timedelta(), None
    for start, end in spans:
        begins = start if until is None else max(start, until)
        if end > begins:
            total += end - begins
            until = end
    return total
