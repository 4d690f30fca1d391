"""Signing in and out at the desk."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest

from tests.conftest import StartGateway
from tests.helpers.desk import API, agent_at
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.lockout import FREE_ATTEMPTS
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now, set_time

PASSWORD = "k7mwp-3xq9h-tulip"


@pytest.fixture
async def gateway_with_lin(gateway: Gateway) -> Gateway:
    await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
    return gateway


def browser(gateway: Gateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url + API, headers={"Origin": gateway.url}, timeout=120, verify=False)


async def sign_in(client: httpx.AsyncClient, username: str = "lin", password: str = PASSWORD) -> httpx.Response:
    return await client.post("/session", json={"username": username, "password": password})


async def test_from_sign_in_to_sign_out(gateway_with_lin: Gateway) -> None:
    async with browser(gateway_with_lin) as client:
        assert (await client.get("/session")).json()["code"] == "signed_out"
        given = await sign_in(client, " Lin ")
        assert given.status_code == 200
        shown = given.json()
        assert shown["agent"]["name"] == "小林"
        assert shown["agent"]["role"] == "agent"
        assert shown["settings"]["dispositions"] == ["solved", "spam"]
        assert shown["settings"]["max_length"] == 1000
        assert shown["settings"]["queue_timeout"] == 600
        assert shown["settings"]["time_zone"] == "Asia/Shanghai"
        assert given.headers["Cache-Control"] == "no-store"
        assert (await client.get("/session")).json() == shown
        assert (await client.delete("/session")).json()["code"] == "csrf"
        assert (await client.delete("/session", headers={"X-CSRF-Token": shown["csrf"]})).status_code == 204
        assert list(client.cookies) == ["uwallet_desk_device"]
        assert (await client.get("/session")).json()["code"] == "signed_out"


@pytest.mark.parametrize("development", [True, False])
async def test_cookie_is_for_this_browser_and_this_page_only(start_gateway: StartGateway, development: bool) -> None:
    async with start_gateway(development=development) as gateway, browser(gateway) as client:
        await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
        given = await sign_in(client)
        jar = SimpleCookie()
        for header in given.headers.get_list("Set-Cookie"):
            jar.load(header)
        prefix = "" if development else "__Host-"
        assert set(jar) == {f"{prefix}uwallet_desk", f"{prefix}uwallet_desk_device"}
        assert jar[f"{prefix}uwallet_desk_device"]["httponly"] is True
        cookie = jar[f"{prefix}uwallet_desk"]
        assert cookie["httponly"] is True
        assert cookie["samesite"].lower() == "strict"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert bool(cookie["secure"]) is not development
        assert int(cookie["max-age"]) == 12 * 3600
        assert cookie.value not in given.text


async def test_signing_in_ends_the_session_that_the_browser_had(gateway_with_lin: Gateway) -> None:
    async with browser(gateway_with_lin) as client, browser(gateway_with_lin) as other:
        await sign_in(client)
        await sign_in(other)
        before = dict(client.cookies)
        await sign_in(client)
        assert (await client.get("/session")).status_code == 200
        assert (await other.get("/session")).status_code == 200
        client.cookies.update(before)
        assert (await client.get("/session")).json()["code"] == "signed_out"


async def test_session_is_kept_by_what_the_agent_does_and_not_by_the_desk(start_gateway: StartGateway) -> None:
    async with start_gateway(desk_idle_minutes=30) as gateway:
        lin, zhou = await agent_at(gateway), await agent_at(gateway)
        begin = now()
        try:
            set_time(begin + timedelta(minutes=29))
            await lin.ok("POST", "/session/activity")
            await zhou.ok("GET", "/queue")
            set_time(begin + timedelta(minutes=31))
            assert (await lin.call("GET", "/queue")).status_code == 200
            assert (await zhou.call("GET", "/queue")).json()["code"] == "signed_out"
        finally:
            set_time(None)


async def test_what_cannot_be_undone_takes_a_recent_sign_in(start_gateway: StartGateway) -> None:
    async with start_gateway(desk_recent_minutes=5) as gateway:
        admin, other = await agent_at(gateway, Role.ADMIN), await agent_at(gateway)
        person = {"conversation_id": "0" * 32}
        acts = [
            ("POST", "/persons/export", person, 404),
            ("POST", "/persons/erase", person, 404),
            ("DELETE", f"/agents/{other.id}/second_factor", None, 204),
            ("POST", f"/agents/{other.id}/password", None, 200),
        ]
        begin = now()
        try:
            for minutes in (4, 6):
                set_time(begin + timedelta(minutes=minutes))
                for method, path, body, status in acts:
                    answer = await admin.call(method, path, json=body)
                    if minutes == 4:
                        assert answer.status_code == status, path
                    else:
                        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_too_old"), path
            # Everything else goes on.
            assert (await admin.call("GET", "/agents")).is_success
        finally:
            set_time(None)


async def test_wrong_password_and_unknown_name_are_answered_alike(gateway_with_lin: Gateway) -> None:
    async with browser(gateway_with_lin) as client:
        wrong = await sign_in(client, password="wrong")
        unknown = await sign_in(client, username="nobody")
        assert wrong.json() == unknown.json() == {"code": "wrong_password", "message": wrong.json()["message"]}
        assert wrong.status_code == unknown.status_code == 422
        assert "Set-Cookie" not in wrong.headers
        for _ in range(FREE_ATTEMPTS - 1):
            await sign_in(client, password="wrong")
            await sign_in(client, username="nobody")
        for username in ("lin", "nobody"):
            locked = await sign_in(client, username=username)
            assert locked.status_code == 429
            assert locked.json()["code"] == "locked_out"
            assert 50 <= int(locked.headers["Retry-After"]) == locked.json()["retry_after"] <= 60
            assert "分钟" in locked.json()["message"] or "秒" in locked.json()["message"]


async def test_agent_gets_in_while_a_stranger_tries_their_name(start_gateway: StartGateway) -> None:
    limits = {"trusted_proxies": "127.0.0.1", "rate_failed_sign_ins_per_address": "1000/hour"}
    async with start_gateway(**limits) as gateway, browser(gateway) as office, browser(gateway) as stranger:
        await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
        stranger.headers["X-Forwarded-For"] = "198.51.100.9"
        office.headers["X-Forwarded-For"] = "203.0.113.7"
        for _ in range(FREE_ATTEMPTS + 1):
            refused = await sign_in(stranger, password="wrong")
        assert refused.json()["code"] == "locked_out"
        assert (await sign_in(office)).status_code == 200
        # The browser is known from now on, even at the stranger's address.
        office.headers["X-Forwarded-For"] = "198.51.100.9"
        assert (await sign_in(office)).status_code == 200
        # For the name that has signed in only, and if nobody has written the cookie themselves.
        assert (await sign_in(stranger)).json()["code"] == "locked_out"
        stranger.cookies.set("uwallet_desk_device", "forged")
        assert (await sign_in(stranger)).json()["code"] == "locked_out"


async def test_one_address_cannot_try_many_names(start_gateway: StartGateway) -> None:
    async with start_gateway(rate_failed_sign_ins_per_address="3/hour") as gateway, browser(gateway) as client:
        await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
        # Right ones do not count: a team sits behind one address.
        for _ in range(4):
            assert (await sign_in(client)).status_code == 200
        for number in range(3):
            assert (await sign_in(client, username=f"nobody{number}")).json()["code"] == "wrong_password"
        refused = await sign_in(client)
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "lin"},
        {"username": "lin", "password": 1},
        {"username": "lin", "password": "x" * 129},
        {"username": "x" * 65, "password": "x"},
        {"username": "lin", "password": PASSWORD, "role": "admin"},
        [],
        "lin",
        None,
    ],
)
async def test_malformed_requests(gateway_with_lin: Gateway, body: object) -> None:
    async with browser(gateway_with_lin) as client:
        refused = await client.post("/session", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "malformed")


async def test_new_password_signs_out_other_browsers_and_their_sockets(gateway_with_lin: Gateway) -> None:
    gateway = gateway_with_lin
    lin = await agent_at(gateway)
    await gateway.services.accounts.set_password(lin.id, PASSWORD)
    account = next(account for account in await gateway.services.accounts.all() if account.id == lin.id)
    async with browser(gateway) as here, browser(gateway) as there:
        csrf = (await sign_in(here, account.username)).json()["csrf"]
        await sign_in(there, account.username)
        lin.token = str(there.cookies["uwallet_desk"])
        async with lin.socket() as socket:
            wanted = {"old": PASSWORD, "new": "another-9vrt-kkqz"}
            changed = await here.post("/password", json=wanted, headers={"X-CSRF-Token": csrf})
            assert changed.status_code == 204, changed.text
            await socket.wait_for("signed_out")
            await socket.wait_for("disconnected")
        assert (await here.get("/session")).status_code == 200
        assert (await there.get("/session")).status_code == 401


async def test_desk_is_not_under_the_cors_of_sites(gateway: Gateway) -> None:
    lin = await agent_at(gateway)
    async with lin.client({"Origin": "https://www.example.com"}) as client:
        response = await client.get("/queue")
        # A browser does not send the cookie there, and would not let the page read this.
        assert "Access-Control-Allow-Origin" not in response.headers
        asked = await client.options("/queue", headers={"Access-Control-Request-Method": "POST"})
        assert asked.status_code == 405
        assert not [name for name in asked.headers if name.lower().startswith("access-control")]
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"


async def test_origin_behind_a_proxy_that_speaks_tls(start_gateway: StartGateway) -> None:
    async with start_gateway(public_url="https://chat.example.com") as gateway:
        lin = await agent_at(gateway)
        for origin, status in (("https://chat.example.com", 200), (gateway.url, 200), ("https://example.com", 403)):
            async with lin.client({"Origin": origin}) as client:
                assert (await client.put("/presence", json={"status": "away"})).status_code == status


async def test_pace_of_one_agent_is_limited(start_gateway: StartGateway) -> None:
    async with start_gateway(rate_desk_requests_per_agent="3/minute") as gateway:
        lin, zhou = await agent_at(gateway), await agent_at(gateway)
        found = [(await lin.call("GET", "/queue")).status_code for _ in range(4)]
        assert found == [200, 200, 200, 429]
        assert (await zhou.call("GET", "/queue")).status_code == 200


async def test_document_is_for_supervisors_but_on_ones_own_machine(start_gateway: StartGateway) -> None:
    async with start_gateway(development=True) as gateway, browser(gateway) as client:
        document = (await client.get("/openapi.json")).json()
        assert "/tickets/{ticket_id}/claim" in document["paths"]
        public = (await client.get(f"{gateway.url}/api/v1/openapi.json")).json()
        assert not [path for path in public["paths"] if "desk" in path or path.startswith("/tickets")]


async def test_agent_sees_their_sessions_and_ends_the_others(gateway_with_lin: Gateway) -> None:
    gateway = gateway_with_lin
    zhou = await agent_at(gateway)
    async with browser(gateway) as here, browser(gateway) as there:
        there.headers["User-Agent"] = "Firefox " + "x" * 300
        await sign_in(there)
        csrf = (await sign_in(here)).json()["csrf"]
        current, other = (await here.get("/sessions")).json()
        assert (current["is_current"], other["is_current"]) == (True, False)
        assert other["address"] == "127.0.0.1"
        assert other["browser"].startswith("Firefox")
        assert len(other["browser"]) == 200
        assert other["created_at"] <= current["created_at"] < current["expires_at"]
        assert (await here.delete("/sessions", headers={"X-CSRF-Token": csrf})).status_code == 204
        assert (await there.get("/session")).json()["code"] == "signed_out"
        assert [row["is_current"] for row in (await here.get("/sessions")).json()] == [True]
    # Nobody else is signed out.
    assert (await zhou.call("GET", "/session")).is_success
    entry = await gateway.services.audit.last(Action.SESSIONS_ENDED)
    assert entry is not None
    assert (entry.actor_name, entry.target) == ("lin", "lin")
