"""Automatic assignment: which agent gets a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.protocol.routing import AssignmentMode
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.support.presence import is_online
from uwallet_gateway.support.queue import in_order

# In turn: how far back it counts when an agent got the last chat.
_REMEMBERED = timedelta(days=7)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Staffing:
    """Who is in which group, and who is there.

    Attributes:
        members: The weights of the agents of each group.
        overflow_after: Of each group; None: not by time.
        online: Agents who take chats now.
    """

    members: Mapping[int, Mapping[int, int]]
    overflow_after: Mapping[int, int | None]
    online: frozenset[int]

    def weights(self, ticket: tables.Ticket) -> Mapping[int, int]:
        """The weights of the agents of the ticket's group."""
        return {} if ticket.group_id is None else self.members.get(ticket.group_id, {})

    def may_get(self, ticket: tables.Ticket, moment: datetime) -> frozenset[int]:
        """The agents online who may be given a queued ticket: its group's, or all once it has waited too long.

        While nobody of the group is there, waiting for them would be in vain.
        """
        group = self.online & self.weights(ticket).keys()
        if not group or ticket.group_id is None:
            return self.online
        overflows_at = overflow_at(ticket.user_waits_since, self.overflow_after.get(ticket.group_id))
        return self.online if overflows_at is not None and overflows_at <= moment else group


def overflow_at(user_waits_since: datetime | None, overflow_after: int | None) -> datetime | None:
    """When everybody may get a queued ticket that its group has not taken up; None: not by time."""
    if user_waits_since is None or overflow_after is None:
        return None
    return user_waits_since + timedelta(seconds=overflow_after)


async def read_staffing(session: AsyncSession) -> Staffing:
    """Reads who is where now."""
    members: dict[int, dict[int, int]] = {}
    row = tables.GroupMember
    for group_id, agent_id, weight in await session.execute(select(row.group_id, row.agent_id, row.weight)):
        members.setdefault(group_id, {})[agent_id] = weight
    groups = await session.execute(select(tables.SkillGroup.id, tables.SkillGroup.overflow_after))
    online = await session.scalars(select(tables.Agent.id).where(is_online()))
    return Staffing(members, dict(groups.tuples().all()), frozenset(online))


async def assignable_tickets(session: AsyncSession) -> list[int]:
    """The queued tickets that an agent has room for now, in the order of the queue. Reads only.

    It saves a write transaction for every ticket that waits while nobody has room. `next_agent` decides.
    """
    chats = _open_chats()
    rows = await session.execute(
        select(tables.Agent.id, tables.Agent.max_chats - chats).where(is_online(), chats < tables.Agent.max_chats)
    )
    room: dict[int, int] = dict(rows.tuples().all())
    if not room:
        return []
    queued = tables.Ticket.status == "queued"
    returned = await session.execute(
        select(tables.TicketEvent.ticket_id, tables.TicketEvent.details)
        .join(tables.Ticket, tables.Ticket.id == tables.TicketEvent.ticket_id)
        .where(queued, tables.TicketEvent.kind == EventKind.REQUEUED)
        .order_by(tables.TicketEvent.id)
    )
    came_from = {ticket_id: (details or {}).get("from_agent_id") for ticket_id, details in returned}
    staffing, moment = await read_staffing(session), now()
    tickets = await session.scalars(select(tables.Ticket).where(queued).order_by(*in_order()))
    assignable = []
    for ticket in tickets:
        candidates = (room.keys() & staffing.may_get(ticket, moment)) - {came_from.get(ticket.id)}
        if not candidates:
            continue
        # Who has most room stands in for the one who gets it: what waits for a full group leaves no room unused.
        agent_id = max(candidates, key=lambda candidate: room[candidate])
        assignable.append(ticket.id)
        room[agent_id] -= 1
        if room[agent_id] == 0:
            del room[agent_id]
        if not room:
            break
    return assignable


async def next_agent(session: AsyncSession, ticket: tables.Ticket, mode: AssignmentMode = "automatic") -> int | None:
    """The agent for a queued ticket; None while no agent who may get it has room.

    The user's last agent comes first, if they are online and under their limit; then the ticket's group; then, by the
    mode, whoever has the fewest chats for their weight or has got none for the longest time. The agent from whom the
    ticket came back is left out. The row of the agent is locked until the transaction ends, so that two tickets at once
    do not go over the limit.
    """
    agents, chats = tables.Agent, _open_chats()
    staffing = await read_staffing(session)
    weights = staffing.weights(ticket)
    wanted = staffing.may_get(ticket, now()) - {await _came_from(session, ticket)}
    given_at = await _last_given(session) if mode == "in_turn" else {}
    candidates = (
        (
            await session.execute(
                select(agents.id, chats).where(agents.id.in_(wanted), is_online(), chats < agents.max_chats)
            )
        )
        .tuples()
        .all()
    )

    def place(candidate: tuple[int, int]) -> tuple[object, ...]:
        agent_id, count = candidate
        load = given_at.get(agent_id, _NEVER) if mode == "in_turn" else (count + 1) / weights.get(agent_id, 1)
        return agent_id != ticket.preferred_agent_id, agent_id not in weights, load, agent_id

    for agent_id, _ in sorted(candidates, key=place):
        await session.execute(select(agents.id).where(agents.id == agent_id).with_for_update())
        # Count again: another process may have assigned a chat before the lock.
        if await session.scalar(select(agents.id).where(agents.id == agent_id, is_online(), chats < agents.max_chats)):
            return agent_id
    return None


def _open_chats() -> ScalarSelect[int]:
    """SQL: the number of an agent's chats."""
    return (
        select(func.count())
        .select_from(tables.Ticket)
        .where(tables.Ticket.status == "active", tables.Ticket.agent_id == tables.Agent.id)
        .correlate(tables.Agent)
        .scalar_subquery()
    )


async def _last_given(session: AsyncSession) -> dict[int, datetime]:
    """When each agent got the last chat."""
    row = tables.Ticket
    rows = await session.execute(
        select(row.agent_id, func.max(row.claimed_at))
        .where(row.created_at > now() - _REMEMBERED, row.agent_id.is_not(None), row.claimed_at.is_not(None))
        .group_by(row.agent_id)
    )
    return {agent_id: given_at for agent_id, given_at in rows if agent_id is not None and given_at is not None}


async def _came_from(session: AsyncSession, ticket: tables.Ticket) -> int | None:
    details = await session.scalar(
        select(tables.TicketEvent.details)
        .where(tables.TicketEvent.ticket_id == ticket.id, tables.TicketEvent.kind == EventKind.REQUEUED)
        .order_by(tables.TicketEvent.id.desc())
        .limit(1)
    )
    return (details or {}).get("from_agent_id")
