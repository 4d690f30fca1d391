"""Agents at the desk of a running gateway."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import socketio

from tests.helpers.gateway import CONNECT_SECONDS, Gateway
from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.transport.desk.cookies import SESSION

API = "/desk/api"
_numbers = itertools.count(1)


@dataclass
class DeskSocket:
    """Keeps what the namespace `/desk` sends, in order."""

    io: socketio.AsyncClient = field(default_factory=lambda: socketio.AsyncClient(reconnection=False))
    events: list[tuple[str, Any]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        """Begins to keep."""
        self.io.on("*", self._keep, namespace="/desk")
        self.io.on("disconnect", self._gone, namespace="/desk")

    async def _keep(self, name: str, data: Any = None) -> None:
        async with self._news:
            self.events.append((name, data))
            self._news.notify_all()

    async def _gone(self, *_reason: object) -> None:
        await self._keep("disconnected")

    def of(self, name: str, **fields: Any) -> list[Any]:
        """The data of all events of this name that have these fields."""
        found = [data for given, data in self.events if given == name]
        return [data for data in found if all(data.get(key) == value for key, value in fields.items())]

    async def wait_for(self, name: str, count: int = 1, **fields: Any) -> Any:
        """Waits until there are so many such events, and returns the last one."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: len(self.of(name, **fields)) >= count)
        return self.of(name, **fields)[-1]

    async def ask(self, name: str, **data: Any) -> Any:
        """Sends an event and returns its acknowledgement."""
        return await self.io.call(name, data, namespace="/desk", timeout=60)


@dataclass
class DeskAgent:
    """A browser in which an agent is signed in."""

    gateway: Gateway
    id: int
    name: str
    token: str
    csrf: str

    @property
    def cookie(self) -> str:
        """What the browser sends of its session."""
        return f"{SESSION.name(self.gateway.services.settings)}={self.token}"

    def client(self, headers: Mapping[str, str | None] | None = None) -> httpx.AsyncClient:
        """A REST client; a header that is None is left out."""
        own = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf, "Origin": self.gateway.url}
        given = own | dict(headers or {})
        return httpx.AsyncClient(
            base_url=self.gateway.url + API,
            headers={name: value for name, value in given.items() if value is not None},
            timeout=120,
            # To read all certificates of the machine takes longer than a request, and there are none here.
            verify=False,
        )

    async def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request."""
        async with self.client() as client:
            return await client.request(method, path, **request)

    async def ok(self, method: str, path: str, **request: Any) -> Any:
        """One request that succeeds; returns what is answered."""
        response = await self.call(method, path, **request)
        assert response.is_success, response.text
        return response.json() if response.content else None

    @contextlib.asynccontextmanager
    async def socket(self, headers: Mapping[str, str | None] | None = None) -> AsyncIterator[DeskSocket]:
        """A connection of the desk."""
        socket = DeskSocket()
        given = {"Cookie": self.cookie, "Origin": self.gateway.url} | dict(headers or {})
        await socket.io.connect(
            self.gateway.url,
            headers={name: value for name, value in given.items() if value is not None},
            transports=["websocket"],
            namespaces=["/desk"],
            wait_timeout=CONNECT_SECONDS,
        )
        try:
            yield socket
        finally:
            await socket.io.disconnect()

    @contextlib.asynccontextmanager
    async def online(self) -> AsyncIterator[DeskSocket]:
        """A connection of an agent who takes chats."""
        async with self.socket() as socket:
            await self.ok("PUT", "/presence", json={"status": "online"})
            yield socket


async def agent_at(
    gateway: Gateway, role: Role = Role.AGENT, *, expired: bool = False, knowledge: KnowledgeRole | None = None
) -> DeskAgent:
    """Makes an account and signs in, past the password."""
    number = next(_numbers)
    token, csrf = secrets.token_urlsafe(), secrets.token_urlsafe()
    moment = now()
    async with gateway.services.database.write() as transaction:
        row = tables.Agent(
            username=f"agent{number}",
            name=f"小林{number}",
            role=role,
            knowledge_role=knowledge,
            password_hash="none",
            enabled=True,
            max_chats=5,
            presence="away",
            created_at=moment,
        )
        transaction.add(row)
        await transaction.flush()
        transaction.add(
            tables.AgentSession(
                id=hashlib.sha256(token.encode()).hexdigest(),
                agent_id=row.id,
                csrf=csrf,
                created_at=moment,
                expires_at=moment + timedelta(hours=-1 if expired else 1),
            )
        )
        return DeskAgent(gateway, row.id, row.name, token, csrf)


@dataclass
class User:
    """A visitor, by REST."""

    gateway: Gateway
    token: str

    async def say(self, **body: Any) -> Any:
        """Sends a message."""
        async with self.gateway.api(self.token) as api:
            response = await api.post("/api/v1/messages", json=body)
            return response.raise_for_status().json()

    async def messages(self) -> list[Any]:
        """All that was said."""
        async with self.gateway.api(self.token) as api:
            found: list[Any] = (await api.get("/api/v1/messages", params={"limit": 200})).json()["messages"]
            return found


async def user_who_waits(gateway: Gateway) -> User:
    """A visitor who asks for a human; somebody must be online."""
    user = User(gateway, await gateway.token())
    await user.say(payload="/session_start")
    await user.say(payload="/human_handoff")
    return user


async def ticket_of(gateway: Gateway, user: User) -> int:
    """The open ticket of a user, as soon as it is there: a message may be answered before its turn has ended."""
    session = await gateway.services.sessions.read(user.token)
    async with asyncio.timeout(CONNECT_SECONDS):
        while True:
            found, _ = await gateway.services.tickets.tickets(limit=100)
            for ticket in found:
                if ticket.conversation_id == session.conversation_id:
                    return ticket.id
            await asyncio.sleep(0.05)
