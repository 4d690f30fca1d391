"""Several tabs of one visitor, and several visitors."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget


def open_tab(visitor: BrowserContext, stack: Stack) -> Widget:
    page = visitor.new_page()
    page.goto(stack.address)
    tab = Widget(page)
    expect(tab.launcher.or_(tab.composer).first).to_be_visible()
    if not tab.composer.is_visible():
        tab.open()
    return tab


def test_two_tabs_are_in_step(visitor: BrowserContext, stack: Stack) -> None:
    first = open_tab(visitor, stack)
    first.greeted()
    second = open_tab(visitor, stack)
    second.greeted()
    first.press("忘记密码")
    for tab in (first, second):
        tab.shows(step(1))
    second.say("下一步")
    for tab in (first, second):
        tab.shows(step(2))
        expect(tab.own("下一步")).to_have_count(1)
        expect(tab.log.get_by_text(step(2), exact=True)).to_have_count(1)


def test_what_is_read_in_one_tab_is_read_in_all(visitor: BrowserContext, stack: Stack) -> None:
    first = open_tab(visitor, stack)
    first.greeted()
    second = open_tab(visitor, stack)
    second.greeted()
    second.page.keyboard.press("Escape")
    expect(second.composer).to_be_hidden()
    first.press("忘记密码")
    first.shows(step(1))
    expect(second.launcher).to_have_accessible_name(TEXTS["loader"]["launcher"])


def test_visitors_do_not_see_each_other(
    new_context: Callable[..., BrowserContext], complaints: Complaints, stack: Stack
) -> None:
    first, second = (open_tab(new_context(), stack) for _ in range(2))
    first.say("我忘记密码了")
    first.shows(step(1))
    second.greeted()
    second.say("下一步")
    expect(second.own("我忘记密码了")).to_have_count(0)
    expect(second.log.get_by_text(step(2), exact=True)).to_have_count(0)
    complaints.check()
