"""Causes that are told to be fine are ruled out, clause by clause."""

from __future__ import annotations

import pytest

from actions.knowledge import Knowledge
from actions.reading.causes import affords, happened, implied, page_says, ruled_out, sounding


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("买单付不掉，5G满格的，钱包里有钱，还剩两千块", ("network", "balance")),
        ("余额够，就是付不出去", ("balance",)),
        ("信号很好但是付款失败", ("network",)),
        ("余额不够了付不了", ()),
        ("是不是余额不够啊", ()),
        ("网络好的吗", ()),
        ("付不了款", ()),
        ("卡里有四千多呢，4g也好好的", ("balance", "network")),
        ("弹窗说余额不足", ()),
    ],
)
def test_what_is_fine_is_ruled_out(knowledge: Knowledge, text: str, causes: tuple[str, ...]) -> None:
    assert ruled_out(knowledge.topics["payment_failure"], text) == causes


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("银行发来短信说交易被拦截", True),
        ("卡被风控了", True),
        ("手机上弹了条拦截提醒", True),
        ("超了限额", True),
        ("并不是没拦", True),
        ("我又没说他们没拦", True),
        ("银行讲没有拦过", False),
        ("没收到任何拦截的短信", False),
        ("没超过我设的数", False),
        ("账户没有被冻结", False),
        ("是不是被银行拦了", None),
        ("不知道拦没拦", None),
        ("刚打了电话", None),
    ],
)
def test_whether_something_stopped_it_is_told_by_words(text: str, is_so: bool | None) -> None:
    assert happened(text) is is_so


def test_who_denies_a_denial_rules_nothing_out(knowledge: Knowledge) -> None:
    assert ruled_out(knowledge.topics["payment_failure"], "银行不是没拦") == ()


@pytest.mark.parametrize(
    ("clause", "causes"),
    [
        ("手机上一直跳余额不够", ("balance",)),
        ("页面写的是超出单笔额度", ("limit",)),
        ("它报存在风险", ("bank",)),
        ("提示账户被冻结", ("account_hold",)),
        ("系统提示网络异常", ("network",)),
        ("银行说没有风险", ()),
        ("没提示余额不足", ()),
        ("余额不足", ()),
    ],
)
def test_what_the_page_names(knowledge: Knowledge, clause: str, causes: tuple[str, ...]) -> None:
    assert page_says(knowledge.topics["payment_failure"], clause) == causes


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [
        ("看了 有58块 我要付45", True),
        ("还有四十 就付六块", True),
        ("就剩12块 这单要30", False),
        ("有一笔299", None),
        ("钱够的，有一百来块", None),
    ],
)
def test_what_is_there_is_compared_with_what_is_to_be_paid(text: str, is_enough: bool | None) -> None:
    assert affords(text) is is_enough


@pytest.mark.parametrize(
    ("text", "causes"),
    [("有", ("balance",)), ("不缺钱", ("balance",)), ("够啊", ("balance",)), ("换过了", ())],
)
def test_money_is_about_the_balance(knowledge: Knowledge, text: str, causes: tuple[str, ...]) -> None:
    assert implied(knowledge.topics["payment_failure"], text) == causes


def test_a_misspelt_name_is_heard_by_its_sound(knowledge: Knowledge) -> None:
    topic = knowledge.topics["payment_failure"]
    assert sounding(topic, "余鹅充足") == ("balance",)
    assert sounding(topic, "网罗没问题") == ("network",)
    assert sounding(topic, "还是那样") == ()
