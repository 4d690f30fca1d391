"""On a phone, as a full page in an app, in dark mode, in traditional characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.sites import Site
from tests.browser.test_procedures import step
from tests.browser.widget import Widget

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], complaints: Complaints) -> Iterator[BrowserContext]:
    yield new_context(**PHONE)
    complaints.check()


def inside(page: Page, width: int) -> None:
    """Nothing makes the page wider than the screen."""
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_a_procedure_on_a_phone(phone: BrowserContext, stack: Stack, screenshot: Callable[[Page, str], None]) -> None:
    page = phone.new_page()
    page.goto(stack.address)
    widget = Widget(page)
    screenshot(page, "1-page")
    widget.launcher.tap()
    widget.greeted()
    screenshot(page, "2-welcome")
    box = widget.window.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    widget.button("忘记密码").tap()
    widget.shows(step(1))
    widget.button("下一步").tap()
    widget.shows(step(2))
    screenshot(page, "3-step")
    inside(page, 390)
    for button in widget.window.get_by_role("button").all():
        size = button.bounding_box()
        # The least that WCAG 2.2 asks of a target.
        assert size is None or min(size["width"], size["height"]) >= 24, button.inner_text()


def test_the_keyboard_leaves_the_composer_in_sight(phone: BrowserContext, stack: Stack) -> None:
    page = phone.new_page()
    page.goto(stack.address)
    widget = Widget(page)
    widget.open()
    widget.greeted()
    widget.composer.tap()
    # As a keyboard on the screen does where it resizes the page.
    page.set_viewport_size({"width": 390, "height": 420})
    expect(widget.composer).to_be_in_viewport(ratio=1)
    widget.say("忘记密码")
    widget.shows(step(1))
    expect(widget.button("下一步")).to_be_in_viewport()
    # Safari zooms into fields with smaller letters.
    assert float(widget.composer.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16


@pytest.mark.parametrize(("width", "height"), [(360, 340), (640, 360)], ids=["keyboard", "landscape"])
def test_what_to_do_now_is_in_sight_on_a_low_screen(
    new_context: Callable[..., BrowserContext],
    stack: Stack,
    screenshot: Callable[[Page, str], None],
    width: int,
    height: int,
) -> None:
    page = new_context(**{**PHONE, "viewport": {"width": width, "height": height}}).new_page()
    page.goto(stack.address)
    widget = Widget(page)
    widget.open()
    widget.say("忘记密码")
    widget.shows(step(1))
    widget.say("下一步")
    widget.shows(step(2))
    screenshot(page, "step")
    box = widget.window.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (width, height)
    expect(widget.log.locator("[aria-current=step] .step-card-text").last).to_be_in_viewport(ratio=1)


def test_the_full_page_in_an_app(
    phone: BrowserContext, stack: Stack, site: Site, screenshot: Callable[[Page, str], None]
) -> None:
    page = phone.new_page()
    page.goto(f"{stack.address}/chat?site={site.key}")
    widget = Widget(page)
    widget.shows("我是u钱包的客服机器人")
    page.get_by_role("button", name="忘记密码", exact=True).last.tap()
    widget.shows(step(1))
    screenshot(page, "step")
    inside(page, 390)
    page.reload()
    widget.shows(step(1))


def test_dark_mode(
    new_context: Callable[..., BrowserContext], stack: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    page = new_context(**PHONE, color_scheme="dark").new_page()
    page.goto(stack.address)
    widget = Widget(page)
    widget.open()
    widget.greeted()
    widget.press("忘记密码")
    widget.shows(step(1))
    screenshot(page, "step")
    channels = widget.window.evaluate("e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
    assert max(channels) < 80


def test_traditional_characters(
    new_context: Callable[..., BrowserContext], stack: Stack, screenshot: Callable[[Page, str], None]
) -> None:
    page = new_context(locale="zh-TW").new_page()
    page.goto(stack.address)
    page.get_by_role("button", name="線上客服").click()
    log = page.get_by_role("log")
    composer = page.get_by_role("textbox", name="輸入訊息")
    composer.fill("我忘記密碼了")
    composer.press("Enter")
    # The bot answers in the characters that it is asked in.
    expect(log).to_contain_text("登錄")
    screenshot(page, "asked")
