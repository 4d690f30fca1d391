"""Desks that only listen: many sockets in a process of their own, which does as little as can be for each.

A client that parses what it gets takes longer for five hundred desks than the gateway does, and on a machine of two
cores that would be what is measured.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import select
import socket
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.widget_sockets import SocketLostError, opening

_CONNECT_SECONDS = 60.0
_PING = b"\x81\x012"
# Masked by zeros, which leaves the bytes as they are.
_PONG = b"\x81\x81\0\0\0\x003"
_JOIN = b"\x81\x88\0\0\0\x0040/desk,"


class Desks:
    """Desks of one process, and when each of them has heard an event."""

    def __init__(self, connection: Connection) -> None:
        """Talks to the process by this connection."""
        self._connection = connection

    def expect(self, event: str) -> None:
        """Returns when they listen for the next event of this name."""
        self._connection.send(event)
        self._answer()

    def arrivals(self) -> list[float]:
        """When each has heard it, by `time.monotonic`. Waits for the last."""
        times: list[float] = self._answer()
        return times

    def _answer(self) -> Any:
        answer = self._connection.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextlib.contextmanager
def listening(port: int, headers: list[dict[str, str]]) -> Iterator[Desks]:
    """Desks that are connected within the block.

    Args:
        port: Of the gateway.
        headers: Of each desk, for its session.
    """
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(there, port, headers), daemon=True)
    process.start()
    there.close()
    try:
        desks = Desks(here)
        desks._answer()
        yield desks
    finally:
        here.close()
        process.join()


def _run(connection: Connection, port: int, headers: list[dict[str, str]]) -> None:
    try:
        sockets = [_connected(port, each) for each in headers]
    except Exception as error:  # told to whoever waits for it
        connection.send(error)
        return
    connection.send(None)
    poll = select.epoll()
    poll.register(connection, select.EPOLLIN)
    by_number = {each.fileno(): each for each in sockets}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    event = b""
    heard: dict[int, float] = {}
    while True:
        ready = poll.poll()
        moment = time.monotonic()
        for number, _ in ready:
            if number == connection.fileno():
                try:
                    event, heard = f'"{connection.recv()}"'.encode(), {}
                except EOFError:
                    return
                connection.send(None)
                continue
            data = by_number[number].recv(65536)
            if not data:
                connection.send(SocketLostError("a desk was disconnected"))
                return
            if event and event in data and heard.setdefault(number, moment) == moment and len(heard) == len(sockets):
                connection.send(list(heard.values()))
                event = b""
            if _PING in data:
                by_number[number].send(_PONG)


def _connected(port: int, headers: dict[str, str]) -> socket.socket:
    desk = socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS)
    desk.sendall(opening("127.0.0.1", port, headers))
    _hear(desk, b'0{"sid"')
    desk.sendall(_JOIN)
    _hear(desk, b"40/desk,")
    desk.setblocking(False)
    return desk


def _hear(desk: socket.socket, wanted: bytes) -> None:
    """Reads until this comes: other desks that come are told of meanwhile."""
    heard = b""
    while wanted not in heard:
        more = desk.recv(65536)
        if not more or b"44/desk," in heard:
            raise SocketLostError(heard.decode(errors="replace"))
        heard += more
