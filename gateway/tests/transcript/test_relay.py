"""Events reach other processes again after a line to Redis was given up."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from redis.asyncio.client import PubSub

from tests.helpers.redis_server import RedisServer
from uwallet_gateway.database.redis_client import redis_client
from uwallet_gateway.transcript import relay as relay_module
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Event, Said
from uwallet_gateway.transcript.relay import Relay


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    """Ends a test in which nothing else runs any more, so that no timer of the loop could."""

    def fail(_number: int, _frame: object) -> None:
        raise AssertionError("the loop stands still")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


async def test_line_that_is_given_up_is_made_anew(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "_PAUSE", 0.2)
    redis, listening = redis_client(redis_server.url), redis_client(redis_server.url, waits=True)
    channels: list[PubSub] = []
    make = listening.pubsub

    def pubsub(**options: Any) -> PubSub:
        channels.append(make(**options))
        return channels[-1]

    monkeypatch.setattr(listening, "pubsub", pubsub)
    looked: list[object] = []

    async def active_since(moment: object) -> dict[str, int]:
        looked.append(moment)
        return {}

    bus = EventBus()
    heard: list[Event] = []
    monkeypatch.setattr(bus, "deliver", heard.append)
    relay = Relay(bus, redis, listening, active_since)
    other = Relay(EventBus(), redis, redis_client(redis_server.url, waits=True), active_since)
    await relay.start()
    await other.start()
    # What the system says when nobody has answered for too long.
    connection: Any = channels[0].connection
    connection._reader.set_exception(OSError(errno.ETIMEDOUT, "Connection timed out"))
    async with asyncio.timeout(60):
        while len(channels) < 2 or not looked:
            await asyncio.sleep(0.05)
        while Said("c1") not in heard:
            other._pass_on(Said("c1"))
            await asyncio.sleep(0.1)
    await relay.stop()
    await other.stop()
    await redis.aclose()
