"""Many widgets in one process: Socket.IO over plain sockets, as a client library would take more than the server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import struct
from typing import Any

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_MASK = b"\0\0\0\0"


class SocketLostError(ConnectionError):
    """The server has closed the connection, or refused it."""


class Widget:
    """One connection: Engine.IO 4 over WebSocket, one namespace."""

    def __init__(self, host: str, port: int, namespace: str = "/") -> None:
        """Is not connected yet."""
        self._host, self._port, self._namespace = host, port, namespace
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._acks = 0

    async def connect(self, auth: dict[str, Any] | None, headers: dict[str, str] | None = None) -> None:
        """Connects to the namespace.

        Raises:
            SocketLostError: The server refuses.
        """
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**17)
        # What a browser sends, so that the server holds what it would.
        browser = {
            "User-Agent": "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
            "Accept-Encoding": "gzip, deflate, br",
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
        }
        self._writer.write(opening(self._host, self._port, {**browser, **(headers or {})}))
        status = await self._reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in status.split(b"\r\n")[0]:
            raise SocketLostError(status.decode())
        await self._text()
        place = "" if self._namespace == "/" else f"{self._namespace},"
        self._send(f"40{place}{json.dumps(auth) if auth else ''}")
        # Events may come before the answer: others are told of this client already.
        while not (answer := await self._text()).startswith(("40", "44")):
            pass
        if answer.startswith("44"):
            raise SocketLostError(answer)
        self._task = asyncio.create_task(self._read())

    async def ask(self, event: str, data: Any, answer: str) -> Any:
        """Sends an event and returns the data of the event that answers it."""
        waiting = self.expect(answer)
        self._send("42" + json.dumps([event, data]))
        return await waiting

    async def call(self, event: str, data: Any = None) -> Any:
        """Sends an event and returns its acknowledgement."""
        self._acks += 1
        waiting = self.expect(f"ack {self._acks}")
        self._send(f"42{self._acks}" + json.dumps([event, data] if data is not None else [event]))
        return (await waiting)[0]

    def expect(self, event: str) -> asyncio.Future[Any]:
        """The next event of this name."""
        return self._waiting.setdefault(event, asyncio.get_running_loop().create_future())

    async def close(self) -> None:
        """Ends the connection as a closed tab does."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._writer:
            self._writer.close()

    def _send(self, text: str) -> None:
        if self._writer is None:
            raise SocketLostError
        self._frame(_TEXT, text.encode())

    def _frame(self, opcode: int, body: bytes) -> None:
        if self._writer is None:
            raise SocketLostError
        size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0xFE]) + struct.pack(">H", len(body))
        # Masked by zeros, which leaves the bytes as they are.
        self._writer.write(bytes([0x80 | opcode]) + size + _MASK + body)

    async def _text(self) -> str:
        while True:
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
            body = await self._reader.readexactly(size)
            opcode = first & 0x0F
            if opcode == _PING:
                self._frame(_PONG, body)
            elif opcode == _CLOSE:
                raise SocketLostError(body[2:].decode(errors="replace"))
            elif opcode == _TEXT:
                text = body.decode()
                if text != "2":
                    return text
                self._send("3")

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self._text())
        except (OSError, asyncio.IncompleteReadError) as error:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(SocketLostError(str(error)))

    def _hear(self, text: str) -> None:
        kind, rest = text[:2], text[2:]
        if rest.startswith("/"):
            _, _, rest = rest.partition(",")
        digits = len(rest) - len(rest.lstrip("0123456789"))
        if kind == "43":
            name, data = f"ack {rest[:digits]}", json.loads(rest[digits:])
        elif kind == "42":
            name, *data = json.loads(rest[digits:])
            data = data[0] if data else None
        else:
            return
        waiting = self._waiting.pop(name, None)
        if waiting and not waiting.done():
            waiting.set_result(data)


def opening(host: str, port: int, headers: dict[str, str]) -> bytes:
    """Returns the request that makes a connection a WebSocket of Socket.IO."""
    lines = {
        "Host": f"{host}:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Origin": f"http://{host}:{port}",
        **headers,
    }
    request = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{request}\r\n".encode()
