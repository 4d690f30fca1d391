"""An engine that was away is found again soon, and one after the other goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from uwallet_gateway.engine import return_watch
from uwallet_gateway.engine.return_watch import ReturnWatch

# Nobody waits so long in a test.
FOR_EVER = 3600.0


class Service:
    """There or not, as a test says; tells how often it was looked at."""

    def __init__(self, *looks: bool) -> None:
        self.looks = list(looks)
        self.returned = asyncio.Event()
        self.watch = ReturnWatch(self.is_there, self.returned.set)

    async def is_there(self) -> bool:
        return self.looks.pop(0)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_watch, "_LOOK_EVERY", 0)


async def waiting(watch: ReturnWatch, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(watch.wait(FOR_EVER)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service(False, False, True)
    yield made
    await made.watch.close()


async def test_the_first_that_waits_tries_and_all_others_follow(service: Service) -> None:
    first, second, third = await waiting(service.watch, 3)
    service.watch.begin(was_away=False)
    # Once at a time: a second watch would find no more looks.
    service.watch.begin(was_away=False)
    async with asyncio.timeout(60):
        await service.returned.wait()
        await first
        assert not second.done()
        assert not third.done()
        service.watch.let_all_go()
        await asyncio.gather(second, third)


async def test_who_was_there_all_the_time_is_not_back() -> None:
    service = Service(True)
    [one] = await waiting(service.watch, 1)
    service.watch.begin(was_away=False)
    while service.looks:
        await asyncio.sleep(0)
    await service.watch.close()
    assert not service.returned.is_set()
    assert not one.done()
    one.cancel()


async def test_who_is_known_to_have_been_away_is_back_at_the_first_look() -> None:
    service = Service(True)
    [one] = await waiting(service.watch, 1)
    service.watch.begin(was_away=True)
    async with asyncio.timeout(60):
        await one
    await service.watch.close()
    # Whoever has closed it looks no more.
    service.watch.begin(was_away=True)
    assert service.returned.is_set()


async def test_who_has_waited_long_enough_or_was_cancelled_waits_no_more(service: Service) -> None:
    await service.watch.wait(0)
    [one] = await waiting(service.watch, 1)
    one.cancel()
    await asyncio.gather(one, return_exceptions=True)
    [other] = await waiting(service.watch, 1)
    service.watch.let_one_go()
    async with asyncio.timeout(60):
        await other
