"""Filters of the desk's lists under a name: those of the team, and each agent's own."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.views import Place, SavedView, SavedViewRequest

# Of the team, and of each agent.
_MOST = 100


class SavedViews:
    """All of them."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def all(self, agent_id: int, places: Collection[Place]) -> list[SavedView]:
        """The team's and the agent's own for these lists, by name."""
        row = tables.SavedView
        async with self._database.read() as session:
            rows = await session.scalars(
                select(row).where(row.place.in_(places), _visible_to(agent_id)).order_by(row.name, row.id)
            )
            return [_view(view) for view in rows]

    async def add(self, agent_id: int, wanted: SavedViewRequest) -> SavedView:
        """Stores a new one.

        Raises:
            InputError: name_taken; too_many, if there are.
        """
        row = tables.SavedView
        owner_id = None if wanted.is_shared else agent_id
        async with self._database.write_unless_taken(ErrorCode.NAME_TAKEN) as session:
            count = await session.scalar(select(func.count()).where(row.owner_id.is_not_distinct_from(owner_id)))
            if (count or 0) >= _MOST:
                raise InputError(ErrorCode.TOO_MANY)
            await _check_name(session, wanted, owner_id)
            view = row(
                owner_id=owner_id,
                place=wanted.place,
                name=wanted.name,
                filters=dict(wanted.filters),
                updated_at=now(),
            )
            session.add(view)
            await session.flush()
            return _view(view)

    async def change(self, view_id: int, agent_id: int, wanted: SavedViewRequest, *, may_share: bool) -> SavedView:
        """Replaces one: the agent's own, with `may_share` one of the team, too.

        Raises:
            InputError: not_found, name_taken, malformed (it is one of another list).
        """
        owner_id = None if wanted.is_shared else agent_id
        async with self._database.write_unless_taken(ErrorCode.NAME_TAKEN) as session:
            view = await session.scalar(
                select(tables.SavedView).where(_changeable(view_id, agent_id, may_share=may_share))
            )
            if view is None:
                raise InputError(ErrorCode.NOT_FOUND)
            if view.place != wanted.place:
                raise InputError(ErrorCode.MALFORMED)
            await _check_name(session, wanted, owner_id, view_id)
            view.owner_id, view.name, view.filters, view.updated_at = owner_id, wanted.name, dict(wanted.filters), now()
            await session.flush()
            return _view(view)

    async def remove(self, view_id: int, agent_id: int, *, may_share: bool) -> None:
        """Removes one. No-op if it is gone or not theirs."""
        async with self._database.write() as session:
            await session.execute(delete(tables.SavedView).where(_changeable(view_id, agent_id, may_share=may_share)))


def _visible_to(agent_id: int) -> ColumnElement[bool]:
    return or_(tables.SavedView.owner_id.is_(None), tables.SavedView.owner_id == agent_id)


def _changeable(view_id: int, agent_id: int, *, may_share: bool) -> ColumnElement[bool]:
    row = tables.SavedView
    return and_(row.id == view_id, _visible_to(agent_id) if may_share else row.owner_id == agent_id)


async def _check_name(
    session: AsyncSession, wanted: SavedViewRequest, owner_id: int | None, view_id: int | None = None
) -> None:
    row = tables.SavedView
    taken = await session.scalar(
        select(row.id).where(
            row.place == wanted.place, row.name == wanted.name, row.owner_id.is_not_distinct_from(owner_id)
        )
    )
    if taken is not None and taken != view_id:
        raise InputError(ErrorCode.NAME_TAKEN)


def _view(row: tables.SavedView) -> SavedView:
    return SavedView(
        id=row.id,
        place=cast("Place", row.place),
        name=row.name,
        is_shared=row.owner_id is None,
        filters={str(key): str(value) for key, value in row.filters.items()},
    )
