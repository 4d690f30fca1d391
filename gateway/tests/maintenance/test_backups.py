"""A backup is whole, and the way back leads to it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import SettingsFactory
from tests.helpers.databases import create_sqlite
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.sole_use import DatabaseInUseError, sole_use
from uwallet_gateway.maintenance.backups import BackupError, back_up, restore
from uwallet_gateway.settings import Settings

MOMENT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture
def settings(make_settings: SettingsFactory) -> Settings:
    """A gateway that has run: a database and a picture."""
    settings = make_settings()
    (settings.data_dir / "attachments").mkdir(parents=True)
    (settings.data_dir / "attachments" / ("a" * 32)).write_bytes(b"picture")
    (settings.data_dir / "attachments" / f"{'b' * 32}.part").write_bytes(b"half a")
    create_sqlite(settings.data_dir / "gateway.db")
    asyncio.run(say(settings, "before"))
    return settings


async def say(settings: Settings, name: str) -> None:
    database = Database(database_url(settings))
    async with database.write() as transaction:
        transaction.add(tables.CannedReply(title=name, text="text", updated_at=MOMENT))
    await database.close()


async def said(settings: Settings) -> list[str]:
    database = Database(database_url(settings))
    async with database.read() as transaction:
        found = list(await transaction.scalars(select(tables.CannedReply.title)))
    await database.close()
    return found


def test_from_backup_to_restore(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert back_up(settings, folder) == 1
    assert [file.stat().st_mode & 0o077 for file in (folder, folder / "gateway.db")] == [0, 0]
    asyncio.run(say(settings, "after"))
    (settings.data_dir / "attachments" / ("c" * 32)).write_bytes(b"later")
    aside = restore(settings, folder, MOMENT)
    assert asyncio.run(said(settings)) == ["before"]
    assert [file.name for file in (settings.data_dir / "attachments").iterdir()] == ["a" * 32]
    # Nothing is lost by going back, and the backup can be used again.
    assert aside.name == "before_restore_20261123T063000"
    assert (aside / "attachments" / ("c" * 32)).exists()
    assert (aside / "gateway.db").exists()
    assert (folder / "gateway.db").exists()


def test_copy_is_whole_while_somebody_writes(settings: Settings, tmp_path: Path) -> None:
    async def write_and_copy() -> None:
        database = Database(database_url(settings))
        async with database.write() as transaction:
            transaction.add(tables.CannedReply(title="unfinished", text="text", updated_at=MOMENT))
            await transaction.flush()
            await asyncio.to_thread(back_up, settings, tmp_path / "kept")
        await database.close()

    asyncio.run(write_and_copy())
    restore(settings, tmp_path / "kept", MOMENT)
    assert asyncio.run(said(settings)) == ["before"]


async def test_nothing_is_put_under_a_running_gateway(settings: Settings, tmp_path: Path) -> None:
    await asyncio.to_thread(back_up, settings, tmp_path / "kept")
    database = Database(database_url(settings))
    async with sole_use(database, with_redis=False):
        with pytest.raises(DatabaseInUseError):
            await asyncio.to_thread(restore, settings, tmp_path / "kept", MOMENT)
    await database.close()
    assert await said(settings) == ["before"]


def test_what_is_no_backup_is_refused(settings: Settings, tmp_path: Path, make_settings: SettingsFactory) -> None:
    back_up(settings, tmp_path / "kept")
    with pytest.raises(BackupError, match="not there yet"):
        back_up(settings, tmp_path / "kept")
    with pytest.raises(BackupError, match=r"gateway\.db is missing"):
        restore(settings, tmp_path, MOMENT)
    (tmp_path / "kept" / "gateway.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(BackupError, match="damaged"):
        restore(settings, tmp_path / "kept", MOMENT)
    with pytest.raises(BackupError, match="pg_dump"):
        back_up(make_settings(database_url="postgresql://localhost/gateway"), tmp_path / "other")
    assert asyncio.run(said(settings)) == ["before"]
