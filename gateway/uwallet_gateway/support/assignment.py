"""Automatic assignment: which agent gets a ticket."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.support.presence import is_online
from uwallet_gateway.support.queue import in_order


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
    ticket_ids = await session.scalars(select(tables.Ticket.id).where(queued).order_by(*in_order()))
    assignable = [ticket_id for ticket_id in ticket_ids if room.keys() - {came_from.get(ticket_id)}]
    return assignable[: sum(room.values())]


async def next_agent(session: AsyncSession, ticket: tables.Ticket) -> int | None:
    """The agent for a queued ticket; None while no agent has room for it.

    The user's last agent comes first, if online and under their limit; then the agent with the fewest chats under their
    limit. The agent from whom the ticket came back is left out. The row of the agent is locked until the transaction
    ends, so that two tickets at once do not go over the limit.
    """
    agents, chats = tables.Agent, _open_chats()
    came_from = await _came_from(session, ticket)
    preferred = case((agents.id == ticket.preferred_agent_id, 0), else_=1)
    candidates = await session.scalars(
        select(agents.id)
        .where(is_online(), chats < agents.max_chats, agents.id.is_distinct_from(came_from))
        .order_by(preferred, chats, agents.id)
    )
    for agent_id in candidates.all():
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


async def _came_from(session: AsyncSession, ticket: tables.Ticket) -> int | None:
    details = await session.scalar(
        select(tables.TicketEvent.details)
        .where(tables.TicketEvent.ticket_id == ticket.id, tables.TicketEvent.kind == EventKind.REQUEUED)
        .order_by(tables.TicketEvent.id.desc())
        .limit(1)
    )
    return (details or {}).get("from_agent_id")
