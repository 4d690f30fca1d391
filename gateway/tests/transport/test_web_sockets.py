"""WebSockets at the end of the server."""

from __future__ import annotations

import asyncio
from unittest import mock

from uvicorn import Config
from uvicorn.server import ServerState
from websockets.protocol import State

from uwallet_gateway.transport.web_sockets import LeanWebSocket, frame_of, take_writing


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


async def test_frame_is_written_at_once_only_to_an_open_line() -> None:
    config = Config(mock.Mock(), interface="asgi3", log_config=None, proxy_headers=False)
    line = LeanWebSocket(config=config, server_state=ServerState(), app_state={})
    transport = mock.create_autospec(asyncio.Transport, instance=True)
    transport.get_extra_info.return_value = None
    transport.is_closing.return_value = False
    line.connection_made(transport)
    frame = frame_of("2")
    assert not line.write_frame(frame)
    line.handshake_complete, line.conn.state = True, State.OPEN
    assert line.write_frame(frame)
    transport.write.assert_called_once_with(b"\x81\x012")
    # The other side reads too slowly.
    line.pause_writing()
    assert not line.write_frame(frame)
    line.resume_writing()
    line.conn.state = State.CLOSING
    assert not line.write_frame(frame)
    line.conn.state = State.OPEN
    transport.is_closing.return_value = True
    assert not line.write_frame(frame)
    assert transport.write.call_count == 1
    assert frame_of(b"x") == b"\x82\x01x"


def test_short_way_is_taken_once() -> None:
    scope = {"extensions": {"uwallet.writing": bool}}
    assert take_writing(scope) is bool
    assert take_writing(scope) is None
    assert take_writing({"extensions": None}) is None
