"""Conversations through the gateway with the bot itself."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from tests.helpers.gateway import Gateway
from tests.real_engine.conftest import Engine
from uwallet_gateway.database import tables

pytestmark = pytest.mark.engine


def button(reply: dict[str, object], title: str) -> str:
    """The payload of a button."""
    replies = reply["quick_replies"]
    assert isinstance(replies, list)
    return next(str(one["payload"]) for one in replies if title in one["title"])


async def test_procedure_by_buttons_shows_its_steps(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        await client.say("/session_start", kind="payload")
        [greeting] = await client.wait_for("bot_uttered")
        assert greeting["quick_replies"]
        await client.say("我忘记密码了")
        reply = (await client.wait_for("bot_uttered", 2))[-1]
        steps = [reply]
        while "progress" not in steps[-1]["metadata"]:
            steps = await client.wait_for("bot_uttered", len(client.of("bot_uttered")) + 1)
        first = steps[-1]["metadata"]["progress"]
        assert first["topic"] == "forgot_password"
        assert first["number"] == 1
        assert first["count"] == len(first["steps"])
        count = len(client.of("bot_uttered"))
        pressed = await client.say(button(steps[-1], "下一步"), kind="payload")
        assert "下一步" in pressed["message"]["text"]
        second = (await client.wait_for("bot_uttered", count + 1))[count]
        assert second["metadata"]["progress"]["number"] == 2


async def test_typed_command_is_not_executed(gateway: Gateway) -> None:
    async with gateway.api(await gateway.token()) as api:
        typed = (await api.post("/api/v1/messages", json={"text": "/session_start"})).json()
        greeted = (await api.post("/api/v1/messages", json={"payload": "/session_start"})).json()
    responses = [[reply["metadata"]["response"] for reply in sent["replies"]] for sent in (typed, greeted)]
    assert responses[0] != responses[1]


async def test_handoff_is_kept_whole_and_shown_in_part(gateway: Gateway) -> None:
    async with gateway.api(await gateway.token()) as api:
        sent = (await api.post("/api/v1/messages", json={"text": "转人工"})).json()
        [public] = [reply["metadata"]["handoff"] for reply in sent["replies"] if "handoff" in reply["metadata"]]
        assert set(public) == {"reason", "topic"}
    async with gateway.services.database.read() as transaction:
        [kept] = await transaction.scalars(select(tables.Ticket))
    assert kept.reason == public["reason"] == "user_request"
    assert kept.handoff["summary"]


async def test_secrets_reach_neither_the_database_nor_the_bot(gateway: Gateway, engine: Engine) -> None:
    card = "6222021234567890128"
    async with gateway.api(await gateway.token()) as api:
        sent = (await api.post("/api/v1/messages", json={"text": f"我的卡{card}付不了款，密码是abc987654"})).json()
        assert card not in json.dumps(sent)
        assert "abc987654" not in json.dumps(sent)
        assert "redacted" in [reply["metadata"].get("notice") for reply in sent["replies"]]
    for file in (*gateway.services.settings.data_dir.iterdir(), *engine.folder.iterdir()):
        if file.is_file():
            content = file.read_bytes()
            assert card.encode() not in content, file
            assert b"abc987654" not in content, file


async def test_engine_killed_and_started_again_in_the_middle(gateway: Gateway, engine: Engine) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        await client.say("我忘记密码了")
        await client.wait_for("bot_uttered")
        engine.stop(kill=True)
        await client.say("下一步")
        # Beside the loop: the gateway here, and the connection, would stand still as long as it loads.
        await asyncio.to_thread(engine.start)
        answers = await client.wait_for("bot_uttered", len(client.of("bot_uttered")) + 1)
        while "progress" not in answers[-1]["metadata"]:
            answers = await client.wait_for("bot_uttered", len(answers) + 1)
        # Where it was before: the engine keeps conversations.
        assert answers[-1]["metadata"]["progress"]["topic"] == "forgot_password"
        assert len({answer["metadata"]["id"] for answer in answers}) == len(answers)
