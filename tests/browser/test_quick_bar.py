"""What is always at hand above the composer."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_accessibility import in_light_and_dark
from tests.browser.widget import TEXTS, Widget

BAR = TEXTS["app"]["bar"]


def test_a_question_and_the_menu_are_at_hand_on_a_small_phone(widget: Widget) -> None:
    widget.page.set_viewport_size({"width": 360, "height": 640})
    widget.open()
    widget.greeted()
    buttons = widget.window.get_by_role("group", name=BAR["label"])
    for button in buttons.get_by_role("button").all():
        size = button.bounding_box()
        assert size is not None
        # The window may still be growing to its size by a hair.
        assert round(min(size["width"], size["height"])) >= 44
    widget.button(BAR["questions"]).click()
    panel = widget.window.get_by_role("group", name=BAR["questions"])
    question = panel.get_by_role("group", name=BAR["hot"]).get_by_role("button").last
    asked = question.inner_text()
    assert not in_light_and_dark(widget.page)
    question.click()
    expect(panel).to_have_count(0)
    expect(widget.own(asked)).to_have_count(1)
    # What is read has the room while the keyboard is open.
    widget.page.set_viewport_size({"width": 360, "height": 340})
    expect(buttons).to_be_hidden()
    widget.page.set_viewport_size({"width": 360, "height": 640})
    widget.button(BAR["menu"]).click()
    expect(widget.own(BAR["menu"])).to_have_count(1)
    expect(widget.log.get_by_role("button", name="注销账户", exact=True).last).to_be_visible()
