"""Socket.IO, as our widget and as Rasa's widgets speak it."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
import socketio

from tests.conftest import StartGateway
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import CONNECT_SECONDS, ORIGIN, Gateway
from uwallet_gateway.identity.vouching import user_hash


def vouched(gateway: Gateway, user_id: str) -> dict[str, str]:
    return {"id": user_id, "hash": user_hash(gateway.site.secret, user_id)}


async def test_first_visit_is_greeted_and_answered_in_order(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        confirmed = await client.request_session()
        assert confirmed["identity"] == "visitor"
        assert confirmed["last_id"] == 0
        assert confirmed["messages"] == []
        assert confirmed["limits"]["max_length"] == 1000
        acknowledged = await client.say("/session_start", kind="payload", client_id="start")
        assert acknowledged["ok"]
        assert acknowledged["message"]["id"] == 1
        [greeting] = await client.wait_for("bot_uttered")
        assert greeting["text"] == "您好呀"
        assert greeting["quick_replies"][0] == {
            "title": "忘记密码",
            "payload": "/forgot_password",
            "content_type": "text",
        }
        assert greeting["metadata"]["id"] == 2
        assert greeting["metadata"]["in_reply_to"] == 1
        pressed = await client.say("/forgot_password", kind="payload")
        assert pressed["message"]["text"] == "忘记密码"
        await client.wait_for("bot_uttered", 2)
        assert client.of("user_message") == []
    assert [body["kind"] for body in gateway.engine.received] == ["payload", "payload"]


async def test_live_messages_in_the_shape_of_history_for_clients_that_ask_for_it(gateway: Gateway) -> None:
    async with gateway.socket(messages=True) as tab, gateway.socket() as rasa_widget:
        token = (await tab.request_session(last_id=None))["session_id"]
        await rasa_widget.request_session(session_id=token)
        await rasa_widget.say("/session_start", kind="payload")
        said, greeting = await tab.wait_for("message", 2)
        assert (said["author"], greeting["author"]) == ("user", "bot")
        assert greeting["buttons"][0] == {"title": "忘记密码", "payload": "/forgot_password", "role": "normal"}
        assert tab.of("bot_uttered") == tab.of("user_message") == rasa_widget.of("message") == []
        await rasa_widget.wait_for("bot_uttered")
    async with gateway.socket(messages=True) as later:
        history = (await later.request_session(session_id=token, last_id=None))["messages"]
        assert history == [said, greeting]


async def test_greeting_is_answered_once_in_several_tabs(gateway: Gateway) -> None:
    async with gateway.socket() as first, gateway.socket() as second:
        token = (await first.request_session())["session_id"]
        await second.request_session(session_id=token)
        answers = await asyncio.gather(
            first.say("/session_start", kind="payload", client_id="a"),
            second.say("/session_start", kind="payload", client_id="b"),
        )
        assert [answer["message"]["id"] for answer in answers] == [1, 1]
        await first.wait_for("bot_uttered")
        await second.wait_for("bot_uttered")
    assert len(gateway.engine.received) == 1


async def test_many_messages_at_once_are_acknowledged_and_answered_in_order(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        answers = await asyncio.gather(*(client.say(f"第{number}条", client_id=f"n{number}") for number in range(12)))
        ids = [answer["message"]["id"] for answer in answers]
        assert ids == sorted(ids)
        replies = await client.wait_for("bot_uttered", 12)
        assert [reply["text"] for reply in replies] == [f"收到：第{number}条" for number in range(12)]
        seen = sorted([*ids, *(reply["metadata"]["id"] for reply in replies)])
        assert seen == list(range(1, 25))


async def test_the_same_client_id_again_does_nothing_else(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        first = await client.say("你好", client_id="same")
        await client.wait_for("bot_uttered")
        again = await client.say("别的话", client_id="same")
        assert again == first
        await client.say("结束", client_id="end")
        replies = await client.wait_for("bot_uttered", 2)
    assert [reply["text"] for reply in replies] == ["收到：你好", "收到：结束"]


async def test_reconnecting_gets_what_was_missed_in_order_and_once(start_gateway: StartGateway) -> None:
    engine = FakeEngine()
    async with start_gateway(engine) as gateway:
        async with gateway.socket() as client:
            token = (await client.request_session())["session_id"]
            await client.say("一")
            await client.wait_for("bot_uttered")
            engine.mode = "hold"
            await client.say("二")
            await engine.wait_for(2)
        engine.release.set()
        async with gateway.socket() as client:
            confirmed = await client.request_session(session_id=token, last_id=2)
            missed = [message["id"] for message in confirmed["messages"]]
            later = [] if 4 in missed else await client.wait_for("bot_uttered")
            assert missed + [reply["metadata"]["id"] for reply in later] == [3, 4]
            assert confirmed["session_id"] == token
            again = await client.request_session(session_id=token, last_id=4)
            assert again["messages"] == []
            assert again["last_id"] == 4


async def test_widget_that_names_its_session_itself_goes_on_after_a_lost_connection(
    start_gateway: StartGateway,
) -> None:
    # As RasaHQ/chat-widget: its own random id, and no last_id, whatever the gateway answers.
    request = {"session_id": str(uuid.uuid4())}
    engine = FakeEngine()
    async with start_gateway(engine) as gateway:
        async with gateway.socket() as client:
            await client.io.emit("session_request", request)
            await client.wait_for("session_confirm")
            await client.say("一", **request)
            await client.wait_for("bot_uttered")
            engine.mode = "hold"
            await client.say("二", **request)
            await engine.wait_for(2)
        engine.release.set()
        async with gateway.socket() as client:
            # What was written without a connection is sent first.
            await client.io.emit("user_uttered", {"message": "三", **request})
            await client.io.emit("session_request", request)
            replies = await client.wait_for("bot_uttered", 2)
            assert [reply["text"] for reply in replies] == ["收到：二", "收到：三"]
        async with gateway.socket() as other:
            for session_id in ("user-1", str(uuid.uuid1()), str(uuid.uuid4())):
                await other.io.emit("session_request", {"session_id": session_id})
                await other.say("谁", session_id=session_id)
            await engine.wait_for(6)
        senders = [body["sender"] for body in engine.received]
        assert len(set(senders[:3])) == 1
        assert len(set(senders)) == 4


async def test_history_without_last_id_is_the_newest(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        for number in range(3):
            await client.say(f"{number}号")
        await client.wait_for("bot_uttered", 3)
    async with gateway.socket() as client:
        confirmed = await client.request_session(session_id=token)
        assert [message["id"] for message in confirmed["messages"]] == [1, 2, 3, 4, 5, 6]
        assert not confirmed["has_more"]


async def test_other_tab_sees_what_was_written_and_answered(gateway: Gateway) -> None:
    async with gateway.socket() as first, gateway.socket() as second:
        token = (await first.request_session())["session_id"]
        await second.request_session(session_id=token)
        await first.say("在吗", client_id="x1")
        [seen] = await second.wait_for("user_message")
        assert (seen["id"], seen["text"], seen["client_id"], seen["author"]) == (1, "在吗", "x1", "user")
        assert (await second.wait_for("bot_uttered"))[0]["metadata"]["id"] == 2
        await first.wait_for("bot_uttered")
        assert first.of("user_message") == []
        assert {"typing": True} in second.of("bot_typing")


async def test_typed_slash_is_text_and_payloads_need_an_offer(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        assert (await client.say("/human_handoff", kind="text"))["ok"]
        refused = await client.say("/human_handoff", kind="payload")
        assert refused["error"]["code"] == "payload_not_offered"
        assert (await client.say("/restart"))["ok"]
        await client.wait_for("bot_uttered", 2)
        assert [body["kind"] for body in gateway.engine.received] == ["text", "text"]
        await client.say("/session_start", kind="payload")
        await client.wait_for("bot_uttered", 3)
        handed = await client.say("/human_handoff")
        assert handed["message"]["text"] == "转人工"
        told = (await client.wait_for("bot_uttered", 4))[3]
        assert told["metadata"]["handoff"] == {
            "reason": "user_request",
            "topic": {"id": "forgot_password", "title": "找回登录密码"},
        }
        assert "13800138000" not in str(client.events)


async def test_a_press_on_an_older_message_is_told_where_things_stand(gateway: Gateway) -> None:
    async with gateway.socket(messages=True) as tab:
        await tab.request_session(last_id=None)
        await tab.say("/session_start", kind="payload")
        [greeting] = await tab.wait_for("message")
        # Pressed on the newest message: executed.
        assert (await tab.say("/forgot_password", kind="payload", offered_by=greeting["id"]))["ok"]
        await tab.wait_for("message", 2)
        executed = len(gateway.engine.received)
        # Pressed again where the answer has not been seen, as in another tab.
        pressed = await tab.say("/forgot_password", kind="payload", offered_by=greeting["id"], client_id="late")
        assert pressed["message"]["text"] == "忘记密码"
        told = (await tab.wait_for("message", 3))[-1]
        assert (told["author"], told["metadata"]) == ("system", {"notice": "stale_press"})
        assert (await tab.say("/forgot_password", kind="payload", client_id="late"))["message"] == pressed["message"]
        assert len(gateway.engine.received) == executed


async def test_what_is_open_is_offered_again_after_a_stale_press(gateway: Gateway) -> None:
    async with gateway.socket(messages=True) as tab:
        await tab.request_session(last_id=None)
        offer = {"title": "下一步", "payload": "/next_step", "role": "primary"}
        gateway.engine.answers["密码"] = {"messages": [{"text": "第1步", "buttons": [offer]}]}
        await tab.say("/session_start", kind="payload")
        await tab.wait_for("message")
        await tab.say("密码")
        step = (await tab.wait_for("message", 2))[-1]
        assert step["buttons"] == [offer]
        await tab.say("/forgot_password", kind="payload", offered_by=2)
        told = (await tab.wait_for("message", 3))[-1]
        assert told["buttons"] == step["buttons"]
        # The notice offers it now; a press there is executed.
        executed = len(gateway.engine.received)
        assert (await tab.say("/next_step", kind="payload", offered_by=told["id"]))["ok"]
        await gateway.engine.wait_for(executed + 1)


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    ("   ", {}, "empty"),
    ("字" * 1001, {}, "too_long"),
    (None, {}, "malformed"),
    ({"text": "x"}, {}, "malformed"),
    ("好", {"kind": "command"}, "malformed"),
    ("好", {"kind": ["text"]}, "malformed"),
    ("好", {"client_id": 7}, "malformed"),
    ("好", {"client_id": "x" * 65}, "malformed"),
    ("好", {"attachment_id": "../../etc/passwd"}, "attachment_unknown"),
    (12, {"kind": "payload"}, "malformed"),
]


async def test_what_is_wrong_is_said(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        await client.request_session()
        for message, more, code in WRONG:
            refused = await client.say(message, **more)
            assert refused["ok"] is False
            assert refused["error"]["code"] == code, (message, more)
            assert refused["error"]["message"]
        assert (await client.say("还在"))["ok"]


async def test_malformed_events_end_nothing(gateway: Gateway) -> None:
    malformed: list[Any] = [None, 3, "x", [], {"session_id": 3}, {"session_id": {"a": 1}}, {"session_id": "x" * 9000}]
    async with gateway.socket() as client:
        for data in malformed:
            await client.io.emit("session_request", data)
            await client.io.emit("user_uttered", data)
            await client.io.emit("no_such_event", data)
        await client.io.emit("session_request", {"last_id": None, "session_id": None})
        await client.io.emit("session_request", {"last_id": 0})
        async with gateway.socket() as other:
            await other.request_session()
            assert (await other.say("还在"))["ok"]
        assert (await client.say("也还在"))["ok"]


async def test_oversized_frame_closes_that_connection_only(gateway: Gateway) -> None:
    async with gateway.socket() as other:
        await other.request_session()
        async with gateway.socket() as client:
            await client.request_session()
            closed = asyncio.Event()
            client.io.on("disconnect", lambda *_: closed.set())
            await client.io.emit("user_uttered", {"message": "长" * 100_000})
            async with asyncio.timeout(60):
                await closed.wait()
        assert (await other.say("还在"))["ok"]


async def test_bad_token_is_refused_and_never_another_conversation(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        for count, token in enumerate(["nonsense", 5, "WyJhIl0.AAAA", ["x"], {"x": 1}], start=1):
            await client.io.emit("session_request", {"session_id": token, "last_id": 0})
            error = (await client.wait_for("session_error", count))[-1]
            assert error["code"] == "bad_token"
            assert error["message"]
            assert (await client.say("我是谁"))["error"]["code"] == "bad_token"
        # As if there were none.
        assert (await client.request_session(session_id=""))["last_id"] == 0


async def test_naming_a_conversation_does_not_give_it(gateway: Gateway) -> None:
    async with gateway.socket() as victim:
        await victim.request_session()
        await victim.say("我的秘密")
        await victim.wait_for("bot_uttered")
        conversation_id = gateway.engine.received[0]["sender"]
        async with gateway.socket() as thief:
            for named in (conversation_id, {"session_id": conversation_id}):
                await thief.io.emit("session_request", {"session_id": named, "last_id": 0})
            await thief.wait_for("session_error", 2)
            await thief.io.emit("session_request", {"session_id": conversation_id})
            [token] = await thief.wait_for("session_confirm")
            assert token != conversation_id
            await thief.say("给我看", session_id=conversation_id)
            await thief.wait_for("bot_uttered")
    assert gateway.engine.received[-1]["sender"] != conversation_id
    assert "我的秘密" not in str(thief.events)


async def test_rasas_own_shape_for_widgets_made_for_it(gateway: Gateway) -> None:
    async with gateway.socket(site=None) as client:
        await client.io.emit("session_request", {"session_id": None})
        [token] = await client.wait_for("session_confirm")
        assert isinstance(token, str)
        await client.io.emit("user_uttered", {"message": "/session_start", "customData": {}, "session_id": token})
        [greeting] = await client.wait_for("bot_uttered")
        assert set(greeting) == {"text", "quick_replies", "metadata"}
        await client.io.emit("user_uttered", {"message": "/forgot_password", "session_id": token})
        answer = (await client.wait_for("bot_uttered", 2))[1]
        assert set(answer) == {"text", "metadata"}
        await client.io.emit("user_uttered", {"message": "", "session_id": token})
        told = (await client.wait_for("bot_uttered", 3))[2]
        assert set(told) == {"text"}
    async with gateway.socket(site=None) as client:
        await client.io.emit("session_request", {"session_id": token})
        assert await client.wait_for("session_confirm") == [token]
        await client.io.emit("session_request", {"session_id": "an id of before the gateway"})
        fresh = (await client.wait_for("session_confirm", 2))[1]
        assert fresh not in {token, "an id of before the gateway"}


async def test_widget_that_never_asks_for_a_session_is_served(gateway: Gateway) -> None:
    async with gateway.socket(site=None) as client:
        await client.io.emit("user_uttered", {"message": "你好"})
        assert (await client.wait_for("bot_uttered"))[0]["text"] == "收到：你好"


FOREIGN = [
    ("demo", "https://evil.example", "origin_not_allowed"),
    ("demo", "https://www.example.com.evil.example", "origin_not_allowed"),
    ("demo", "http://www.example.com", "origin_not_allowed"),
    ("demo", "https://www.example.com:8443", "origin_not_allowed"),
    ("demo", "null", "origin_not_allowed"),
    ("nobody", ORIGIN, "site_unknown"),
    (None, "https://evil.example", "site_unknown"),
    (None, None, "site_unknown"),
]


async def test_foreign_pages_are_refused(gateway: Gateway) -> None:
    for site, origin, code in FOREIGN:
        told: list[Any] = []
        client = socketio.AsyncClient(reconnection=False)
        client.on("connect_error", told.append)
        headers, auth = {"Origin": origin} if origin else {}, {"site": site} if site else None
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(
                gateway.url, headers=headers, auth=auth, transports=["websocket"], wait_timeout=CONNECT_SECONDS
            )
        await client.disconnect()
        assert told[0]["data"]["code"] == code, (site, origin)


async def test_own_pages_may_use_every_site(gateway: Gateway) -> None:
    async with gateway.socket(origin=gateway.url) as client:
        assert (await client.request_session())["identity"] == "visitor"


async def test_user_has_one_conversation_on_all_devices(gateway: Gateway) -> None:
    async with gateway.socket() as phone, gateway.socket() as laptop:
        first = await phone.request_session(user=vouched(gateway, "u-1"))
        assert first["identity"] == "user"
        await phone.say("在手机上")
        await phone.wait_for("bot_uttered")
        second = await laptop.request_session(user=vouched(gateway, "u-1"))
        assert second["session_id"] != first["session_id"]
        assert [message["text"] for message in second["messages"]] == ["在手机上", "收到：在手机上"]
        await laptop.say("在电脑上")
        assert (await phone.wait_for("user_message"))[0]["text"] == "在电脑上"


async def test_wrong_or_missing_hash_is_refused(gateway: Gateway) -> None:
    wrong: list[Any] = [
        {"id": "u-1", "hash": "0" * 64},
        {"id": "u-1", "hash": ""},
        {"id": "u-1"},
        {"id": "", "hash": ""},
        {"id": None, "hash": None},
        {"id": "u-1", "hash": None},
        {},
        "u-1",
        ["u-1", "x"],
    ]
    async with gateway.socket() as client:
        for count, user in enumerate(wrong, start=1):
            await client.io.emit("session_request", {"last_id": None, "user": user})
            assert (await client.wait_for("session_error", count))[-1]["code"] == "identity_wrong", user
            assert (await client.say("你好"))["error"]["code"] == "bad_token"


async def test_site_that_requires_identity_refuses_visitors(gateway: Gateway) -> None:
    strict = await gateway.services.sites.create("Strict", [ORIGIN], key="strict", require_identity=True)
    async with gateway.socket(site="strict") as client:
        await client.io.emit("session_request", {"last_id": None})
        assert (await client.wait_for("session_error"))[0]["code"] == "identity_required"
        # Also those that say nothing of a session.
        assert not (await client.say("你好"))["ok"]
        user = {"id": "9", "hash": user_hash(strict.secret, "9")}
        assert (await client.request_session(user=user))["identity"] == "user"
        # The hash of another site's secret.
        await client.io.emit("session_request", {"last_id": None, "user": vouched(gateway, "9")})
        assert (await client.wait_for("session_error", 2))[1]["code"] == "identity_wrong"


async def test_changed_identity_closes_the_old_subscription_and_begins_clean(gateway: Gateway) -> None:
    async with gateway.socket() as tab, gateway.socket() as other_tab:
        token = (await tab.request_session())["session_id"]
        await other_tab.request_session(session_id=token)
        await tab.say("作为访客")
        await tab.wait_for("bot_uttered")
        await other_tab.wait_for("bot_uttered")
        confirmed = await tab.request_session(session_id=token, user=vouched(gateway, "u-2"))
        # What the visitor has said is the user's now, and the visitor's token opens nothing of it.
        assert [message["text"] for message in confirmed["messages"] if message["author"] == "user"] == ["作为访客"]
        assert await other_tab.wait_for("session_closed") == [{"reason": "identity_changed"}]
        assert (await other_tab.say("旧标签页"))["error"]["code"] == "bad_token"
        # The old token fits no more.
        async with gateway.socket() as late:
            await late.io.emit("session_request", {"session_id": token, "last_id": 0})
            assert (await late.wait_for("session_error"))[0]["code"] == "bad_token"
        # What is said now reaches nobody who was subscribed before.
        await tab.say("作为用户")
        await tab.wait_for("bot_uttered", 2)
        assert "作为用户" not in str(other_tab.events)


async def test_token_of_a_user_alone_opens_nothing_of_the_user(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        token = (await client.request_session(user=vouched(gateway, "u-3")))["session_id"]
        await client.say("余额多少")
        await client.wait_for("bot_uttered")
    async with gateway.socket() as next_person:
        confirmed = await next_person.request_session(session_id=token)
        assert confirmed["identity"] == "visitor"
        assert confirmed["messages"] == []
        assert confirmed["session_id"] != token


async def test_another_user_on_one_device_leaves_the_first_ones_other_devices_alone(gateway: Gateway) -> None:
    async with gateway.socket() as phone, gateway.socket() as laptop:
        await phone.request_session(user=vouched(gateway, "u-4"))
        token = (await laptop.request_session(user=vouched(gateway, "u-4")))["session_id"]
        confirmed = await laptop.request_session(session_id=token, user=vouched(gateway, "u-5"))
        assert confirmed["messages"] == []
        assert await laptop.wait_for("session_closed") == [{"reason": "identity_changed"}]
        await laptop.say("我是五号")
        await laptop.wait_for("bot_uttered")
        await phone.say("我是四号")
        await phone.wait_for("bot_uttered")
        assert phone.of("session_closed") == []
        assert "五号" not in str(phone.events)
        assert "四号" not in str(laptop.events)


async def test_too_many_messages_are_refused_with_when_to_try_again(start_gateway: StartGateway) -> None:
    async with start_gateway(rate_messages_per_user="3/hour") as gateway, gateway.socket() as client:
        await client.request_session()
        answers = [await client.say(f"{number}") for number in range(5)]
        assert [answer["ok"] for answer in answers] == [True, True, True, False, False]
        assert answers[3]["error"]["code"] == "rate_limited"
        assert 1 <= answers[3]["error"]["retry_after"] <= 3600
        async with gateway.socket() as neighbour:
            await neighbour.request_session()
            assert (await neighbour.say("同一个网络里的别人"))["ok"]
