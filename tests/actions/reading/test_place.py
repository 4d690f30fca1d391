"""Where the talk is: back, the place, the end."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Alarm, Walk
from tests.actions.reading.builders import at, read, said, told


@pytest.mark.parametrize("text", ["刚刚弄到哪里了 接着来", "咱们进行到第几步了", "到哪步了来着", "现在是第几步啊"])
def test_who_asks_for_the_place_returns_to_it(text: str) -> None:
    message = said(text, "next_step", confidence=0.4, band=AnswerBand.CHOICE)
    assert read(message, at("payment_failure", 2)).chosen.act is Act.REPEAT
    assert read(message, told(suspended=(Walk("forgot_password", 2),))).chosen.act is Act.REPEAT


def test_the_place_of_money_is_not_meant() -> None:
    assert read(said("钱转到哪里了", "out_of_scope"), at("payment_failure", 2)).chosen.act is not Act.REPEAT


def test_who_asks_for_the_place_has_done_nothing() -> None:
    message = said("刚刚到哪一步了", "repeat_step", confidence=0.4, acts={"done": 0.5}, band=AnswerBand.CHOICE)
    assert read(message, at("forgot_password", 2)).chosen.act is Act.REPEAT
    where = said("现在在哪一步填手机号", "repeat_step", confidence=0.4, acts={"question": 0.9}, band=AnswerBand.CHOICE)
    assert read(where, at("forgot_password", 2)).chosen.act is not Act.REPEAT


def test_a_step_before_that_is_not_done_is_shown_again() -> None:
    message = said("上一步还没弄完", "repeat_step", confidence=0.4, band=AnswerBand.CHOICE)
    assert read(message, at("forgot_password", 3)).chosen.act is Act.PREVIOUS
    assert read(message, at("forgot_password", 1)).chosen.act is not Act.PREVIOUS


@pytest.mark.parametrize("text", ["没别的事了", "先这样吧", "没啥事了哈"])
def test_the_end_of_the_talk_is_a_goodbye(text: str) -> None:
    assert read(said(text, "deny")).chosen.act is Act.GOODBYE


def test_who_puts_it_off_leaves_the_walkthrough() -> None:
    assert read(said("明天再弄吧", "repeat_step"), at("forgot_password", 2)).chosen.act is Act.CANCEL
    assert read(said("申诉能明天再弄吗", "repeat_step"), at("forgot_password", 2)).chosen.act is not Act.CANCEL


def test_thanks_and_nothing_else_ends_a_step_well() -> None:
    assert read(said("没别的了 谢谢", "thank"), at("payment_failure", 2)).chosen.act is Act.SOLVED


def test_nobody_who_waits_or_is_in_danger_is_seen_off() -> None:
    message = said("没别的了", "deny")
    assert read(message, told(handed_over=True)).chosen.act is not Act.GOODBYE
    assert read(message, told(Alarm.VICTIM)).chosen.act is not Act.GOODBYE


@pytest.mark.parametrize("text", ["还有吗", "就这些了吗", "后头还有没有"])
def test_who_asks_what_is_left_is_told(text: str) -> None:
    message = said(text, "out_of_scope", acts={"question": 0.7})
    assert read(message, at("account_security", 5)).chosen.act is Act.STEPS_LEFT


def test_who_asks_what_it_may_still_be_is_told_the_causes() -> None:
    message = said("那还会是什么原因啊", "out_of_scope", acts={"question": 0.7})
    assert read(message, at("payment_failure", 2)).chosen.act is Act.STEPS_LEFT


@pytest.mark.parametrize("text", ["继续弄申诉吧", "那接着刚才的", "回到申诉那个"])
def test_who_goes_on_is_where_they_were(text: str) -> None:
    message = said(text, "dispute_outcome", confidence=0.9)
    assert read(message, at("transaction_dispute", 2)).chosen.act is Act.REPEAT


def test_who_goes_on_with_something_suspended_opens_it() -> None:
    message = said("接着弄付款那个", "next_step", "named:payment_failure", confidence=0.5)
    chosen = read(message, at("forgot_password", 2, suspended=(Walk("payment_failure", 1),))).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "payment_failure")
