"""Runs ASGI applications on a port of this machine, within the loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

# Below those that systems give to outgoing connections: until the gateway listens, any program here could get one.
# Suites beside each other have each their own, so that two do not begin to listen on one at once.
_FIRST, _, _LAST = os.environ.get("FREE_PORTS", "20000-31999").partition("-")
_PORTS = range(int(_FIRST), int(_LAST) + 1)
_begin = secrets.randbelow(len(_PORTS))
# In turn: nobody in this process gets one that another is about to listen on.
_in_turn: Iterator[int] = itertools.cycle([*_PORTS[_begin:], *_PORTS[:_begin]])


def free_port() -> int:
    """A port that nobody listens on now."""
    while True:
        port = next(_in_turn)
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
