"""Runs the gateway with uvicorn."""

from __future__ import annotations

import math

import uvicorn

from uwallet_gateway.app import create_app
from uwallet_gateway.services import build_services
from uwallet_gateway.settings import Settings

# Bytes of a WebSocket message; Socket.IO's own limit is lower and answers first.
_WEBSOCKET_BYTES = 1024 * 1024


def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what was taken.

    Raises:
        SettingsError: A setting is wrong.
        WebFilesError: The built web is not what its list says.
    """
    services = build_services(settings)
    uvicorn.run(
        create_app(services),
        host=settings.host,
        port=settings.port,
        # The application does it, by its own setting.
        proxy_headers=False,
        server_header=False,
        date_header=True,
        ws_max_size=_WEBSOCKET_BYTES,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        # Open connections must not outlive what the application finishes.
        timeout_graceful_shutdown=max(1, math.ceil(settings.shutdown_seconds)),
    )
