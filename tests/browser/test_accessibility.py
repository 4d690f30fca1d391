"""For people who see badly, use no mouse, or hear the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.npm_packages import packaged_file
from tests.browser.test_pictures import choose, png
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SETTLED = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await Promise.allSettled(changes.map((change) => change.finished));
}"""
SERIOUS = ("serious", "critical")


def findings(page: Page, color_scheme: str = "light") -> list[str]:
    """Returns what axe finds serious, in the page and in the widget; in the dark, of its colours."""
    # Half a megabyte: once for each page.
    if not page.evaluate("'axe' in window"):
        page.evaluate(packaged_file("axe-core", "axe.min.js"))
    # Colours are all that differs: the rest is looked at in the light.
    kind, rules = ("rule", ["color-contrast"]) if color_scheme == "dark" else ("tag", RULES)
    # What passes is not asked for: writing it up takes an eighth of the time.
    options = {"runOnly": {"type": kind, "values": rules}, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(document, options).then(result => result.violations)", options
    )
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node['html']}: {node.get('failureSummary')}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def in_light_and_dark(page: Page) -> list[str]:
    """Returns what axe finds serious in either; the page is in the light afterwards."""
    found = findings(page)
    page.emulate_media(color_scheme="dark")
    # Pages change their colours a moment later, some by and by.
    page.evaluate(SETTLED)
    found += findings(page, "dark")
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    new_context: Callable[..., BrowserContext],
    complaints: Complaints,
    stack: Stack,
    screenshot: Callable[[Page, str], None],
    viewport: tuple[int, int],
) -> None:
    visitor = new_context(viewport={"width": viewport[0], "height": viewport[1]})
    page = visitor.new_page()
    page.goto(stack.address)
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    assert not in_light_and_dark(page)
    widget.open()
    widget.greeted()
    assert not in_light_and_dark(page)
    widget.press("忘记密码")
    widget.shows(step(1))
    widget.press("下一步")
    widget.shows(step(2))
    widget.say("问题解决了，谢谢")
    widget.shows("打个分")
    screenshot(page, "rating")
    assert not in_light_and_dark(page)
    complaints.forgive_lost_connections()
    stack.gateway.kill()
    expect(widget.window.get_by_text(TEXTS["app"]["banner"]["unreachable"])).to_be_visible()
    widget.say("还在吗")
    screenshot(page, "offline")
    assert not in_light_and_dark(page)
    complaints.check()


def test_axe_finds_nothing_serious_in_what_is_opened_seldom(
    new_context: Callable[..., BrowserContext], complaints: Complaints, stack: Stack
) -> None:
    page = new_context(viewport={"width": 360, "height": 640}).new_page()
    page.goto(stack.address)
    widget = Widget(page)
    widget.open()
    widget.greeted()
    texts = TEXTS["app"]
    more = widget.window.get_by_role("button", name=texts["more"]["open"])
    more.click()
    tickets = widget.window.get_by_role("button", name=texts["tickets"]["title"])
    expect(tickets).to_be_visible()
    assert not findings(page)
    tickets.click()
    expect(widget.window.get_by_text(texts["tickets"]["none"])).to_be_visible()
    assert not findings(page)
    page.keyboard.press("Escape")
    expect(widget.composer).to_be_visible()
    choose(widget, "a.png", "image/png", png())
    expect(widget.window.get_by_role("form", name=texts["image"]["form"])).to_be_visible()
    assert not findings(page)
    widget.send_pictures()
    widget.log.get_by_role("link", name=texts["image"]["view"]).click()
    expect(page.get_by_role("dialog", name=texts["image"]["alt"])).to_be_visible()
    assert not findings(page)
    complaints.check()


def test_a_procedure_with_the_keyboard_only(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    keyboard = widget.page.keyboard
    expect(widget.launcher).to_be_visible()
    for _ in range(40):
        keyboard.press("Tab")
        if widget.launcher.evaluate("e => e.matches(':focus')"):
            break
    expect(widget.launcher).to_be_focused()
    keyboard.press("Enter")
    expect(widget.composer).to_be_focused()
    widget.greeted()

    def tab_to(title: str) -> None:
        for _ in range(40):
            keyboard.press("Shift+Tab")
            if widget.button(title).last.evaluate("e => e.matches(':focus')"):
                return
        pytest.fail(f"{title} cannot be reached")

    tab_to("忘记密码")
    screenshot(widget.page, "focus")
    keyboard.press("Enter")
    widget.shows(step(1))
    tab_to("下一步")
    keyboard.press("Space")
    widget.shows(step(2))
    # Beside a page that stays usable the window is no trap; where it fills the screen, focus never leaves it.
    expect(widget.window).not_to_have_attribute("aria-modal", "true")
    widget.page.set_viewport_size({"width": 360, "height": 640})
    expect(widget.window).to_have_attribute("aria-modal", "true")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(40):
            keyboard.press(key)
            assert widget.window.evaluate("e => e.contains(e.getRootNode().activeElement)")
    keyboard.press("Escape")
    expect(widget.composer).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_new_messages_are_announced(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    expect(widget.log).to_have_attribute("aria-live", "polite")
    expect(widget.window).to_have_accessible_name(TEXTS["app"]["title"])
