"""Addresses of databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.conftest import SettingsFactory
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.settings import SettingsError


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("", "sqlite+aiosqlite"),
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@host/db", "postgresql+asyncpg"),
        ("postgres://u:p@host/db", "postgresql+asyncpg"),
        ("postgresql+psycopg://u:p@host/db", "postgresql+asyncpg"),
    ],
)
def test_driver_is_chosen(make_settings: SettingsFactory, given: str, driver: str) -> None:
    assert database_url(make_settings(database_url=given)).drivername == driver


@pytest.mark.parametrize("given", ["mysql://u@host/db", "nonsense", "://"])
def test_other_databases_are_refused(make_settings: SettingsFactory, given: str) -> None:
    with pytest.raises(SettingsError, match="UWALLET_DATABASE_URL"):
        database_url(make_settings(database_url=given))


async def test_sqlite_keeps_what_was_committed(database: Database) -> None:
    if not database.is_sqlite:
        return
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
