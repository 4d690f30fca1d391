"""Measures what connections cost the gateway: opening a session, idling, coming back after a restart, a desk's news.

Usage: python -m benchmarks.connections (`make bench-connections`). By the processor time and the memory of the
gateway's process, which say something on a machine that others use, too; only the way of news to desks is measured by
the clock. The engine is the one of `make faults`, which answers at once. Results: benchmarks/results/connections.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import platform
import random
import resource
import secrets
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.desk_sockets import Desks, listening
from benchmarks.unlimited import UNLIMITED
from benchmarks.widget_sockets import SocketLostError, Widget
from scripts.local import HOST, ROOT, free_port
from scripts.processes import Process

RESULTS = ROOT / "benchmarks" / "results" / "connections.md"
SITE = "bench"
AGENT, PASSWORD = "agent", "correct horse battery staple 9"
# Widgets that connect at a time.
_AT_ONCE = 25
# Seconds within which widgets come back after a restart, as the client library spreads them.
_SPREAD = 5.0
_START_SECONDS = 120.0
# Of conversations whose windows are closed.
_WAVES = 4
_PYTHON = ROOT / "gateway" / ".venv" / "bin" / "python"


@dataclass(frozen=True)
class Cost:
    """What a number of widgets took of the gateway.

    Attributes:
        count: How many.
        processor: Seconds.
        memory: Bytes that are held beyond what was before.
    """

    count: int
    processor: float
    memory: int

    @property
    def milliseconds(self) -> float:
        """Of processor for each."""
        return self.processor / self.count * 1000

    @property
    def kilobytes(self) -> float:
        """Held for each."""
        return self.memory / self.count / 1024


class Gateway:
    """The gateway's process, with an engine that answers at once."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Starts nothing yet."""
        self.port = free_port()
        engine_port = free_port()
        self._environment = {
            "UWALLET_DEVELOPMENT": "true",
            "UWALLET_SECRET_KEY": "0123456789abcdef0123456789abcdef",
            "UWALLET_ENGINE_URL": f"http://{HOST}:{engine_port}",
            "UWALLET_DATA_DIR": str(folder / "data"),
            "UWALLET_WEB_DIR": str(folder / "no web"),
            "UWALLET_HOST": HOST,
            "UWALLET_PORT": str(self.port),
            "UWALLET_SOCKETS_PER_ADDRESS": "100000",
            **UNLIMITED,
            **environment,
        }
        self.process = Process(
            "gateway",
            [str(_PYTHON), "-m", "uwallet_gateway", "serve"],
            ready_url=f"http://{HOST}:{self.port}/healthz",
            log=folder / "gateway.log",
            cwd=ROOT / "gateway",
            environment=self._environment,
        )
        self.engine = Process(
            "engine",
            [str(_PYTHON), "-m", "tools.faults.engine", HOST, str(engine_port), str(folder / "turns.db"), "0"],
            ready_url=f"http://{HOST}:{engine_port}/webhooks/gateway/",
            log=folder / "engine.log",
            cwd=ROOT / "gateway",
            environment={},
        )

    def command(self, *arguments: str, entered: str = "") -> None:
        """Runs a command of the gateway."""
        subprocess.run(
            [str(_PYTHON), "-m", "uwallet_gateway", *arguments],
            cwd=ROOT / "gateway",
            env={**os.environ, **self._environment},
            input=entered,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self) -> None:
        """Starts the gateway and waits until it is ready."""
        self.process.start()
        self.process.wait_until_ready(_START_SECONDS)

    def processor(self) -> float:
        """Seconds of processor that the gateway has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Bytes that the gateway holds."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def widget(self, namespace: str = "/") -> Widget:
        """A widget that is not connected yet."""
        return Widget(HOST, self.port, namespace)


class Floor(Gateway):
    """The least that the library needs for the same (`gateway/tools/socket_floor.py`)."""

    def __init__(self, folder: Path) -> None:
        """Starts nothing yet."""
        super().__init__(folder, {})
        self.process = Process(
            "floor",
            [str(_PYTHON), "-m", "tools.socket_floor", str(self.port)],
            ready_url=f"http://{HOST}:{self.port}/",
            log=folder / "floor.log",
            cwd=ROOT / "gateway",
            environment={},
        )


@contextlib.contextmanager
def running(folder: Path, environment: Mapping[str, str]) -> Iterator[Gateway]:
    """A gateway with one site and one agent."""
    gateway = Gateway(folder, environment)
    gateway.command("create-site", "Bench", "--key", SITE, "--origin", f"http://{HOST}:{gateway.port}")
    gateway.command("create-agent", AGENT, "Agent", "--ask-password", entered=PASSWORD)
    try:
        gateway.engine.start()
        gateway.start()
        gateway.engine.wait_until_ready(_START_SECONDS)
        yield gateway
    finally:
        gateway.process.stop()
        gateway.engine.stop()


@dataclass
class Opened:
    """A widget with its session, as it was confirmed last."""

    widget: Widget
    token: str
    last_id: int


async def opened(gateway: Gateway, before: Opened | None = None) -> Opened:
    """Connects as our widget does, with a new session or the one of before."""
    widget = gateway.widget()
    await widget.connect({"site": SITE, "messages": True})
    request: dict[str, Any] = {"session_id": None, "last_id": None, "lang": "zh-CN"}
    if before:
        request |= {"session_id": before.token, "last_id": before.last_id}
    answer = await widget.ask("session_request", request, "session_confirm")
    return Opened(widget, answer["session_id"], answer["last_id"])


async def in_groups(count: int, make: Callable[[int], Awaitable[Opened]]) -> list[Opened]:
    """So many widgets, some of them at a time."""
    made: list[Opened] = []
    for start in range(0, count, _AT_ONCE):
        made += await asyncio.gather(*(make(number) for number in range(start, min(start + _AT_ONCE, count))))
    return made


async def settled(gateway: Gateway) -> None:
    """Waits until the gateway does nothing but what it always does."""
    await asyncio.sleep(1)
    before = gateway.processor()
    for _ in range(60):
        await asyncio.sleep(0.5)
        after = gateway.processor()
        if after - before < 0.05:
            return
        before = after


async def measured(gateway: Gateway, count: int, make: Callable[[int], Awaitable[Opened]]) -> tuple[Cost, list[Opened]]:
    """What so many widgets cost."""
    memory, processor = gateway.memory(), gateway.processor()
    widgets = await in_groups(count, make)
    used = gateway.processor() - processor
    await settled(gateway)
    return Cost(count, used, gateway.memory() - memory), widgets


async def close(widgets: Iterable[Opened]) -> None:
    """Closes all."""
    await asyncio.gather(*(it.widget.close() for it in widgets))


async def forgotten(gateway: Gateway, count: int) -> str:
    """What conversations hold whose windows are closed: the growth from wave to wave, once there is room for one."""
    held, processor = [], 0.0
    for _ in range(_WAVES):
        await settled(gateway)
        processor = gateway.processor()
        await close(await in_groups(count, lambda _number: opened(gateway)))
        processor = gateway.processor() - processor
        await settled(gateway)
        held.append(gateway.memory())
    cost = Cost(count * (_WAVES - 1), processor * (_WAVES - 1), held[-1] - held[0])
    waves = ", ".join(f"{(after - before) / count / 1024:.1f}" for before, after in itertools.pairwise(held))
    what = f"a conversation whose window is closed, {_WAVES - 1} waves after the first"
    return f"| {what} | {count:,} | {cost.milliseconds:.2f} ms | {cost.kilobytes:.2f} KB ({waves}) |"


async def idle(gateway: Gateway, widgets: int, seconds: float) -> float:
    """Microseconds of processor that a heartbeat takes; one comes every 25 seconds for each."""
    before, start = gateway.processor(), time.monotonic()
    await asyncio.sleep(seconds)
    beats = widgets * (time.monotonic() - start) / 25
    return (gateway.processor() - before) / beats * 1e6


async def come_back(gateway: Gateway, widgets: list[Opened], seed: int) -> tuple[Cost, float, int]:
    """Restarts the gateway under widgets which have written something.

    Returns:
        The cost from the start on, which is counted apart; seconds until all were there; widgets without what was
        theirs.
    """
    drawn = random.Random(seed)
    marks = {}
    for number in range(0, len(widgets), 20):
        marks[number] = secrets.token_hex(8)
        await widgets[number].widget.call("user_uttered", {"message": "你好", "client_id": marks[number]})
    await settled(gateway)
    gateway.process.stop()
    gateway.start()
    await settled(gateway)
    memory, processor, start = gateway.memory(), gateway.processor(), time.monotonic()

    async def back(number: int) -> Opened | None:
        await asyncio.sleep(drawn.uniform(0, _SPREAD))
        widget = gateway.widget()
        request = {"session_id": widgets[number].token, "last_id": widgets[number].last_id, "lang": "zh-CN"}
        try:
            await widget.connect({"site": SITE, "messages": True})
            answer = await widget.ask("session_request", request, "session_confirm")
        except (SocketLostError, OSError, asyncio.IncompleteReadError):
            return None
        ids = {message["client_id"] for message in answer["messages"]}
        if answer["session_id"] != widgets[number].token or (number in marks and marks[number] not in ids):
            return None
        return Opened(widget, answer["session_id"], answer["last_id"])

    returned = await asyncio.gather(*(back(number) for number in range(len(widgets))))
    there = [it for it in returned if it]
    used, took = gateway.processor() - processor, time.monotonic() - start
    await settled(gateway)
    cost = Cost(len(widgets), used, gateway.memory() - memory)
    await close(there)
    return cost, took, len(widgets) - len(there)


@contextlib.asynccontextmanager
async def signed_in(gateway: Gateway) -> AsyncIterator[tuple[aiohttp.ClientSession, dict[str, str]]]:
    """An agent; their REST and the headers of their sockets."""
    address = f"http://{HOST}:{gateway.port}"
    async with aiohttp.ClientSession(address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        body = {"username": AGENT, "password": PASSWORD}
        async with http.post("/desk/api/session", json=body) as response:
            response.raise_for_status()
            csrf = (await response.json())["csrf"]
        http.headers.update({"X-CSRF-Token": csrf, "Origin": address})
        async with http.put("/desk/api/presence", json={"status": "online"}) as response:
            response.raise_for_status()
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in http.cookie_jar)
        yield http, {"Cookie": cookies}


async def queue_news(gateway: Gateway, desks: int, changes: int) -> tuple[list[float], float]:
    """Users come to the queue and leave it while desks are open.

    Returns:
        Seconds from a user's step until each desk knew, and of the gateway's processor for each change.
    """
    async with signed_in(gateway) as (_http, headers):
        with listening(gateway.port, [headers] * desks) as listeners:
            return await _told(gateway, listeners, changes)


async def _told(gateway: Gateway, desks: Desks, changes: int) -> tuple[list[float], float]:
    user = await opened(gateway)
    times: list[float] = []
    used = 0.0
    for _ in range(changes):
        changed = user.widget.expect("support_changed")
        await user.widget.call("user_uttered", {"message": "转人工", "client_id": secrets.token_hex(8)})
        await changed
        await settled(gateway)
        desks.expect("queue_changed")
        processor, began = gateway.processor(), time.monotonic()
        await user.widget.call("leave_queue")
        times += [at - began for at in await asyncio.to_thread(desks.arrivals)]
        used += gateway.processor() - processor
        await settled(gateway)
    await user.widget.close()
    return times, used / changes


async def report(options: argparse.Namespace, environment: Mapping[str, str]) -> str:
    """Measures everything and returns the text of the results."""
    lines = ["| what | number | processor, each | memory, each |", "|---|---|---|---|"]

    def add(what: str, cost: Cost, *, holds: bool = False) -> None:
        memory = f"{cost.kilobytes:.1f} KB" if holds else ""
        lines.append(f"| {what} | {cost.count:,} | {cost.milliseconds:.2f} ms | {memory} |")
        print(lines[-1], flush=True)

    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder))
        floor.start()
        try:
            await close(await in_groups(50, lambda _number: opened(floor)))
            cost, idle_widgets = await measured(floor, options.widgets, lambda _number: opened(floor))
            add("the library alone, which knows nothing: the floor", cost, holds=True)
            await close(idle_widgets)
        finally:
            floor.process.stop()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), environment) as gateway:
        await close(await in_groups(50, lambda _number: opened(gateway)))
        await settled(gateway)
        cost, fresh = await measured(gateway, options.widgets, lambda _number: opened(gateway))
        add("a new session, then idle", cost, holds=True)
        if options.closed:
            lines.append(await forgotten(gateway, options.closed))
            print(lines[-1], flush=True)
        beat = await idle(gateway, len(fresh), options.idle) if options.idle else None
        await close(fresh)
        await settled(gateway)
        cost, continued = await measured(gateway, len(fresh), lambda number: opened(gateway, fresh[number]))
        add("a session that goes on", cost)
        if options.back:
            more = options.back - len(continued)
            continued += await in_groups(max(0, more), lambda _number: opened(gateway))
            cost, took, lost = await come_back(gateway, continued[: options.back], options.seed)
            add("back after a restart, then idle", cost, holds=True)
            whole = f"{cost.count:,} came back within {took:.0f} s: {cost.processor:.1f} s of processor, {lost} lost."
            lines += ["", whole]
            print(whole, flush=True)
        else:
            await close(continued)
        await settled(gateway)
        if options.desks:
            times, spent = await queue_news(gateway, options.desks, options.changes)
            p50, p99 = (statistics.quantiles(times, n=100)[place] * 1000 for place in (49, 98))
            lines += [
                "",
                f"A change of the queue at {options.desks} desks, from the user's step on: p50 {p50:.0f} ms, ",
            ]
            lines[-1] += f"p99 {p99:.0f} ms, {spent * 1000:.0f} ms of processor."
            print(lines[-1], flush=True)
        if beat is not None:
            lines += ["", f"A heartbeat, one in 25 s for each: {beat:.0f} µs of processor."]
            print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--widgets", type=int, default=1000)
    parser.add_argument("--back", type=int, default=5000, help="widgets that come back after a restart")
    parser.add_argument("--desks", type=int, default=500)
    parser.add_argument("--changes", type=int, default=5)
    parser.add_argument("--idle", type=float, default=26.0, help="seconds for which heartbeats are measured")
    parser.add_argument("--closed", type=int, default=2000, help="conversations whose windows are closed at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", nargs="*", default=[], metavar="UWALLET_NAME=VALUE", help="settings of the gateway")
    parser.add_argument("--json", action="store_true", help="write nothing, for a comparison")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    text = asyncio.run(report(options, dict(pair.split("=", 1) for pair in options.set)))
    if options.json:
        print(json.dumps(text))
        return
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("aiohttp", "websockets"))
    head = (
        "# Connections\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()} ({versions}), {os.cpu_count()} cores that "
        "others use, too: processor time of the gateway's process, not the clock.\n\n"
    )
    RESULTS.write_text(f"{head}{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
