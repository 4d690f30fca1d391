"""WebSockets at the end of the server."""

from __future__ import annotations

import asyncio
from unittest import mock

from uvicorn import Config
from uvicorn.server import ServerState
from websockets.protocol import State

from uwallet_gateway.transport.web_sockets import LeanWebSocket


async def test_server_ends_although_a_connection_is_closing() -> None:
    config = Config(mock.Mock(), interface="asgi3", log_config=None, proxy_headers=False)
    line = LeanWebSocket(config=config, server_state=ServerState(), app_state={})
    transport = mock.create_autospec(asyncio.Transport, instance=True)
    transport.get_extra_info.return_value = None
    line.connection_made(transport)
    line.handshake_complete = True
    # The other side has begun to close it, and its line is cut.
    line.conn.state = State.CLOSING
    line.shutdown()
    transport.close.assert_called_once()
    assert line.queue.get_nowait()["type"] == "websocket.disconnect"
