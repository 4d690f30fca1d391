"""Engine slow, away or silly: what users see."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import delete, select, update

from tests.conftest import SettingsFactory, StartGateway
from tests.helpers.fake_engine import HANDOFF, FakeEngine, Mode
from tests.helpers.gateway import Gateway, SocketClient, running_gateway
from tests.helpers.servers import free_port, serving
from uwallet_gateway.database import tables
from uwallet_gateway.settings import REPOSITORY
from uwallet_gateway.turns import dispatcher

# Seconds; the real one is seven.
SOON = 0.2
NEVER = 3600.0


async def begin(client: SocketClient) -> str:
    return str((await client.request_session())["session_id"])


def is_trouble(reply: dict[str, Any]) -> bool:
    return bool(reply["metadata"].get("notice") == "engine_trouble")


async def answers(client: SocketClient, count: int) -> list[str]:
    """The texts of the first answers beside the notices, whose number depends on the moment."""
    replies: list[dict[str, Any]] = []
    while len(found := [reply["text"] for reply in replies if not is_trouble(reply)]) < count:
        replies = await client.wait_for("bot_uttered", len(replies) + 1)
    return found


async def tickets(gateway: Gateway) -> list[tables.Ticket]:
    async with gateway.services.database.read() as transaction:
        return list(await transaction.scalars(select(tables.Ticket).order_by(tables.Ticket.id)))


async def test_slow_engine_user_is_told_and_offered_a_human_and_answered_later(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine, notice_after=SOON) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("在吗")
        [told] = await client.wait_for("bot_uttered")
        assert is_trouble(told)
        assert told["metadata"]["author"] == "system"
        assert told["quick_replies"] == [{"title": "转人工", "payload": "/human_handoff", "content_type": "text"}]
        engine.release.set()
        answered = (await client.wait_for("bot_uttered", 2))[1]
        assert answered["text"] == "收到：在吗"
        assert answered["metadata"]["in_reply_to"] == 1
    assert len(engine.received) == 1


async def test_each_message_that_waits_is_told_of_but_not_twice(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine, notice_after=SOON) as gateway, gateway.socket() as client:
        await begin(client)
        waiting = await asyncio.gather(*(client.say(f"第{number}条") for number in range(3)))
        said = sorted(answer["message"]["id"] for answer in waiting)

        async def told() -> list[int]:
            """What users were told of, up to the last message; those that come late are told of by themselves."""
            found: list[int] = []
            while said[-1] not in found:
                replies = await client.wait_for("bot_uttered", len(found) + 1)
                found = [reply["metadata"]["in_reply_to"] for reply in replies]
                assert all(map(is_trouble, replies))
            return found

        await told()
        said.append((await client.say("怎么还没好"))["message"]["id"])
        notices = await told()
        assert notices == sorted(set(notices))
        assert set(notices) <= set(said)
        engine.release.set()
        replies = (await client.wait_for("bot_uttered", len(notices) + 4))[len(notices) :]
        assert not any(map(is_trouble, replies))
        assert [reply["metadata"]["in_reply_to"] for reply in replies] == said


@pytest.mark.parametrize("mode", ["error", "nonsense", "silent"])
async def test_broken_engine_is_told_and_the_next_message_is_answered(start_gateway: StartGateway, mode: Mode) -> None:
    engine = FakeEngine(mode=mode)
    async with start_gateway(engine) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("在吗")
        [told] = await client.wait_for("bot_uttered")
        assert is_trouble(told)
        engine.mode = "ok"
        await client.say("现在呢")
        assert (await client.wait_for("bot_uttered", 2))[1]["text"] == "收到：现在呢"
        # What may have been executed is not sent again.
        assert [body["message"] for body in engine.received] == ["在吗", "现在呢"]


async def test_turn_that_timed_out_is_asked_for_again_by_the_same_name(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine, engine_timeout=SOON) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("下一步")
        await engine.wait_for(2)
        engine.mode = "ok"
        engine.release.set()
        # The step is shown, however late; the user is not told to ask for it again.
        assert (await client.wait_for("bot_uttered"))[0]["text"] == "收到：下一步"
        assert len({body["message_id"] for body in engine.received}) == 1


async def test_message_waits_for_an_engine_whose_store_is_away(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="unready")
    async with start_gateway(engine) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("下一步")
        await engine.wait_for(1)
        engine.mode = "ok"
        # Nobody is told that it failed, and asked to say it again.
        assert (await client.wait_for("bot_uttered"))[0]["text"] == "收到：下一步"
        assert len({body["message_id"] for body in engine.received}) == 1


async def test_restored_backup_gets_no_answer_to_another_question(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await begin(client)
        await client.say("付款失败了")
        await client.wait_for("bot_uttered")
        # The gateway's database as it was before; the engine's is a file of its own.
        async with gateway.services.database.write() as transaction:
            await transaction.execute(delete(tables.Message))
            await transaction.execute(update(tables.Conversation).values(last_id=0))
        assert (await client.say("我要注销账号"))["message"]["id"] == 1
        await gateway.engine.wait_for(2)
    first, second = gateway.engine.received
    assert first["message_id"] != second["message_id"]


async def test_engine_that_comes_back_answers_what_waited(make_settings: SettingsFactory) -> None:
    engine, port = FakeEngine(), free_port()
    settings = make_settings(engine_url=f"http://127.0.0.1:{port}", notice_after=SOON)
    async with running_gateway(settings, engine) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("一")
        await client.say("二")
        assert is_trouble((await client.wait_for("bot_uttered"))[0])
        async with serving(engine, port):
            assert await answers(client, 2) == ["收到：一", "收到：二"]
            # And without a restart from then on.
            await client.say("三")
            await answers(client, 3)
    assert [body["message"] for body in engine.received] == ["一", "二", "三"]


async def test_an_engine_that_is_back_is_asked_before_the_pause_is_over(
    make_settings: SettingsFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_FIRST_PAUSE", NEVER)
    monkeypatch.setattr(dispatcher, "_LONGEST_PAUSE", NEVER)
    engine, port = FakeEngine(), free_port()
    settings = make_settings(engine_url=f"http://127.0.0.1:{port}", notice_after=SOON)
    async with running_gateway(settings, engine) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("一")
        assert is_trouble((await client.wait_for("bot_uttered"))[0])
        async with serving(engine, port):
            assert await answers(client, 1) == ["收到：一"]


async def test_who_ends_does_not_wait_for_the_next_attempt(
    make_settings: SettingsFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_FIRST_PAUSE", NEVER)
    settings = make_settings(engine_url=f"http://127.0.0.1:{free_port()}", notice_after=SOON)
    async with running_gateway(settings, FakeEngine()) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("一")
        assert is_trouble((await client.wait_for("bot_uttered"))[0])
        async with asyncio.timeout(60):
            await gateway.services.dispatcher.drain(NEVER)
        # It stays for the next start.
        assert len(await gateway.services.transcript.waiting_conversations()) == 1


async def test_human_gets_a_ticket_without_the_engine(make_settings: SettingsFactory) -> None:
    engine, port = FakeEngine(), free_port()
    settings = make_settings(engine_url=f"http://127.0.0.1:{port}", notice_after=SOON)
    async with running_gateway(settings, engine) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("一")
        await client.wait_for("bot_uttered")
        await client.say("/human_handoff", kind="payload")
        handed = (await client.wait_for("bot_uttered", 2))[1]
        assert handed["metadata"]["handoff"] == {"reason": "engine_trouble", "topic": None}
        [kept] = await tickets(gateway)
        assert kept.reason == "engine_trouble"
        schema = (REPOSITORY / "docs" / "handoff.schema.json").read_text()
        jsonschema_rs.validator_for(schema).validate(kept.handoff)
        async with serving(engine, port):
            await client.wait_for("bot_uttered", 4)
    # The engine is not asked for a human again.
    assert [body["message"] for body in engine.received] == ["一"]


@pytest.mark.parametrize("words", ["转人工", "轉人工！"])
async def test_human_can_be_asked_for_by_typing_while_the_engine_is_away(
    make_settings: SettingsFactory, words: str
) -> None:
    settings = make_settings(engine_url=f"http://127.0.0.1:{free_port()}", notice_after=SOON)
    async with running_gateway(settings, FakeEngine()) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say(words)
        told, nobody = await client.wait_for("bot_uttered", 2)
        assert told["metadata"]["handoff"]["reason"] == "engine_trouble"
        assert nobody["metadata"]["support"] == "nobody_there"
        assert len(await tickets(gateway)) == 1


async def test_bots_handoff_is_kept_whole_but_for_the_masked_contact(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await begin(client)
        await client.say("/session_start", kind="payload")
        await client.wait_for("bot_uttered")
        await client.say("/human_handoff", kind="payload")
        told = (await client.wait_for("bot_uttered", 2))[1]
    [kept] = await tickets(gateway)
    assert kept.reason == "user_request"
    assert kept.handoff == {**HANDOFF, "collected": {"phone_number": "138****8000"}}
    assert told["metadata"]["handoff"]["reason"] == "user_request"


async def test_message_that_waits_too_long_is_given_up(make_settings: SettingsFactory) -> None:
    settings = make_settings(engine_url=f"http://127.0.0.1:{free_port()}", engine_patience=0)
    async with running_gateway(settings, FakeEngine()) as gateway, gateway.socket() as client:
        await begin(client)
        await client.say("在吗")
        assert is_trouble((await client.wait_for("bot_uttered"))[0])
        assert await gateway.services.transcript.waiting_conversations() == []


async def test_stopping_finishes_what_was_taken_and_refuses_more(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine) as gateway:
        services = gateway.services
        token = await gateway.token()
        session = await services.sessions.read(token)
        async with gateway.api(token) as api:
            sending = asyncio.create_task(api.post("/api/v1/messages", json={"text": "最后一句"}))
            await engine.wait_for(1)
            services.conversations.close()
            refused = await api.post("/api/v1/messages", json={"text": "太晚了"})
            assert refused.status_code == 503
            assert refused.json()["code"] == "unavailable"
            draining = asyncio.create_task(services.dispatcher.drain(10))
            engine.release.set()
            await draining
            assert [reply["text"] for reply in (await sending).json()["replies"]] == ["收到：最后一句"]
        assert await services.transcript.last_id(session.conversation_id) == 2


async def test_many_waiting_conversations_do_not_storm_the_engine(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine, engine_concurrency=3) as gateway, contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(gateway.socket()) for _ in range(8)]
        for client in clients:
            await begin(client)
            await client.say("你好")
        await engine.wait_for(3)
        await asyncio.sleep(0.2)
        assert len(engine.received) == 3
        engine.release.set()
        for client in clients:
            await client.wait_for("bot_uttered")
