"""Measures how long the widget takes to open on a slow line, and what it weighs there.

Usage: python -m benchmarks.slow_line (`make bench-slow-line`). Chromium is slowed down to "Slow 3G": 400 kbit/s both
ways, 400 ms. It asks for brotli, as from 127.0.0.1 it does. Each opening is a browser's first.
Results: benchmarks/results/slow_line.md. Exits with 1 if the window takes longer than the limit.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from scripts.local import ROOT, free_port
from scripts.stack import Stack
from tests.browser.widget import Widget

RESULTS = ROOT / "benchmarks" / "results" / "slow_line.md"
OPENINGS = 5
# Seconds from the press on the button to the window.
LIMIT = 2.5
# Milliseconds that the mouse rests on the button in the second measurement.
_HOVER = 300
_SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
_LOADED = """() => performance.getEntriesByType("resource")
    .filter((entry) => /widget\\.js|widget\\/app/.test(entry.name))
    .map((entry) => [entry.name.includes("app") ? "window" : "before", entry.encodedBodySize])"""


@dataclass(frozen=True)
class Opening:
    """One opening; seconds from the press, and bytes as they came."""

    window: float
    greeting: float
    before: int
    altogether: int


def open_once(browser: Browser, stack: Stack, *, hovered: bool) -> Opening:
    """Opens the widget in a browser that was never here before.

    Args:
        browser: Makes the visitor.
        stack: Serves the page.
        hovered: Whether the mouse rests on the button for a moment first.
    """
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", _SLOW_3G)
    page.goto(stack.address, timeout=60_000)
    widget = Widget(page)
    expect(widget.launcher).to_be_visible(timeout=30_000)
    if hovered:
        widget.launcher.hover()
        page.wait_for_timeout(_HOVER)
    started = float(page.evaluate("performance.now()"))
    widget.launcher.click()
    expect(widget.composer).to_be_visible(timeout=30_000)
    window = float(page.evaluate("performance.now()"))
    expect(widget.log).to_contain_text("客服机器人", timeout=30_000)
    greeting = float(page.evaluate("performance.now()"))
    sizes = dict(page.evaluate(_LOADED))
    context.close()
    return Opening(
        (window - started) / 1000,
        (greeting - started) / 1000,
        int(sizes["before"]),
        int(sizes["before"]) + int(sizes["window"]),
    )


def _row(title: str, openings: list[Opening]) -> str:
    windows = [opening.window for opening in openings]
    greetings = [opening.greeting for opening in openings]
    return (
        f"| {title} | {statistics.median(windows):.2f} s | {max(windows):.2f} s "
        f"| {statistics.median(greetings):.2f} s | {len(openings)} |"
    )


def report(pressed: list[Opening], hovered: list[Opening]) -> str:
    """Returns the results as Markdown."""
    [one, *_] = pressed
    return f"""# The widget on a slow line

Written by `make bench-slow-line`: 400 kbit/s, 400 ms, a browser's first visit, all on one machine
({os.cpu_count()} cores, Python {platform.python_version()}). As served (brotli):
{one.before / 1024:.2f} KiB before the press, {one.altogether / 1024:.2f} KiB altogether.
The window is to be there within {LIMIT} s of the press.

| | window, median | window, longest | greeting, median | measured |
|---|---|---|---|---|
{_row("pressed at once, as by a finger", pressed)}
{_row(f"mouse on the button for {_HOVER} ms before", hovered)}
"""


def main() -> None:
    """Measures and writes the results."""
    chromium = os.environ.get("UWALLET_CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        sys.exit("There is no Chromium. Install it (on Debian: apt-get install chromium) or set UWALLET_CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), Path(folder), free_port())
        stack.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
                pressed = [open_once(browser, stack, hovered=False) for _ in range(OPENINGS)]
                hovered = [open_once(browser, stack, hovered=True) for _ in range(OPENINGS)]
                browser.close()
        finally:
            stack.stop()
    text = report(pressed, hovered)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    if statistics.median([opening.window for opening in pressed]) > LIMIT:
        sys.exit("The window takes longer than the limit.")


if __name__ == "__main__":
    main()
