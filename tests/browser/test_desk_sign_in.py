"""Signing in at the desk: with an authenticator app, with a recovery code, and by an identity provider."""

from __future__ import annotations

import base64
import hmac
import json
import struct
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.local import HOST, ROOT
from scripts.processes import Process
from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.staff import Account, Staff

_SIGN_IN, _FACTOR, _MENU = DESK_TEXTS["sign_in"], DESK_TEXTS["second_factor"], DESK_TEXTS["menu"]
_START_SECONDS = 60


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), so many steps of 30 seconds from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def open_menu(desk: Desk, name: str, item: str) -> None:
    """Chooses something in the menu of the agent."""
    desk.page.get_by_role("button", name=name).click()
    desk.page.get_by_role("menuitem", name=_MENU[item]).click()


def send_code(page: Page, label: str, code: str) -> None:
    page.get_by_role("textbox", name=_FACTOR[label], exact=True).fill(code)
    page.get_by_role("button", name=_FACTOR["submit"], exact=True).click()


def type_password(page: Page, agent: Account) -> None:
    """Signs in as people do: a password manager knows the fields, what is typed is hidden, and pasting works."""
    expect(page.get_by_role("textbox", name=_SIGN_IN["username"])).to_have_attribute("autocomplete", "username")
    password = page.get_by_role("textbox", name=_SIGN_IN["password"])
    expect(password).to_have_attribute("autocomplete", "current-password")
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("textbox", name=_SIGN_IN["username"]).fill(agent.username)
    page.evaluate("text => navigator.clipboard.writeText(text)", agent.password)
    password.press("Control+v")
    expect(password).to_have_value(agent.password)
    page.locator(".ant-input-password-icon").click()
    expect(password).to_have_attribute("type", "text")
    password.press("Enter")


def enrol(desk: Desk, agent: Account, screenshot: Callable[[Page, str], None]) -> tuple[str, str]:
    """Binds an authenticator app; returns its secret, and a recovery code."""
    page = desk.page
    open_menu(desk, agent.name, "second_factor")
    desk.dialog.get_by_role("button", name=_FACTOR["enrol"], exact=True).click()
    desk.dialog.get_by_label(_FACTOR["password"]).fill(agent.password)
    desk.dialog.get_by_role("button", name=_FACTOR["next"], exact=True).click()
    expect(desk.dialog.get_by_role("img", name=_FACTOR["qr"])).to_be_visible()
    screenshot(page, "enrolment")
    secret = "".join(desk.dialog.locator(".enrolment-secret").inner_text().split())
    desk.dialog.get_by_role("textbox", name=_FACTOR["confirm_code"]).fill(code_of(secret))
    desk.dialog.get_by_role("button", name=_FACTOR["confirm"], exact=True).click()
    recovery_code = desk.dialog.get_by_role("list", name=_FACTOR["codes_title"]).get_by_role("listitem").first
    expect(recovery_code).to_be_visible()
    screenshot(page, "recovery-codes")
    kept = recovery_code.inner_text()
    desk.dialog.get_by_role("checkbox", name=_FACTOR["saved"]).check()
    desk.dialog.get_by_role("button", name=_FACTOR["finish"], exact=True).click()
    page.keyboard.press("Escape")
    return secret, kept


def test_authenticator_and_recovery_code(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    staff: Staff,
    stack: Stack,
    screenshot: Callable[[Page, str], None],
) -> None:
    agent = staff.add("an", "小安", "agent")
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    desk = Desk(page)
    page.goto(f"{stack.address}/desk")
    type_password(page, agent)
    expect(desk.queue).to_be_visible()
    # Signing out is in the menu of every page.
    desk.go("search")
    page.get_by_role("button", name=agent.name).click()
    expect(page.get_by_role("menuitem", name=_MENU["leave"])).to_be_visible()
    page.keyboard.press("Escape")
    desk.go("workspace")

    secret, kept = enrol(desk, agent, screenshot)
    open_menu(desk, agent.name, "leave")
    desk.sign_in(agent.username, agent.password)
    expect(page.get_by_role("heading", name=_FACTOR["step_title"])).to_be_visible()
    # Not the code of an hour ago.
    send_code(page, "code", code_of(secret, -120))
    expect(page.get_by_role("alert")).to_be_visible()
    screenshot(page, "wrong-code")
    send_code(page, "code", code_of(secret, 1))
    expect(desk.queue).to_be_visible()

    open_menu(desk, agent.name, "leave")
    desk.sign_in(agent.username, agent.password)
    page.get_by_role("button", name=_FACTOR["use_recovery"]).click()
    screenshot(page, "recovery-code")
    send_code(page, "recovery_code", kept)
    expect(desk.queue).to_be_visible()
    expect(page.get_by_text(_FACTOR["code_used"])).to_be_visible()
    staff.remove("an")
    # What browsers say of refusals.
    complaints.forgive("status of 401", "status of 422")
    complaints.check()


@pytest.fixture
def sign_in_at_provider(provider_port: int, tmp_path: Path) -> Iterator[Callable[[dict[str, object]], None]]:
    """Starts the identity provider of the stack; says who is signed in there."""
    address = f"http://{HOST}:{provider_port}"
    provider = Process(
        "provider",
        [str(ROOT / "gateway/.venv/bin/python"), "-m", "tests.helpers.oidc_provider", str(provider_port)],
        ready_url=f"{address}/.well-known/openid-configuration",
        log=tmp_path / "provider.log",
        cwd=ROOT / "gateway",
        environment={},
    )
    provider.start()
    provider.wait_until_ready(_START_SECONDS)

    def sign_in(person: dict[str, object]) -> None:
        body = json.dumps(person).encode()
        urllib.request.urlopen(urllib.request.Request(f"{address}/person", body, method="PUT")).close()

    yield sign_in
    provider.stop()


def test_identity_provider(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    staff: Staff,
    stack: Stack,
    sign_in_at_provider: Callable[[dict[str, object]], None],
    screenshot: Callable[[Page, str], None],
) -> None:
    agent = staff.add("qi", "小齐", "agent", "qi@bank.example")
    page = new_context().new_page()
    desk = Desk(page)
    button = page.get_by_role("link", name=_SIGN_IN["by_provider"].format(name="企业账号"))
    # Nobody at the desk knows them.
    sign_in_at_provider({"sub": "7", "email": "nobody@bank.example", "email_verified": True})
    page.goto(f"{stack.address}/desk")
    screenshot(page, "sign-in")
    button.click()
    expect(page.get_by_role("alert")).to_have_text(_SIGN_IN["provider_errors"]["no_account"])
    screenshot(page, "no-account")
    sign_in_at_provider({"sub": "8", "email": "qi@bank.example", "email_verified": True})
    button.click()
    expect(desk.queue).to_be_visible()
    expect(page.get_by_role("button", name=agent.name)).to_be_visible()
    # Signing out ends the provider's session, too.
    open_menu(desk, agent.name, "leave")
    page.wait_for_url("**/logout?client_id=desk&**")
    page.goto(f"{stack.address}/desk")
    expect(button).to_be_visible()
    staff.remove("qi")
    complaints.forgive("status of 401", "status of 404")
    complaints.check()
