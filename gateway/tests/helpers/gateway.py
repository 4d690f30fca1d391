"""A gateway in front of a fake engine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import socketio

from tests.helpers.databases import create_sqlite
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.servers import serving
from uwallet_gateway.app import create_app
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.services import Services, build_services
from uwallet_gateway.settings import Settings

# The library would give up after one second, which a machine under load needs.
CONNECT_SECONDS = 60
ORIGIN = "https://www.example.com"


@dataclass
class Gateway:
    """A running gateway with one site, `demo`."""

    url: str
    services: Services
    site: Site
    engine: FakeEngine

    def api(self, token: str | None = None) -> httpx.AsyncClient:
        """A REST client. It reads no certificates, which would take longer than a request."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=120, verify=False)

    async def token(self, **body: Any) -> str:
        """The token of a new session."""
        async with self.api() as api:
            response = await api.post("/api/v1/sessions", json={"site": self.site.key, **body})
            return str(response.raise_for_status().json()["token"])

    @contextlib.asynccontextmanager
    async def socket(
        self, *, site: str | None = "demo", origin: str | None = ORIGIN, **auth_fields: Any
    ) -> AsyncIterator[SocketClient]:
        """A Socket.IO client that is connected."""
        client = SocketClient()
        headers = {"Origin": origin} if origin else {}
        auth = ({"site": site} if site else {}) | auth_fields or None
        await client.io.connect(
            self.url, headers=headers, auth=auth, transports=["websocket"], wait_timeout=CONNECT_SECONDS
        )
        try:
            yield client
        finally:
            await client.io.disconnect()


@dataclass
class SocketClient:
    """Keeps what the server sends, in order."""

    io: socketio.AsyncClient = field(default_factory=lambda: socketio.AsyncClient(reconnection=False))
    events: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        """Begins to keep."""
        self.io.on("*", self._keep)

    async def _keep(self, name: str, data: Any = None) -> None:
        async with self._news:
            self.events.append((name, data))
            self._news.notify_all()

    def of(self, name: str) -> list[Any]:
        """The data of all events of this name."""
        return [data for found, data in self.events if found == name]

    async def wait_for(self, name: str, count: int = 1) -> list[Any]:
        """Waits until there are so many events of a name, and returns them."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: len(self.of(name)) >= count)
        return self.of(name)

    async def request_session(self, **request: Any) -> Any:
        """Asks for a session as our widget does, and returns what is confirmed."""
        before = len(self.of("session_confirm"))
        await self.io.emit("session_request", {"last_id": None, **request})
        return (await self.wait_for("session_confirm", before + 1))[-1]

    async def say(self, message: Any, **more: Any) -> Any:
        """Sends a message and returns its acknowledgement."""
        return await self.io.call("user_uttered", {"message": message, **more}, timeout=60)


@contextlib.asynccontextmanager
async def running_gateway(settings: Settings, engine: FakeEngine) -> AsyncIterator[Gateway]:
    """Starts a gateway with these settings, whose port and engine must be free and known."""
    services = build_services(settings)
    database = services.database
    if database.is_sqlite and database.url.database:
        create_sqlite(Path(database.url.database))
    site = await services.sites.find("demo")
    if site is None:
        site = await services.sites.create("Demo", [ORIGIN], key="demo")
    async with serving(create_app(services), settings.port):
        yield Gateway(f"http://127.0.0.1:{settings.port}", services, site, engine)
