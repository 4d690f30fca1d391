"""Publications at a time that was set before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError


class KnowledgePlans:
    """At most one: that of the draft. It holds for the draft as it was then; a change of it is not published unseen."""

    def __init__(self, database: Database) -> None:
        """Keeps what it works with."""
        self._database = database

    async def read(self, number: int) -> tables.KnowledgePlan | None:
        """The plan for a draft; None without one."""
        async with self._database.read() as transaction:
            return await transaction.get(tables.KnowledgePlan, number)

    async def set(self, number: int, revision: int, at: datetime, agent: str, note: str) -> None:
        """Plans the publication of a draft, instead of what was planned for it.

        Raises:
            InputError: malformed, if the time is over; not_found, if it is no draft any more.
        """
        moment = now()
        if at <= moment:
            raise InputError(ErrorCode.MALFORMED)
        row = tables.KnowledgePlan
        async with self._database.write() as transaction:
            # It may have become a pilot at this moment.
            draft = await transaction.get(tables.KnowledgeVersion, number, with_for_update=True)
            if draft is None or draft.state != "draft":
                raise InputError(ErrorCode.PILOT_RUNNING if draft else ErrorCode.NOT_FOUND)
            await transaction.execute(delete(row).where(row.version == number))
            plan = row(version=number, revision=revision, at=at, agent=agent, note=note, created_at=moment)
            transaction.add(plan)
            record(transaction, Action.PUBLICATION_PLANNED, str(number), publish_at=at.isoformat(), revision=revision)

    async def cancel(self, number: int) -> None:
        """Drops the plan for a draft. No-op without one."""
        row = tables.KnowledgePlan
        async with self._database.write() as transaction:
            plan = await transaction.get(row, number, with_for_update=True)
            if plan is not None:
                await transaction.delete(plan)
                record(transaction, Action.PUBLICATION_CANCELLED, str(number))

    async def due(self) -> tables.KnowledgePlan | None:
        """A plan whose time has come, and which was not refused yet."""
        row = tables.KnowledgePlan
        async with self._database.read() as transaction:
            found: tables.KnowledgePlan | None = await transaction.scalar(
                select(row).where(row.at <= now(), row.refused.is_(None)).limit(1)
            )
            return found

    async def end(self, number: int, refused: str | None) -> None:
        """Drops a plan that was carried out, or keeps why it was not."""
        row = tables.KnowledgePlan
        of_version = row.version == number
        async with self._database.write() as transaction:
            if refused is None:
                await transaction.execute(delete(row).where(of_version))
                return
            done = await transaction.execute(
                update(row).where(of_version, row.refused.is_(None)).values(refused=refused)
            )
            if getattr(done, "rowcount", 0):
                record(transaction, Action.PUBLICATION_REFUSED, str(number), reason=refused)
