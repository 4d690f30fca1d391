"""Brings the tables up to date."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from uwallet_gateway.database.connection import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where tables change: each start and each command would wait for it, and nearly none needs it.
_FOLDER = Path(__file__).with_name("migrations")
# Any number will do: two processes that start at once migrate one after the other.
_POSTGRESQL_LOCK = 7_301_005


def configuration() -> Config:
    """What Alembic needs; there is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


async def migrate(database: Database) -> None:
    """Runs the migrations that are missing; does nothing when there are none.

    Raises:
        DatabaseUnavailableError: The database does not answer.
        BrokenReferencesError: What is stored does not fit together; nothing is changed.
    """
    if database.url.database and database.is_sqlite:
        folder = Path(database.url.database).parent
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(_keep_private, Path(database.url.database))
    async with database.reshape() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))
        await connection.run_sync(_upgrade)


async def is_current(database: Database) -> bool:
    """Whether the tables are those of this version.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    async with database.read() as transaction:
        version = await transaction.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(version == newest_revision())


def _keep_private(path: Path) -> None:
    """Takes what others on the machine may do to the files of an older version, which kept the umask's modes."""
    for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        with contextlib.suppress(FileNotFoundError):
            file.chmod(0o600)


@functools.cache
def newest_revision() -> str:
    """The number of the newest migration, with which the name of its file begins."""
    return max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    # Alembic's own check loads every migration and its environment, at each start and for each command.
    if _revision(connection) == newest_revision():
        return
    from alembic import command  # noqa: PLC0415 - see above

    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
