"""What says nothing by itself is read by what surrounds it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, Awaiting, Choice, DialogueState, Offer
from tests.actions.reading.builders import at, read, said, told


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM])
def test_after_an_alarm_it_is_about_the_alarm(alarm: Alarm) -> None:
    message = said("我真的不知道该怎么说才好", "out_of_scope", after_alarm={"feels": 0.6})
    chosen = read(message, told(alarm)).chosen
    assert (chosen.act, chosen.arguments) == (Act.ALARM, {"alarm": alarm, "follow_up": "feels"})


@pytest.mark.parametrize("alarm", [Alarm.BEREAVED, Alarm.COMPLAINT])
def test_after_grief_or_a_complaint_it_is_not(alarm: Alarm) -> None:
    assert read(said("我真的不知道该怎么说才好", "out_of_scope"), told(alarm)).chosen.act is Act.OUT_OF_SCOPE


@pytest.mark.parametrize("text", ["怎么办", "那怎么办呢", "咋办"])
def test_what_now(text: str) -> None:
    assert read(said(text, "nlu_fallback"), at("forgot_password", 2)).chosen.act is Act.WHAT_NOW


def test_in_a_step_a_question_is_about_it() -> None:
    message = said("这个东西一般是要多少位的呀", "out_of_scope", acts={"question": 0.6, "other": 0.9})
    assert read(message, at("forgot_password", 4)).chosen.act is Act.ASK_STEP


@pytest.mark.parametrize("text", ["我那个", "就是", "那啥"])
def test_too_little_is_a_fragment(text: str) -> None:
    assert read(said(text, "nlu_fallback")).chosen.act is Act.FRAGMENT


def test_a_matter_of_the_wallet_is_answered_honestly() -> None:
    assert read(said("手续费怎么收的", "out_of_scope")).chosen.act is Act.HONEST
    assert read(said("今天天气怎么样", "out_of_scope")).chosen.act is Act.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "state",
    [
        DialogueState(offer=Offer.CHOICE, choice=Choice("那个", "那个", ("forgot_password",))),
        at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="counterparty"),
    ],
)
def test_an_open_question_comes_first(state: DialogueState) -> None:
    assert read(said("我那个", "nlu_fallback"), state).chosen.act is not Act.FRAGMENT


def test_anger_is_no_fragment() -> None:
    message = said("烦死", "nlu_fallback", entities={"frustration": ("true",)})
    assert read(message).chosen.act is Act.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("爱奇艺每月扣我19块 我没同意", True),
        ("那个会员每个月自动扣钱", True),
        ("自动续费怎么关", False),
        ("每月扣的服务费是啥", False),
    ],
)
def test_a_charge_that_comes_again_and_again_is_disputed(text: str, opens: bool) -> None:
    reading = read(said(text, "out_of_scope")).chosen
    assert (reading.act is Act.OPEN_TOPIC and reading.message.intent == "transaction_dispute") is opens


def test_a_word_that_goes_on_points_to_nothing() -> None:
    question: dict[str, Any] = {"intent": "out_of_scope", "acts": {"question": 0.9}}
    assert read(said("那放着会扣费不", **question)).chosen.act is not Act.FRAGMENT
    assert read(said("那要多久", **question)).chosen.act is Act.FRAGMENT
    assert read(said("那这个会扣费不", **question)).chosen.act is Act.FRAGMENT
