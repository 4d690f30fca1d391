"""Statements that SQLite and PostgreSQL share and SQLAlchemy has once for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database.tables import Table


async def insert_unless_there(transaction: AsyncSession, row: Table) -> None:
    """Inserts a row; does nothing if one of its unique keys is taken."""
    await transaction.execute(_insert(transaction, [row]).on_conflict_do_nothing())


async def insert_or_update(transaction: AsyncSession, rows: Sequence[Table], changed: set[str]) -> None:
    """Inserts rows of one table, or sets the columns `changed` of those with the same primary keys.

    Args:
        transaction: To do it in.
        rows: At least one; each with another primary key.
        changed: Names of columns.
    """
    statement = _insert(transaction, rows)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=list(inspect(type(rows[0])).primary_key),
            set_={name: statement.excluded[name] for name in changed},
        )
    )


def _insert(transaction: AsyncSession, rows: Sequence[Table]) -> Any:
    dialect = sqlite if transaction.get_bind().dialect.name == "sqlite" else postgresql
    values = [{name: value for name, value in inspect(row).dict.items() if not name.startswith("_")} for row in rows]
    return dialect.insert(type(rows[0])).values(values)
