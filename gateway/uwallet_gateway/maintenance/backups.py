"""Copies of the database and the pictures that belong together, and the way back to one."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.database.sole_use import sole_use
from uwallet_gateway.settings import Settings

_DATABASE, _PICTURES, _PART = "gateway.db", "attachments", ".part"
# What SQLite lays beside a database that is open.
_BESIDE = ("", "-wal", "-shm")


class BackupError(Exception):
    """It cannot be backed up or restored; the text says why."""


def back_up(settings: Settings, folder: Path) -> int:
    """Copies the database, while a gateway may use it, then the pictures, which are never changed.

    Pictures in a bucket stay there: the store that has them keeps versions or copies.

    Args:
        settings: Of the gateway.
        folder: Where to; made by this, so that what is there is always whole.

    Returns:
        The number of pictures.

    Raises:
        BackupError: The database is not SQLite, there is none, the copy is damaged, or the folder is there already.
    """
    source = _file(settings)
    if not source.exists():
        raise BackupError(f"there is no database at {source}")
    if folder.exists():
        raise BackupError(f"{folder} exists: name a folder that is not there yet")
    part = folder.with_name(folder.name + _PART)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    _copy_database(source, part / _DATABASE)
    pictures = settings.data_dir / _PICTURES
    (part / _PICTURES).mkdir(mode=0o700)
    copied = 0
    for picture in sorted(pictures.iterdir()) if pictures.is_dir() else ():
        # One that is gone meanwhile was deleted by the purge; one that is half written is not in the database yet.
        with contextlib.suppress(FileNotFoundError):
            if not picture.name.endswith(_PART):
                shutil.copy2(picture, part / _PICTURES / picture.name)
                copied += 1
    part.rename(folder)
    return copied


def restore(settings: Settings, folder: Path, moment: datetime) -> Path:
    """Puts a backup in the place of what is there, which is moved aside, and brings its tables up to date.

    Args:
        settings: Of the gateway, which must not run.
        folder: What `back_up` has made; left as it is.
        moment: Now, for the name of the folder with what was there.

    Returns:
        That folder, in the data directory.

    Raises:
        BackupError: The database is not SQLite, or the folder holds no whole backup.
        DatabaseInUseError: A gateway runs.
    """
    target = _file(settings)
    kept = folder / _DATABASE
    if not kept.exists():
        raise BackupError(f"{folder} holds no backup: {_DATABASE} is missing")
    _check(kept)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = settings.data_dir / f"before_restore_{moment:%Y%m%dT%H%M%S}"
    asyncio.run(_exchange(settings, target, folder, aside))
    return aside


async def _exchange(settings: Settings, target: Path, folder: Path, aside: Path) -> None:
    database = Database(database_url(settings))
    try:
        async with sole_use(database, with_redis=False):
            aside.mkdir(mode=0o700)
            for suffix in _BESIDE:
                file = target.with_name(target.name + suffix)
                if file.exists():
                    file.rename(aside / file.name)
            pictures = settings.data_dir / _PICTURES
            if pictures.exists():
                pictures.rename(aside / _PICTURES)
            _copy_database(folder / _DATABASE, target)
            shutil.copytree(folder / _PICTURES, pictures)
            await migrate(database)
    finally:
        await database.close()


def _file(settings: Settings) -> Path:
    url: URL = database_url(settings)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupError(
            "the database is PostgreSQL: copy it with pg_dump and put it back with pg_restore; pictures are files in "
            f"{settings.data_dir / _PICTURES}, copied after it"
        )
    return Path(url.database)


def _copy_database(source: Path, target: Path) -> None:
    """Copies by SQLite's own means, which a plain copy of the file would not be while somebody writes."""
    with contextlib.closing(sqlite3.connect(source)) as original, contextlib.closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    target.chmod(0o600)
    _check(target)


def _check(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database:
        try:
            found = [row[0] for row in database.execute("PRAGMA quick_check")]
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{file} is damaged: {error}") from error
    if found != ["ok"]:
        raise BackupError(f"{file} is damaged: {found[0]}")
