"""Labels of tickets: words that agents sort them by."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.protocol.tickets import LabelUse

# Labels that agents are offered; the ones used most.
_MOST_OFFERED = 200


async def labels_of(session: AsyncSession, ticket_ids: Collection[int] | None = None) -> dict[int, list[str]]:
    """The labels of tickets, by ticket; None: of all that are open."""
    row = tables.TicketLabel
    statement = select(row.ticket_id, row.label).order_by(row.ticket_id, row.label)
    if ticket_ids is None:
        statement = statement.join(tables.Ticket, tables.Ticket.id == row.ticket_id).where(
            tables.Ticket.status != "closed"
        )
    else:
        statement = statement.where(row.ticket_id.in_(ticket_ids))
    found: dict[int, list[str]] = {}
    for ticket_id, label in (await session.execute(statement)).tuples():
        found.setdefault(ticket_id, []).append(label)
    return found


async def set_labels(session: AsyncSession, ticket_id: int, labels: Collection[str]) -> bool:
    """Gives a ticket these labels and no others. Returns whether that changes anything."""
    row = tables.TicketLabel
    existing = set(await session.scalars(select(row.label).where(row.ticket_id == ticket_id)))
    if existing == set(labels):
        return False
    await session.execute(delete(row).where(row.ticket_id == ticket_id, row.label.not_in(labels)))
    for label in labels:
        await insert_unless_there(session, row(ticket_id=ticket_id, label=label))
    return True


async def label_uses(session: AsyncSession) -> list[LabelUse]:
    """All labels with the number of their tickets, the one used most first."""
    row, count = tables.TicketLabel, func.count()
    rows = await session.execute(
        select(row.label, count).group_by(row.label).order_by(count.desc(), row.label).limit(_MOST_OFFERED)
    )
    return [LabelUse(label=label, tickets=tickets) for label, tickets in rows.tuples()]
