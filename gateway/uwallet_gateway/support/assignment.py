"""Who gets the next ticket, when tickets are assigned automatically."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.support.presence import is_online


async def next_agent(transaction: AsyncSession, ticket: tables.Ticket) -> int | None:
    """The agent for a ticket that waits; None while nobody has room for it.

    It is the user's last agent, if they are online and under their limit, else the one with the fewest chats under
    their limit; never the one from whom the ticket came back. The row of the agent is locked until the transaction
    ends, so that two tickets at once do not go over the limit.
    """
    agents = tables.Agent
    chats = (
        select(func.count())
        .select_from(tables.Ticket)
        .where(tables.Ticket.status == "active", tables.Ticket.agent_id == agents.id)
        .correlate(agents)
        .scalar_subquery()
    )
    came_from = await _came_from(transaction, ticket)
    preferred = case((agents.id == ticket.preferred_agent_id, 0), else_=1)
    candidates = await transaction.scalars(
        select(agents.id)
        .where(is_online(), chats < agents.max_chats, agents.id.is_distinct_from(came_from))
        .order_by(preferred, chats, agents.id)
    )
    for agent_id in candidates.all():
        await transaction.execute(select(agents.id).where(agents.id == agent_id).with_for_update())
        # Counted again: another process may have given them a chat before the lock.
        if await transaction.scalar(
            select(agents.id).where(agents.id == agent_id, is_online(), chats < agents.max_chats)
        ):
            return agent_id
    return None


async def _came_from(transaction: AsyncSession, ticket: tables.Ticket) -> int | None:
    details = await transaction.scalar(
        select(tables.TicketEvent.details)
        .where(tables.TicketEvent.ticket_id == ticket.id, tables.TicketEvent.kind == EventKind.REQUEUED)
        .order_by(tables.TicketEvent.id.desc())
        .limit(1)
    )
    return (details or {}).get("from_agent_id")
