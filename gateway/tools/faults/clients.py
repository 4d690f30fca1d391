"""Users and agents who go on whatever happens, and write down what they were told."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import uuid
from collections.abc import Sequence
from typing import Any

import aiohttp
import httpx
import socketio

from tools.faults.history import History

# Seconds to connect or to be acknowledged; then the next gateway is tried, as a widget does. To connect it is twice as
# many after each time in vain, up to these: else a busy machine makes connections that nobody waits for.
_PATIENCE = 2.0
_MOST_PATIENCE = 8.0
_PAUSE = 0.1
_READ_EVERY = 0.5
# Who waits for the answer to what they wrote before they write on, and for how many seconds.
_SHARE_THAT_WAIT = 0.75
_LONGEST_WAIT = 15.0
# An agent is online until 30 s after this.
_PRESENT_EVERY = 8.0
_ANSWERS = 2


class User:
    """A visitor with a widget: says one thing after the other, each until it is acknowledged."""

    def __init__(self, name: str, site: str, gateways: dict[str, str], history: History, drawn: random.Random) -> None:
        """Is not connected yet.

        Args:
            name: In the history.
            site: Key of the site.
            gateways: Addresses by name.
            history: What happens is written into it.
            drawn: How long it thinks, and which gateway it tries.
        """
        self.name = name
        self.conversation: str | None = None
        self.seen: set[int] = set()
        self._answered: set[int | None] = set()
        self._site = site
        self._gateways = gateways
        self._history = history
        self._drawn = drawn
        self._token: str | None = None
        self._io: socketio.AsyncClient | None = None
        self._http: aiohttp.ClientSession | None = None
        self._via = ""
        # Seconds of silence until the gateway is asked whether it is there, and when it was last heard.
        self._silence, self._heard_at = _PATIENCE, 0.0

    async def say(self, text: str) -> int:
        """Sends a message until it is acknowledged, always under one id; returns the gateway's."""
        client_id = uuid.uuid4().hex
        while True:
            io = await self._connected()
            self._history.add(
                self.name, "sent", conversation=self.conversation, client_id=client_id, text=text, via=self._via
            )
            try:
                answer = await io.call("user_uttered", {"message": text, "client_id": client_id}, timeout=_PATIENCE)
            except (socketio.exceptions.SocketIOError, OSError):
                await self._leave()
                continue
            if answer["ok"]:
                message = answer["message"]
                self.seen.add(message["id"])
                self._history.add(
                    self.name,
                    "acknowledged",
                    conversation=self.conversation,
                    client_id=client_id,
                    message_id=message["id"],
                    text=message["text"],
                    via=self._via,
                )
                return int(message["id"])
            await asyncio.sleep(_PAUSE)

    async def talk(self, texts: Sequence[str], until: asyncio.Event) -> None:
        """Says these one after the other, again and again, until it is enough."""
        for text in itertools.cycle(texts):
            if until.is_set():
                return
            message_id = await self.say(text)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), self._drawn.uniform(0.2, 0.8))
            # Most wait for the answer, some write on.
            if self._drawn.random() < _SHARE_THAT_WAIT:
                await self._wait_for_answer(message_id)

    async def _wait_for_answer(self, message_id: int) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _LONGEST_WAIT
        self._silence, self._heard_at = _PATIENCE, loop.time()
        while message_id not in self._answered and loop.time() < until:
            # The connection is kept, as that of an open window is.
            io = await self._connected()
            await asyncio.sleep(_PAUSE)
            if loop.time() - self._heard_at > self._silence:
                await self._probe(io)

    async def _probe(self, io: socketio.AsyncClient) -> None:
        """Leaves a gateway that owes an answer and does not even say that it is there, as the widget does."""
        self._silence *= 2
        try:
            await io.call("typing", {}, timeout=_PATIENCE)
        except (socketio.exceptions.SocketIOError, OSError):
            if io is self._io:
                await self._leave()
        self._heard_at = asyncio.get_running_loop().time()

    async def catch_up(self) -> None:
        """Looks at the conversation as it is in the end."""
        await self._leave()
        await self._connected()

    async def close(self) -> None:
        """Goes."""
        await self._leave()
        if self._http is not None:
            await self._http.close()

    async def _connected(self) -> socketio.AsyncClient:
        patience = _PATIENCE
        while self._io is None or not self._io.connected:
            await self._leave()
            self._via, address = self._drawn.choice(list(self._gateways.items()))
            try:
                await asyncio.wait_for(self._connect(address, patience), 2 * patience)
            except TimeoutError:
                await self._leave()
                patience = min(2 * patience, _MOST_PATIENCE)
            except (socketio.exceptions.SocketIOError, OSError):
                await self._leave()
                await asyncio.sleep(_PAUSE)
        return self._io

    async def _connect(self, address: str, patience: float) -> None:
        # One for all connections: the library leaves its own open when a server dies.
        self._http = self._http or aiohttp.ClientSession()
        io = self._io = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        confirmed: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        via = self._via

        def confirm(data: dict[str, Any]) -> None:
            if not confirmed.done():
                confirmed.set_result(data)

        def see(message: dict[str, Any]) -> None:
            if io is self._io:
                self._see(message, via)

        io.on("session_confirm", confirm)
        io.on("message", see)
        await io.connect(
            address, auth={"site": self._site, "messages": True}, transports=["websocket"], wait_timeout=patience
        )
        request: dict[str, Any] = {"last_id": self._cursor()}
        await io.emit("session_request", request | ({"session_id": self._token} if self._token else {}))
        data = await asyncio.wait_for(confirmed, patience)
        if self._token is None:
            self._token = data["session_id"]
        for message in data["messages"]:
            see(message)
        if data["has_more"]:
            # There is more than fits: the next connection begins where this one ended.
            await self._leave()

    def _cursor(self) -> int:
        """The last message up to which all have been seen."""
        return next(number for number in itertools.count() if number + 1 not in self.seen)

    def _see(self, message: dict[str, Any], via: str) -> None:
        self.seen.add(message["id"])
        self._answered.add(message["in_reply_to"])
        self._heard_at = asyncio.get_running_loop().time()
        self._history.add(
            self.name,
            "seen",
            conversation=self.conversation,
            message_id=message["id"],
            text=message["text"],
            via=via,
        )

    async def _leave(self) -> None:
        io, self._io = self._io, None
        if io is not None:
            with contextlib.suppress(Exception):  # it is gone anyway
                await asyncio.wait_for(io.shutdown(), _PATIENCE / 4)


class Agent:
    """Somebody at the desk, by REST: takes who waits, answers some, gives the user back to the bot."""

    def __init__(self, username: str, name: str, password: str, gateways: dict[str, str], history: History) -> None:
        """Is not signed in yet."""
        self.name = name
        self._username = username
        self._password = password
        self._gateways = gateways
        self._history = history
        self._client = httpx.AsyncClient(verify=False, timeout=_PATIENCE)
        self._via = itertools.cycle(gateways.values())
        self._said: dict[int, int] = {}

    async def work(self, until: asyncio.Event) -> None:
        """Works until it is enough, then gives back whom they have."""
        await self._sign_in()
        loop = asyncio.get_running_loop()
        present_at = float("-inf")
        while True:
            if loop.time() - present_at > _PRESENT_EVERY:
                await self._ask("PUT", "/presence", {"status": "online"})
                present_at = loop.time()
            is_enough = until.is_set()
            queue = await self._ask("GET", "/queue")
            for ticket in queue["waiting"]:
                # Both try at once: one has it.
                if await self._ask("POST", f"/tickets/{ticket['id']}/claim"):
                    self._history.add(self.name, "claimed", conversation=ticket["conversation_id"])
            for ticket in queue["mine"]:
                await self._serve(ticket["id"], ticket["conversation_id"], is_enough)
            if is_enough and not queue["waiting"] and not queue["mine"]:
                break
            await asyncio.sleep(_READ_EVERY)

    async def close(self) -> None:
        """Goes."""
        await self._client.aclose()

    async def _sign_in(self) -> None:
        sign_in = {"username": self._username, "password": self._password}
        # One of two tries at once may be refused.
        while not (session := await self._ask("POST", "/session", sign_in)):
            await asyncio.sleep(_PAUSE)
        self._client.headers["X-CSRF-Token"] = session["csrf"]

    def _keep_cookies(self, response: httpx.Response) -> None:
        # All gateways have one name for a browser, and addresses of their own here.
        if response.cookies:
            self._client.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in response.cookies.items())
            self._client.cookies.clear()

    async def _serve(self, ticket: int, conversation: str, is_enough: bool) -> None:
        said = self._said.get(ticket, 0)
        if said < _ANSWERS and not is_enough:
            client_id, text = f"{self.name}-{ticket}-{said}", f"在的{said}"
            message = await self._ask("POST", f"/tickets/{ticket}/messages", {"text": text, "client_id": client_id})
            if message:
                self._history.add(
                    self.name,
                    "said",
                    conversation=conversation,
                    client_id=client_id,
                    message_id=message["id"],
                    text=message["text"],
                )
            self._said[ticket] = said + 1
        else:
            await self._ask("POST", f"/tickets/{ticket}/return")

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Asks one gateway after the other until one answers; None if it refuses."""
        while True:
            address = next(self._via)
            try:
                response = await self._client.request(
                    method, f"{address}/desk/api{path}", json=body, headers={"Origin": address}
                )
            except httpx.HTTPError:
                await asyncio.sleep(_PAUSE)
                continue
            if response.status_code >= 500:
                await asyncio.sleep(_PAUSE)
            elif response.is_success:
                self._keep_cookies(response)
                return response.json() if response.content else True
            elif response.status_code in {404, 409, 422}:
                return None
            elif response.status_code == httpx.codes.UNAUTHORIZED and path != "/session":
                # To a clock that is wrong a session may have ended.
                await self._sign_in()
            elif response.status_code in {401, 429}:
                await asyncio.sleep(_PAUSE)
            else:
                msg = f"{method} {path}: {response.status_code} {response.text[:200]}"
                raise RuntimeError(msg)
