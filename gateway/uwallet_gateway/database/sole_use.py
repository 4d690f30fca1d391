"""Refuses a second gateway where two would answer messages twice and out of order."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from uwallet_gateway.database.connection import Database

# Any number will do, but no other lock may have it (migrate.py, audit/log.py).
_POSTGRESQL_LOCK = 7_301_107


class DatabaseInUseError(Exception):
    """Another gateway uses the database; the text says what to do."""


@contextlib.asynccontextmanager
async def sole_use(database: Database, *, with_redis: bool) -> AsyncIterator[None]:
    """Keeps other gateways away within the block; with PostgreSQL and Redis, those without Redis only.

    A process that dies lets go by itself.

    Raises:
        DatabaseInUseError: Another gateway is there.
    """
    if database.is_sqlite:
        with _sole_file(database.url.database):
            yield
        return
    shared = "_shared" if with_redis else ""
    async with database.engine.connect() as connection:
        locked = await connection.scalar(text(f"SELECT pg_try_advisory_lock{shared}({_POSTGRESQL_LOCK})"))
        # The lock belongs to the connection; a transaction that stays open would keep old rows from being removed.
        await connection.commit()
        if not locked:
            raise DatabaseInUseError(
                "another gateway uses this database, and one of the two has no UWALLET_REDIS_URL: several gateways "
                "need Redis, or messages are answered twice. Give all of them the same one, or stop the other"
            )
        try:
            yield
        finally:
            # A connection that has ended meanwhile, with the server for example, has let go already.
            with contextlib.suppress(DBAPIError, OSError):
                await connection.execute(text(f"SELECT pg_advisory_unlock{shared}({_POSTGRESQL_LOCK})"))


@contextlib.contextmanager
def _sole_file(path: str | None) -> Iterator[None]:
    if not path or path == ":memory:":
        yield
        return
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseInUseError(
                f"another gateway uses {path}: one file is for one gateway. Stop the other, or use PostgreSQL "
                "(UWALLET_DATABASE_URL) and Redis (UWALLET_REDIS_URL) for several"
            ) from error
        yield
    finally:
        os.close(descriptor)
