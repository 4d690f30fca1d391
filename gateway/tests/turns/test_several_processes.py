"""Two gateways on one database, with a real Redis between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SettingsFactory
from tests.helpers.databases import PostgresqlServer
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, SocketClient, running_gateway
from tests.helpers.redis_server import RedisServer
from tests.helpers.servers import free_port, serving
from uwallet_gateway.database.redis_client import redis_client
from uwallet_gateway.database.sole_use import DatabaseInUseError, sole_use
from uwallet_gateway.identity.vouching import user_hash
from uwallet_gateway.transcript.events import Event, UserPresence
from uwallet_gateway.transcript.messages import Draft
from uwallet_gateway.turns.locks import AcrossProcesses

# One SQLite file is for one gateway (database/sole_use.py).
pytestmark = pytest.mark.postgresql


@pytest.fixture
async def pair(
    redis_server: RedisServer, make_settings: SettingsFactory, postgresql: PostgresqlServer
) -> AsyncIterator[tuple[Gateway, Gateway]]:
    engine, port = FakeEngine(), free_port()
    common = {
        "engine_url": f"http://127.0.0.1:{port}",
        "redis_url": redis_server.url,
        "database_url": await postgresql.create(),
        # A busy machine is no process that has died.
        "takeover_seconds": 15,
    }
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(serving(engine, port))
        first, second = [
            await stack.enter_async_context(running_gateway(make_settings(**common), engine)) for _ in range(2)
        ]
        yield first, second


async def answers(client: SocketClient, count: int) -> list[Any]:
    """Waits for so many answers; on a busy machine users are told in between that it takes longer."""
    told = 0
    while True:
        said = await client.wait_for("bot_uttered", count + told)
        found = [reply for reply in said if "notice" not in reply["metadata"]]
        if len(found) >= count:
            return found
        told = len(said) - len(found)


async def test_what_one_takes_the_other_delivers(pair: tuple[Gateway, Gateway]) -> None:
    first, second = pair
    user = {"id": "u", "hash": user_hash(first.site.secret, "u")}
    async with first.socket() as here, second.socket() as there:
        await here.request_session(user=user)
        await there.request_session(user=user)
        await here.say("你好")
        assert (await there.wait_for("user_message"))[0]["text"] == "你好"
        assert (await answers(there, 1))[0]["text"] == "收到：你好"
        await there.say("再见")
        assert (await answers(here, 2))[1]["text"] == "收到：再见"
        assert len(there.of("user_message")) == 1


async def test_what_one_takes_the_other_delivers_while_redis_is_away(
    pair: tuple[Gateway, Gateway], redis_server: RedisServer
) -> None:
    first, second = pair
    token = await first.token()
    async with first.socket() as here, second.socket() as there:
        await here.request_session(session_id=token)
        await there.request_session(session_id=token)
        redis_server.stop()
        try:
            await there.say("你好")
            assert (await here.wait_for("user_message"))[0]["text"] == "你好"
            assert (await answers(here, 1))[0]["text"] == "收到：你好"
        finally:
            redis_server.start()
        # And what could not be sent meanwhile is sent.
        await there.say("还在吗")
        assert (await answers(here, 2))[1]["text"] == "收到：还在吗"
        assert len(here.of("user_message")) == 2


async def test_one_conversation_is_answered_in_order_and_once(pair: tuple[Gateway, Gateway]) -> None:
    first, second = pair
    token = await first.token()
    async with first.api(token) as here, second.api(token) as there, first.socket() as client:
        await client.request_session(session_id=token)
        await asyncio.gather(
            *(
                (here, there)[number % 2].post("/api/v1/messages", json={"text": f"第{number}条"})
                for number in range(10)
            )
        )
        replies = await answers(client, 10)
        answered = [reply["metadata"]["in_reply_to"] for reply in replies]
        assert answered == sorted(answered)
        assert len(set(answered)) == 10
    # Asked again only where one stood still for so long that the other took over.
    assert len({body["message_id"] for body in first.engine.received}) == 10


async def test_change_of_identity_closes_the_session_everywhere(pair: tuple[Gateway, Gateway]) -> None:
    first, second = pair
    async with first.socket() as here, second.socket() as there:
        token = (await here.request_session())["session_id"]
        await there.request_session(session_id=token)
        user = {"id": "v", "hash": user_hash(first.site.secret, "v")}
        await here.request_session(session_id=token, user=user)
        assert await there.wait_for("session_closed") == [{"reason": "identity_changed"}]


async def test_message_of_a_process_that_died_is_answered_by_another(pair: tuple[Gateway, Gateway]) -> None:
    first, second = pair
    transcript = first.services.transcript
    token = await first.token()
    conversation_id = (await first.services.sessions.read(token)).conversation_id
    # Acknowledged, and nobody left who would answer.
    async with first.services.dispatcher._locks.hold(conversation_id):
        async with transcript.writing(conversation_id) as transaction:
            message = await transaction.append(Draft("user", "在吗", state="received"))
        # As long as the other one lives it keeps the conversation.
        await second.services.dispatcher.take_over()
        assert second.engine.received == []
    await second.services.dispatcher.take_over()
    async with asyncio.timeout(60):
        while not (replies := await transcript.replies_to(conversation_id, message.id)):
            await asyncio.sleep(0.02)
    assert [reply.text for reply in replies] == ["收到：在吗"]


async def test_process_that_stood_still_repeats_nothing(
    pair: tuple[Gateway, Gateway], redis_server: RedisServer
) -> None:
    first, second = pair
    engine = first.engine
    engine.mode = "hold"
    token = await first.token()
    async with first.socket() as client, redis_client(redis_server.url) as keys:
        await client.request_session(session_id=token)
        await client.say("一")
        await client.say("二")
        await engine.wait_for(1)
        # As after its lifetime, in which a process that stands still extends nothing.
        await keys.delete(*await keys.keys("uwallet:conversation:*"))
        await second.services.dispatcher.take_over()
        await engine.wait_for(2)
        engine.mode = "ok"
        engine.release.set()
        replies = await answers(client, 2)
        assert [reply["text"] for reply in replies] == ["收到：一", "收到：二"]
    conversation_id = (await first.services.sessions.read(token)).conversation_id
    stored, _ = await first.services.transcript.newest(conversation_id, 10)
    assert sorted(message.author for message in stored if message.author != "system") == ["bot", "bot", "user", "user"]
    assert len({body["message_id"] for body in engine.received}) == 2


def test_what_a_process_leaves_is_looked_for_in_time(make_settings: SettingsFactory) -> None:
    lifetime = make_settings().takeover_seconds
    locks = AcrossProcesses(redis_client("redis://127.0.0.1"), lifetime)
    assert locks.look_every is not None
    # The rest of three seconds is for the turn.
    assert lifetime + locks.look_every < 2


async def test_second_gateway_without_redis_is_refused(
    make_settings: SettingsFactory, pair: tuple[Gateway, Gateway]
) -> None:
    database = pair[0].services.database
    with pytest.raises(DatabaseInUseError, match="UWALLET_REDIS_URL"):
        async with sole_use(database, with_redis=False):
            pass


async def test_sign_in_is_limited_while_redis_is_away(make_settings: SettingsFactory) -> None:
    settings = make_settings(
        redis_url=f"redis://127.0.0.1:{free_port()}", rate_failed_sign_ins_per_address="3/hour", development=True
    )
    async with running_gateway(settings, FakeEngine()) as gateway, gateway.api() as api:
        codes = []
        for number in range(5):
            body = {"username": f"nobody{number}", "password": "wrong"}
            codes.append((await api.post("/desk/api/session", json=body)).json()["code"])
        assert codes == ["wrong_password"] * 3 + ["rate_limited"] * 2


async def test_limits_are_counted_together(
    redis_server: RedisServer, make_settings: SettingsFactory, tmp_path: Path
) -> None:
    limit = {"redis_url": redis_server.url, "rate_sessions_per_address": "2/hour"}
    async with (
        running_gateway(make_settings(**limit), FakeEngine()) as first,
        running_gateway(make_settings(**limit, data_dir=tmp_path / "other"), FakeEngine()) as second,
    ):
        statuses = []
        for gateway in (first, second, first):
            async with gateway.api() as api:
                statuses.append((await api.post("/api/v1/sessions", json={"site": "demo"})).status_code)
        assert statuses == [200, 200, 429]


async def test_without_redis_for_a_while_messages_are_answered_all_the_same(
    tmp_path: Path, make_settings: SettingsFactory
) -> None:
    server, engine, port = RedisServer(tmp_path, free_port()), FakeEngine(), free_port()
    server.start()
    settings = make_settings(engine_url=f"http://127.0.0.1:{port}", redis_url=server.url)
    try:
        async with serving(engine, port), running_gateway(settings, engine) as gateway, gateway.socket() as client:
            await client.request_session()
            server.stop()
            await client.say("在吗")
            assert (await answers(client, 1))[0]["text"] == "收到：在吗"
            server.start()
            await client.say("还在吗")
            assert (await answers(client, 2))[1]["text"] == "收到：还在吗"
    finally:
        server.stop()


async def test_user_at_one_process_is_there_for_agents_at_the_other(pair: tuple[Gateway, Gateway]) -> None:
    first, second = pair
    heard = asyncio.Queue[UserPresence]()

    def hear(event: Event) -> None:
        if isinstance(event, UserPresence):
            heard.put_nowait(event)

    second.services.event_bus.add_to_all(hear)
    async with first.socket() as here:
        await here.request_session()
        async with asyncio.timeout(60):
            conversation_id = (await heard.get()).conversation_id
        assert second.services.event_bus.is_user_there(conversation_id)
    async with asyncio.timeout(60):
        await heard.get()
    assert not second.services.event_bus.is_user_there(conversation_id)


async def test_a_lock_from_a_clock_that_was_ahead_ends_after_a_lifetime(redis_server: RedisServer) -> None:
    redis = redis_client(redis_server.url)
    # A lifetime that no starved machine exceeds between two looks.
    locks = AcrossProcesses(redis, 10)
    async with contextlib.aclosing(redis), locks.hold("mine"), asyncio.timeout(60):
        # What a process holds that died before the clock was set back by ten minutes.
        await redis.set("uwallet:conversation:old", "somebody", px=600_000)
        assert await locks.abandoned(["old", "mine", "none"]) == ["none"]
        assert await redis.pttl("uwallet:conversation:old") <= 10_000
        await redis.delete("uwallet:conversation:old")
        assert await locks.abandoned(["old", "mine", "none"]) == ["old", "none"]
