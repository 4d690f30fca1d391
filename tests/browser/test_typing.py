"""Chinese input methods, long texts, emoji, odd characters."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.composing import compose
from tests.browser.test_procedures import step
from tests.browser.widget import TEXTS, Widget


def test_enter_that_ends_a_composition_does_not_send(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.composer.focus()
    keyboard = compose(widget.page, "wangji")
    expect(widget.composer).to_have_value("wangji")
    # As Safari does: the key itself, while it composes.
    widget.composer.evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown', COMPOSING))".replace(
            "COMPOSING", "{ key: 'Enter', keyCode: 229, bubbles: true, cancelable: true, composed: true }"
        )
    )
    expect(widget.composer).to_have_value("wangji")
    keyboard.send("Input.insertText", {"text": "忘记密码"})
    expect(widget.composer).to_have_value("忘记密码")
    expect(widget.log.get_by_text("wangji")).to_have_count(0)
    widget.composer.press("Enter")
    widget.shows(step(1))
    expect(widget.composer).to_have_value("")


def test_shift_enter_makes_a_line(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.composer.fill("我忘记密码了")
    widget.composer.press("Shift+Enter")
    widget.composer.type("怎么办")
    expect(widget.composer).to_have_value("我忘记密码了\n怎么办")
    widget.composer.press("Enter")
    widget.shows(step(1))


def test_nothing_is_not_sent(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    for nothing in ("", "   ", "\n\n", "\u200b\u200d\ufeff"):
        widget.composer.fill(nothing)
        widget.composer.press("Enter")
    widget.say("忘记密码")
    widget.shows(step(1))
    # One answer, to one message; nothing was said about the others.
    expect(widget.log.get_by_text(TEXTS["app"]["delivery"]["failed"])).to_have_count(0)
    expect(widget.log.get_by_text(step(1), exact=True)).to_have_count(1)


def test_a_long_text_is_stopped_before_it_is_sent(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.composer.fill("我付款失败了。" * 1000)
    widget.composer.press("Enter")
    expect(widget.window.get_by_text("太长了")).to_be_visible()
    # Nothing of it is lost.
    assert len(widget.composer.input_value()) == 7000


def test_emoji_and_rare_characters_come_back_whole(widget: Widget) -> None:
    text = "👨‍👩‍👧‍👦 𠮷野家 忘記密碼 ｆｕｌｌ é ﷽ 🇨🇳"
    widget.open()
    widget.greeted()
    widget.say(text)
    widget.page.reload()
    widget.shows("𠮷野家")
    widget.shows("🇨🇳")
