"""Engine.IO over WebSockets with what a window that does nothing needs: one task and one timer.

The library has four tasks and four timers for each window, one task more and two timers for each frame, and looks at
all windows in turn to find those that are silent. What it does for long polling, and for those that begin so, is left
to it.

What is sent goes to the line at once, and what is for many is written out as a frame once. Only for a window that does
not read there are a queue and a task that waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import engineio
import socketio
from engineio import exceptions, packet
from engineio.async_drivers.asgi import translate_request
from engineio.async_socket import AsyncSocket
from starlette.types import Receive, Scope, Send

from uwallet_gateway.transport.web_sockets import frame_of, take_writing


class FramedPacket(packet.Packet):  # type: ignore[misc]  # the library has no types
    """A packet that is written out as a frame once, whoever gets it."""

    frame: bytes | None = None

    def as_frame(self) -> bytes:
        """The frame."""
        if self.frame is None:
            self.frame = frame_of(self.encode())
        return self.frame


_PING = FramedPacket(packet.PING)


class LeanSocket(AsyncSocket):  # type: ignore[misc]  # the library has no types
    """A connection that is a WebSocket from its beginning."""

    def __init__(self, server: Any, sid: str, write: Callable[[bytes], bool] | None) -> None:
        """Has said nothing yet.

        Args:
            server: The Engine.IO server.
            sid: Its id.
            write: Sends a frame at once, or says that it cannot; None on a server that has no such way.
        """
        super().__init__(server, sid)
        # The library's, of which a window would keep three deques.
        self.queue = None
        # When the last ping was sent that is not answered; not None at the beginning, either.
        self.last_ping: float | None = time.time()
        # The next ping, the end of waiting for its answer, or that of waiting for the other side to close.
        self._timer: asyncio.TimerHandle | None = None
        # Where the next frame is waited for.
        self._reader: asyncio.Task[Any] | None = None
        self._write = write
        # What could not be sent at once, in order; whoever sends it has it as long as there is something.
        self._waiting: deque[packet.Packet] | None = deque()
        self._writer: asyncio.Task[None] | None = None
        self._ws: Any = None

    def put(self, sent: packet.Packet) -> None:
        """Sends it, unless the connection is closed."""
        if self.closed:
            return
        if self._waiting is None and self._write is not None:
            frame = sent.as_frame() if isinstance(sent, FramedPacket) else frame_of(sent.encode())
            if self._write(frame):
                return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(sent)
        self._send_later()

    async def send(self, pkt: packet.Packet) -> None:
        """Sends it.

        Raises:
            SocketIsClosedError: It is closed.
        """
        if self.closed:
            raise exceptions.SocketIsClosedError()
        self.put(pkt)

    def schedule_ping(self) -> None:
        """Sends a ping later; called at the beginning, and when the last one was answered."""
        if self.last_ping and not self.closing and not self.closed:
            self.last_ping = None
            self._set_timer(self.server.ping_interval, self._ping)

    async def check_ping_timeout(self) -> bool:
        """Whether anything may be sent. The timer finds out who is silent, by a clock that nobody sets.

        Raises:
            SocketIsClosedError: It is closed.
        """
        if self.closed:
            raise exceptions.SocketIsClosedError()
        return True

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Closes the connection, also of one that does not close its own end."""
        is_open = not self.closed and not self.closing
        await super().close(wait=False, abort=abort, reason=reason)
        if not is_open:
            return
        self._set_timer(self.server.ping_timeout, self._stop_reading)
        if wait and self._writer is not None:
            await asyncio.wait({self._writer})

    async def _websocket_handler(self, ws: Any) -> None:
        self.connected = self.upgraded = True
        self._ws = ws
        self._send_waiting()
        try:
            while (frame := await self._next(ws)) is not None and not self.closed:
                try:
                    await self.receive(packet.Packet(encoded_packet=frame))
                except exceptions.UnknownPacketError:
                    pass
                except exceptions.SocketIsClosedError:
                    break
                except Exception:
                    # As the library: it goes on with the next one.
                    self.server.logger.exception("Unknown receive error")
        finally:
            if self._writer is not None:
                # One that takes nothing is not waited for.
                await asyncio.wait({self._writer}, timeout=self.server.ping_timeout)
                if self._writer is not None:
                    self._writer.cancel()
            with contextlib.suppress(Exception):
                await ws.close()
            await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
            if self._timer is not None:
                self._timer.cancel()
            # Or they would be kept in circles until the next look for garbage.
            self._ws = self._write = self._timer = None

    async def _next(self, ws: Any) -> Any:
        """The next frame, None if there will be none."""
        self._reader = asyncio.current_task()
        try:
            frame = await ws.wait()
        except asyncio.CancelledError:
            # By `_stop_reading`, or as the server ends.
            return None
        except OSError:
            return None
        finally:
            self._reader = None
        return None if frame and len(frame) > self.server.max_http_buffer_size else frame

    def _send_waiting(self) -> None:
        """Sends what was kept until the handshake was made."""
        waiting, self._waiting = self._waiting, None
        for sent in waiting or ():
            self.put(sent)

    def _send_later(self) -> None:
        if self._ws is not None and self._writer is None:
            self._writer = asyncio.create_task(self._send_in_order())

    async def _send_in_order(self) -> None:
        try:
            while self._waiting:
                await self._ws.send(self._waiting.popleft().encode())
        except Exception:  # the other side has gone
            ws, self._ws, self._waiting = self._ws, None, deque(maxlen=0)
            with contextlib.suppress(Exception):
                await ws.close()
        else:
            # Nothing is awaited between the last look and this, so nothing is left behind.
            self._waiting = None
        finally:
            self._writer = None

    def _ping(self) -> None:
        self.last_ping = time.time()
        self.put(_PING)
        self._set_timer(self.server.ping_timeout, self._give_up)

    def _give_up(self) -> None:
        self.server.start_background_task(self._leave)

    async def _leave(self) -> None:
        await self.close(wait=False, abort=False, reason=self.server.reason.PING_TIMEOUT)
        self._stop_reading()

    def _stop_reading(self) -> None:
        if self._reader is not None:
            self._reader.cancel()

    def _set_timer(self, seconds: float, call: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, call)


class LeanEngine(engineio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """The library's server, whose WebSockets are lean."""

    def __init__(self, **options: Any) -> None:
        """Takes the library's options."""
        super().__init__(**options)
        # The library's own for WebSockets, too, makes a class for each, which is a circle that keeps the connection.
        self._async: dict[str, Any] = {**vars(self)["_async"], "translate_request": _translated}

    async def _handle_connect(self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None) -> Any:
        if transport != "websocket":
            return await super()._handle_connect(environ, transport, jsonp_index)
        sid = self.generate_id()
        socket = self.sockets[sid] = LeanSocket(self, sid, take_writing(environ["asgi.scope"]))
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int(self.ping_interval + self.ping_interval_grace_period) * 1000,
            "maxPayload": self.max_http_buffer_size,
        }
        await socket.send(packet.Packet(packet.OPEN, opening))
        answer = await self._trigger_event("connect", sid, environ, run_async=False)
        if answer is not None and answer is not True:
            del self.sockets[sid]
            return self._unauthorized(answer or None)
        socket.schedule_ping()
        try:
            return await socket.handle_get_request(environ)
        finally:
            if socket.closed:
                self.sockets.pop(sid, None)


async def _translated(scope: Scope, receive: Receive, send: Send) -> dict[str, Any]:
    """What the library reads of a request; of a WebSocket without a body, which it has none of."""
    if scope["type"] != "websocket":
        environ: dict[str, Any] = await translate_request(scope, receive, send)
        return environ
    await receive()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": scope["path"],
        "QUERY_STRING": scope.get("query_string", b"").decode(errors="replace"),
        "asgi.receive": receive,
        "asgi.send": send,
        "asgi.scope": scope,
    }
    for name, value in scope["headers"]:
        key, text = "HTTP_" + name.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["wsgi.url_scheme"] = environ.get("HTTP_X_FORWARDED_PROTO", "http")
    return environ


class LeanManager(socketio.AsyncManager):  # type: ignore[misc]  # the library has no types
    """The library's manager, which needs no task for each of those who are told."""

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **named: Any,
    ) -> None:
        """Sends an event to one, or to some; what is written out once goes to all of them (see parent class)."""
        if callback or skip_sid or namespace not in self.rooms:
            await super().emit(event, data, namespace, room, skip_sid, callback, to, **named)
            return
        values = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        encoded = self.server.packet_class(socketio.packet.EVENT, namespace=namespace, data=[event, *values]).encode()
        parts = encoded if isinstance(encoded, list) else [encoded]
        packets = [FramedPacket(packet.MESSAGE, part) for part in parts]
        # A copy: while one is waited for, others come and go.
        for _, engine_sid in list(self.get_participants(namespace, to or room)):
            socket = self.server.eio.sockets.get(engine_sid)
            for each in packets:
                if isinstance(socket, LeanSocket):
                    socket.put(each)
                else:
                    await self.server._send_eio_packet(engine_sid, each)


class LeanServer(socketio.AsyncServer):  # type: ignore[misc]  # the library has no types
    """python-socketio's server on top of it."""

    def __init__(self, **options: Any) -> None:
        """Takes the library's options."""
        super().__init__(client_manager=LeanManager(), **options)

    def _engineio_server_class(self) -> type[engineio.AsyncServer]:
        return LeanEngine
