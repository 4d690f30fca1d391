"""A server that hooks are sent to, which answers as a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from tests.helpers.servers import free_port, serving


@dataclass
class Receiver:
    """Answers 200 once `answers` are used up.

    Attributes:
        url: Where it is, by the name `hooks.example.com`.
        answers: Status and body of the next answers, in order; None holds the request until the sender goes away.
        received: Headers and body of what came.
    """

    port: int
    answers: list[tuple[int, bytes] | None] = field(default_factory=list)
    received: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://hooks.example.com:{self.port}/there"

    @property
    def ids(self) -> list[str]:
        """The event ids that came, in order."""
        return [headers["x-uwallet-event-id"] for headers, _ in self.received]

    async def wait_for(self, count: int) -> None:
        """Waits until so many requests have come."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.received) >= count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        chunks = bytearray()
        while True:
            event = await receive()
            chunks += event.get("body", b"")
            if not event.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = self.answers.pop(0) if self.answers else (200, b'{"errcode": 0}')
        async with self._came:
            self.received.append((headers, json.loads(bytes(chunks))))
            self._came.notify_all()
        if answer is None:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        status, body = answer
        await send({"type": "http.response.start", "status": status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body})


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Serves a receiver."""
    receiver = Receiver(free_port())
    async with serving(receiver, receiver.port):
        yield receiver
