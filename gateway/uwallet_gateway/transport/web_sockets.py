"""WebSockets by a short way: whatever is on the stack, or kept of the request, is kept as long as a window is open."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State

from uwallet_gateway.observability.headers import note_request, request_id_of

_PATH = "/socket.io/"
_SWITCHING_PROTOCOLS = 101
# What is asked for after the connection was made: by another namespace on it, which checks for itself.
_KEPT_HEADERS = frozenset({b"host", b"origin", b"cookie"})
# Set in a scope: the checks have let it pass.
_ADMITTED = "uwallet.admitted"
# An extension of ASGI, from `LeanWebSocket` to whoever sends the same to many: `write_frame`.
_WRITING = "uwallet.writing"
# Of uvicorn's scope: needed by nobody any more.
_DISPENSABLE = ("extensions", "raw_path", "state", "subprotocols")


class WebSocketFork:
    """Outermost: sends WebSockets to Socket.IO past the middleware that is for HTTP."""

    def __init__(
        self,
        http: ASGIApp,
        checked: Callable[[ASGIApp], ASGIApp],
        socket_io: Callable[[Scope, Receive, Send], Awaitable[Any]],
    ) -> None:
        """Keeps where to send what.

        Args:
            http: Everything but WebSockets.
            checked: Wraps what is called for a WebSocket that may be opened; closes the others.
            socket_io: Serves a WebSocket until its end.
        """
        self._http = http
        self._check = checked(_admit)
        self._socket_io = socket_io

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a connection or a request."""
        if scope["type"] != "websocket" or not scope["path"].startswith(_PATH):
            await self._http(scope, receive, send)
            return
        started = time.perf_counter()
        # For the whole connection, which is a task of its own.
        bind_contextvars(request_id=request_id_of(scope))
        await self._check(scope, receive, send)
        if not scope.pop(_ADMITTED, False):
            return
        try:
            await self._socket_io(scope, receive, send)
        finally:
            note_request(scope, _SWITCHING_PROTOCOLS, time.perf_counter() - started)


async def _admit(scope: Scope, _receive: Receive, _send: Send) -> None:
    scope[_ADMITTED] = True


class LeanHttp(HttpToolsProtocol):
    """uvicorn's HTTP, which leaves no circle behind when a connection goes on as a WebSocket."""

    def handle_websocket_upgrade(self) -> None:
        """Hands the connection over."""
        super().handle_websocket_upgrade()
        # The parser refers to this. As old as a window gets, a circle would wait for hours until it is looked for.
        self.parser = None  # type: ignore[assignment]  # as when the connection is lost


class LeanWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which lets go of what it needs no more, and has a short way to write."""

    async def run_asgi(self) -> None:
        """Serves the connection, and offers a short way to write."""
        self.scope["extensions"][_WRITING] = self.write_frame  # type: ignore[assignment]  # any value, as far as ASGI says
        await super().run_asgi()

    def write_frame(self, frame: bytes) -> bool:
        """Sends a frame that was written out before, at once.

        Returns:
            Whether it was sent. Not before the handshake, nor while others wait for the other side to read, nor when
            the connection ends: `send` waits, or tells why.
        """
        if not self.handshake_complete or self.close_sent or not self.writable.is_set():
            return False
        if self.conn.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    async def send(self, message: Any) -> None:
        """Sends an event of ASGI."""
        await super().send(message)
        if self.handshake_complete and self.request is not None:
            self.request = self.response = None  # type: ignore[assignment]  # nobody reads them after the handshake

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends with the connection."""
        super().connection_lost(exc)
        # It waits for what comes next, and refers to what it belongs to.
        self.conn.parser.close()

    def shutdown(self) -> None:
        """Ends the connection, as the server ends. uvicorn would say so to one that is closing, and end in an error."""
        if not self.handshake_complete or self.conn.state is State.OPEN:
            super().shutdown()
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.SERVICE_RESTART})
        self.transport.close()


def frame_of(data: str | bytes) -> bytes:
    """A message written out as the frame that it is on the line. A server's are the same for everybody."""
    if isinstance(data, str):
        return Frame(Opcode.TEXT, data.encode()).serialize(mask=False)
    return Frame(Opcode.BINARY, data).serialize(mask=False)


def take_writing(scope: Scope) -> Callable[[bytes], bool] | None:
    """`LeanWebSocket.write_frame` of a connection, for one; None if another server serves it."""
    writing: Callable[[bytes], bool] | None = (scope.get("extensions") or {}).pop(_WRITING, None)
    return writing


def let_go(environ: dict[str, Any]) -> None:
    """Lets go of what python-socketio keeps of a request for as long as a connection lasts, but what is asked for."""
    scope = environ["asgi.scope"]
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name in _KEPT_HEADERS]
    for name in _DISPENSABLE:
        scope.pop(name, None)
    environ.clear()
    environ["asgi.scope"] = scope
