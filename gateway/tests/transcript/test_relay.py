"""Events of other processes arrive, whatever becomes of the connection to Redis."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import pytest

from tests.helpers.redis_server import RedisServer
from uwallet_gateway.database.redis_client import redis_client
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Event, Said
from uwallet_gateway.transcript.relay import _CHANNEL, Relay


async def nothing_since(_: datetime) -> Mapping[str, int]:
    return {}


@pytest.fixture
async def relay(redis_server: RedisServer) -> AsyncIterator[tuple[Relay, asyncio.Queue[Event]]]:
    """A relay that listens, and what arrives by it."""
    event_bus = EventBus()
    arrived: asyncio.Queue[Event] = asyncio.Queue()
    event_bus.add_to_all(arrived.put_nowait)
    relay = Relay(event_bus, redis_client(redis_server.url), redis_client(redis_server.url, waits=True), nothing_since)
    await relay.start()
    yield relay, arrived
    await relay.stop()


async def tell(server: RedisServer, conversation_id: str) -> None:
    event = {"type": "Said", "conversation_id": conversation_id}
    async with redis_client(server.url) as redis:
        await redis.publish(_CHANNEL, json.dumps({"process": "another", "event": event}))


async def heard(arrived: asyncio.Queue[Event]) -> Event:
    async with asyncio.timeout(20):
        return await arrived.get()


async def test_a_connection_that_tcp_has_given_up_is_made_anew(
    relay: tuple[Relay, asyncio.Queue[Event]], redis_server: RedisServer
) -> None:
    listening, arrived = relay
    await tell(redis_server, "first")
    assert await heard(arrived) == Said("first")
    (connection,) = listening._listening_redis.connection_pool._in_use_connections
    assert connection._reader
    # What becomes of it when the network is cut for long. Taken for a read without an answer, it would be read for ever
    # without a pause, and this test would never end.
    connection._reader.set_exception(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))
    await asyncio.sleep(2)
    await tell(redis_server, "second")
    assert await heard(arrived) == Said("second")
