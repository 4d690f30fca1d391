"""Addresses of databases."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast
from unittest import mock

import asyncpg
import pytest
from sqlalchemy import Table, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.conftest import SettingsFactory
from uwallet_gateway.clock import now
from uwallet_gateway.database import connection, tables
from uwallet_gateway.database.connection import (
    Database,
    DatabaseUnavailableError,
    NewRow,
    UnstorableTextError,
    database_url,
)
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


@pytest.mark.both_databases
async def test_postgresql_waits_for_no_gateway_that_stands_still(database: Database) -> None:
    if database.is_sqlite:
        return
    async with database.read() as transaction:
        await transaction.rollback()
        told = await transaction.scalar(text("SHOW idle_in_transaction_session_timeout"))
    assert told == "10s"


@pytest.mark.both_databases
@pytest.mark.parametrize("odd", ["\ud800", "\0", "a\udfff"])
async def test_text_that_no_database_takes_is_told_apart(database: Database, odd: str) -> None:
    # SQLite takes a NUL.
    with contextlib.suppress(UnstorableTextError):
        async with database.read() as transaction:
            assert await transaction.get(tables.Attachment, odd) is None


async def test_writers_take_turns(database: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
            order.append(number)

    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        writers = [asyncio.create_task(write(number)) for number in range(8)]
        # SQLite's own waiting ones ask again at different moments by now.
        await asyncio.sleep(0.1)
    await asyncio.gather(*writers)
    assert order == list(range(8))


@pytest.mark.both_databases
async def test_connection_whose_line_was_given_up_fails_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return
    # Its line was given up long after it was used.
    monkeypatch.setattr(connection, "_TRUSTED_FOR", 0)
    async with database.read() as session:
        first = await session.scalar(text("SELECT pg_backend_pid()"))
    fetch = asyncpg.Connection.fetchrow
    # What uvloop says of it, once.
    words = ["unable to perform operation on <TCPTransport closed=True>; the handler is closed"]

    async def fetch_unless_closed(*arguments: Any, **named: Any) -> Any:
        if words:
            raise RuntimeError(words.pop())
        return await fetch(*arguments, **named)

    monkeypatch.setattr(asyncpg.Connection, "fetchrow", fetch_unless_closed)
    async with database.read() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != first
    assert words == []


@pytest.mark.both_databases
async def test_connection_that_has_just_answered_is_not_asked_whether_it_is_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return
    monkeypatch.setattr(connection, "_TRUSTED_FOR", 3600)
    # By it a server is asked.
    asked = mock.AsyncMock()
    monkeypatch.setattr(asyncpg.Connection, "fetchrow", asked)
    async with database.read() as session:
        first = await session.scalar(text("SELECT pg_backend_pid()"))
    async with database.read() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) == first
        # But one that the server has ended is known to be gone.
        async with database.read() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        with pytest.raises(DBAPIError):
            await session.execute(text("SELECT 1"))
    async with database.read() as session:
        assert await session.scalar(text("SELECT pg_backend_pid()")) != first
    asked.assert_not_called()


@pytest.mark.both_databases
async def test_server_that_ends_a_connection_is_told_as_away(database: Database) -> None:
    if database.is_sqlite:
        return

    async def end_it() -> None:
        async with database.write() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
            await session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailableError):
        await end_it()


SITE, ORIGIN = (insert(cast("Table", table.__table__)) for table in (tables.Site, tables.SiteOrigin))


def site(key: str) -> tuple[NewRow, NewRow]:
    values = {"key": key, "name": key, "secret": "", "require_identity": False, "created_at": now()}
    return (SITE, values), (ORIGIN, {"site_key": key, "origin": "https://a"})


async def stored_sites(database: Database) -> set[str]:
    async with database.read() as transaction:
        return set(await transaction.scalars(select(tables.SiteOrigin.site_key)))


@pytest.mark.both_databases
async def test_who_asks_while_others_are_stored_is_stored_together_with_all_who_have(database: Database) -> None:
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(database.engine.sync_engine, "commit", count)
    await asyncio.gather(*(database.insert(*site(str(number))) for number in range(50)))
    assert await stored_sites(database) == {str(number) for number in range(50)}
    # The first goes at once, perhaps alone.
    assert commits <= 2
    await database.insert(*site("later"))
    assert "later" in await stored_sites(database)


@pytest.mark.both_databases
async def test_what_cannot_be_stored_is_nobody_elses_fault(database: Database) -> None:
    wrong = (ORIGIN, {"site_key": "unknown", "origin": "https://a"})
    gone = asyncio.create_task(database.insert(*site("gone")))
    asked = [database.insert(*site("one")), database.insert(wrong), database.insert(*site("other"))]
    waiting = asyncio.gather(*asked, return_exceptions=True)
    await asyncio.sleep(0)
    gone.cancel()
    first, second, third = await waiting
    assert (first, third) == (None, None)
    assert isinstance(second, IntegrityError)
    # Who has asked and gone is no reason to forget what they asked for.
    assert await stored_sites(database) == {"gone", "one", "other"}


async def test_all_are_told_that_the_database_is_away(database: Database) -> None:
    with mock.patch.object(database, "_insert_together", side_effect=DatabaseUnavailableError("away")):
        told = await asyncio.gather(*(database.insert(*site(key)) for key in "ab"), return_exceptions=True)
    assert [type(error) for error in told] == [DatabaseUnavailableError] * 2
    assert told[0] is not told[1]
    await database.insert(*site("c"))
    assert await stored_sites(database) == {"c"}


async def test_what_was_asked_for_is_stored_before_the_end(database: Database) -> None:
    asked = asyncio.create_task(database.insert(*site("last")))
    await asyncio.sleep(0)
    asked.cancel()
    await database.close()
    assert database._inserting is None
    assert await stored_sites(database) == {"last"}
