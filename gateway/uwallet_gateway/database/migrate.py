"""Brings the tables up to date."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from uwallet_gateway.database.connection import Database

_FOLDER = Path(__file__).with_name("migrations")
# Any number will do: two processes that start at once migrate one after the other.
_POSTGRESQL_LOCK = 7_301_005


def configuration() -> Config:
    """What Alembic needs; there is no alembic.ini."""
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
    return bool(version == _newest_revision())


def _keep_private(path: Path) -> None:
    """Takes what others on the machine may do to the files of an older version, which kept the umask's modes."""
    for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        with contextlib.suppress(FileNotFoundError):
            file.chmod(0o600)


@functools.cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(configuration()).get_current_head()


def _upgrade(connection: Connection) -> None:
    # Alembic's own check loads every migration and its environment, at each start and for each command.
    if MigrationContext.configure(connection).get_current_revision() == _newest_revision():
        return
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
