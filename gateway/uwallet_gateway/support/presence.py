"""Which agents are there.

An agent is online from the first connection with the presence `online` until 30 seconds after the last one closes.
`agents.seen_at` is renewed while a connection is open, so presence works across processes and survives a kill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from common.opening_hours import OpeningHours
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.protocol.tickets import AgentStatus, PresenceStatus
from uwallet_gateway.support.leaves import ends_of_leaves, is_on_leave
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentsChanged

# Grace period after the last connection, so that reloading the page is no absence.
ABSENT_AFTER = timedelta(seconds=30)
# Interval between two writes of `seen_at`.
_RENEWED_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a human is to be had.

    Attributes:
        available: Whether somebody takes chats now, within the opening hours.
        queued: Whether the conversation waits in the queue already.
    """

    available: bool
    queued: bool


class Presence:
    """Connections of this process, and `agents.presence` and `agents.seen_at`."""

    def __init__(self, database: Database, event_bus: EventBus) -> None:
        """Nobody is connected yet."""
        self._database = database
        self._event_bus = event_bus
        self._connections: Counter[int] = Counter()
        self._renewed_at: datetime | None = None
        self._last_statuses: list[tuple[int, PresenceStatus]] = []

    async def connected(self, agent_id: int) -> None:
        """The desk of an agent has connected; call `disconnected` as often."""
        self._connections[agent_id] += 1
        await self._see([agent_id])
        self._event_bus.publish(AgentsChanged())

    async def disconnected(self, agent_id: int) -> None:
        """A connection is gone."""
        self._connections[agent_id] -= 1
        if self._connections[agent_id] <= 0:
            del self._connections[agent_id]
        await self._see([agent_id])

    async def choose(self, agent_id: int, status: Literal["online", "away"]) -> None:
        """Stores the agent's choice. Choosing also counts as being there."""
        async with self._database.write() as session:
            await session.execute(
                update(tables.Agent).where(tables.Agent.id == agent_id).values(presence=status, seen_at=now())
            )
            await _prolong_shifts(session, [agent_id])
        self._event_bus.publish(AgentsChanged())

    async def renew(self) -> None:
        """Renews `seen_at` of connected agents every ten seconds; call it more often than that."""
        moment = now()
        if self._connections and (self._renewed_at is None or abs(moment - self._renewed_at) >= _RENEWED_AFTER):
            self._renewed_at = moment
            await self._see(list(self._connections))

    async def notice_changes(self) -> list[AgentStatus]:
        """Notifies desks when the presence of any agent changed since the last call. Returns all agents."""
        statuses = await self.all()
        statuses_now = [(status.id, status.presence) for status in statuses]
        if statuses_now != self._last_statuses:
            self._last_statuses = statuses_now
            self._event_bus.deliver(AgentsChanged())
        return statuses

    async def all(self) -> list[AgentStatus]:
        """All enabled agents, by name."""
        async with self._database.read() as session:
            return await agent_statuses(session)

    async def _see(self, agent_ids: Sequence[int]) -> None:
        async with self._database.write() as session:
            await session.execute(update(tables.Agent).where(tables.Agent.id.in_(agent_ids)).values(seen_at=now()))
            await _prolong_shifts(session, agent_ids)


async def _prolong_shifts(session: AsyncSession, agent_ids: Sequence[int]) -> None:
    """Prolongs the shifts of agents who are there until now, or begins others for those who have none like it.

    Two processes may each begin one: who reads them unites what overlaps.
    """
    moment, shift = now(), tables.AgentShift
    presences = await session.execute(
        select(tables.Agent.id, tables.Agent.presence).where(tables.Agent.id.in_(agent_ids))
    )
    recent = await session.scalars(
        select(shift)
        .where(shift.agent_id.in_(agent_ids), shift.ended_at > moment - ABSENT_AFTER, shift.ended_at <= moment)
        .order_by(shift.started_at, shift.id)
    )
    newest = {row.agent_id: row for row in recent}
    for agent_id, presence in presences.all():
        row = newest.get(agent_id)
        if row is not None:
            row.ended_at = moment
        if row is None or row.presence != presence:
            session.add(tables.AgentShift(agent_id=agent_id, presence=presence, started_at=moment, ended_at=moment))


def is_online() -> ColumnElement[bool]:
    """SQL condition: the agent is there and takes chats."""
    moment = now()
    return is_online_then(moment - ABSENT_AFTER, moment)


def is_online_then(
    present_since: datetime | BindParameter[Any], moment: datetime | BindParameter[Any]
) -> ColumnElement[bool]:
    """As `is_online`, for a statement that is made once.

    Args:
        present_since: `ABSENT_AFTER` before the moment.
        moment: When it is asked for.
    """
    return and_(
        tables.Agent.enabled.is_(True),
        tables.Agent.presence == "online",
        tables.Agent.seen_at > present_since,
        ~is_on_leave(moment),
    )


async def is_anybody_online(session: AsyncSession) -> bool:
    """Whether at least one agent takes chats."""
    return await session.scalar(select(tables.Agent.id).where(is_online()).limit(1)) is not None


async def is_staffed(session: AsyncSession, hours: OpeningHours) -> bool:
    """Whether a user who asks for a human now gets into the queue."""
    # Opening hours that are not filled in do not restrict anything.
    return hours.is_open(now()) is not False and await is_anybody_online(session)


async def agent_statuses(session: AsyncSession) -> list[AgentStatus]:
    """All enabled agents by name, with their open chats."""
    chats = (
        select(tables.Ticket.agent_id, func.count().label("chats"))
        .where(tables.Ticket.status == "active")
        .group_by(tables.Ticket.agent_id)
        .subquery()
    )
    rows = await session.execute(
        select(tables.Agent, chats.c.chats)
        .outerjoin(chats, chats.c.agent_id == tables.Agent.id)
        .where(tables.Agent.enabled.is_(True))
        .order_by(tables.Agent.name, tables.Agent.id)
    )
    present_since = now() - ABSENT_AFTER
    off_until = await ends_of_leaves(session)
    groups: dict[int, list[int]] = {}
    member = tables.GroupMember
    for agent_id, group_id in await session.execute(select(member.agent_id, member.group_id).order_by(member.group_id)):
        groups.setdefault(agent_id, []).append(group_id)
    return [
        AgentStatus(
            id=agent.id,
            name=agent.name,
            role=Role(agent.role),
            presence=_status(agent, present_since, is_off=agent.id in off_until),
            chats=count or 0,
            max_chats=agent.max_chats,
            groups=groups.get(agent.id, []),
            on_leave_until=off_until.get(agent.id),
        )
        for agent, count in rows
    ]


def _status(agent: tables.Agent, present_since: datetime, *, is_off: bool) -> PresenceStatus:
    if agent.seen_at is None or agent.seen_at <= present_since:
        return "offline"
    return "online" if agent.presence == "online" and not is_off else "away"
