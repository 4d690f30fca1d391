"""The window itself on a desktop: its size, and the conversation as a file."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.test_host_page import AT_REST
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget

_MORE = TEXTS["app"]["more"]


def size(window: Locator) -> tuple[int, int]:
    window.evaluate(AT_REST)
    box = window.bounding_box()
    assert box is not None
    return round(box["width"]), round(box["height"])


def choose(widget: Widget, title: str) -> None:
    widget.window.get_by_role("button", name=_MORE["open"]).click()
    widget.window.get_by_role("button", name=title).click()


def test_its_corner_and_its_menu_change_its_size_which_stays(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    before = size(widget.window)
    box = widget.window.bounding_box()
    assert box is not None
    mouse = widget.page.mouse
    mouse.move(box["x"] + 5, box["y"] + 5)
    mouse.down()
    mouse.move(box["x"] - 95, box["y"] + 105, steps=3)
    mouse.up()
    drawn = (before[0] + 100, before[1] - 100)
    assert size(widget.window) == drawn
    widget.page.reload()
    expect(widget.composer).to_be_visible()
    assert size(widget.window) == drawn
    choose(widget, _MORE["enlarge"])
    # As high as the page lets it be, and never beyond.
    expect(widget.window).to_be_in_viewport(ratio=1)
    assert size(widget.window)[0] > drawn[0]
    choose(widget, _MORE["shrink"])
    assert size(widget.window) == before


def test_the_conversation_is_saved_as_a_file(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.say("我忘记密码了")
    widget.shows(step(1))
    with widget.page.expect_download() as download:
        choose(widget, _MORE["save"])
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename.endswith(".txt")
    assert text.index("我是u钱包的客服机器人") < text.index("我忘记密码了") < text.index("第1步")
