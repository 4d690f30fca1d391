"""Questions that are suggested while one types."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.composing import compose
from tests.browser.test_accessibility import findings
from tests.browser.widget import Widget


def test_a_suggested_question_is_chosen_and_sent_by_the_keyboard(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.composer.press_sequentially("支付shib")
    options = widget.window.get_by_role("option")
    expect(options.first).to_be_visible()
    assert not findings(widget.page)
    widget.composer.press("ArrowDown")
    chosen = widget.window.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    # The list closes, not the window; what is typed stays.
    widget.composer.press("Escape")
    expect(options).to_have_count(0)
    expect(widget.composer).to_have_value("支付shib")
    widget.composer.press_sequentially("ai")
    expect(options.first).to_be_visible()
    widget.composer.press("ArrowDown")
    question = chosen.inner_text()
    widget.composer.press("Enter")
    expect(widget.own(question)).to_have_count(1)
    expect(widget.composer).to_have_value("")
    expect(options).to_have_count(0)


def test_nothing_is_suggested_within_a_composition(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    asked: list[str] = []
    widget.page.on("request", lambda request: asked.append(request.url) if "/associate" in request.url else None)
    widget.composer.focus()
    keyboard = compose(widget.page, "wangjimima")
    with widget.page.expect_response(lambda response: "/associate" in response.url):
        keyboard.send("Input.insertText", {"text": "忘记密码"})
    expect(widget.window.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1
