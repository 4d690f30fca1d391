"""Databases for tests. Tables are migrated once per run and copied, which takes milliseconds."""

from __future__ import annotations

import asyncio
import functools
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.migrate import migrate

_TEMPLATE = "migrated"
# Nothing is kept beyond the run, so nothing has to survive a crash of the machine: a copy takes a quarter of the time.
_CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


def create_sqlite(path: Path) -> None:
    """Makes a database with all tables where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated_sqlite())


@functools.cache
def _migrated_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "migrated.db"
        # In a thread, as the one that asks has a loop that runs.
        thread.submit(asyncio.run, _migrate(f"sqlite+aiosqlite:///{path}")).result()
        return path.read_bytes()


class PostgresqlServer:
    """A private PostgreSQL, which copies databases by itself."""

    def __init__(self, url: str) -> None:
        """Takes the address of a running server."""
        self._url = url
        self._is_prepared = False

    async def create(self, *, migrated: bool = True) -> str:
        """Returns the address of a new database, with all tables or empty."""
        name = f"test_{uuid.uuid4().hex}"
        if not self._is_prepared:
            for setting in _CARELESS:
                await self._execute(f"ALTER SYSTEM SET {setting} = off")
            await self._execute("SELECT pg_reload_conf()")
            await self._execute(f"CREATE DATABASE {_TEMPLATE}")
            await _migrate(self._address(_TEMPLATE).replace("postgresql://", "postgresql+asyncpg://", 1))
            self._is_prepared = True
        # A file copy, where the default writes every page to the log.
        template = f" TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY" if migrated else ""
        await self._execute(f"CREATE DATABASE {name}{template}")
        return self._address(name)

    def _address(self, name: str) -> str:
        return self._url.replace("/postgres?", f"/{name}?", 1)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(statement)
        await connection.close()


async def _migrate(url: str) -> None:
    database = Database(make_url(url))
    await migrate(database)
    # The last connection to close also empties SQLite's write-ahead log into the file.
    await database.close()
