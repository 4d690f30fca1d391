"""Limits in memory."""

from __future__ import annotations

import asyncio
from unittest import mock

import pytest
from limits import parse
from limits.aio.strategies import MovingWindowRateLimiter

from tests.conftest import SettingsFactory
from uwallet_gateway.errors import InputError
from uwallet_gateway.memory_limits import RarelyCleanedStorage
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.rate_limits import RateLimits


async def test_a_site_at_its_quota_leaves_others_theirs(make_settings: SettingsFactory) -> None:
    limits = RateLimits(make_settings(rate_messages_per_site="3/hour"), Metrics(), None)
    for number in range(3):
        await limits.check("messages", user=f"user {number}", site="busy")
    with pytest.raises(InputError) as refused:
        await limits.check("messages", user="another", site="busy")
    assert refused.value.retry_after is not None
    await limits.check("messages", user="a third", site="quiet")


async def test_a_hit_does_not_look_at_other_users() -> None:
    storage = RarelyCleanedStorage()
    limiter, item = MovingWindowRateLimiter(storage), parse("2/minute")
    with mock.patch("asyncio.to_thread", side_effect=AssertionError("a trip to a thread")):
        hits = [await limiter.hit(item, f"user {number % 50}") for number in range(150)]
        await asyncio.sleep(0)
    assert hits == [True] * 100 + [False] * 50


async def test_what_has_expired_is_forgotten() -> None:
    storage = RarelyCleanedStorage()
    limiter = MovingWindowRateLimiter(storage)
    with mock.patch("time.time", return_value=1000.0):
        await limiter.hit(parse("2/minute"), "gone")
        await limiter.hit(parse("2/hour"), "there")
    with mock.patch("time.time", return_value=1100.0):
        await storage.clean()
    assert [key.partition("/")[2].partition("/")[0] for key in storage.events] == ["there"]
    assert set(storage.locks) == set(storage.events)
