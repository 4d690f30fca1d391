"""Events for a warehouse: complete, once they are committed, whatever Redis does meanwhile."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
from sqlalchemy import func, select

from tests.conftest import SettingsFactory, StartGateway
from tests.helpers.redis_server import RedisServer
from tests.helpers.servers import free_port
from uwallet_gateway.database import tables
from uwallet_gateway.services import build_services
from uwallet_gateway.settings import REPOSITORY, SettingsError

SCHEMA = REPOSITORY / "docs" / "events.schema.json"


async def stream_of(url: str, name: str, count: int) -> list[dict[str, Any]]:
    """The events of a stream, once there are so many."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        async with asyncio.timeout(60):
            while client.xlen(name) < count:
                await asyncio.sleep(0.02)
        entries: Any = client.xrange(name)
    events = [json.loads(fields["event"]) for _, fields in entries]
    assert [(event["id"], event["type"]) for event in events] == [(it["id"], it["type"]) for _, it in entries]
    return events


async def test_a_conversation_is_told_without_its_texts(start_gateway: StartGateway, redis_server: RedisServer) -> None:
    stream = {"events_stream": "told", "events_redis_url": redis_server.url}
    async with start_gateway(**stream) as gateway, gateway.socket(messages=True) as client:
        await client.request_session()
        await client.say("我的手机号是13800138000")
        reply = next(it for it in await client.wait_for("message") if it["author"] == "bot")
        feedback = {"message_id": reply["id"], "helpful": False, "reasons": []}
        assert (await client.io.call("give_feedback", feedback))["ok"]
        await client.say("找人工")
        events = await stream_of(redis_server.url, "told", 8)
    types = [event["type"] for event in events]
    assert types[:2] == ["conversation_started", "message"]
    assert {"turn", "answer_rated", "ticket_created"} <= set(types)
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for event in events:
        validator.validate(event)
    assert "手机号" not in json.dumps(events, ensure_ascii=False)
    assert {event["conversation_id"] for event in events} == {events[0]["conversation_id"]}


async def test_texts_are_told_by_setting_and_masked(start_gateway: StartGateway, redis_server: RedisServer) -> None:
    stream = {"events_stream": "texts", "events_redis_url": redis_server.url, "events_texts": True}
    async with start_gateway(**stream) as gateway, gateway.socket() as client:
        await client.request_session()
        await client.say("我的手机号是13800138000")
        events = await stream_of(redis_server.url, "texts", 4)
    text = next(event["text"] for event in events if event.get("author") == "user")
    assert text.startswith("我的手机号是")
    assert "13800138000" not in json.dumps(events)


async def test_what_happens_while_redis_is_away_is_told_when_it_is_back(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    server = RedisServer(tmp_path, free_port())
    stream = {"events_stream": "later", "events_redis_url": server.url, "events_max": 1000}
    try:
        async with start_gateway(**stream) as gateway, gateway.socket(messages=True) as client:
            await client.request_session()
            await client.say("在吗")
            await client.wait_for("message")
            server.start()
            events = await stream_of(server.url, "later", 4)
            assert len({event["id"] for event in events}) == 4
            # Nothing is left to be sent.
            async with asyncio.timeout(60):
                while True:
                    async with gateway.services.database.read() as session:
                        if not await session.scalar(select(func.count()).select_from(tables.HookDelivery)):
                            break
                    await asyncio.sleep(0.02)
    finally:
        server.stop()


async def test_what_was_sent_and_not_noted_is_sent_again_with_its_id(
    start_gateway: StartGateway, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = {"events_stream": "again", "events_redis_url": redis_server.url}
    async with start_gateway(**stream) as gateway:
        sender = gateway.services.stream_sender
        assert sender is not None
        add = sender._add
        sent: list[list[str]] = []

        async def add_and_fail(events: Any) -> None:
            await add(events)
            sent.append([body["id"] for _, _, body in events])
            if len(sent) == 1:
                raise redis.exceptions.ConnectionError("lost before the answer")

        monkeypatch.setattr(sender, "_add", add_and_fail)
        async with gateway.socket() as client:
            await client.request_session()
            await client.say("在吗")
            async with asyncio.timeout(60):
                while len(sent) < 2:
                    await asyncio.sleep(0.02)
    assert set(sent[0]) <= set(sent[1])


def test_the_schema_in_the_documents_is_that_of_the_code() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "uwallet_gateway", "events-schema"],
        cwd=REPOSITORY / "gateway",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert SCHEMA.read_text(encoding="utf-8") == printed


def test_a_stream_without_a_redis_is_refused(make_settings: SettingsFactory) -> None:
    with pytest.raises(SettingsError, match="EVENTS_STREAM"):
        build_services(make_settings(events_stream="any"))
