"""The criteria of the sets."""

from __future__ import annotations

import pytest

from actions.base import domain_settings
from actions.knowledge import Knowledge
from evaluation.conversations.checks import Checker, checker, step_shown
from evaluation.conversations.said import Said
from evaluation.conversations.sets import ExpectedTurn

MENU = ("忘记密码", "支付失败", "账户安全", "注销账户", "交易申诉", "联系客服")


@pytest.fixture(scope="module")
def judge(knowledge: Knowledge) -> Checker:
    return checker(knowledge, domain_settings().responses)


def said(text: str = "好的", *titles: str, **metadata: object) -> Said:
    return Said(text, tuple((title, "/x") for title in titles), metadata)


def faults(judge: Checker, replies: list[Said], **expected: object) -> list[str]:
    return judge.faults(ExpectedTurn.model_validate({"user": "喂", **expected}), replies)


def test_text_and_buttons_count_for_what_must_be_there(judge: Checker) -> None:
    assert faults(judge, [said("请稍等", "官网")], must_any=["电话", "官网"]) == []
    assert faults(judge, [said("请稍等", "官网")], must_any=["电话"]) == ["has none of 电话"]


@pytest.mark.parametrize(
    ("titles", "word"),
    [
        (MENU, "交易申诉"),
        (("下一步", "这步有问题", "转人工"), "转人工"),
        (("可以付了", "还是不行，查下一项", "转人工"), "转人工"),
        (("余额不足", "说不准，一项一项查", "转人工"), "转人工"),
    ],
)
def test_buttons_that_are_always_there_answer_nothing(judge: Checker, titles: tuple[str, ...], word: str) -> None:
    assert faults(judge, [said("好的", *titles)], must_any=[word]) == [f"has none of {word}"]


def test_other_buttons_beside_the_menu_or_the_causes_count(judge: Checker) -> None:
    assert faults(judge, [said("好的", *MENU, "转人工")], must_any=["转人工"]) == []
    assert faults(judge, [said("好的", "余额不足", "说不准，一项一项查", "转人工")], must_any=["余额"]) == []


def test_what_must_not_be_there_is_looked_for_in_texts_only(judge: Checker) -> None:
    assert faults(judge, [said("好的", "转人工")], must_not=["转人工"]) == []
    assert faults(judge, [said("转人工吗")], must_not=["转人工"]) == ["contains 转人工"]


def test_handoff_step_and_silence(judge: Checker) -> None:
    handed = said("这就转", handoff={"reason": "user_request"})
    assert faults(judge, [handed], handoff=False) == ["handed over"]
    assert faults(judge, [said()], handoff=True) == ["not handed over"]
    steps = [said("一", progress={"topic": "t", "number": 1}), said("二", progress={"topic": "t", "number": 2})]
    assert step_shown(steps) == "t:2"
    assert faults(judge, steps, step="t:1") == ["step t:2 instead of t:1"]
    assert faults(judge, [], step="t:1") == ["no reply", "step None instead of t:1"]
