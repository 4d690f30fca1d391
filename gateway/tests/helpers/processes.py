"""Commands of the gateway as processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]


@contextlib.asynccontextmanager
async def process(environment: Mapping[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs a command of the gateway within the block."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uwallet_gateway", *arguments, cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGKILL)
        await running.wait()


async def until_healthy(url: str) -> None:
    """Waits until a gateway takes messages."""
    async with httpx.AsyncClient(base_url=url) as api, asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await api.get("/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
