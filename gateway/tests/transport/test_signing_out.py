"""Signed out means out: what a token opens, for how long, and who ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import StartGateway
from tests.helpers.gateway import ORIGIN, Gateway
from tests.helpers.pictures import png
from uwallet_gateway.clock import now, set_time
from uwallet_gateway.identity.vouching import undated_hash, user_hash

# Every route that takes a token.
ROUTES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/messages", {}),
    ("POST", "/api/v1/messages", {"json": {"text": "你好"}}),
    ("POST", "/api/v1/attachments", {"files": {"file": png()}}),
    ("GET", f"/api/v1/attachments/{'0' * 32}", {}),
    ("GET", "/api/v1/support", {}),
    ("POST", "/api/v1/support/leave_queue", {}),
    ("POST", "/api/v1/support/messages", {"json": {"text": "请回电", "contact": "13800138000"}}),
    ("POST", "/api/v1/support/ratings", {"json": {"ticket": "T1", "rating": 5}}),
]


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("uwallet_gateway.transport.socket_io._LOOK_EVERY", 0.05)
    yield
    set_time(None)


def vouched(gateway: Gateway, user_id: str) -> dict[str, str]:
    return {"id": user_id, "hash": user_hash(gateway.site.secret, user_id)}


def proof(user: dict[str, str]) -> dict[str, str]:
    return {"X-User-ID": quote(user["id"]), "X-User-Hash": user["hash"]}


async def statuses(api: httpx.AsyncClient, **more: Any) -> list[int]:
    return [(await api.request(method, path, **body, **more)).status_code for method, path, body in ROUTES]


async def test_token_of_a_user_alone_opens_no_route(gateway: Gateway) -> None:
    user = vouched(gateway, "爱丽丝")
    async with gateway.api(await gateway.token(user=user)) as api:
        allowed = await statuses(api, headers=proof(user))
        assert not {401, 403} & set(allowed), allowed
        assert await statuses(api) == [401] * len(ROUTES)
        assert await statuses(api, headers=proof(vouched(gateway, "u-2"))) == [401] * len(ROUTES)
        forged = {**user, "hash": user_hash("other secret", user["id"])}
        assert await statuses(api, headers=proof(forged)) == [403] * len(ROUTES)


async def test_ids_have_128_bits(gateway: Gateway) -> None:
    opened = [(await gateway.services.sessions.open(gateway.site, None, None)).session.id for _ in range(16)]
    assert {len(session_id) for session_id in opened} == {32}
    # A UUID has its version here.
    assert len({session_id[12] for session_id in opened}) > 1


async def test_token_is_for_the_pages_of_its_own_site(gateway: Gateway) -> None:
    await gateway.services.sites.create("Other", ["https://other.example"], key="other")
    async with gateway.api(await gateway.token()) as api:
        assert not {401, 403} & set(await statuses(api, headers={"Origin": ORIGIN}))
        foreign = {"Origin": "https://other.example"}
        assert await statuses(api, headers=foreign) == [403] * len(ROUTES)
        refused = await api.get("/api/v1/messages", headers=foreign)
        assert "Access-Control-Allow-Origin" not in refused.headers


async def test_signing_out_ends_the_session_everywhere(gateway: Gateway) -> None:
    user = vouched(gateway, "u-1")
    async with gateway.socket() as tab:
        token = (await tab.request_session(user=user))["session_id"]
        async with gateway.api(token) as api:
            assert (await api.delete("/api/v1/sessions")).status_code == 204
            assert await tab.wait_for("session_closed") == [{"reason": "signed_out"}]
            assert await statuses(api, headers=proof(user)) == [401] * len(ROUTES)
            assert (await tab.say("还在吗"))["error"]["code"] == "bad_token"
            assert (await api.delete("/api/v1/sessions")).status_code == 401
    visitor = await gateway.token()
    async with gateway.api(visitor) as api:
        await api.delete("/api/v1/sessions")
        assert await statuses(api) == [401] * len(ROUTES)


async def test_visitor_after_a_user_ends_the_session_of_the_user(gateway: Gateway) -> None:
    user = vouched(gateway, "u-1")
    token = await gateway.token(user=user)
    assert await gateway.token(token=token) != token
    async with gateway.api(token) as api:
        assert await statuses(api, headers=proof(user)) == [401] * len(ROUTES)


async def test_sessions_have_an_age_that_coming_back_renews(gateway: Gateway) -> None:
    begun = now()
    token = await gateway.token()
    async with gateway.api(token) as api:
        set_time(begun + timedelta(days=29))
        assert await gateway.token(token=token) == token
        set_time(begun + timedelta(days=58))
        assert (await api.get("/api/v1/messages")).status_code == 200
        set_time(begun + timedelta(days=60))
        assert (await api.get("/api/v1/messages")).status_code == 401
        refused = await api.post("/api/v1/sessions", json={"site": "demo", "token": token})
        assert refused.json()["code"] == "bad_token"


async def test_subscription_ends_with_its_session(start_gateway: StartGateway) -> None:
    async with start_gateway(user_session_hours=1, user_hash_hours=2) as gateway, gateway.socket() as tab:
        await tab.request_session(user=vouched(gateway, "u-1"))
        set_time(now() + timedelta(hours=1, minutes=1))
        assert await tab.wait_for("session_closed") == [{"reason": "expired"}]
        assert (await tab.say("还在吗"))["error"]["code"] == "bad_token"


async def test_hash_has_an_age(gateway: Gateway) -> None:
    begun = now()
    user = vouched(gateway, "u-1")
    token = await gateway.token(user=user)
    async with gateway.api(token) as api:
        for moment, code in ((begun + timedelta(hours=25), "identity_expired"), (begun, None)):
            set_time(moment)
            opened = await api.post("/api/v1/sessions", json={"site": "demo", "user": user})
            assert opened.json().get("code") == code
        early = {"id": "u-1", "hash": user_hash(gateway.site.secret, "u-1", now() + timedelta(hours=1))}
        assert (await api.get("/api/v1/messages", headers=proof(early))).json()["code"] == "identity_expired"


async def test_former_hashes_are_accepted_until_the_day_that_is_set(start_gateway: StartGateway) -> None:
    for until, opened in (
        ("", 403),
        ((now() - timedelta(days=1)).date(), 403),
        ((now() + timedelta(days=2)).date(), 200),
    ):
        overrides = {"undated_hashes_until": until} if until else {}
        async with start_gateway(**overrides) as gateway, gateway.api() as api:
            user = {"id": "u-1", "hash": undated_hash(gateway.site.secret, "u-1")}
            answer = await api.post("/api/v1/sessions", json={"site": "demo", "user": user})
            assert answer.status_code == opened
            if opened == 403:
                assert answer.json()["code"] == "identity_expired"
                assert "names no time" in answer.json()["details"]["reason"]


async def test_sessions_of_one_user_can_be_revoked(start_gateway: StartGateway) -> None:
    until = (now() + timedelta(days=2)).date()
    async with start_gateway(undated_hashes_until=until) as gateway, gateway.socket() as tab, gateway.api() as api:
        begun = now()
        user, other = vouched(gateway, "u-1"), vouched(gateway, "u-2")
        token = (await tab.request_session(user=user))["session_id"]
        other_token = await gateway.token(user=other)
        # As the command does it, in a process of its own.
        assert await gateway.services.sessions.revoke(gateway.site, "u-1", recorded_as="somebody") == 1
        assert await tab.wait_for("session_closed") == [{"reason": "revoked"}]
        undated = {"id": "u-1", "hash": undated_hash(gateway.site.secret, "u-1")}
        for old in (user, undated):
            refused = await api.post("/api/v1/sessions", json={"site": "demo", "user": old})
            assert refused.json()["code"] == "identity_expired"
        answer = await api.get("/api/v1/messages", headers={"Authorization": f"Bearer {token}", **proof(user)})
        assert answer.status_code == 401
        headers = {"Authorization": f"Bearer {other_token}", **proof(other)}
        assert (await api.get("/api/v1/messages", headers=headers)).status_code == 200
        set_time(begun + timedelta(seconds=2))
        assert await gateway.token(user=vouched(gateway, "u-1"))
