"""One SQLite file is for one gateway."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.conftest import SettingsFactory
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.database.sole_use import DatabaseInUseError, sole_use


@pytest.mark.parametrize("with_redis", [False, True])
async def test_second_gateway_on_one_file_is_refused(make_settings: SettingsFactory, with_redis: bool) -> None:
    settings = make_settings()
    settings.data_dir.mkdir()
    first, second = Database(database_url(settings)), Database(database_url(settings))
    async with sole_use(first, with_redis=with_redis):
        with pytest.raises(DatabaseInUseError, match=r"gateway\.db: one file is for one gateway"):
            async with sole_use(second, with_redis=with_redis):
                pass
    async with sole_use(second, with_redis=with_redis):
        pass
    for database in (first, second):
        await database.close()


async def test_files_are_for_nobody_else_on_the_machine(tmp_path: Path, make_settings: SettingsFactory) -> None:
    settings = make_settings(data_dir=tmp_path / "data")
    database = Database(database_url(settings))
    await migrate(database)
    folder = settings.data_dir
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # As an older version has left it.
    (folder / "gateway.db").chmod(0o644)
    await migrate(database)
    assert stat.S_IMODE((folder / "gateway.db").stat().st_mode) == 0o600
    await database.close()
