"""Statements that SQLite and PostgreSQL share and SQLAlchemy has once for each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database.tables import Table


async def insert_unless_there(transaction: AsyncSession, row: Table) -> None:
    """Inserts a row; does nothing if one of its unique keys is taken."""
    await transaction.execute(_insert(transaction, row).on_conflict_do_nothing())


async def insert_or_update(transaction: AsyncSession, row: Table, changed: set[str]) -> None:
    """Inserts a row, or sets the columns `changed` of the one with the same primary key."""
    statement = _insert(transaction, row)
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=list(inspect(type(row)).primary_key),
            set_={name: statement.excluded[name] for name in changed},
        )
    )


def _insert(transaction: AsyncSession, row: Table) -> Any:
    dialect = sqlite if transaction.get_bind().dialect.name == "sqlite" else postgresql
    values = {name: value for name, value in inspect(row).dict.items() if not name.startswith("_")}
    return dialect.insert(type(row)).values(values)
