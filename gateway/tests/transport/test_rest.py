"""REST, version 1."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from tests.conftest import StartGateway
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import ORIGIN, Gateway
from uwallet_gateway.clock import now
from uwallet_gateway.identity.vouching import signed_attributes, user_hash


async def test_whole_conversation(gateway: Gateway) -> None:
    async with gateway.api() as api:
        opened = await api.post("/api/v1/sessions", json={"site": "demo"})
        assert opened.status_code == 200
        session = opened.json()
        assert session["identity"] == "visitor"
        assert session["last_id"] == 0
        api.headers["Authorization"] = f"Bearer {session['token']}"
        greeted = await api.post("/api/v1/messages", json={"payload": "/session_start"})
        assert greeted.status_code == 201
        assert greeted.json()["replies"][0]["buttons"][0]["payload"] == "/forgot_password"
        sent = (await api.post("/api/v1/messages", json={"text": "在吗", "client_id": "c1"})).json()
        assert sent["message"]["id"] == 3
        assert sent["message"]["client_id"] == "c1"
        assert [reply["text"] for reply in sent["replies"]] == ["收到：在吗"]
        again = (await api.post("/api/v1/messages", json={"text": "在吗", "client_id": "c1"})).json()
        assert again == sent
        page = (await api.get("/api/v1/messages", params={"after": 1, "limit": 2})).json()
        assert [message["id"] for message in page["messages"]] == [2, 3]
        assert page["has_more"]
        resumed = (await api.post("/api/v1/sessions", json={"site": "demo", "token": session["token"]})).json()
        assert resumed["token"] == session["token"]
        assert resumed["last_id"] == 4
    assert len(gateway.engine.received) == 2


async def test_a_users_id_may_be_a_number(gateway: Gateway) -> None:
    async with gateway.api() as api:
        claim = {"id": 12345, "hash": user_hash(gateway.site.secret, "12345")}
        opened = await api.post("/api/v1/sessions", json={"site": "demo", "user": claim})
        assert (opened.status_code, opened.json().get("identity")) == (200, "user")


async def test_a_window_in_traditional_characters_begins_so(gateway: Gateway) -> None:
    async with gateway.api() as api:
        opened = await api.post("/api/v1/sessions", json={"site": "demo", "lang": "zh-TW"})
        api.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        sent = (await api.post("/api/v1/messages", json={"text": "找人工"})).json()
        assert gateway.engine.received[-1]["metadata"]["script"] == "traditional"
        assert "您可以先留言，寫下問題" in sent["replies"][-1]["text"]
        # Another window of theirs changes nothing.
        await api.post("/api/v1/sessions", json={"site": "demo", "lang": "zh-CN", "token": opened.json()["token"]})
        await api.post("/api/v1/messages", json={"text": "在吗"})
        assert gateway.engine.received[-1]["metadata"]["script"] == "traditional"


async def test_without_a_good_token_nothing_is_given(gateway: Gateway) -> None:
    async with gateway.api() as api:
        for authorization in (None, b"Bearer", b"Bearer x", b"Basic eDp5", b"Bearer \xff"):
            headers = {b"Authorization": authorization} if authorization else {}
            for response in (
                await api.get("/api/v1/messages", headers=headers),
                await api.post("/api/v1/messages", headers=headers, json={"text": "x"}),
                await api.post("/api/v1/attachments", headers=headers, files={"file": b"x"}),
                await api.get("/api/v1/attachments/abc", headers=headers),
            ):
                assert response.status_code == 401
                assert response.json()["code"] == "bad_token"
                assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_refusals_have_code_message_and_status(gateway: Gateway) -> None:
    token = await gateway.token()
    wrong: list[tuple[str, Any, int, str]] = [
        ("/api/v1/messages", {"text": " "}, 422, "empty"),
        ("/api/v1/messages", {"text": "长" * 1001}, 422, "too_long"),
        ("/api/v1/messages", {}, 422, "malformed"),
        ("/api/v1/messages", {"payload": "/x", "text": "x"}, 422, "malformed"),
        ("/api/v1/messages", {"unknown": 1}, 422, "malformed"),
        ("/api/v1/messages", {"payload": "/human_handoff"}, 422, "payload_not_offered"),
        ("/api/v1/messages", {"attachment_id": "x"}, 404, "attachment_unknown"),
        ("/api/v1/sessions", {"site": "nobody"}, 404, "site_unknown"),
        ("/api/v1/sessions", {"site": "demo", "token": "x"}, 401, "bad_token"),
        ("/api/v1/sessions", {"site": "demo", "user": {"id": "u", "hash": "x"}}, 403, "identity_wrong"),
        ("/api/v1/sessions", {"site": "demo", "user": {"id": "u"}}, 422, "malformed"),
        ("/api/v1/nothing", {}, 404, "not_found"),
    ]
    async with gateway.api(token) as api:
        for path, body, status, code in wrong:
            response = await api.post(path, json=body)
            assert (response.status_code, response.json()["code"]) == (status, code), (path, body)
            assert response.json()["message"]
        for content in (b"{", b"\xff\xfe", b"null", b"[]", b'"x"', b'{"text": "\\ud800"}'):
            response = await api.post("/api/v1/messages", content=content, headers={"Content-Type": "application/json"})
            assert response.status_code == 422, content
        assert (await api.post("/api/v1/messages", json={"text": "还在"})).status_code == 201


async def test_user_is_the_same_over_socket_and_rest(gateway: Gateway) -> None:
    user = {"id": "u-7", "hash": user_hash(gateway.site.secret, "u-7")}
    token = await gateway.token(user=user)
    async with gateway.socket() as client, gateway.api(token) as api:
        await client.request_session(user=user)
        proof = {"X-User-ID": user["id"], "X-User-Hash": user["hash"]}
        await api.post("/api/v1/messages", json={"text": "从后台"}, headers=proof)
        assert (await client.wait_for("user_message"))[0]["text"] == "从后台"
        assert (await client.wait_for("bot_uttered"))[0]["text"] == "收到：从后台"


async def test_site_tells_agents_of_its_user(gateway: Gateway) -> None:
    secret = gateway.site.secret

    async def told(data: str, made_at: datetime) -> str:
        hashed, attributes = user_hash(secret, "u-9"), signed_attributes(secret, "u-9", data, made_at)
        token = await gateway.token(user={"id": "u-9", "hash": hashed, "attributes": attributes})
        return (await gateway.services.sessions.read(token)).conversation_id

    moment = now()
    conversation_id = await told('{"name": "王女士", "level": "金卡"}', moment)
    # From a page that was opened before: it knows less.
    await told('{"name": "旧的"}', moment - timedelta(minutes=1))
    customer = await gateway.services.customers.read(conversation_id)
    assert customer.attributes == {"name": "王女士", "level": "金卡"}
    await told('{"level": "黑卡"}', moment)
    # Who tells nothing takes nothing back.
    await gateway.token(user={"id": "u-9", "hash": user_hash(secret, "u-9")})
    assert (await gateway.services.customers.read(conversation_id)).attributes == {"level": "黑卡"}
    async with gateway.api() as api:
        for wrong, code in (
            (signed_attributes("other", "u-9", "{}"), "identity_wrong"),
            (signed_attributes(secret, "u-9", "{}", moment - timedelta(days=2)), "identity_expired"),
        ):
            user = {"id": "u-9", "hash": user_hash(secret, "u-9"), "attributes": wrong}
            response = await api.post("/api/v1/sessions", json={"site": gateway.site.key, "user": user})
            assert response.json()["code"] == code


async def test_changed_identity_closes_the_session_of_before(gateway: Gateway) -> None:
    visitor = await gateway.token()
    user = {"id": "u-8", "hash": user_hash(gateway.site.secret, "u-8")}
    await gateway.token(token=visitor, user=user)
    async with gateway.api(visitor) as api:
        assert (await api.get("/api/v1/messages")).status_code == 401


async def test_waits_for_the_answer_no_longer_than_it_should(start_gateway: StartGateway) -> None:
    engine = FakeEngine(mode="hold")
    async with start_gateway(engine, notice_after=0.2) as gateway, gateway.api(await gateway.token()) as api:
        sent = (await api.post("/api/v1/messages", json={"text": "在吗"})).json()
        assert [reply["metadata"]["notice"] for reply in sent["replies"]] == ["engine_trouble"]
        engine.release.set()
        async with asyncio.timeout(60):
            while len((await api.get("/api/v1/messages?after=2")).json()["messages"]) < 1:
                await asyncio.sleep(0.02)


async def test_too_much_is_answered_with_when_to_try_again(start_gateway: StartGateway) -> None:
    async with (
        start_gateway(rate_messages_per_user="1/hour", rate_sessions_per_address="2/hour") as gateway,
        gateway.api(await gateway.token()) as api,
    ):
        assert (await api.post("/api/v1/messages", json={"text": "一"})).status_code == 201
        refused = await api.post("/api/v1/messages", json={"text": "二"})
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert int(refused.headers["Retry-After"]) == refused.json()["retry_after"] > 0
        assert (await api.post("/api/v1/sessions", json={"site": "demo"})).status_code == 200
        assert (await api.post("/api/v1/sessions", json={"site": "demo"})).status_code == 429


async def test_address_is_that_of_the_client_behind_a_trusted_proxy_only(start_gateway: StartGateway) -> None:
    for trusted, statuses in (("127.0.0.1", [200, 200, 429]), ("", [200, 429, 429])):
        async with (
            start_gateway(rate_sessions_per_address="1/hour", trusted_proxies=trusted) as gateway,
            gateway.api() as api,
        ):
            found = [
                (
                    await api.post(
                        "/api/v1/sessions", json={"site": "demo"}, headers={"X-Forwarded-For": f"6.6.6.6, {address}"}
                    )
                ).status_code
                for address in ("203.0.113.1", "203.0.113.2", "203.0.113.2")
            ]
            assert found == statuses


async def test_half_a_surrogate_pair_is_refused_and_no_failure(gateway: Gateway) -> None:
    # httpx would not encode it.
    json_type = {"Content-Type": "application/json"}
    async with gateway.api(await gateway.token()) as api:
        for path, body in (
            ("/api/v1/messages", b'{"text": "hi", "attachment_id": "\\ud800"}'),
            ("/api/v1/support/ratings", b'{"ticket": "\\ud800", "rating": 5}'),
            ("/api/v1/sessions", b'{"site": "demo\\ud800"}'),
            ("/api/v1/sessions", b'{"site": "demo", "user": {"id": "\\ud800", "hash": "x"}}'),
            ("/desk/api/session", b'{"username": "\\ud800", "password": "\\ud800"}'),
        ):
            refused = await api.post(path, content=body, headers=json_type)
            assert 400 <= refused.status_code < 500, path
            assert refused.json()["code"]


async def test_body_that_is_too_large_is_refused_before_it_is_read(gateway: Gateway) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b'{"text": "' + b"x" * 10_000

    async with gateway.api(await gateway.token()) as api:
        response = await api.post("/api/v1/messages", json={"text": "x" * 100_000})
        assert (response.status_code, response.json()["code"]) == (413, "too_long")
        response = await api.post("/api/v1/messages", content=endless())
        assert (response.status_code, response.json()["code"]) == (413, "too_long")
        response = await api.post("/api/v1/attachments", files={"file": b"x" * 9_000_000})
        assert (response.status_code, response.json()["code"]) == (413, "attachment_too_large")


async def test_cors_is_for_pages_of_sites(gateway: Gateway) -> None:
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with gateway.api() as api:
        for origin, allowed in ((ORIGIN, True), (gateway.url, True), ("https://evil.example", False), ("null", False)):
            asked = await api.options("/api/v1/sessions", headers={"Origin": origin, **preflight})
            assert asked.status_code == (204 if allowed else 403)
            answered = await api.post("/api/v1/sessions", json={"site": "demo"}, headers={"Origin": origin})
            assert answered.status_code == (200 if allowed else 403)
            for response in (asked, answered):
                assert response.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
                assert "Origin" in response.headers["Vary"]
                assert "Access-Control-Allow-Credentials" not in response.headers
