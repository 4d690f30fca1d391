"""One engine at a time has a conversation; one that has died does not keep it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockError
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from redis import Redis

from engine.serving import lock_store
from engine.serving.lock_store import LeaseLockStore, create_lock_store
from engine.store_trouble import is_store_away
from tests.processes import free_port


@contextlib.asynccontextmanager
async def engine(port: int) -> AsyncIterator[LeaseLockStore]:
    store = create_lock_store(EndpointConfig("127.0.0.1", type="redis", port=port))
    assert isinstance(store, LeaseLockStore)
    yield store
    await store._redis.aclose()


def leases(port: int) -> list[bytes]:
    with Redis(port=port, db=1) as keys:
        return list(keys.keys("*"))


async def test_turns_of_one_conversation_come_after_one_another(redis: int) -> None:
    running: list[str] = []
    order: list[int] = []

    async def turn(store: LeaseLockStore, number: int) -> None:
        async with store.lock("me"):
            running.append("me")
            assert running == ["me"]
            await asyncio.sleep(0.01)
            running.remove("me")
            order.append(number)

    async with engine(redis) as here, engine(redis) as there:
        async with here.lock("somebody else"):
            await asyncio.gather(*(turn(store, number) for number in range(3) for store in (here, there)))
        assert sorted(order) == sorted([*range(3)] * 2)
        # Within a process in the order of asking.
        order.clear()
        await asyncio.gather(*(turn(here, number) for number in range(5)))
        assert order == [*range(5)]
        assert here._queues == {}
    assert leases(redis) == []


async def test_a_turn_that_lasts_keeps_its_conversation(redis: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_store, "_LIFETIME", 5.0)
    async with engine(redis) as here, engine(redis) as there, here.lock("me"):
        [name] = leases(redis)
        with Redis(port=redis, db=1) as keys:
            keys.pexpire(name, 60_000)
            # Extended: as long again as at the beginning.
            async with asyncio.timeout(30):
                while keys.pttl(name) > 5_000:
                    await asyncio.sleep(0.05)
        with pytest.raises(LockError):
            async with there.lock("me", lock_lifetime=0.1):
                pass


async def test_an_engine_that_died_gives_its_conversation_back(redis: int) -> None:
    async with engine(redis) as dead, engine(redis) as alive:
        # Nobody extends what a killed one had.
        assert await dead._redis.lock(f"{dead.key_prefix}lease:me", timeout=0.3).acquire()
        async with alive.lock("me"):
            assert len(leases(redis)) == 1


async def test_one_that_stood_still_takes_nothing_from_another(redis: int) -> None:
    async with engine(redis) as here, engine(redis) as there:
        async with contextlib.AsyncExitStack() as slow:
            await slow.enter_async_context(here.lock("me"))
            with Redis(port=redis, db=1) as keys:
                # It has ended meanwhile.
                keys.delete(*leases(redis))
            await slow.enter_async_context(there.lock("me"))
        # Theirs was given back last, and by them.
        assert leases(redis) == []


async def test_redis_that_is_away_is_told_as_such() -> None:
    async with engine(free_port()) as store:
        with pytest.raises(LockError) as told:
            async with store.lock("me"):
                pass
    assert is_store_away(told.value)


def test_other_stores_are_rasas() -> None:
    assert isinstance(create_lock_store(None), InMemoryLockStore)
    with pytest.raises(RasaException):
        create_lock_store(EndpointConfig("127.0.0.1", type="redis", colour="red"))
