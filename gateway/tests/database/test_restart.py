"""PostgreSQL ends and starts again while users talk."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text

from tests.conftest import StartGateway
from tests.helpers.gateway import Gateway
from tools.faults.stack import Postgresql
from uwallet_gateway.database.connection import Database, DatabaseUnavailableError
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.observability.logs import configure_logs

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def prepared() -> Iterator[Postgresql]:
    """A PostgreSQL with all tables, which does not run."""
    # Whatever fails meanwhile is logged; structlog's own way takes seconds for each error and all its variables.
    configure_logs("WARNING")
    # Not in the folder of the tests, which root's PostgreSQL, run as another user, may not enter.
    with tempfile.TemporaryDirectory(prefix="uwallet-restart-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgresql(Path(folder), None, None, None)
        asyncio.run(_fill(server))
        yield server


async def _fill(server: Postgresql) -> None:
    await server.start()
    database = Database(make_url(server.address).set(drivername="postgresql+asyncpg"))
    await migrate(database)
    await database.close()
    await server.end()


@pytest.fixture
async def server(prepared: Postgresql) -> AsyncIterator[Postgresql]:
    """The same, started."""
    await prepared.start()
    yield prepared
    await prepared.kill()


@contextlib.asynccontextmanager
async def ending(server: Postgresql, gateway: Gateway) -> AsyncIterator[None]:
    """Within the block PostgreSQL waits for one client before it ends, and says so to whoever comes; then it starts."""
    assert server.running is not None
    last = await asyncpg.connect(server.address)
    try:
        server.running.send_signal(signal.SIGTERM)
        await _refused(server)
        # As after minutes in which none was needed.
        await gateway.services.database.engine.dispose()
        yield
    finally:
        await last.close()
    # The lock of the process that uses the database is a connection, too.
    await server.end()
    await server.start()


async def _refused(server: Postgresql) -> None:
    # It hears of the signal a moment later.
    with contextlib.suppress(asyncpg.CannotConnectNowError):
        while True:
            await (await asyncpg.connect(server.address)).close()


async def test_whoever_comes_while_it_ends_is_asked_to_come_again(
    server: Postgresql, start_gateway: StartGateway
) -> None:
    async with start_gateway(database_url=server.address) as gateway, gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        async with gateway.api(token) as api:
            async with ending(server, gateway):
                # By REST, by the socket, and to whatever goes on in the background.
                response = await api.post("/api/v1/messages", json={"text": "付款失败", "client_id": "by-rest"})
                assert (response.status_code, response.json()["code"]) == (503, "unavailable")
                refused = await client.say("付款失败", client_id="by-socket")
                assert (refused["ok"], refused["error"]["code"]) == (False, "unavailable")
                with pytest.raises(DatabaseUnavailableError):
                    await gateway.services.dispatcher.take_over()
                assert (await api.get("/readyz")).status_code == 503
            assert (await client.say("付款失败", client_id="by-socket"))["ok"]
            response = await api.post("/api/v1/messages", json={"text": "付款失败", "client_id": "by-rest"})
            assert response.status_code == 201
        assert len(await client.wait_for("bot_uttered", 2)) == 2


async def test_a_turn_that_meets_it_is_answered_when_it_is_back(
    server: Postgresql, start_gateway: StartGateway
) -> None:
    async with start_gateway(database_url=server.address) as gateway, gateway.socket() as client:
        await client.request_session()
        gateway.engine.mode = "hold"
        assert (await client.say("付款失败"))["ok"]
        await gateway.engine.wait_for(1)
        async with ending(server, gateway):
            gateway.engine.mode = "ok"
            gateway.engine.release.set()
            async with asyncio.timeout(60):
                while gateway.services.dispatcher._workers:
                    # The answer finds no connection, and the worker gives up for the moment.
                    await asyncio.sleep(0.02)
        assert [said["text"] for said in await client.wait_for("bot_uttered")] == ["收到：付款失败"]
        # The engine was asked again under the same id.
        assert len({body["message_id"] for body in gateway.engine.received}) == 1


async def test_connections_that_the_server_has_ended_fail_nobody(
    server: Postgresql, start_gateway: StartGateway
) -> None:
    async with start_gateway(database_url=server.address) as gateway:
        database = gateway.services.database
        async with database.read() as one, database.read() as other:
            assert await one.scalar(text("SELECT 1")) == await other.scalar(text("SELECT 1"))
        await server.end()
        await server.start()
        async with database.read() as one, database.read() as other:
            assert await one.scalar(text("SELECT 1")) == await other.scalar(text("SELECT 1"))
