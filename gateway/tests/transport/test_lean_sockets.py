"""Heartbeats of WebSockets, their end, and that the library is the one that they were written against."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import inspect
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import aiohttp
import engineio
import pytest
import socketio
from engineio import packet
from engineio.async_drivers.asgi import translate_request
from engineio.async_socket import AsyncSocket
from starlette.types import Receive, Scope, Send

from tests.helpers.servers import free_port, serving
from uwallet_gateway.transport.lean_sockets import FramedPacket, LeanServer, LeanSocket
from uwallet_gateway.transport.web_sockets import LeanHttp, LeanWebSocket, frame_of, let_go

# What is replaced, or relied on, and its source when that was written.
UPSTREAM = {
    AsyncSocket._websocket_handler: "27f120df4d71",
    AsyncSocket.poll: "826f58a9f360",
    AsyncSocket._upgrade_websocket: "820b83efe96a",
    translate_request: "39e74733f1fe",
    engineio.AsyncServer.handle_request: "1a8c878e3516",
    AsyncSocket.schedule_ping: "fe316639159c",
    AsyncSocket._send_ping: "67db82a704ea",
    AsyncSocket.check_ping_timeout: "77616d5ca780",
    AsyncSocket.close: "faa2e9390254",
    AsyncSocket.send: "0437276ccba7",
    socketio.AsyncManager.emit: "01ccd5b82b4f",
    engineio.AsyncServer._handle_connect: "5bd7edc1d1ae",
}


@pytest.mark.parametrize("function", UPSTREAM, ids=lambda function: function.__qualname__)
def test_the_library_is_what_it_was(function: Callable[..., Any]) -> None:
    assert hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12] == UPSTREAM[function], (
        f"{function.__qualname__} has changed: compare it with lean_sockets.py, and write the new hash here"
    )


class Server:
    """A server that knows when somebody comes, says something and goes."""

    def __init__(self, interval: float, timeout: float) -> None:
        self.io = LeanServer(async_mode="asgi", ping_interval=interval, ping_timeout=timeout, cors_allowed_origins="*")
        self.port = free_port()
        self.heard: list[str] = []
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.io.on("connect", self._connect)
        self.io.on("disconnect", self._disconnect)
        self.io.on("say", self._say)

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: object = None) -> None:
        let_go(environ)
        self.heard.append(sid)

    async def _say(self, _sid: str, text: str) -> str:
        self.heard.append(text)
        return text

    async def _disconnect(self, _sid: str, reason: str) -> None:
        self.gone.set_result(reason)

    @property
    def sockets(self) -> list[Any]:
        return list(self.io.eio.sockets.values())


@contextlib.asynccontextmanager
async def running(interval: float = 0.05, timeout: float = 60) -> AsyncIterator[Server]:
    """As the gateway is run."""
    server = Server(interval, timeout)
    polling = socketio.ASGIApp(server.io)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        serve = server.io.eio.handle_request if scope["type"] == "websocket" else polling
        await serve(scope, receive, send)

    async with serving(app, server.port, http=LeanHttp, ws=LeanWebSocket):
        yield server


@contextlib.asynccontextmanager
async def window(server: Server, transport: str = "websocket") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A client that does nothing by itself, connected to the namespace."""
    address = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4&transport={transport}"
    async with aiohttp.ClientSession() as http, http.ws_connect(address) as socket:
        assert (await socket.receive_str()).startswith("0{")
        await socket.send_str("40{}")
        yield socket


async def read(socket: aiohttp.ClientWebSocketResponse, kind: str) -> str:
    """The next frame that begins so."""
    async with asyncio.timeout(60):
        while not (frame := await socket.receive_str()).startswith(kind):
            pass
    return frame


async def test_who_answers_pings_stays_and_is_served() -> None:
    async with running() as server, window(server) as socket:
        for number in range(3):
            await read(socket, "2")
            assert not server.sockets[0].closed
            await socket.send_str("3")
            await socket.send_str(f'42{number}["say","{number}"]')
            assert await read(socket, "43") == f'43{number}["{number}"]'
        (one,) = server.sockets
        assert isinstance(one, LeanSocket)
        # The reader, and none that waits for time to pass or for something to write.
        waiting = [task for task in asyncio.all_tasks() if "engineio" in str(task.get_coro())]
        assert [task for task in waiting if "_send_ping" in str(task) or "_service_task" in str(task)] == []


async def test_no_ping_comes_before_the_last_is_answered() -> None:
    async with running() as server, window(server) as socket:
        await read(socket, "2")
        await socket.send_str('421["say","a"]')
        await read(socket, "43")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(socket, "2"), 0.3)


async def test_who_is_silent_is_left() -> None:
    async with running(timeout=0.2) as server, window(server) as socket:
        await read(socket, "2")
        assert await asyncio.wait_for(server.gone, 60) == "ping timeout"
        # Also where the other side closes nothing.
        async with asyncio.timeout(60):
            while server.sockets:
                await asyncio.sleep(0.02)


async def test_who_is_sent_away_need_not_close() -> None:
    async with running(timeout=0.2) as server, window(server) as socket:
        await read(socket, "40")
        (one,) = server.sockets
        await one.close()
        assert await read(socket, "1") == "1"
        async with asyncio.timeout(60):
            while server.sockets:
                await asyncio.sleep(0.02)
        assert server.gone.done()


async def test_who_goes_is_forgotten() -> None:
    async with running() as server:
        async with window(server) as socket:
            await read(socket, "40")
        await asyncio.wait_for(server.gone, 60)
        async with asyncio.timeout(60):
            while server.sockets:
                await asyncio.sleep(0.02)


async def test_a_frame_that_is_too_large_or_nonsense_ends_nothing_else() -> None:
    async with running(interval=60) as server, window(server) as socket, window(server) as other:
        await socket.send_str("9nonsense")
        await socket.send_str('421["say","a"]')
        await read(socket, "43")
        await socket.send_str("4" + "x" * 2_000_000)
        assert (await asyncio.wait_for(server.gone, 60)) == "transport close"
        await other.send_str('422["say","b"]')
        assert await read(other, "43") == '432["b"]'


async def test_all_are_told_at_once_and_who_has_gone_is_not() -> None:
    async with running(interval=60) as server, window(server) as one, window(server) as other:
        for socket in (one, other):
            await read(socket, "40")
        first, second = server.heard
        await server.io.emit("news", {"a": 1}, to=[first, second])
        await server.io.emit("news", ("a", "b"), to=second)
        await server.io.emit("news", to="nobody")
        await server.io.emit("picture", b"x", to=first)
        assert await read(one, "42") == '42["news",{"a":1}]'
        assert await read(one, "45") == '451-["picture",{"_placeholder":true,"num":0}]'
        assert await read(other, "42") == '42["news",{"a":1}]'
        assert await read(other, "42") == '42["news","a","b"]'
        await server.sockets[0].close()
        await server.io.emit("news", to=first)
        # With an answer it is the library's.
        answered = asyncio.create_task(server.io.call("ask", to=second, timeout=30))
        frame = await read(other, "42")
        await other.send_str(f'43{frame[2:].partition("[")[0]}["yes"]')
        assert await answered == "yes"


def held() -> Counter[str]:
    """Objects of the server and of the libraries below it, those that only the collector would find included."""
    ours = ("uwallet_gateway.", "uvicorn.", "websockets.", "engineio.", "socketio.", "httptools.", "uvloop.")
    kinds = [it if isinstance(it, type) else type(it) for it in gc.get_objects()]
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)
    return Counter(name for name in names if name.startswith(ours))


async def test_nothing_of_a_closed_window_waits_for_the_collector() -> None:
    async with running(interval=60) as server:
        gc.collect()
        gc.disable()
        try:
            for number in range(4):
                before = held()
                async with window(server) as socket:
                    await socket.send_str(f'42{number}["say","{number}"]')
                    await read(socket, "43")
                    if number == 3:
                        # As a telephone that has lost its network: no frame says that it goes.
                        cast("Any", socket)._conn.transport.abort()
                await asyncio.wait_for(server.gone, 30)
                server.gone = asyncio.get_running_loop().create_future()
                # The last task of a connection.
                await asyncio.sleep(0.1)
                if number >= 2:
                    assert held() - before == Counter()
        finally:
            gc.enable()


class Line:
    """A line that takes frames while it is free, and a WebSocket on it that waits until it is."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.taken: list[bytes] = []
        self.frames: asyncio.Queue[str] = asyncio.Queue()
        self.closed = False
        self.broken = False

    def write(self, frame: bytes) -> bool:
        if self.free.is_set():
            self.taken.append(frame)
        return self.free.is_set()

    async def send(self, data: str | bytes) -> None:
        await self.free.wait()
        if self.broken:
            raise OSError
        self.taken.append(frame_of(data))

    async def wait(self) -> str:
        return await self.frames.get()

    async def close(self) -> None:
        self.closed = True


def message(number: int) -> packet.Packet:
    return (FramedPacket if number % 2 else packet.Packet)(packet.MESSAGE, str(number))


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("is_short", [True, False])
async def test_order_is_kept_whoever_reads_slowly(*, is_short: bool) -> None:
    line = Line()
    server = LeanServer(async_mode="asgi", ping_interval=60)
    socket = LeanSocket(server.eio, "sid", line.write if is_short else None)
    # Before the handshake nothing is sent; afterwards everything, in order.
    line.free.set()
    socket.put(message(0))
    assert line.taken == []
    serving_it = asyncio.create_task(socket._websocket_handler(line))
    await eventually(lambda: len(line.taken) == 1)
    line.free.clear()
    for number in (1, 2, 3):
        socket.put(message(number))
    await asyncio.sleep(0)
    assert len(line.taken) == 1
    line.free.set()
    # Comes while others wait, although the line is free.
    socket.put(message(4))
    await eventually(lambda: len(line.taken) == 5)
    socket.put(message(5))
    await eventually(lambda: len(line.taken) == 6)
    assert line.taken == [frame_of(f"4{number}") for number in range(6)]
    serving_it.cancel()
    await serving_it
    assert socket.closed
    assert line.closed


async def test_what_is_sent_to_one_that_has_gone_is_not_kept() -> None:
    line = Line()
    socket = LeanSocket(LeanServer(async_mode="asgi", ping_interval=60).eio, "sid", line.write)
    serving_it = asyncio.create_task(socket._websocket_handler(line))
    await asyncio.sleep(0)
    line.broken = True
    socket.put(message(0))
    line.free.set()
    await eventually(lambda: line.closed)
    line.free.clear()
    for number in range(10):
        socket.put(message(number))
    assert not socket._waiting
    assert line.taken == []
    serving_it.cancel()
    await serving_it


async def test_who_begins_with_polling_is_the_librarys() -> None:
    async with running(interval=60) as server, aiohttp.ClientSession() as http:
        address = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=polling"
        async with http.get(address) as response:
            assert (await response.text()).startswith("0{")
        (one,) = server.sockets
        assert type(one) is AsyncSocket
