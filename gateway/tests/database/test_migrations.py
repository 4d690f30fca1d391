"""Migrations make what the tables say, on both databases."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.migrate import configuration, is_current, migrate
from uwallet_gateway.database.tables import Table, UtcTime


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={"compare_type": lambda _c, _i, _m, found, wanted: False if isinstance(wanted, UtcTime) else None},
    )
    return list(compare_metadata(context, Table.metadata))


async def test_migrated_tables_are_those_of_the_code(empty_database: Database) -> None:
    await migrate(empty_database)
    async with empty_database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    assert await is_current(empty_database)


async def test_migrating_again_does_nothing(empty_database: Database) -> None:
    await migrate(empty_database)
    await migrate(empty_database)
    assert await is_current(empty_database)


async def test_migrations_can_be_undone(empty_database: Database) -> None:
    await migrate(empty_database)

    def undo(connection: Connection) -> list[str]:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return list(inspect(connection).get_table_names())

    async with empty_database.engine.execution_options(writes=True).begin() as connection:
        assert await connection.run_sync(undo) == ["alembic_version"]
    assert not await is_current(empty_database)
    await migrate(empty_database)
    assert await is_current(empty_database)
