"""What goes wrong while people chat: nothing of it loses or doubles a message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import DEMONSTRATION_SITE, Stack
from tests.browser.conftest import Complaints
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget


@pytest.fixture(autouse=True)
def lost_connections(complaints: Complaints) -> None:
    complaints.forgive_lost_connections()


def first_step(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.press("忘记密码")
    widget.shows(step(1))


def said_once(widget: Widget, *texts: str) -> None:
    for text in texts:
        expect(widget.own(text)).to_have_count(1)


def steps_shown(widget: Widget, count: int) -> None:
    """All steps up to this one have been shown, each once."""
    for number in range(1, count + 1):
        expect(widget.log.get_by_text(step(number), exact=True)).to_have_count(1)
    expect(widget.log.get_by_text(step(count + 1), exact=True)).to_have_count(0)


def test_a_reload_in_the_middle(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    first_step(widget)
    widget.say("我做完这步了")
    widget.shows(step(2))
    widget.page.reload()
    # The window was open, so it opens again.
    widget.shows(step(2))
    said_once(widget, "我做完这步了")
    steps_shown(widget, 2)
    screenshot(widget.page, "reloaded")
    widget.press("下一步")
    widget.shows(step(3))
    steps_shown(widget, 3)


def test_another_page_of_the_site_goes_on(widget: Widget, stack: Stack) -> None:
    first_step(widget)
    widget.page.goto(f"{stack.address}/chat?site={DEMONSTRATION_SITE}")
    widget.page.go_back()
    widget.shows(step(1))
    widget.press("下一步")
    widget.shows(step(2))


def test_the_gateway_is_killed_and_comes_back(
    widget: Widget, stack: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    first_step(widget)
    stack.gateway.kill()
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["unreachable"])).to_be_visible()
    widget.say("下一步")
    screenshot(widget.page, "offline")
    stack.gateway.start()
    stack.gateway.wait_until_ready(180)
    widget.shows(step(2))
    said_once(widget, "下一步")
    steps_shown(widget, 2)
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["unreachable"])).to_be_hidden()
    widget.press("下一步")
    widget.shows(step(3))


def test_the_gateway_is_killed_before_it_answers(widget: Widget, stack: Stack) -> None:
    first_step(widget)
    # Acknowledged, as it is stored, but not answered, as the engine is not there.
    stack.engine.kill()
    widget.say("下一步")
    expect(widget.log.get_by_text(TEXTS["app"]["delivery"]["sending"])).to_have_count(0)
    stack.gateway.kill()
    stack.engine.start()
    stack.engine.wait_until_ready(180)
    stack.gateway.start()
    stack.gateway.wait_until_ready(180)
    widget.shows(step(2))
    said_once(widget, "下一步")
    steps_shown(widget, 2)


def test_the_engine_is_killed_and_comes_back(
    widget: Widget, stack: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    first_step(widget)
    stack.engine.kill()
    widget.say("下一步")
    # The user is told that it takes longer, and offered a human.
    expect(widget.log.locator('[data-notice="engine_trouble"]')).to_be_visible()
    expect(widget.log.get_by_role("button", name=TEXTS["app"]["human"])).to_be_visible()
    screenshot(widget.page, "engine-down")
    stack.engine.start()
    stack.engine.wait_until_ready(180)
    widget.shows(step(2))
    said_once(widget, "下一步")
    steps_shown(widget, 2)
    widget.say("下一步")
    widget.shows(step(3))


def test_no_network_for_a_while(
    visitor: BrowserContext, widget: Widget, screenshot: Callable[[Page, str], None]
) -> None:
    first_step(widget)
    visitor.set_offline(True)
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["offline"])).to_be_visible()
    widget.say("下一步")
    widget.say("然后呢")
    expect(widget.log.get_by_text(TEXTS["app"]["delivery"]["waiting"])).to_have_count(2)
    screenshot(widget.page, "waiting")
    visitor.set_offline(False)
    widget.shows(step(3))
    said_once(widget, "下一步", "然后呢")
    steps_shown(widget, 3)


def test_what_was_written_offline_survives_a_reload(visitor: BrowserContext, widget: Widget, stack: Stack) -> None:
    first_step(widget)
    stack.gateway.kill()
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["unreachable"])).to_be_visible()
    widget.say("下一步")
    expect(widget.log.get_by_text(TEXTS["app"]["delivery"]["waiting"])).to_have_count(1)
    stack.gateway.start()
    stack.gateway.wait_until_ready(180)
    widget.page.reload()
    widget.shows(step(2))
    said_once(widget, "下一步")
    steps_shown(widget, 2)
