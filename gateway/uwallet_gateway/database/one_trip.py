"""SQLite's statements in one trip to the connection's thread each.

SQLAlchemy makes four of a statement: for a cursor, to execute, to fetch, and to close. Each wakes a thread and then the
event loop, which takes longer than SQLite does for what the gateway asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite


class OneTripCursor:
    """What SQLAlchemy's adapter uses of a cursor of aiosqlite; all rows are fetched when a statement is executed."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        """Executes nothing yet."""
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> OneTripCursor:
        """Executes a statement."""

        def run(database: sqlite3.Connection) -> None:
            cursor = database.execute(sql, tuple(parameters))
            self._keep(cursor)

        await self._in_thread(run)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> OneTripCursor:
        """Executes a statement once for each."""

        def run(database: sqlite3.Connection) -> None:
            self._keep(database.executemany(sql, parameters))

        await self._in_thread(run)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""

    async def _in_thread(self, run: Any) -> None:
        connection = self._connection
        # What aiosqlite's own cursors do it by.
        await connection._execute(run, connection._conn)  # type: ignore[no-untyped-call]

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.lastrowid, self.rowcount = cursor.lastrowid, cursor.rowcount
        self._rows = cursor.fetchall() if cursor.description else []
        cursor.close()


def make_one_trip(connection: aiosqlite.Connection) -> None:
    """Gives such cursors to whoever asks this connection for one."""

    async def cursor() -> OneTripCursor:
        return OneTripCursor(connection)

    connection.cursor = cursor  # type: ignore[assignment,method-assign]  # SQLAlchemy needs no more of it
