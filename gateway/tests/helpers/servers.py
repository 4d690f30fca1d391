"""Runs ASGI applications on a port of this machine, within the loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

# Below those that systems give to outgoing connections: until the gateway listens, any program here could get one.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that nobody listens on now."""
    while True:
        port = secrets.choice(_PORTS)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """Serves within the block; leaving it is what SIGTERM does to a process."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=port, log_config=None, proxy_headers=False, timeout_graceful_shutdown=2
        )
    )
    # Signals belong to the test runner.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]  # a context manager, too
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            msg = "the server did not start"
            raise RuntimeError(msg)
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task
