"""The notice on stored chats, on a small phone and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.sites import Site
from tests.browser.test_accessibility import in_light_and_dark
from tests.browser.widget import TEXTS, Widget

WORDS = TEXTS["app"]["notice"]
SMALL = {"viewport": {"width": 360, "height": 640}}


@pytest.fixture
def open_site(
    stack: Stack, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> Iterator[Callable[[str], Widget]]:
    sites: list[Site] = []

    def open_page(notice: str) -> Widget:
        site = Site(stack, notice=notice)
        sites.append(site)
        page = new_context(**SMALL).new_page()
        page.goto(site.page("/", site.embed))
        return Widget(page)

    yield open_page
    for site in sites:
        site.close()
    complaints.check()


def test_nothing_is_sent_before_consent_and_consent_can_be_withdrawn(
    open_site: Callable[[str], Widget], screenshot: Callable[[Page, str], None]
) -> None:
    widget = open_site("consent")
    page, keyboard = widget.page, widget.page.keyboard
    widget.launcher.focus()
    keyboard.press("Enter")
    notice = page.get_by_role("region", name=WORDS["title"])
    # Whoever hears the page is told what is asked.
    expect(notice).to_be_focused()
    expect(notice.get_by_text("隐私政策的网址这里还没有登记。")).to_be_visible()
    expect(widget.composer).to_have_count(0)
    screenshot(page, "1-asked")
    assert not in_light_and_dark(page)
    expect(widget.button(WORDS["agree"])).to_be_in_viewport(ratio=1)
    for _ in range(20):
        keyboard.press("Tab")
        if widget.button(WORDS["disagree"]).evaluate("button => button.matches(':focus')"):
            break
    keyboard.press("Enter")
    expect(notice.get_by_text(WORDS["refused"])).to_be_visible()
    screenshot(page, "2-refused")
    page.reload()
    widget.launcher.click()
    expect(notice.get_by_text(WORDS["refused"])).to_be_visible()
    expect(widget.log.locator("[data-author]")).to_have_count(0)
    widget.button(WORDS["agree"]).click()
    widget.greeted()
    widget.say("忘记密码")
    widget.shows("第1步")
    page.reload()
    widget.open()
    widget.button(WORDS["open"]).click()
    expect(notice).to_be_visible()
    screenshot(page, "3-read-again")
    widget.button(WORDS["withdraw"]).click()
    expect(notice.get_by_text(WORDS["withdrawn"])).to_be_visible()
    expect(widget.composer).to_have_count(0)


def test_notice_is_shown_once(open_site: Callable[[str], Widget], screenshot: Callable[[Page, str], None]) -> None:
    widget = open_site("shown")
    widget.open()
    widget.greeted()
    notice = widget.page.get_by_role("region", name=WORDS["title"])
    expect(notice).to_be_visible()
    screenshot(widget.page, "1-shown")
    assert not in_light_and_dark(widget.page)
    widget.button(WORDS["noted"]).click()
    expect(notice).to_have_count(0)
    widget.page.reload()
    widget.open()
    widget.greeted()
    expect(notice).to_have_count(0)
    expect(widget.button(WORDS["open"])).to_be_attached()
