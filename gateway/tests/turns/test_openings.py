"""What a client is told when it opens its conversation: complete, and cheap for thousands who come back at once."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import aiosqlite
import pytest
from structlog.testing import capture_logs

from tests.conftest import SettingsFactory
from tests.helpers.gateway import Gateway
from tests.helpers.servers import free_port
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.database.redis_client import redis_client
from uwallet_gateway.errors import InputError
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.rate_limits import RateLimits
from uwallet_gateway.transport.opening import open_session
from uwallet_gateway.turns.conversations import Incoming


async def test_what_is_said_while_a_client_opens_its_conversation_is_told_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = gateway.services
    open_conversation = services.openings.open

    async def open_and_say(*arguments: Any, **options: Any) -> Any:
        opened, opening = await open_conversation(*arguments, **options)
        await services.conversations.say(opened.session.conversation_id, Incoming("你好", transport="rest"))
        return opened, opening

    monkeypatch.setattr(services.openings, "open", open_and_say)
    async with gateway.socket(messages=True) as client:
        confirmed = await client.request_session()
        said = await client.wait_for("message", 2)
    assert confirmed["messages"] == []
    assert [(message["id"], message["text"]) for message in said] == [(1, "你好"), (2, "收到：你好")]


async def test_a_client_that_comes_back_costs_one_statement(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    services = gateway.services
    token = await gateway.token()
    site = await services.sites.find("demo")
    assert site is not None
    begin = functools.partial(open_session, services, site, token, None)
    await services.openings.open(site, token, None, begin, after=0, limit=50)
    trips: list[str] = []
    own_task = asyncio.current_task()
    execute = aiosqlite.Connection._execute

    async def counted(connection: Any, function: Any, *arguments: Any) -> Any:
        if asyncio.current_task() is own_task:
            trips.append(getattr(function, "__name__", ""))
        return await execute(connection, function, *arguments)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    opened, opening = await services.openings.open(site, token, None, begin, after=0, limit=50)
    assert opened.token == token
    assert opening.messages == []
    assert trips == ["run"]


async def test_that_an_agent_has_come_is_known_at_once(gateway: Gateway) -> None:
    agent, _ = await gateway.services.accounts.create("lin", "小林", Role.AGENT, "correct horse battery staple 9")
    async with gateway.socket() as client:
        assert (await client.request_session())["support"]["available"] is False
        await gateway.services.presence.choose(agent.id, "online")
        await gateway.services.presence.connected(agent.id)
        assert (await client.request_session())["support"]["available"] is True


async def test_sessions_within_a_tenth_of_the_limit_ask_no_redis(make_settings: SettingsFactory) -> None:
    settings = make_settings(redis_url=f"redis://127.0.0.1:{free_port()}", rate_sessions_per_address="20/hour")
    redis = redis_client(settings.redis_url.get_secret_value())
    limits = RateLimits(settings, Metrics(), redis)
    with capture_logs() as logs:
        for _ in range(2):
            await limits.check("sessions", address="203.0.113.7")
        assert logs == []
        # Redis is away: the rest is counted here, too, and both together are the limit.
        for _ in range(18):
            await limits.check("sessions", address="203.0.113.7")
        with pytest.raises(InputError):
            await limits.check("sessions", address="203.0.113.7")
    assert {log["event"] for log in logs} == {"rate_limits.unavailable"}
    await redis.aclose()
