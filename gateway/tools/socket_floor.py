"""The least that python-socketio on uvicorn needs for what the gateway's benchmark does: a server that knows nothing.

Usage: python -m tools.socket_floor PORT. It answers each request with what the
gateway says to a new visitor, without a database, limits or checks.
"""

from __future__ import annotations

import sys
from typing import Any

import socketio
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_CONFIRMATION = {
    "session_id": "IjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIg.0123456789abcdef0123456789abcdef0123456789a",
    "identity": "visitor",
    "last_id": 0,
    "messages": [],
    "has_more": False,
    "limits": {"max_length": 1000, "attachment_bytes": 8_000_000, "attachment_types": ["image/png", "image/jpeg"]},
    "support": {"owner": "bot", "ticket": None, "position": None, "wait_minutes": None, "available": False},
    "notice": {"version": "1", "text": "x" * 300, "policy_url": None, "mode": "shown", "answer": None},
}


def create_server() -> socketio.ASGIApp:
    """The ASGI application."""
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[], logger=False, engineio_logger=False)

    async def confirm(sid: str, _data: Any = None) -> None:
        await server.emit("session_confirm", _CONFIRMATION, to=sid)

    server.on("session_request", confirm)

    async def ready(_scope: Any, _receive: Any, send: Any) -> None:
        if _scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    return socketio.ASGIApp(server, other_asgi_app=ready)


if __name__ == "__main__":
    uvicorn.run(
        create_server(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        ws=WebSocketsSansIOProtocol,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_level="error",
        lifespan="off",
    )
