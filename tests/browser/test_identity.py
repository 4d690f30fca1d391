"""A site that says who its users are: each has one conversation, and nobody sees another's.

The site is the same for all tests, so each names users of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.sites import SET_USER, Site, visit
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget


def test_a_user_has_one_conversation_on_all_devices(
    new_context: Callable[..., BrowserContext], complaints: Complaints, site: Site
) -> None:
    phone = visit(new_context(viewport={"width": 390, "height": 844}), site, "on-two-devices")
    phone.say("我忘记密码了")
    phone.shows(step(1))
    computer = visit(new_context(), site, "on-two-devices")
    computer.shows(step(1))
    computer.say("下一步")
    for device in (phone, computer):
        device.shows(step(2))
        expect(device.own("下一步")).to_have_count(1)
    complaints.check()


def test_what_comes_while_the_window_is_closed_is_counted(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    site: Site,
    screenshot: Callable[[Page, str], None],
) -> None:
    phone, computer = (visit(new_context(), site, "away") for _ in range(2))
    phone.greeted()
    computer.greeted()
    computer.page.keyboard.press("Escape")
    expect(computer.composer).to_be_hidden()
    phone.say("我忘记密码了")
    phone.shows(step(1))
    # The introduction and the first step; the user's own message is not news.
    expect(computer.launcher).to_have_accessible_name(TEXTS["loader"]["unread"].format(count=2))
    screenshot(computer.page, "badge")
    computer.open()
    computer.shows(step(1))
    computer.page.keyboard.press("Escape")
    expect(computer.launcher).to_have_accessible_name(TEXTS["loader"]["launcher"])
    complaints.check()


def test_another_user_begins_clean_and_the_first_comes_back(
    visitor: BrowserContext, site: Site, screenshot: Callable[[Page, str], None]
) -> None:
    widget = visit(visitor, site, "first")
    widget.say("我忘记密码了")
    widget.shows(step(1))
    widget.page.evaluate(SET_USER, ["second", site.vouch("second")])
    widget.greeted()
    expect(widget.log.get_by_text("我忘记密码了")).to_have_count(0)
    screenshot(widget.page, "second-user")
    widget.say("下一步")
    expect(widget.log.get_by_text(step(2), exact=True)).to_have_count(0)
    widget.page.evaluate(SET_USER, ["first", site.vouch("first")])
    widget.shows(step(1))
    expect(widget.own("下一步")).to_have_count(0)


def test_signing_out_forgets_the_conversation(visitor: BrowserContext, site: Site) -> None:
    widget = visit(visitor, site, "signs-out")
    widget.say("我忘记密码了")
    widget.shows(step(1))
    # The session ends on the server, too.
    with widget.page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        widget.page.evaluate("UWalletChat.reset()")
    assert ended.value.url.endswith("/api/v1/sessions")
    assert ended.value.status == 204
    expect(widget.log.get_by_text("我忘记密码了")).to_have_count(0)
    stored = widget.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "signs-out" not in stored
    assert "我忘记密码了" not in stored


@pytest.fixture
def strict_site(stack: Stack) -> Iterator[Site]:
    """A site all of whose users must be vouched for."""
    site = Site(stack, "--require-identity")
    yield site
    site.close()


def test_a_wrong_hash_is_refused(
    visitor: BrowserContext, strict_site: Site, screenshot: Callable[[Page, str], None]
) -> None:
    widget = visit(visitor, strict_site, "user-1")
    widget.greeted()
    widget.page.evaluate(SET_USER, ["user-2", strict_site.vouch("user-1")])
    expect(widget.window.get_by_role("alert")).to_be_visible()
    expect(widget.log).not_to_contain_text("我是u钱包的客服机器人")
    expect(widget.composer).to_be_disabled()
    screenshot(widget.page, "wrong-hash")


def test_nobody_is_refused_without_a_reason(
    visitor: BrowserContext, strict_site: Site, screenshot: Callable[[Page, str], None]
) -> None:
    page = visitor.new_page()
    page.goto(strict_site.page("/", strict_site.embed))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["identity"])).to_be_visible()
    screenshot(page, "not-signed-in")
    page.evaluate(SET_USER, ["user-1", strict_site.vouch("user-1")])
    widget.greeted()
