"""Statements that SQLite and PostgreSQL share and SQLAlchemy has once for each."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import TableClause, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database.tables import Table


async def insert_unless_there(transaction: AsyncSession, row: Table) -> None:
    """Inserts a row; does nothing if one of its unique keys is taken."""
    await transaction.flush()
    await transaction.execute(_insert(_dialect_of(transaction), type(row), None), _values(row))


async def insert_or_update(transaction: AsyncSession, rows: Sequence[Table], changed: set[str]) -> None:
    """Inserts rows of one table, or sets the columns `changed` of those with the same primary keys.

    Args:
        transaction: To do it in.
        rows: At least one; each with another primary key, and all with values for the same columns.
        changed: Names of columns.
    """
    await transaction.flush()
    statement = _insert(_dialect_of(transaction), type(rows[0]), frozenset(changed))
    await transaction.execute(statement, [_values(row) for row in rows])


def _dialect_of(transaction: AsyncSession) -> str:
    return transaction.get_bind().dialect.name


@functools.cache
def _insert(dialect: str, table: type[Table], changed: frozenset[str] | None) -> Any:
    # Made once for each: that takes longer than to execute it. None: nothing is changed.
    columns = cast("TableClause", table.__table__)
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(columns)
    if changed is None:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(
        index_elements=list(columns.primary_key), set_={name: statement.excluded[name] for name in changed}
    )


def _values(row: Table) -> dict[str, Any]:
    return {name: value for name, value in inspect(row).dict.items() if not name.startswith("_")}
