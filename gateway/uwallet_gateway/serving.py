"""Runs the gateway with uvicorn."""

from __future__ import annotations

import functools
import gc
import math
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable

import uvicorn

from common.tracing import start_tracing, stop_tracing
from uwallet_gateway.app import create_app, finish
from uwallet_gateway.services import build_services
from uwallet_gateway.settings import Settings
from uwallet_gateway.transport.socket_io import SocketTransport
from uwallet_gateway.transport.web_sockets import LeanHttp, LeanWebSocket

# Bytes of a WebSocket message; Socket.IO's own limit is lower and answers first.
_WEBSOCKET_BYTES = 1024 * 1024
# New objects until the young, the middle and the old ones are looked through for garbage.
_COLLECTED_AFTER = (20_000, 20, 50)


class _Server(uvicorn.Server):
    """Ends long polls and WebSockets itself: uvicorn would wait for them before it tells the application to end."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end = end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._end()
        await super().shutdown(sockets=sockets)


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what was taken.

    Raises:
        SettingsError: A setting is wrong.
        WebFilesError: The built web is not what its list says.
    """
    # Bodies of uploads are spooled here: /tmp is memory in a container.
    spool = settings.data_dir / "spool"
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = str(spool)
    services = build_services(settings)
    transport = SocketTransport(services)
    config = uvicorn.Config(
        create_app(services, transport),
        host=settings.host,
        port=settings.port,
        # The application does it, by its own setting.
        proxy_headers=False,
        server_header=False,
        # The implementations that take least, named so that an upgrade cannot change them.
        http=LeanHttp,
        ws=LeanWebSocket,
        # Engine.IO's heartbeat finds dead peers already; a second one costs as much again.
        ws_ping_interval=None,
        ws_max_size=_WEBSOCKET_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        # Open connections must not outlive what the application finishes.
        timeout_graceful_shutdown=max(1, math.ceil(settings.shutdown_seconds)),
    )
    # A window is hundreds of objects; the collector's own thresholds would look through those of all windows again and
    # again while thousands connect.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)
    # Who talks to the gateway is anybody: it decides by itself which traces are kept.
    start_tracing("uwallet-gateway", decides=True)
    server = _Server(config, functools.partial(finish, services, transport))
    try:
        server.run()
    finally:
        stop_tracing()
    if not server.started:
        # uvicorn has logged why: the port is taken, or the database is away.
        sys.exit(3)
