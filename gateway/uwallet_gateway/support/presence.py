"""Which agents are there.

An agent is online from a connection with the presence `online` until 30 seconds after the last one is gone.
`agents.seen_at` is renewed while there is a connection, so that it holds across processes and one that is killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import AgentsChanged, Hub
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.support.models import AgentStatus, PresenceStatus

# For which an agent counts as there after the last sign of a connection: a page that is loaded anew is no absence.
ABSENT_AFTER = timedelta(seconds=30)
# Between two signs that are written down.
_RENEWED_AFTER = timedelta(seconds=10)


class Presence:
    """Connections of this process, and `agents.presence` and `agents.seen_at`."""

    def __init__(self, database: Database, hub: Hub) -> None:
        """Nobody is connected yet."""
        self._database = database
        self._hub = hub
        self._connections: Counter[int] = Counter()
        self._renewed_at: datetime | None = None
        self._known: list[tuple[int, PresenceStatus]] = []

    async def connected(self, agent_id: int) -> None:
        """The desk of an agent has connected; call `disconnected` as often."""
        self._connections[agent_id] += 1
        await self._see([agent_id])
        self._hub.publish(AgentsChanged())

    async def disconnected(self, agent_id: int) -> None:
        """A connection is gone."""
        self._connections[agent_id] -= 1
        if self._connections[agent_id] <= 0:
            del self._connections[agent_id]
        await self._see([agent_id])

    async def choose(self, agent_id: int, status: Literal["online", "away"]) -> None:
        """What the agent has chosen. Whoever chooses is there, too."""
        async with self._database.write() as transaction:
            await transaction.execute(
                update(tables.Agent).where(tables.Agent.id == agent_id).values(presence=status, seen_at=now())
            )
        self._hub.publish(AgentsChanged())

    async def renew(self) -> None:
        """Writes down who is connected, every ten seconds; to be called more often."""
        moment = now()
        if self._connections and (self._renewed_at is None or abs(moment - self._renewed_at) >= _RENEWED_AFTER):
            self._renewed_at = moment
            await self._see(list(self._connections))

    async def notice_changes(self) -> list[AgentStatus]:
        """Tells desks when somebody has come or gone since the last call; returns who is there now."""
        statuses = await self.all()
        known = [(status.id, status.presence) for status in statuses]
        if known != self._known:
            self._known = known
            self._hub.deliver(AgentsChanged())
        return statuses

    async def all(self) -> list[AgentStatus]:
        """All agents that are enabled, by name."""
        async with self._database.read() as transaction:
            return await agent_statuses(transaction)

    async def _see(self, agent_ids: Sequence[int]) -> None:
        async with self._database.write() as transaction:
            await transaction.execute(update(tables.Agent).where(tables.Agent.id.in_(agent_ids)).values(seen_at=now()))


def is_online() -> ColumnElement[bool]:
    """The condition of an agent who is there and takes chats."""
    return and_(
        tables.Agent.enabled.is_(True),
        tables.Agent.presence == "online",
        tables.Agent.seen_at > now() - ABSENT_AFTER,
    )


async def is_anybody_online(transaction: AsyncSession) -> bool:
    """Whether at least one agent takes chats."""
    return await transaction.scalar(select(tables.Agent.id).where(is_online()).limit(1)) is not None


async def agent_statuses(transaction: AsyncSession) -> list[AgentStatus]:
    """All agents that are enabled, by name, with the chats that they have."""
    chats = (
        select(tables.Ticket.agent_id, func.count().label("chats"))
        .where(tables.Ticket.status == "active")
        .group_by(tables.Ticket.agent_id)
        .subquery()
    )
    found = await transaction.execute(
        select(tables.Agent, chats.c.chats)
        .outerjoin(chats, chats.c.agent_id == tables.Agent.id)
        .where(tables.Agent.enabled.is_(True))
        .order_by(tables.Agent.name, tables.Agent.id)
    )
    present_since = now() - ABSENT_AFTER
    return [
        AgentStatus(agent.id, agent.name, agent.role, _status(agent, present_since), count or 0, agent.max_chats)
        for agent, count in found
    ]


def _status(agent: tables.Agent, present_since: datetime) -> PresenceStatus:
    if agent.seen_at is None or agent.seen_at <= present_since:
        return "offline"
    return "online" if agent.presence == "online" else "away"
