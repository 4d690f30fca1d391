"""Measures how long a press on a button in the widget takes until the next step stands there, while others talk.

Usage: .venv-browser/bin/python -m benchmarks.half_load [--turns 13] (after `make bench-round-trip`, which sets
everything up). So many turns a second come from others, in a process of their own; what gateway and engine take of
a core meanwhile is told beside it. Everything runs on this machine: `--first` lets all of it go before other work,
which needs root.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from benchmarks.conversations import conversations
from benchmarks.round_trip import BOT_MESSAGES, Client, wait_for_bot
from benchmarks.unlimited import UNLIMITED
from scripts.local import free_port
from scripts.stack import Stack
from tests.browser.widget import Widget

_SECONDS, _WARM_UP = 40.0, 6.0
# Seconds from one message of a conversation to the next.
_PAUSE = 2.0
_SEED = 77


def _talk(address: str, turns: float, done: Connection) -> None:
    done.send(asyncio.run(_conversations(address, turns)))


async def _conversations(address: str, turns: float) -> list[float]:
    """Others who talk; milliseconds from each of their messages to its answer."""
    source = conversations(_SEED)
    drawn = random.Random(_SEED)
    times: list[float] = []

    async def one() -> None:
        await asyncio.sleep(drawn.uniform(0, _PAUSE))
        for texts in source:
            client = Client(address)
            try:
                await client.open()
                for text in texts:
                    # Some customers send nothing, which the gateway does not pass on.
                    if text.strip(" \u200b"):
                        began = time.monotonic()
                        times.append((await client.say(text))[1])
                        await asyncio.sleep(max(0.0, _PAUSE - (time.monotonic() - began)))
            finally:
                await client.close()

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await asyncio.gather(*(one() for _ in range(max(1, round(turns * _PAUSE)))))
    return times


def _processor(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _first(pid: int | None, priority: int) -> None:
    """Before all work that has no such priority; its threads and its children, too."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(priority))


def _press(widget: Widget, until: float) -> list[float]:
    """Goes to and fro in a procedure; milliseconds for each press."""
    taken: list[float] = []
    while time.monotonic() < until:
        title, text = ("下一步", "第2步") if len(taken) % 2 == 0 else ("上一步", "第1步")
        expect(widget.button(title)).to_be_visible(timeout=20_000)
        before = widget.page.locator(BOT_MESSAGES).filter(has_text=text).count()
        taken.append(wait_for_bot(widget.page, text, before, widget.button(title).click))
        time.sleep(0.3)
    return taken


def _row(what: str, times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"{what}: p50 {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f}, {len(times)} measured"


def _measure(stack: Stack, chromium: str, turns: float) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        page = browser.new_context(locale="zh-CN", reduced_motion="reduce").new_page()
        page.goto(stack.address, wait_until="networkidle")
        widget = Widget(page)
        wait_for_bot(page, "", 0, widget.launcher.click)
        widget.press("忘记密码")
        # An even number of presses later it is where it was.
        print(_row("alone, click to bubble", _press(widget, time.monotonic() + 10)), flush=True)
        if widget.button("上一步").is_visible() and not widget.button("下一步").is_visible():
            widget.press("上一步")
        here, there = multiprocessing.Pipe()
        others = multiprocessing.get_context("spawn").Process(
            target=_talk, args=(stack.address, turns, there), daemon=True
        )
        others.start()
        time.sleep(_WARM_UP)
        pids = (stack.gateway.pid, stack.engine.pid)
        began, before = time.monotonic(), [_processor(pid) for pid in pids]
        pressed = _press(widget, began + _SECONDS - _WARM_UP - 4)
        took = time.monotonic() - began
        gateway, engine = ((_processor(pid) - spent) / took for pid, spent in zip(pids, before, strict=True))
        print(_row("beside others, click to bubble", pressed))
        times: list[float] = here.recv()
        others.join()
        print(_row(f"the others ({len(times) / _SECONDS:.1f} turns a second), message to answer", times))
        print(f"meanwhile the gateway took {gateway:.0%} of a core, the engine {engine:.0%}")
        browser.close()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=float, default=13.0, help="of others, a second")
    parser.add_argument("--first", action="store_true", help="before other work on this machine")
    options = parser.parse_args()
    chromium = os.environ.get("UWALLET_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium. Install it (on Debian: apt-get install chromium) or set UWALLET_CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), Path(folder), free_port(), environment=UNLIMITED)
        stack.start()
        try:
            if options.first:
                for pid in (stack.gateway.pid, stack.engine.pid):
                    _first(pid, 5)
                _first(os.getpid(), 4)
            _measure(stack, chromium, options.turns)
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
