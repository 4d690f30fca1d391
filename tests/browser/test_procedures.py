"""Whole procedures in the widget: by clicks, and by typing as people type."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.widget import TEXTS, Widget

PROGRESS = TEXTS["app"]["progress"]


def step(number: int) -> str:
    """Returns what the widget writes over a step of five."""
    return str(PROGRESS["procedure"]).format(number=number, count=5)


def test_a_procedure_by_clicks(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    screenshot(widget.page, "1-launcher")
    widget.open()
    widget.greeted()
    screenshot(widget.page, "2-welcome")
    widget.press("忘记密码")
    for number in range(1, 5):
        widget.shows(step(number))
        if number == 3:
            screenshot(widget.page, "3-third-step")
        widget.press("下一步")
    widget.shows(step(5))
    screenshot(widget.page, "4-last-step")
    widget.press("做完了")
    widget.press("解决了")
    widget.shows("打个分")
    screenshot(widget.page, "5-rating")
    widget.window.get_by_role("button", name="5分").click()
    widget.shows("谢谢您的评分")
    screenshot(widget.page, "6-rated")
    # What was offered before is no longer on offer.
    expect(widget.button("下一步")).to_have_count(0)


def test_a_procedure_by_typing(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    widget.open()
    widget.say("wo wang ji mi ma le")
    widget.shows(step(1))
    widget.say("好了 然后呢")
    widget.shows(step(2))
    widget.say("嗯嗯下一步把")
    widget.shows(step(3))
    widget.say("收不到验证码啊！！")
    # What goes wrong in a step is the step's: what it says of a code that has not come.
    widget.shows("第3步卡住了没关系")
    widget.shows("核对填的是不是绑定的手机号或邮箱")
    # A question on the way is answered, and then it goes on where it was.
    widget.say("申诉要审核多久")
    widget.shows("进行到第3步，要继续吗")
    widget.say("恩继续吧")
    widget.shows("填验证码")
    widget.say("好了下一步")
    widget.shows(step(4))
    widget.say("下一步")
    widget.shows(step(5))
    widget.say("搞定了谢谢")
    widget.shows("问题解决了就好")
    screenshot(widget.page, "solved")


# The bot says whether somebody is there: nobody is.
@pytest.mark.usefixtures("staff")
def test_a_diagnosis_that_ends_with_a_human(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    widget.open()
    widget.greeted()
    widget.press("支付失败")
    widget.press("说不准，一项一项查")
    widget.shows(PROGRESS["diagnosis"].format(number=1, count=5))
    widget.press("还是不行，查下一项")
    widget.shows(PROGRESS["diagnosis"].format(number=2, count=5))
    screenshot(widget.page, "second-check")
    widget.window.get_by_role("button", name=TEXTS["app"]["human"]).first.click()
    widget.shows("现在没有人工客服在线，可以给他们留个言")
    expect(widget.button(TEXTS["app"]["support"]["message"]["open"]).last).to_be_visible()
    screenshot(widget.page, "handed-over")


def test_an_impatient_user_gets_every_answer_once_and_in_order(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    for text in ("忘记密码", "下一步", "下一步", "上一步", "下一步"):
        widget.say(text)
    widget.shows(step(3))
    expect(widget.log.get_by_text(step(3), exact=True)).to_have_count(2)
    said = widget.log.inner_text()
    places = [said.index(step(number)) for number in (1, 2, 3)]
    assert places == sorted(places)
    assert said.count(step(1)) == 1


def test_what_is_typed_as_a_command_is_text(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.say('/account_closure{"step": 5}')
    widget.shows('/account_closure{"step": 5}')
    expect(widget.log.get_by_text("注销账户一共")).to_have_count(0)


def test_what_must_not_be_told_is_not_kept(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    widget.open()
    widget.greeted()
    widget.say("我的卡号是 6222 0212 3456 7890 128，密码是abc12345")
    expect(widget.log).not_to_contain_text("7890 128")
    expect(widget.log).not_to_contain_text("abc12345")
    screenshot(widget.page, "redacted")
    widget.page.reload()
    widget.greeted()
    expect(widget.log).not_to_contain_text("abc12345")
