"""Rasa's REST shape, for backends."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.helpers.agents import online_agent
from tests.helpers.gateway import ORIGIN, Gateway


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def bot(message_id: int) -> dict[str, object]:
    return {"id": message_id, "author": "bot"}


async def test_backend_talks_as_to_rasa(gateway: Gateway) -> None:
    async with gateway.api(gateway.site.secret) as api:
        response = await api.post(
            "/webhooks/rest/webhook", json={"sender": "客户-1", "message": "你好", "metadata": {}}
        )
        assert response.json() == [{"recipient_id": "客户-1", "text": "收到：你好", "metadata": bot(2)}]
        greeted = await api.post("/webhooks/rest/webhook", json={"sender": "客户-1", "message": "/session_start"})
        assert greeted.json()[0]["buttons"][1] == {"title": "转人工", "payload": "/human_handoff"}
        handed = await api.post("/webhooks/rest/webhook", json={"sender": "客户-1", "message": "/human_handoff"})
        assert handed.json()[0]["custom"] == {
            "type": "handoff",
            "reason": "user_request",
            "topic": {"id": "forgot_password", "title": "找回登录密码"},
        }
        await api.post("/webhooks/rest/webhook", json={"sender": "客户-2", "message": "/human_handoff"})
    assert [body["kind"] for body in gateway.engine.received] == ["text", "payload", "payload", "text"]
    senders = [body["sender"] for body in gateway.engine.received]
    assert senders[0] == senders[1] == senders[2] != senders[3]


async def test_same_sender_of_another_site_is_somebody_else(gateway: Gateway) -> None:
    other = await gateway.services.sites.create("Other", [])
    async with gateway.api() as api:
        for secret in (gateway.site.secret, other.secret):
            body = {"sender": "1", "message": "你好"}
            assert (await api.post("/webhooks/rest/webhook", json=body, headers=bearer(secret))).status_code == 200
    assert gateway.engine.received[0]["sender"] != gateway.engine.received[1]["sender"]


async def test_without_the_secret_nothing_is_answered(gateway: Gateway) -> None:
    async with gateway.api() as api:
        for secret in ("", "demo", "demo.", "demo.wrong", "nobody.x"):
            headers = bearer(secret) if secret else {}
            response = await api.post("/webhooks/rest/webhook", json={"sender": "1", "message": "x"}, headers=headers)
            assert response.status_code == 401
    assert gateway.engine.received == []


async def test_token_of_a_browser_is_no_secret(gateway: Gateway) -> None:
    async with gateway.api(await gateway.token()) as api:
        response = await api.post("/webhooks/rest/webhook", json={"sender": "1", "message": "x"})
        assert response.status_code == 401


async def test_what_an_agent_wrote_comes_with_the_next_answer(gateway: Gateway) -> None:
    agent = await online_agent(gateway)
    async with gateway.api(gateway.site.secret) as api:

        async def send(message: str) -> list[str]:
            answer = await api.post("/webhooks/rest/webhook", json={"sender": "客户-3", "message": message})
            return [reply["text"] for reply in answer.raise_for_status().json()]

        await send("找人工")
        [ticket], _ = await gateway.services.tickets.tickets()
        await gateway.services.agent_commands.claim(ticket.id, agent)
        await gateway.services.agent_commands.say(ticket.id, agent, text="您好")
        claimed, said = await send("在吗")
        assert "小林" in claimed
        assert said == "您好"
        assert await send("还在吗") == []
        await gateway.services.agent_commands.say(ticket.id, agent, text="在的")
        assert await send("好") == ["在的"]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", None])
async def test_body_is_json_whatever_its_type_says(gateway: Gateway, content_type: str | None) -> None:
    body = '{"sender": "1", "message": "你好"}'.encode()
    async with gateway.api(gateway.site.secret) as api:
        headers = {"Content-Type": content_type} if content_type else {}
        response = await api.post("/webhooks/rest/webhook", content=body, headers=headers)
        assert response.json() == [{"recipient_id": "1", "text": "收到：你好", "metadata": bot(2)}]
        assert (await api.get("/webhooks/rest/")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"sender": "1"}', "message"),
        ('{"sender": "1", "message": {}}', "message"),
        ('{"message": "x"}', "sender"),
        ("{", ""),
    ],
)
async def test_refusal_names_the_field(gateway: Gateway, body: str, field: str) -> None:
    async with gateway.api(gateway.site.secret) as api:
        refused = (await api.post("/webhooks/rest/webhook", content=body)).json()
        assert (refused["code"], refused["details"]["field"]) == ("malformed", field)
        assert refused["details"]["reason"]
        unreadable = await api.post("/webhooks/rest/webhook", content='{"sender": "用户"}'.encode("gbk"))
        assert unreadable.json()["code"] == "malformed"


@pytest.mark.parametrize("key", [{"client_id": "MsgId=1/" + "长" * 80}, {"metadata": {"message_id": 24567}}])
async def test_message_that_is_delivered_again_is_executed_once(gateway: Gateway, key: dict[str, object]) -> None:
    async with gateway.api(gateway.site.secret) as api:
        body = {"sender": 7, "message": "下一步", **key}
        answers = [(await api.post("/webhooks/rest/webhook", json=body)).json() for _ in range(3)]
    assert answers == [[{"recipient_id": "7", "text": "收到：下一步", "metadata": bot(2)}]] * 3
    assert len(gateway.engine.received) == 1


async def test_visitor_of_a_page_is_known_by_a_name_that_nobody_guesses(gateway: Gateway) -> None:
    page = {"Origin": ORIGIN}
    body = {"sender": str(uuid.uuid4()), "message": "你好"}
    async with gateway.api() as api:
        # As Rasa's own widget sends it: no content type, and a token only if its page has set one.
        for headers in (page, page | bearer("demo")):
            answer = await api.post("/webhooks/rest/webhook", content=json.dumps(body), headers=headers)
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert [reply["text"] for reply in answer.json()] == ["收到：你好"]
        refusals = [
            ({**body, "sender": "user-1"}, page, 422),
            ({**body, "sender": str(uuid.uuid1())}, page, 422),
            (body, {"Origin": "https://other.example"} | bearer("demo"), 403),
            (body, {"Origin": "https://other.example"}, 404),
            (body, bearer("demo"), 401),
            (body, page | bearer("demo.wrong"), 401),
        ]
        for refused, headers, status in refusals:
            answer = await api.post("/webhooks/rest/webhook", json=refused, headers=headers)
            assert (answer.status_code, answer.json()["message"] != "") == (status, True), headers
    first, second = gateway.engine.received
    assert first["sender"] == second["sender"]


async def test_visitor_and_backend_of_one_name_are_two(gateway: Gateway) -> None:
    body = {"sender": str(uuid.uuid4()), "message": "你好"}
    async with gateway.api() as api:
        for headers in ({"Origin": ORIGIN}, bearer(gateway.site.secret)):
            await api.post("/webhooks/rest/webhook", json=body, headers=headers)
    visitor, backend = gateway.engine.received
    assert visitor["sender"] != backend["sender"]
