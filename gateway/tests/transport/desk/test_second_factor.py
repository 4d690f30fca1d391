"""Signing in with a second factor, and one's own factor, by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pyotp
import pytest

from tests.conftest import StartGateway
from tests.helpers.clock import Clock
from tests.helpers.desk import API, agent_at
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.accounts import Account
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now, set_time

PASSWORD = "k7mwp-3xq9h-tulip"


@pytest.fixture
async def strict(start_gateway: StartGateway) -> AsyncIterator[Gateway]:
    """A gateway whose supervisors must have two factors, with lin, a supervisor, and zhou, an agent."""
    async with start_gateway(desk_two_factor_roles="admin, supervisor") as gateway:
        await gateway.services.accounts.create("lin", "小林", Role.SUPERVISOR, PASSWORD)
        await gateway.services.accounts.create("zhou", "小周", Role.AGENT, PASSWORD)
        yield gateway


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()
    set_time(None)


def browser(gateway: Gateway) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=gateway.url + API, headers={"Origin": gateway.url}, timeout=120, verify=False)


async def sign_in(client: httpx.AsyncClient, username: str = "zhou") -> httpx.Response:
    response = await client.post("/session", json={"username": username, "password": PASSWORD})
    if response.status_code == 200:
        client.headers["X-CSRF-Token"] = response.json()["csrf"]
    return response


async def account_of(gateway: Gateway, username: str) -> Account:
    return await gateway.services.accounts.find(username)


async def enrol(gateway: Gateway, username: str = "zhou") -> tuple[pyotp.TOTP, list[str]]:
    account = await account_of(gateway, username)
    factors = gateway.services.second_factors
    app = pyotp.TOTP((await factors.begin(account)).secret)
    return app, await factors.confirm(account, app.at(now()), kept="")


async def entry(gateway: Gateway, action: Action) -> tuple[str | None, str | None, dict[str, object]]:
    found = await gateway.services.audit.last(action)
    assert found is not None
    return found.actor_name, found.target, found.details


async def test_who_must_have_a_factor_can_do_nothing_before(strict: Gateway) -> None:
    async with browser(strict) as client:
        asked = await sign_in(client, "lin")
        assert (asked.status_code, asked.json()["step"]) == (202, "enrolment")
        cookie = next(line for line in asked.headers.get_list("Set-Cookie") if line.startswith("uwallet_desk_sign_in="))
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert "uwallet_desk" not in client.cookies
        for path in ("/session", "/queue", "/second_factor", "/sessions"):
            assert (await client.get(path)).json()["code"] == "signed_out"
        # The token of the second step is no session, wherever it is put.
        stolen = {"Cookie": f"uwallet_desk={client.cookies['uwallet_desk_sign_in']}"}
        assert (await client.get("/session", headers=stolen)).json()["code"] == "signed_out"
        assert (await client.get("/sign_in")).json()["pending"] == asked.json()
        begun = (await client.post("/session/enrolment")).json()
        assert begun["uri"].startswith("otpauth://totp/u%E9%92%B1%E5%8C%85")
        wrong = await client.post("/session/enrolment/confirmation", json={"code": "000000"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
        code = {"code": pyotp.TOTP(begun["secret"]).at(now())}
        done = await client.post("/session/enrolment/confirmation", json=code)
        assert done.status_code == 200, done.text
        assert len(done.json()["recovery_codes"]) == 10
        assert done.json()["session"]["second_factor"] == "totp"
        assert "uwallet_desk_sign_in" not in client.cookies
        assert (await client.get("/session")).json() == done.json()["session"]
        assert (await client.get("/sign_in")).json()["pending"] is None
    assert await entry(strict, Action.SECOND_FACTOR_ENROLLED) == ("lin", "lin", {})
    assert await entry(strict, Action.SIGNED_IN) == ("lin", "lin", {"method": "password", "second_factor": "totp"})


async def test_code_is_the_second_step(strict: Gateway, clock: Clock) -> None:
    app, codes = await enrol(strict)
    async with browser(strict) as client:
        assert (await client.post("/session/code", json={"code": "123456"})).json()["code"] == "signed_out"
        asked = await sign_in(client)
        assert (asked.status_code, asked.json()["step"]) == (202, "code")
        assert (await client.post("/session/enrolment")).json()["code"] == "signed_out"
        wrong = await client.post("/session/code", json={"code": "000000"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
        assert await entry(strict, Action.SECOND_FACTOR_FAILED) == (None, "zhou", {"code": "wrong_code"})
        clock.forward(seconds=30)
        code = {"code": app.at(now())}
        foreign = {"Origin": "https://www.example.com"}
        refused = await client.post("/session/code", json=code, headers=foreign)
        assert refused.json()["code"] == "origin_not_allowed"
        given = await client.post("/session/code", json=code)
        assert given.status_code == 200, given.text
        assert given.json()["agent"]["name"] == "小周"
        shown = (await client.get("/sessions")).json()
        assert [(row["method"], row["second_factor"]) for row in shown] == [("password", "totp")]
    async with browser(strict) as client:
        await sign_in(client)
        assert (await client.post("/session/code", json={"code": codes[0]})).is_success
    assert await entry(strict, Action.RECOVERY_CODE_USED) == ("zhou", "zhou", {"left": 9})


async def test_one_address_cannot_try_many_codes(start_gateway: StartGateway) -> None:
    async with start_gateway(rate_failed_sign_ins_per_address="3/hour") as gateway, browser(gateway) as client:
        await gateway.services.accounts.create("zhou", "小周", Role.AGENT, PASSWORD)
        await enrol(gateway)
        await sign_in(client)
        found = [(await client.post("/session/code", json={"code": "000000"})).json()["code"] for _ in range(4)]
        assert found == ["wrong_code"] * 3 + ["rate_limited"]


async def test_own_factor_asks_for_password_and_code(strict: Gateway, clock: Clock) -> None:
    async with browser(strict) as client, browser(strict) as other:
        await sign_in(client)
        await sign_in(other)
        assert (await client.get("/second_factor")).json() == {
            "enrolled_at": None,
            "recovery_codes": 0,
            "is_required": False,
            "asks_for_password": True,
        }
        assert (await client.post("/second_factor", json={})).json()["code"] == "wrong_password"
        assert (await client.post("/second_factor", json={"password": "x"})).json()["code"] == "wrong_password"
        assert await entry(strict, Action.SECOND_FACTOR_FAILED) == ("zhou", "zhou", {"code": "wrong_password"})
        begun = (await client.post("/second_factor", json={"password": PASSWORD})).json()
        app = pyotp.TOTP(begun["secret"])
        confirmed = await client.post("/second_factor/confirmation", json={"code": app.at(now())})
        assert len(confirmed.json()["recovery_codes"]) == 10
        assert (await other.get("/session")).json()["code"] == "signed_out"
        assert (await client.get("/session")).json()["second_factor"] == "totp"
        assert (await client.get("/second_factor")).json()["recovery_codes"] == 10
        for path in ("/second_factor", "/second_factor/recovery_codes", "/second_factor/removal"):
            for proof in ({"password": PASSWORD}, {"password": PASSWORD, "code": "000000"}):
                refused = await client.post(path, json=proof)
                assert refused.json()["code"] in {"wrong_code", "locked_out"}, path
        await strict.services.second_factors.renew_recovery_codes(await account_of(strict, "zhou"))
        clock.forward(minutes=16)
        codes = await client.post("/second_factor/recovery_codes", json={"password": PASSWORD, "code": app.at(now())})
        assert len(codes.json()["recovery_codes"]) == 10, codes.text
        clock.forward(seconds=30)
        removed = await client.post("/second_factor/removal", json={"password": PASSWORD, "code": app.at(now())})
        assert removed.status_code == 204, removed.text
        assert (await client.get("/session")).json()["second_factor"] is None
        assert isinstance((await sign_in(other)).json()["csrf"], str)


async def test_required_factor_cannot_be_given_up(strict: Gateway, clock: Clock) -> None:
    app, _ = await enrol(strict, "lin")
    clock.forward(seconds=30)
    async with browser(strict) as client:
        await sign_in(client, "lin")
        csrf = (await client.post("/session/code", json={"code": app.at(now())})).json()["csrf"]
        clock.forward(seconds=30)
        proof = {"password": PASSWORD, "code": app.at(now())}
        refused = await client.post("/second_factor/removal", json=proof, headers={"X-CSRF-Token": csrf})
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")


async def test_admin_resets_a_factor_and_ends_sessions(start_gateway: StartGateway) -> None:
    async with start_gateway() as gateway, browser(gateway) as client, browser(gateway) as other:
        zhou, _ = await gateway.services.accounts.create("zhou", "小周", Role.AGENT, PASSWORD)
        admin = await agent_at(gateway, Role.ADMIN)
        await sign_in(client)
        shown = await admin.ok("GET", f"/agents/{zhou.id}/sessions")
        assert [(row["address"], row["is_current"]) for row in shown] == [("127.0.0.1", False)]
        await admin.ok("DELETE", f"/agents/{zhou.id}/sessions")
        assert (await client.get("/session")).json()["code"] == "signed_out"
        assert (await entry(gateway, Action.SESSIONS_ENDED))[1] == "zhou"
        await enrol(gateway)
        listed = {row["id"]: row["second_factor"] for row in await admin.ok("GET", "/agents")}
        assert listed == {zhou.id: True, admin.id: False}
        assert (await sign_in(other)).status_code == 202
        await admin.ok("DELETE", f"/agents/{zhou.id}/second_factor")
        assert (await sign_in(other)).status_code == 200
        actor, target, _ = await entry(gateway, Action.SECOND_FACTOR_RESET)
        assert (actor, target) == ((await entry_actor(gateway, admin.id)), "zhou")
        for path in (f"/agents/{2**31 - 1}/second_factor", f"/agents/{2**31 - 1}/sessions"):
            assert (await admin.call("DELETE", path)).json()["code"] == "not_found"


async def entry_actor(gateway: Gateway, agent_id: int) -> str:
    return next(account.username for account in await gateway.services.accounts.all() if account.id == agent_id)
