"""The notice on stored chats, over each way to the gateway (docs/protocol.md)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.helpers.gateway import Gateway
from tests.helpers.pictures import png
from uwallet_gateway.database import tables
from uwallet_gateway.identity.notice import NoticeMode
from uwallet_gateway.maintenance.persons import Person


async def answers(gateway: Gateway) -> list[str]:
    async with gateway.services.database.read() as transaction:
        row = tables.NoticeAnswer
        return [str(answer) for answer in await transaction.scalars(select(row.answer).order_by(row.id))]


@pytest.fixture
def version(gateway: Gateway) -> str:
    return gateway.services.notices.notice.version


async def asks(gateway: Gateway, mode: NoticeMode) -> None:
    await gateway.services.sites.set_notice("demo", mode)


async def test_nothing_is_taken_over_rest_before_consent(gateway: Gateway, version: str) -> None:
    await asks(gateway, "consent")
    token = await gateway.token()
    async with gateway.api(token) as api:
        for path, sent in (
            ("messages", {"json": {"text": "我忘了密码"}}),
            ("messages", {"json": {"payload": "/session_start"}}),
            ("support/messages", {"json": {"text": "请回电", "contact": "13800138000"}}),
            ("attachments", {"files": {"file": ("a.png", png())}}),
        ):
            refused = await api.post(f"/api/v1/{path}", **sent)
            assert (refused.status_code, refused.json()["code"]) == (403, "consent_required"), path
        assert refused.json()["details"]["version"] == version
        shown = (await api.get("/api/v1/notice")).json()["notice"]
        assert (shown["mode"], shown["answer"], shown["version"]) == ("consent", None, version)
        for answer, status in (("refused", 403), ("agreed", 201), ("withdrawn", 403)):
            answered = await api.post("/api/v1/notice", json={"version": version, "answer": answer})
            assert answered.json()["notice"]["answer"] == answer
            said = await api.post("/api/v1/messages", json={"text": "你好"})
            assert said.status_code == status, answer
    assert [body["message"] for body in gateway.engine.received] == ["你好"]
    assert await answers(gateway) == ["refused", "agreed", "withdrawn"]


async def test_nothing_is_taken_over_a_socket_before_consent(gateway: Gateway, version: str) -> None:
    await asks(gateway, "consent")
    async with gateway.socket(messages=True) as client:
        confirmed = await client.request_session()
        assert (confirmed["notice"]["mode"], confirmed["notice"]["answer"]) == ("consent", None)
        refused = await client.say("我忘了密码")
        assert refused["error"]["code"] == "consent_required"
        left = await client.io.call("leave_message", {"text": "请回电", "contact": "13800138000"}, timeout=60)
        assert left["error"]["code"] == "consent_required"
        agreed = await client.io.call("answer_notice", {"version": version, "answer": "agreed"}, timeout=60)
        assert agreed["notice"]["answer"] == "agreed"
        assert (await client.say("我忘了密码"))["ok"]


async def test_notice_that_is_shown_once_keeps_nothing_waiting(gateway: Gateway, version: str) -> None:
    await asks(gateway, "shown")
    async with gateway.socket(messages=True) as client:
        confirmed = await client.request_session()
        assert (confirmed["notice"]["mode"], confirmed["notice"]["answer"]) == ("shown", None)
        assert (await client.say("你好"))["ok"]
        for _ in range(2):
            told = await client.io.call("answer_notice", {"version": version, "answer": "shown"}, timeout=60)
            assert told["notice"]["answer"] == "shown"
        wrong = await client.io.call("answer_notice", {"version": version, "answer": "agreed"}, timeout=60)
        assert wrong["error"]["code"] == "malformed"
    # Remembered by the server: another browser of the same user does not show it again.
    async with gateway.socket(messages=True) as client:
        again = await client.request_session(session_id=confirmed["session_id"])
        assert again["notice"]["answer"] == "shown"
    assert await answers(gateway) == ["shown"]


async def test_another_version_is_asked_for_again(gateway: Gateway, version: str) -> None:
    await asks(gateway, "consent")
    async with gateway.api(await gateway.token()) as api:
        await api.post("/api/v1/notice", json={"version": version, "answer": "agreed"})
        notices = gateway.services.notices
        notices.notice = notices.notice.model_copy(update={"version": "2"})
        assert (await api.post("/api/v1/messages", json={"text": "你好"})).status_code == 403
        stale = await api.post("/api/v1/notice", json={"version": version, "answer": "agreed"})
        assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
        await api.post("/api/v1/notice", json={"version": "2", "answer": "agreed"})
        assert (await api.post("/api/v1/messages", json={"text": "你好"})).status_code == 201


async def test_site_without_a_notice_has_none(gateway: Gateway, version: str) -> None:
    async with gateway.api(await gateway.token()) as api:
        assert (await api.get("/api/v1/notice")).status_code == 404
        answered = await api.post("/api/v1/notice", json={"version": version, "answer": "agreed"})
        assert answered.status_code == 404


async def test_backend_of_a_site_says_that_its_user_has_agreed(gateway: Gateway, version: str) -> None:
    await asks(gateway, "consent")
    body: dict[str, Any] = {"sender": "lin", "message": "你好"}
    async with gateway.api(gateway.site.secret) as api:
        refused = await api.post("/webhooks/rest/webhook", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "consent_required")
        agreed = {**body, "metadata": {"agreed_notice": version}}
        assert (await api.post("/webhooks/rest/webhook", json=agreed)).is_success
        assert (await api.post("/webhooks/rest/webhook", json=body)).is_success
        other = await api.post("/webhooks/rest/webhook", json={**body, "metadata": {"agreed_notice": "0"}})
        assert other.status_code == 409
    assert await answers(gateway) == ["agreed"]


async def test_widget_of_rasa_is_told_the_notice_and_asked(gateway: Gateway) -> None:
    await asks(gateway, "consent")
    async with gateway.socket() as client:
        await client.io.emit("user_uttered", {"message": "我忘了密码"})
        [asked] = await client.wait_for("bot_uttered", 1)
        assert gateway.services.notices.notice.text in asked["text"]
        assert [button["title"] for button in asked["quick_replies"]] == ["同意", "不同意"]
        await client.io.emit("user_uttered", {"message": "不同意"})
        assert (await client.wait_for("bot_uttered", 2))[1]["quick_replies"] == asked["quick_replies"]
        await client.io.emit("user_uttered", {"message": asked["quick_replies"][0]["payload"]})
        await client.wait_for("bot_uttered", 3)
        assert not gateway.engine.received
        await client.io.emit("user_uttered", {"message": "我忘了密码"})
        await client.wait_for("bot_uttered", 4)
    assert [body["message"] for body in gateway.engine.received] == ["我忘了密码"]
    assert await answers(gateway) == ["refused", "agreed"]


async def test_widget_of_rasa_is_told_the_notice_once(gateway: Gateway) -> None:
    await asks(gateway, "shown")
    async with gateway.socket() as client:
        for count in (2, 3):
            await client.io.emit("user_uttered", {"message": "你好"})
            said = await client.wait_for("bot_uttered", count)
    assert [message["text"] == gateway.services.notices.notice.words for message in said] == [True, False, False]


async def test_answers_are_exported_and_erased_with_the_person(gateway: Gateway, version: str) -> None:
    await asks(gateway, "consent")
    async with gateway.api(gateway.site.secret) as api:
        body = {"sender": "lin", "message": "你好", "metadata": {"agreed_notice": version}}
        await api.post("/webhooks/rest/webhook", json=body)
    lin = Person(site="demo", user_id="lin")
    exported = await gateway.services.persons.export(lin)
    assert b"data.json" in exported
    erased = await gateway.services.persons.erase(lin)
    assert erased.rows["notice_answers"] == 1
    assert await answers(gateway) == []
