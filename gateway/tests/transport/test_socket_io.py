"""Socket.IO, as our widget and as Rasa's widgets speak it."""

from __future__ import annotations

from tests.support.gateway import Gateway


async def test_first_visit_is_greeted_and_answered_in_order(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        confirmed = await client.request_session()
        assert confirmed["identity"] == "visitor"
        assert confirmed["last_id"] == 0
        assert confirmed["messages"] == []
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
