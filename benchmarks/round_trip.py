"""Measures a message's way through widget, gateway and engine, and the gateway's own share of it.

Usage: python -m benchmarks.round_trip (`make bench-round-trip`). Everything runs on this machine, one conversation at a
time. Each message goes to the gateway and, in a conversation of its own that has said the same, straight to the engine,
in alternating order: the difference of the two is what the gateway costs. Results: benchmarks/results/round_trip.md.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import socketio
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.conversations import conversations
from benchmarks.unlimited import UNLIMITED
from scripts.local import ROOT, free_port
from scripts.stack import DEMONSTRATION_SITE, Stack
from tests.browser.widget import Widget

RESULTS = ROOT / "benchmarks" / "results" / "round_trip.md"
TURNS = 600
WARM_UP = 30
OPENINGS = 20
PRESSES = 30
SEED = 5
# One client says more in a minute than any user does.

# In the page, as its clock is the one that the user's wait is measured with.
WATCH = """([selector, text, before]) => {
    const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot).find(r => r) ?? document
    window.waited = new Promise(resolve => {
        let started = null
        const look = () => {
            const shown = [...root.querySelectorAll(selector)].filter(e => e.textContent.includes(text)).length
            if (shown > before) resolve(performance.now() - started)
            else requestAnimationFrame(look)
        }
        const clicked = event => { started = event.timeStamp; look() }
        addEventListener('click', clicked, { capture: true, once: true })
    })
}"""
BOT_MESSAGES = "[role=log] [data-author=bot]"


@dataclass
class Times:
    """Milliseconds, one of each per message."""

    stored: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    engine: list[float] = field(default_factory=list)

    @property
    def own_share(self) -> list[float]:
        """What the answer takes longer through the gateway than from the engine alone."""
        return [through - alone for through, alone in zip(self.answered, self.engine, strict=True)]


class Client:
    """A client as docs/protocol.md describes it, over one WebSocket."""

    def __init__(self, address: str) -> None:
        """Connects to nothing yet."""
        self._address = address
        self._socket = socketio.AsyncClient()
        self._confirmed: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._first_reply: dict[int, asyncio.Future[float]] = {}
        self._socket.on("session_confirm", self._confirm)
        self._socket.on("bot_uttered", self._receive)

    async def open(self) -> None:
        """Connects and begins a conversation."""
        await self._socket.connect(
            self._address,
            transports=["websocket"],
            auth={"site": DEMONSTRATION_SITE},
            headers={"Origin": self._address},
        )
        await self._socket.emit("session_request", {"last_id": 0})
        await asyncio.wait_for(self._confirmed, 10)

    async def say(self, text: str) -> tuple[float, float]:
        """Sends a text.

        Returns:
            Milliseconds until it is acknowledged, which is when it is stored, and until the bot's first reply.
        """
        started = time.perf_counter()
        answer = await self._socket.call(
            "user_uttered", {"message": text, "client_id": secrets.token_hex(8)}, timeout=30
        )
        stored = time.perf_counter() - started
        if not answer.get("ok"):
            raise RuntimeError(f"The gateway refused a message: {answer}")
        replied = await asyncio.wait_for(self._reply_to(answer["message"]["id"]), 30)
        return stored * 1000, (replied - started) * 1000

    async def close(self) -> None:
        """Disconnects."""
        await self._socket.disconnect()

    def _reply_to(self, message_id: int) -> asyncio.Future[float]:
        return self._first_reply.setdefault(message_id, asyncio.get_running_loop().create_future())

    async def _confirm(self, data: object) -> None:
        if not self._confirmed.done():
            self._confirmed.set_result(data)

    async def _receive(self, data: dict[str, dict[str, int]]) -> None:
        now = time.perf_counter()
        future = self._reply_to(data["metadata"].get("in_reply_to") or 0)
        if not future.done():
            future.set_result(now)


async def _ask_engine(http: aiohttp.ClientSession, stack: Stack, sender: str, text: str) -> float:
    body = {"sender": sender, "message": text, "kind": "text", "message_id": secrets.token_hex(8), "metadata": {}}
    started = time.perf_counter()
    async with http.post(f"{stack.engine_address}/webhooks/gateway/webhook", json=body) as response:
        answer = await response.json()
    taken = time.perf_counter() - started
    if not answer.get("messages"):
        raise RuntimeError(f"The engine did not answer: {answer}")
    return taken * 1000


async def measure_turns(stack: Stack, turns: int) -> Times:
    """Plays conversations through the gateway and beside it.

    Returns:
        The times of as many messages, after some to warm up.
    """
    times = Times()
    headers = {"Authorization": f"Bearer {stack.engine_secret}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for number, texts in enumerate(conversations(SEED)):
            client = Client(stack.address)
            await client.open()
            # Some customers send nothing, which the gateway does not pass on.
            said = [text for text in texts if text.strip(" \u200b")]
            for turn, text in enumerate(said):
                if (number + turn) % 2:
                    alone = await _ask_engine(http, stack, f"beside-{number}", text)
                    stored, answered = await client.say(text)
                else:
                    stored, answered = await client.say(text)
                    alone = await _ask_engine(http, stack, f"beside-{number}", text)
                times.stored.append(stored)
                times.answered.append(answered)
                times.engine.append(alone)
            await client.close()
            if len(times.stored) >= WARM_UP + turns:
                break
    for values in (times.stored, times.answered, times.engine):
        del values[:WARM_UP], values[turns:]
    return times


def measure_opening(stack: Stack, chromium: str) -> tuple[list[float], list[float]]:
    """Opens the widget for the first time, again and again, and presses buttons in it.

    Returns:
        Milliseconds from the click on the launcher to the first words of the bot, the page being loaded, for a browser
        that was never here before; and from a press on a button to the bot's next step.
    """
    opened: list[float] = []
    pressed: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        for number in range(OPENINGS + 1):
            context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
            page = context.new_page()
            page.goto(stack.address, wait_until="networkidle")
            widget = Widget(page)
            expect(widget.launcher).to_be_visible()
            taken = wait_for_bot(page, "", 0, widget.launcher.click)
            if number == 0:
                # The first browser finds nothing warm.
                pressed = _press_buttons(widget)
            else:
                opened.append(taken)
            context.close()
        browser.close()
    return opened, pressed


def _press_buttons(widget: Widget) -> list[float]:
    taken = []
    widget.press("忘记密码")
    for number in range(PRESSES):
        title, text = ("下一步", "第2步") if number % 2 == 0 else ("上一步", "第1步")
        expect(widget.button(title)).to_be_visible()
        before = widget.page.locator(BOT_MESSAGES).filter(has_text=text).count()
        taken.append(wait_for_bot(widget.page, text, before, widget.button(title).click))
    return taken


def wait_for_bot(page: Page, text: str, before: int, click: Callable[[], None]) -> float:
    """Clicks, and returns the milliseconds until the log has more messages of the bot with this text than before."""
    page.evaluate(WATCH, [BOT_MESSAGES, text, before])
    click()
    return float(page.evaluate("window.waited"))


def _row(title: str, values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return f"| {title} | {statistics.median(values):.1f} | {cuts[18]:.1f} | {len(values)} |"


def report(times: Times, opened: Sequence[float], pressed: Sequence[float], load: float) -> str:
    """Returns the results as Markdown.

    Args:
        times: Of messages over the protocol.
        opened: Milliseconds, see `measure_opening`.
        pressed: The same.
        load: The machine's load average before the measurement.
    """
    rows = "\n".join(
        [
            _row("launcher clicked → first words of the bot shown", opened),
            _row("button pressed in the widget → next step shown", pressed),
            _row("message sent → stored and acknowledged", times.stored),
            _row("message sent → answered, through the gateway", times.answered),
            _row("the same message, engine alone", times.engine),
            _row("the gateway's own share (difference per message)", times.own_share),
        ]
    )
    share = statistics.median(times.own_share) / statistics.median(times.answered)
    return f"""# A message's way through widget, gateway and engine

Written by `make bench-round-trip`: one conversation at a time on one machine ({os.cpu_count()} cores,
Python {platform.python_version()}), SQLite, client and servers on the same cores. Others kept the machine busy by
{load:.1f} processes meanwhile, before ours are counted. Milliseconds.

| | p50 | p95 | measured |
|---|---|---|---|
{rows}

The gateway's share of an answer is {share:.0%}. The first two rows are measured in Chromium by the page's own clock,
from an event to the frame that shows the answer; the others over the widget's protocol (WebSocket) by a client in
Python. The engine alone is asked over HTTP, in a conversation that has said the same; who is asked first alternates.
"""


def main() -> None:
    """Measures and writes the results."""
    chromium = os.environ.get("UWALLET_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium. Install it (on Debian: apt-get install chromium) or set UWALLET_CHROMIUM.")
    load = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), Path(folder), free_port(), environment=UNLIMITED)
        print("Starting ...", flush=True)
        stack.start()
        try:
            print(f"Sending {TURNS} messages to gateway and engine ...", flush=True)
            times = asyncio.run(measure_turns(stack, TURNS))
            print(f"Opening the widget {OPENINGS} times ...", flush=True)
            opened, pressed = measure_opening(stack, chromium)
        finally:
            stack.stop()
    text = report(times, opened, pressed, load)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
