"""Signing in at the desk by a real, small OpenID Connect provider."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.conftest import StartGateway
from tests.helpers.desk import API
from tests.helpers.gateway import Gateway
from tests.helpers.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.helpers.servers import free_port, serving
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action

PASSWORD = "k7mwp-3xq9h-tulip"
LIN = {
    "sub": "u-1",
    "email": "Lin@bank.example",
    "email_verified": True,
    "preferred_username": "lin",
    "name": "林 小姐",
}


@dataclass
class Scene:
    """A gateway and its provider."""

    gateway: Gateway
    provider: OidcProvider

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.gateway.url + API, timeout=120, verify=False)

    async def from_provider(self, browser: httpx.AsyncClient) -> str:
        """Follows a browser to the provider; returns the address at which it sends it back."""
        started = await browser.get("/oidc/start")
        assert started.status_code == 302, started.headers.get("Location")
        there = await browser.get(started.headers["Location"])
        assert there.status_code == 302, there.text
        return str(there.headers["Location"])

    async def sign_in(self, browser: httpx.AsyncClient) -> str:
        """Signs in; returns where the browser ends, without the gateway's address."""
        back = await browser.get(await self.from_provider(browser))
        assert back.status_code == 303
        return str(back.headers["Location"])

    async def agent(
        self, username: str = "lin", role: Role = Role.AGENT, email: str | None = "lin@bank.example"
    ) -> int:
        account, _ = await self.gateway.services.accounts.create(username, "小林", role, PASSWORD, email=email)
        return account.id


Scenes = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def scenes(start_gateway: StartGateway) -> Scenes:
    @contextlib.asynccontextmanager
    async def start(**overrides: Any) -> AsyncIterator[Scene]:
        port = free_port()
        provider = OidcProvider(f"http://127.0.0.1:{port}", person=dict(LIN))
        settings = {
            "desk_oidc_issuer": provider.url,
            "desk_oidc_client_id": CLIENT_ID,
            "desk_oidc_client_secret": CLIENT_SECRET,
        }
        async with serving(provider.app, port), start_gateway(**(settings | overrides)) as gateway:
            yield Scene(gateway, provider)

    return start


@pytest.fixture
async def scene(scenes: Scenes) -> AsyncIterator[Scene]:
    """As an operator begins: accounts are linked by a verified address, and none is made."""
    async with scenes() as running:
        yield running


async def last_refusal(scene: Scene) -> str:
    entry = await scene.gateway.services.audit.last(Action.SIGN_IN_FAILED)
    assert entry is not None
    assert entry.details["method"] == "oidc"
    return str(entry.details["code"])


async def test_from_the_button_to_the_desk_and_out(scene: Scene) -> None:
    await scene.agent()
    async with scene.browser() as browser:
        assert (await browser.get("/sign_in")).json()["provider"] == {"name": "企业账号"}
        started = await browser.get("/oidc/start")
        asked = parse_qs(urlsplit(started.headers["Location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["scope"] == ["openid email profile"]
        assert {"state", "nonce", "code_challenge"} <= set(asked)
        cookie = started.headers["Set-Cookie"].split("; ")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie)
        assert await scene.sign_in(browser) == "/desk"
        session = (await browser.get("/session")).json()
        assert (session["agent"]["name"], session["method"], session["second_factor"]) == ("小林", "oidc", None)
        # The provider's tokens stay at the gateway.
        assert set(browser.cookies) == {"uwallet_desk", "uwallet_desk_device"}
        assert "token" not in session
        assert [row["method"] for row in (await browser.get("/sessions")).json()] == ["oidc"]
        # By the subject from now on: the address may be somebody else's one day.
        scene.provider.person |= {"email": "other@bank.example", "preferred_username": "other"}
        assert await scene.sign_in(browser) == "/desk"
        # The session that the browser had has ended.
        assert [row["is_current"] for row in (await browser.get("/sessions")).json()] == [True]
        csrf = (await browser.get("/session")).json()["csrf"]
        await browser.delete("/session", headers={"X-CSRF-Token": csrf})
        out = (await browser.get("/oidc/sign_out")).headers["Location"]
        assert out.startswith(f"{scene.provider.url}/logout?client_id=desk&post_logout_redirect_uri=http")
    linked = await scene.gateway.services.audit.last(Action.IDENTITY_LINKED)
    assert linked is not None
    assert (linked.target, linked.details) == ("lin", {"issuer": scene.provider.url})
    signed_in = await scene.gateway.services.audit.last(Action.SIGNED_IN)
    assert signed_in is not None
    assert (signed_in.actor_name, signed_in.details) == ("lin", {"method": "oidc"})


@pytest.mark.parametrize(
    "faults",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://login.elsewhere.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"at_hash": "wrong"},
    ],
)
async def test_token_that_is_not_meant_for_this_sign_in_opens_nothing(scene: Scene, faults: dict[str, Any]) -> None:
    await scene.agent()
    scene.provider.faults = faults
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk?sign_in=refused"
        assert (await browser.get("/session")).json()["code"] == "signed_out"
    assert await last_refusal(scene) == "refused"
    # It was the fault and nothing else.
    scene.provider.faults = {}
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk"


async def test_token_signed_with_the_shared_secret_opens_nothing(scene: Scene) -> None:
    await scene.agent()
    scene.provider.algorithm = "HS256"
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk?sign_in=refused"


async def test_answer_is_good_once_and_in_the_browser_that_has_asked(scene: Scene) -> None:
    await scene.agent()
    async with scene.browser() as browser, scene.browser() as stranger:
        # A link that a stranger sends signs nobody in as the stranger.
        sent = await scene.from_provider(browser)
        assert (await stranger.get(sent)).headers["Location"] == "/desk?sign_in=refused"
        back = await scene.from_provider(browser)
        cookies = dict(browser.cookies)
        assert (await browser.get(back)).headers["Location"] == "/desk"
        redeemed = len(scene.provider.issued)
        # Neither the state nor the code a second time, not even with the cookie of the first.
        browser.cookies.clear()
        for name, value in cookies.items():
            browser.cookies.set(name, value)
        assert (await browser.get(back)).headers["Location"] == "/desk?sign_in=refused"
        assert len(scene.provider.issued) == redeemed
        code = parse_qs(urlsplit(back).query)["code"][0]
        fresh = parse_qs(urlsplit(await scene.from_provider(browser)).query)["state"][0]
        again = await browser.get("/oidc/callback", params={"code": code, "state": fresh})
        assert again.headers["Location"] == "/desk?sign_in=refused"
        for params in ({}, {"code": "x"}, {"state": "x", "code": "x"}, {"error": "access_denied", "state": "x"}):
            refused = await browser.get("/oidc/callback", params=params)
            assert refused.headers["Location"] == "/desk?sign_in=refused"
        other = await scene.from_provider(browser)
        assert (
            (await browser.get(f"{other}&iss=https://login.elsewhere.example")).headers["Location"].endswith("refused")
        )


@pytest.mark.parametrize(
    ("verified", "reason"),
    [(False, "email_not_verified"), (None, "email_not_verified"), ("true", "email_not_verified")],
)
async def test_address_that_is_not_verified_finds_no_account(scene: Scene, verified: object, reason: str) -> None:
    await scene.agent()
    scene.provider.person["email_verified"] = verified
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == f"/desk?sign_in={reason}"
        assert (await browser.get("/session")).json()["code"] == "signed_out"


async def test_who_has_no_account_gets_none(scene: Scene) -> None:
    # The user name alone finds no account unless the operator says so.
    await scene.agent(email=None)
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk?sign_in=no_account"
    assert len(await scene.gateway.services.accounts.all()) == 1


async def test_disabled_agent_and_second_identity_stay_outside(scene: Scene) -> None:
    agent_id = await scene.agent()
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk"
        await scene.gateway.services.accounts.update(agent_id, enabled=False)
        assert (await browser.get("/session")).json()["code"] == "signed_out"
        assert await scene.sign_in(browser) == "/desk?sign_in=no_account"
        await scene.gateway.services.accounts.update(agent_id, enabled=True)
        # Somebody else who has come to the same address at the provider.
        scene.provider.person["sub"] = "u-2"
        assert await scene.sign_in(browser) == "/desk?sign_in=no_account"


async def test_account_is_linked_by_user_name_where_that_is_set(scenes: Scenes) -> None:
    async with scenes(desk_oidc_link_by="username") as scene, scene.browser() as browser:
        agent_id = await scene.agent(email=None)
        scene.provider.person = {"sub": "u-1", "preferred_username": "LIN"}
        assert await scene.sign_in(browser) == "/desk"
        assert (await browser.get("/session")).json()["agent"]["id"] == agent_id


async def test_account_is_made_where_that_is_set(scenes: Scenes) -> None:
    async with scenes(desk_oidc_provision=True, desk_oidc_link_by="nothing") as scene, scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk"
        account = await scene.gateway.services.accounts.find("lin")
        assert (account.name, account.role, account.has_password) == ("林 小姐", Role.AGENT, False)
        assert account.email == "lin@bank.example"
        # No password opens it, an empty one neither.
        for password in ("", "x", PASSWORD):
            body = {"username": "lin", "password": password}
            assert (await browser.post("/session", json=body)).json()["code"] == "wrong_password"
        # Nobody else's account is taken over by a name that is free to choose.
        scene.provider.person |= {"sub": "u-2", "email": "x@bank.example"}
        assert await scene.sign_in(browser) == "/desk?sign_in=no_account"


async def test_groups_and_domains_let_in_and_give_roles(scenes: Scenes) -> None:
    rules = {
        "desk_oidc_email_domains": "bank.example",
        "desk_oidc_groups_claim": "realm_access.roles",
        "desk_oidc_roles": "desk=agent, desk-leads=supervisor, desk-admins=admin",
        "desk_oidc_provision": True,
    }
    async with scenes(**rules) as scene, scene.browser() as browser:
        person = scene.provider.person
        assert await scene.sign_in(browser) == "/desk?sign_in=not_allowed"
        person["realm_access"] = {"roles": ["desk", "desk-leads", "others"]}
        scene.provider.told_by_userinfo = {"realm_access"}
        assert await scene.sign_in(browser) == "/desk"
        assert (await browser.get("/session")).json()["agent"]["role"] == "supervisor"
        person["realm_access"] = {"roles": ["desk"]}
        assert await scene.sign_in(browser) == "/desk"
        assert (await browser.get("/session")).json()["agent"]["role"] == "agent"
        person["realm_access"] = {"roles": ["desk-admins"]}
        assert await scene.sign_in(browser) == "/desk"
        # The last admin stays one: somebody must be able to make accounts.
        person["realm_access"] = {"roles": ["desk"]}
        assert await scene.sign_in(browser) == "/desk"
        assert (await browser.get("/session")).json()["agent"]["role"] == "admin"
        for email in ("lin@elsewhere.example", "lin@bank.example.elsewhere.example", "lin@xbank.example"):
            person["email"] = email
            assert await scene.sign_in(browser) == "/desk?sign_in=not_allowed"
        person |= {"email": "lin@bank.example", "email_verified": False}
        assert await scene.sign_in(browser) == "/desk?sign_in=email_not_verified"


async def test_user_info_of_somebody_else_is_refused(scene: Scene) -> None:
    await scene.agent()
    scene.provider.faults = {"sub": "u-2"}
    scene.provider.told_by_userinfo = {"email", "email_verified"}
    async with scene.browser() as browser:
        assert await scene.sign_in(browser) == "/desk?sign_in=refused"


async def test_second_factor_is_the_desks_unless_the_provider_vouches_for_it(scenes: Scenes) -> None:
    rules = {"desk_two_factor_roles": "agent", "desk_oidc_two_factor": "mfa"}
    async with scenes(**rules) as scene, scene.browser() as browser:
        await scene.agent()
        for claims in ({}, {"amr": ["pwd"]}, {"acr": "1"}):
            scene.provider.faults = claims
            assert await scene.sign_in(browser) == "/desk"
            assert (await browser.get("/session")).json()["code"] == "signed_out"
            assert (await browser.get("/sign_in")).json()["pending"]["step"] == "enrolment"
        for claims in ({"amr": ["pwd", "mfa"]}, {"acr": "mfa"}):
            scene.provider.faults = claims
            assert await scene.sign_in(browser) == "/desk"
            assert (await browser.get("/session")).json()["second_factor"] == "provider"


async def test_provider_of_another_name_or_away_is_not_used(scenes: Scenes) -> None:
    async with scenes() as scene, scene.browser() as browser:
        await scene.agent()
        scene.provider.issuer = "https://login.elsewhere.example"
        assert (await browser.get("/oidc/start")).headers["Location"] == "/desk?sign_in=unavailable"
        scene.provider.issuer = ""
        assert await scene.sign_in(browser) == "/desk"
    async with scenes(desk_oidc_issuer=f"http://127.0.0.1:{free_port()}") as scene, scene.browser() as browser:
        assert (await browser.get("/oidc/start")).headers["Location"] == "/desk?sign_in=unavailable"
        assert (await browser.get("/oidc/sign_out")).headers["Location"] == "/desk"


async def test_without_a_provider_there_is_no_button_and_no_way(gateway: Gateway) -> None:
    async with httpx.AsyncClient(base_url=gateway.url + API, timeout=120, verify=False) as browser:
        assert (await browser.get("/sign_in")).json()["provider"] is None
        for path in ("/oidc/start", "/oidc/callback", "/oidc/sign_out"):
            assert (await browser.get(path)).json()["code"] == "not_found"
