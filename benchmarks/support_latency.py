"""Measures how long a user's and an agent's messages are on their way while many chats are open.

Usage: python -m benchmarks.support_latency (`make bench-support`). The real gateway and engine run on this machine.
Users and agents are connected as their pages are, over WebSockets: users send over theirs, agents over REST, each hears
the other over Socket.IO. Every conversation has its own user and was claimed; a message is measured from the moment at
which it is sent until the other side's connection has it. Results: benchmarks/results/support_latency.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import socketio

from benchmarks.unlimited import UNLIMITED
from scripts.local import ROOT, free_port
from scripts.stack import DEMONSTRATION_SITE, Stack

RESULTS = ROOT / "benchmarks" / "results" / "support_latency.md"
CONVERSATIONS = 200
AGENTS = 10
MESSAGES = 400
WARM_UP = 20
# Questions a second in the second measurement, each of them answered: one in 40 seconds in each conversation.
PER_SECOND = 5.0
SEED = 6
# Nobody is reminded, sent home or given back while it is measured.
UNHURRIED = {
    "UWALLET_USER_REMIND_AFTER": "86400",
    "UWALLET_USER_LEFT_AFTER": "172800",
    "UWALLET_AGENT_SILENT_AFTER": "86400",
    "UWALLET_QUEUE_TIMEOUT": "86400",
}


class Arrivals:
    """Who waits for which text on one connection, and when it came."""

    def __init__(self) -> None:
        """Waits for nothing yet."""
        self._waiting: dict[str, asyncio.Future[float]] = {}

    def expect(self, text: str) -> asyncio.Future[float]:
        """Waits for a text."""
        return self._waiting.setdefault(text, asyncio.get_running_loop().create_future())

    def came(self, text: str) -> None:
        """Notes that it has come; what nobody waits for is ignored."""
        waiting = self._waiting.pop(text, None)
        if waiting and not waiting.done():
            waiting.set_result(time.perf_counter())


class User:
    """A visitor's widget."""

    def __init__(self, address: str) -> None:
        """Connects to nothing yet."""
        self._address = address
        self._socket = socketio.AsyncClient(reconnection=False)
        self.heard = Arrivals()
        self._confirmed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._socket.on("session_confirm", self._confirm)
        self._socket.on("bot_uttered", self._hear)

    async def ask_for_human(self) -> str:
        """Opens a conversation and asks for a human.

        Returns:
            The number of the ticket.
        """
        await self._socket.connect(
            self._address,
            transports=["websocket"],
            auth={"site": DEMONSTRATION_SITE},
            headers={"Origin": self._address},
        )
        await self._socket.emit("session_request", {"last_id": 0})
        confirmed = await asyncio.wait_for(self._confirmed, 30)
        await self.say("转人工")
        headers = {"Authorization": f"Bearer {confirmed['session_id']}"}
        async with aiohttp.ClientSession(self._address, headers=headers) as http:
            for _ in range(600):
                async with http.get("/api/v1/support") as response:
                    ticket = (await response.json())["ticket"]
                if ticket:
                    return str(ticket["number"])
                await asyncio.sleep(0.05)
        raise RuntimeError("A user who asked for a human got no ticket")

    async def say(self, text: str) -> None:
        """Sends a text and waits until it is acknowledged."""
        body = {"message": text, "kind": "text", "client_id": secrets.token_hex(8)}
        answer = await self._socket.call("user_uttered", body, timeout=60)
        if not answer.get("ok"):
            raise RuntimeError(f"The gateway refused a message: {answer}")

    async def close(self) -> None:
        """Disconnects."""
        await self._socket.disconnect()

    async def _confirm(self, data: Any) -> None:
        if not self._confirmed.done():
            self._confirmed.set_result(data)

    async def _hear(self, data: dict[str, Any]) -> None:
        self.heard.came(str(data.get("text")))


class Agent:
    """An agent's desk."""

    def __init__(self, address: str) -> None:
        """Connects to nothing yet."""
        self._address = address
        self._http = aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._socket = socketio.AsyncClient(reconnection=False)
        self.heard = Arrivals()
        self._socket.on("message", self._hear, namespace="/desk")

    async def sign_in(self, username: str, password: str) -> None:
        """Signs in, connects and takes chats."""
        session = await self.call("POST", "/session", {"username": username, "password": password})
        self._http.headers.update({"X-CSRF-Token": session["csrf"], "Origin": self._address})
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._http.cookie_jar)
        await self._socket.connect(
            self._address,
            transports=["websocket"],
            headers={"Cookie": cookies, "Origin": self._address},
            namespaces=["/desk"],
        )
        await self.call("PUT", "/presence", {"status": "online"})

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Sends a request of the desk and returns its answer."""
        async with self._http.request(method, f"/desk/api{path}", json=body) as response:
            if not response.ok:
                raise RuntimeError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def take(self, ticket_id: int) -> None:
        """Claims a ticket and watches its conversation, as the desk does."""
        await self.call("POST", f"/tickets/{ticket_id}/claim")
        answer = await self._socket.call("watch", {"ticket_id": ticket_id, "after": 0}, namespace="/desk", timeout=60)
        if not answer.get("ok"):
            raise RuntimeError(f"The gateway refused to let an agent watch: {answer}")

    async def close(self) -> None:
        """Disconnects."""
        await self._socket.disconnect()
        await self._http.close()

    async def _hear(self, data: dict[str, Any]) -> None:
        self.heard.came(str(data["message"]["text"]))


@dataclass
class Chat:
    """An open conversation."""

    user: User
    agent: Agent
    ticket_id: int

    async def ask(self) -> float:
        """Has the user say something; returns the milliseconds until the agent's desk has it."""
        text = f"u{secrets.token_hex(8)}"
        heard = self.agent.heard.expect(text)
        started = time.perf_counter()
        await self.user.say(text)
        return (await asyncio.wait_for(heard, 60) - started) * 1000

    async def answer(self) -> float:
        """Has the agent say something; returns the milliseconds until the user's widget has it."""
        text = f"a{secrets.token_hex(8)}"
        heard = self.user.heard.expect(text)
        started = time.perf_counter()
        body = {"text": text, "client_id": secrets.token_hex(8)}
        await self.agent.call("POST", f"/tickets/{self.ticket_id}/messages", body)
        return (await asyncio.wait_for(heard, 60) - started) * 1000


@dataclass
class Times:
    """Milliseconds, one of each per message."""

    to_agent: list[float] = field(default_factory=list)
    to_user: list[float] = field(default_factory=list)


def make_accounts(stack: Stack) -> list[tuple[str, str]]:
    """Makes accounts for the agents; returns their user names and passwords."""
    made = [
        json.loads(stack.command("create-agent", f"agent{number}", f"客服{number}", "--max-chats=50"))
        for number in range(AGENTS)
    ]
    return [(account["username"], account["password"]) for account in made]


async def open_chats(stack: Stack, accounts: Sequence[tuple[str, str]]) -> list[Chat]:
    """Signs agents in, has users ask for a human, and has all of them served."""
    agents = []
    for username, password in accounts:
        agent = Agent(stack.address)
        await agent.sign_in(username, password)
        agents.append(agent)
    users = [User(stack.address) for _ in range(CONVERSATIONS)]
    chats = []
    for number, user in enumerate(users):
        wanted = await user.ask_for_human()
        agent = agents[number % AGENTS]
        waiting = (await agent.call("GET", "/queue"))["waiting"]
        ticket_id = next(ticket["id"] for ticket in waiting if ticket["number"] == wanted)
        await agent.take(ticket_id)
        chats.append(Chat(user, agent, ticket_id))
    return chats


async def measure(chats: Sequence[Chat], per_second: float | None) -> Times:
    """Has users ask and agents answer, in conversations taken at random.

    Args:
        chats: The open ones.
        per_second: Questions a second, at random moments whether or not those before are answered; None: one after the
            other.
    """
    times = Times()
    chosen = random.Random(SEED)

    async def talk(chat: Chat) -> None:
        times.to_agent.append(await chat.ask())
        times.to_user.append(await chat.answer())

    talks = []
    for _ in range(WARM_UP + MESSAGES):
        talk_now = asyncio.create_task(talk(chosen.choice(chats)))
        if per_second is None:
            await talk_now
        else:
            talks.append(talk_now)
            await asyncio.sleep(chosen.expovariate(per_second))
    await asyncio.gather(*talks)
    del times.to_agent[:WARM_UP], times.to_user[:WARM_UP]
    return times


def _row(title: str, values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return f"| {title} | {statistics.median(values):.1f} | {cuts[18]:.1f} | {len(values)} |"


def report(alone: Times, together: Times, load: float) -> str:
    """Returns the results as Markdown.

    Args:
        alone: One message at a time.
        together: At random moments, `PER_SECOND`.
        load: The machine's load average before the measurement.
    """
    rows = "\n".join(
        [
            _row("user → agent, one message at a time", alone.to_agent),
            _row("agent → user, one message at a time", alone.to_user),
            _row(f"user → agent, {PER_SECOND:g} questions a second", together.to_agent),
            _row(f"agent → user, {PER_SECOND:g} questions a second", together.to_user),
        ]
    )
    return f"""# A message's way between users and agents

Written by `make bench-support`: {CONVERSATIONS} open chats of {AGENTS} agents, all connected, on one machine
({os.cpu_count()} cores, Python {platform.python_version()}), SQLite, clients and servers on the same cores. Others kept
the machine busy by {load:.1f} processes meanwhile, before ours are counted. Milliseconds.

| | p50 | p95 | measured |
|---|---|---|---|
{rows}

From the moment at which a message is sent (by users over their WebSocket, by agents over REST) until the other side's
WebSocket has brought it; it is stored by then. The second pair is a steady load: questions come at random moments, each
of them is answered at once.
"""


async def run(stack: Stack, accounts: Sequence[tuple[str, str]]) -> str:
    """Opens the chats and measures; returns the report."""
    load = os.getloadavg()[1]
    print(f"Opening {CONVERSATIONS} chats ...", flush=True)
    chats = await open_chats(stack, accounts)
    print(f"Sending {MESSAGES} messages each way, one at a time, then {PER_SECOND:g} a second ...", flush=True)
    alone = await measure(chats, None)
    together = await measure(chats, PER_SECOND)
    await asyncio.gather(*(chat.user.close() for chat in chats))
    await asyncio.gather(*(agent.close() for agent in {chat.agent for chat in chats}))
    return report(alone, together, load)


def main() -> None:
    """Measures and writes the results."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), Path(folder), free_port(), environment=UNLIMITED | UNHURRIED)
        print("Starting ...", flush=True)
        stack.start()
        try:
            # Before any connection is open: commands take seconds, in which none could answer a heartbeat.
            accounts = make_accounts(stack)
            text = asyncio.run(run(stack, accounts))
        finally:
            stack.stop()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
