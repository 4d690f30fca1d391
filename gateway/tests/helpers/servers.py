"""Runs ASGI applications on a port of this machine, within the loop of the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tools.ports import free_port

__all__ = ["free_port", "serving"]


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int, **options: Any) -> AsyncIterator[None]:
    """Serves within the block, with these options of uvicorn; leaving it is what SIGTERM does to a process."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_config=None,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            **options,
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
