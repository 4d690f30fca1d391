"""What was done is told only by what neither asks, nor denies, nor means to do it."""

from __future__ import annotations

import pytest

from actions.reading.hearing import hear, known_without
from tests.actions.reading.builders import KNOWLEDGE, said

DANGER = KNOWLEDGE.danger
# By fact: clauses that tell it, that ask, that deny it, that only mean it.
CLAUSES: dict[str, tuple[tuple[str, ...], ...]] = {
    "police_called": (
        ("我报警了", "报过警了", "派出所去过了 做了笔录", "110我打过了", "民警让我等着"),
        ("110现在打吗", "要不要报警", "是不是该报案", "现在报警行吗", "打不打110", "警察到了吗"),
        ("我没报警呢", "一直没报", "110还没打", "不敢打110", "110打不通", "110打了 一直占线", "没来得及报警"),
        ("我准备报警", "打算明天报案", "要是报警了呢"),
    ),
    "bank_called": (
        ("银行打过了", "工行已经挂失了卡", "银行卡冻结了", "110没打 银行打了"),
        ("银行那边要打吗", "要不要打银行", "工行要不要打", "是不是该联系银行", "银行卡要挂失吗"),
        ("银行我没打", "没打银行", "还没联系银行", "银行电话打不通", "卡还没停", "110打了银行没打"),
        ("我打算打银行", "等会去银行停卡"),
    ),
    "password_changed": (
        ("密码改了", "密码已经换掉了"),
        ("密码要不要改", "现在改密码吗"),
        ("密码还没换", "密码改不了", "没来得及改密码"),
        ("准备改密码",),
    ),
    "sim_blocked": (
        ("手机卡停了", "移动那边挂失了"),
        ("手机卡要不要停", "号码要停吗"),
        ("手机卡没停", "移动打不通"),
        ("打算去停手机卡",),
    ),
    "uninstalled": (
        ("软件卸了", "app删掉了"),
        ("软件要不要卸",),
        ("还没卸载", "卸不掉"),
        ("我想卸了它",),
    ),
    "disconnected": (
        ("关机了", "屏幕共享关了"),
        ("要不要关机", "共享怎么关"),
        ("还没关机", "共享关不掉", "投屏还一直开着"),
        ("他让我别关机",),
    ),
    "contact_broken": (("电话挂了",), ("能挂吗",), ("还没挂", "不敢挂", "电话还通着"), ("我想挂了",)),
    "stopped": (("拦下了", "劝住了"), ("拦得住吗",), ("没拦下", "劝不住"), ("要是拦下了呢",)),
    "records_kept": (("截图了",), ("要不要截图",), ("没截图", "不会截图"), ("等会截图",)),
}
TOLD, ASKED, DENIED, MEANT = range(4)


def _cases(*kinds: int) -> list[tuple[str, str]]:
    return [(text, fact) for fact, texts in CLAUSES.items() for kind in kinds for text in texts[kind]]


@pytest.mark.parametrize(("text", "fact"), _cases(TOLD))
def test_what_is_told_as_done_is_known(text: str, fact: str) -> None:
    assert fact in hear(DANGER, said(text, said={fact: 0.7}, is_listened=True)).facts


@pytest.mark.parametrize(("text", "fact"), _cases(ASKED, DENIED, MEANT))
def test_nothing_else_tells_it_even_where_a_model_hears_it(text: str, fact: str) -> None:
    for share in ({}, {fact: 0.9}):
        assert fact not in hear(DANGER, said(text, said=share, is_listened=bool(share))).facts


@pytest.mark.parametrize(("text", "fact"), _cases(DENIED))
def test_a_denial_takes_back_what_was_known(text: str, fact: str) -> None:
    heard = hear(DANGER, said(text))
    assert fact not in known_without(DANGER, (fact, "lost"), heard)
    assert "lost" in known_without(DANGER, (fact, "lost"), heard)


def test_a_denial_that_names_nothing_takes_back_what_was_told_last() -> None:
    heard = hear(DANGER, said("没打呢"))
    assert known_without(DANGER, ("police_called", "bank_called", "lost"), heard) == ("police_called", "lost")


@pytest.mark.parametrize("text", ["打了110", "110打了", "96110打过了"])
def test_the_number_of_a_line_is_no_amount_that_is_lost(text: str) -> None:
    assert "lost" not in hear(DANGER, said(text)).facts


@pytest.mark.parametrize(
    ("text", "question", "act"),
    [
        ("你就说能不能扫", "asks_obey", "扫"),
        ("别让她扫对吧", "asks_obey", "扫"),
        ("他让我点链接 点吗", "asks_obey", "点"),
        ("验证码能给吗", "asks_obey", "给"),
        ("要不要装他说的软件", "asks_obey", "装"),
        ("还要不要理他", "asks_ignore", "理"),
        ("可以挂吗", "asks_hang_up", "挂"),
        ("要不要删", "asks_delete", "删"),
        ("能不能关机", "asks_cut", "关机"),
        ("银行还没打呢！问你该不该打", "asks_card", ""),
        ("我没报警呢 是问现在要不要报", "asks_should_report", "报"),
        ("那我现在是不是去派出所", "asks_go_police", "派出所"),
        ("飞行模式能开回来吗", "asks_reconnect", "飞行模式能开回来"),
        ("屏幕共享怎么关 他还看着我", "asks_stop_share", ""),
    ],
)
def test_whether_to_do_something_is_heard_with_the_act(text: str, question: str, act: str) -> None:
    heard = hear(DANGER, said(text))
    assert (heard.question, heard.act) == (question, act)


@pytest.mark.parametrize("text", ["钱能追回来吗", "他会把我钱转走吗", "你能帮我打110吗", "转人工吗", "报警有用吗"])
def test_what_only_sounds_like_it_asks_for_no_act(text: str) -> None:
    heard = hear(DANGER, said(text))
    assert not heard.act
    assert heard.question != "asks_obey"
