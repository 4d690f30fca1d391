"""Agents without a browser: the desk's API and its Socket.IO namespace, for tests that look at the user's side."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import socketio

from scripts.stack import Stack
from tests.browser.staff import Account

# A request takes some tens of milliseconds; a machine under load takes its time.
PATIENCE = 60.0
_NAMESPACE = "/desk"
_numbers = itertools.count(1)
_Result = TypeVar("_Result")


class Agent:
    """Somebody at the desk, there from the beginning of the `with` to its end."""

    def __init__(
        self, stack: Stack, name: str = "小林", role: str = "supervisor", *, admin: Account | None = None
    ) -> None:
        """Makes an account of its own; nobody is there yet.

        Args:
            stack: Where.
            name: Shown to users.
            role: `agent`, `supervisor` or `admin`. An agent does not see closed tickets of users they do not serve.
            admin: Who makes the account at the desk; otherwise the gateway's command does, which takes longer.
        """
        self.name = name
        self._address = stack.address
        self.username = f"agent{next(_numbers)}"
        if admin:
            made = admin.ask("POST", "/agents", {"username": self.username, "name": name, "role": role})
        else:
            made = json.loads(stack.command("create-agent", self.username, name, f"--role={role}"))
        self._password = made["password"]
        # Playwright has the main thread's event loop.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        # Events that have come over the socket, in order.
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._csrf = ""

    def __enter__(self) -> Self:
        """Signs in and is there for users."""
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Goes away at once, rather than half a minute after the last connection."""
        try:
            self._run(self._close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def be(self, status: str) -> None:
        """Is `online` or `away`."""
        self._request("PUT", "presence", {"status": status})

    def ticket(self, number: str) -> dict[str, Any]:
        """Returns the ticket with this number, with its events and earlier tickets."""
        found = self._request("GET", f"tickets?query={number}")["tickets"]
        assert len(found) == 1, found
        opened: dict[str, Any] = self._request("GET", f"tickets/{found[0]['id']}")
        return opened

    def queue(self, name: str) -> list[dict[str, Any]]:
        """Returns the tickets `waiting`, `mine`, or `messages`."""
        tickets: list[dict[str, Any]] = self._request("GET", "queue")[name]
        return tickets

    def waiting(self, number: str) -> dict[str, Any]:
        """Returns the ticket with this number as it stands among those left or waiting."""
        tickets = [*self.queue("waiting"), *self.queue("messages"), *self.queue("mine")]
        return next(ticket for ticket in tickets if ticket["number"] == number)

    def claim(self, number: str) -> int:
        """Takes over; returns the id of the ticket, whose conversation is watched from then on."""
        ticket_id = int(self.waiting(number)["id"])
        self._request("POST", f"tickets/{ticket_id}/claim")
        answer = self._run(self._socket.call("watch", {"ticket_id": ticket_id, "after": 0}, namespace=_NAMESPACE))
        assert answer["ok"], answer
        return ticket_id

    def say(self, ticket_id: int, text: str) -> int:
        """Writes to the user; returns the id of the message."""
        wanted = {"text": text, "client_id": f"{self.username}-{next(_numbers)}"}
        return int(self._request("POST", f"tickets/{ticket_id}/messages", wanted)["id"])

    def show(self, ticket_id: int, picture: bytes) -> None:
        """Sends a PNG."""
        form = aiohttp.FormData()
        form.add_field("file", picture, filename="picture.png", content_type="image/png")
        stored = self._request("POST", f"tickets/{ticket_id}/attachments", form)
        wanted = {"attachment_id": stored["id"], "client_id": f"{self.username}-{next(_numbers)}"}
        self._request("POST", f"tickets/{ticket_id}/messages", wanted)

    def type(self, ticket_id: int, *, typing: bool) -> None:
        """Types, or does not type any more."""
        self._call("typing", {"ticket_id": ticket_id, "typing": typing})

    def read(self, ticket_id: int, message_id: int) -> None:
        """Has seen everything up to this message."""
        self._call("read", {"ticket_id": ticket_id, "id": message_id})

    def messages(self, ticket_id: int) -> list[dict[str, Any]]:
        """Returns the conversation."""
        shown: list[dict[str, Any]] = self._request("GET", f"tickets/{ticket_id}/messages?after=0&limit=200")[
            "messages"
        ]
        return shown

    def close(self, ticket_id: int, disposition: str = "solved", note: str | None = None) -> None:
        """Ends the service."""
        self._request("POST", f"tickets/{ticket_id}/close", {"disposition": disposition, "note": note})

    def give_back(self, ticket_id: int) -> None:
        """Returns the user to the bot."""
        self._request("POST", f"tickets/{ticket_id}/return", {})

    def hears(self, event: str, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Waits for an event over the socket.

        Raises:
            AssertionError: It has not come.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for name, data in list(self.heard):
                if name == event and is_it(data):
                    return data
            time.sleep(0.02)
        raise AssertionError(f"no {event}: {self.heard}")

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _request(self, method: str, path: str, body: Any = None) -> Any:
        return self._run(self._send(method, path, body))

    def _call(self, event: str, data: dict[str, Any]) -> None:
        answer = self._run(self._socket.call(event, data, namespace=_NAMESPACE))
        assert answer["ok"], answer

    async def _open(self) -> None:
        # The cookie's jar leaves out those of bare addresses unless told otherwise.
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        signed_in = await self._send("POST", "session", {"username": self.username, "password": self._password})
        self._csrf = signed_in["csrf"]
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._session.cookie_jar)
        self._socket = socketio.AsyncClient()
        self._socket.on("*", self._hear, namespace=_NAMESPACE)
        await self._socket.connect(
            self._address, headers={"Cookie": cookies}, transports=["websocket"], namespaces=[_NAMESPACE]
        )
        await self._send("PUT", "presence", {"status": "online"})

    async def _close(self) -> None:
        await self._send("PUT", "presence", {"status": "away"})
        await self._socket.disconnect()
        await self._session.close()

    async def _hear(self, event: str, data: dict[str, Any]) -> None:
        self.heard.append((event, data))

    async def _send(self, method: str, path: str, body: Any = None) -> Any:
        sent = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body} if body is not None else {}
        async with self._session.request(
            method,
            f"{self._address}/desk/api/{path}",
            headers={"X-CSRF-Token": self._csrf},
            **sent,
        ) as response:
            answer = await response.json() if response.content_type == "application/json" else None
            assert response.ok, f"{method} {path}: {response.status} {answer}"
            return answer
