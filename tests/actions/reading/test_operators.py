"""A matter that is denied, over or supposed is not the matter itself."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import Clause
from actions.dialogue.state import DialogueState, Request
from tests.actions.reading.builders import KNOWLEDGE, at, read, said

DENIABLE = ["account_closure", "account_compromised", "forgot_password", "transaction_dispute", "payment_failure"]


@pytest.mark.parametrize("matter", DENIABLE)
def test_what_is_denied_is_not_opened(matter: str) -> None:
    chosen = read(said("不是这个", matter, f"negated:{matter}", confidence=1.0)).chosen
    assert (chosen.act, chosen.arguments) == (Act.NOT_THAT, {"matter": matter})


def test_who_wants_no_human_gets_none() -> None:
    assert read(said("别给我转人工", "human_handoff", "negated:human_handoff")).chosen.act is Act.DENY_HUMAN


def test_who_does_not_want_to_close_stops_the_closure() -> None:
    message = said("我不要注销了", "account_closure", "negated:account_closure")
    assert read(message, at("account_closure", 2)).chosen.act is Act.CANCEL
    assert read(message).chosen.act is Act.NOT_THAT


def test_a_denial_beside_another_request_does_not_hide_it() -> None:
    message = said(
        "不是要注销，是忘了密码",
        "account_closure",
        "negated:account_closure",
        further_requests=(Request("forgot_password", "是忘了密码"),),
    )
    assert read(message).chosen.act is Act.OPEN_TOPIC


def test_a_denial_of_what_was_not_heard_is_nothing() -> None:
    message = said("不是密码，是付款", "payment_failure", "negated:forgot_password")
    assert read(message).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("operator", ["past", "hypothetical", "only_asked"])
def test_a_closure_that_is_over_or_supposed_is_asked_about(operator: str) -> None:
    chosen = read(said("注销了会怎样", "account_closure", f"{operator}:account_closure")).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "closure_consequences")


def test_closing_the_account_of_somebody_else_is_not_begun() -> None:
    chosen = read(said("帮我妈注销账户", "account_closure", "other_person:account_closure")).chosen
    assert (chosen.act, chosen.arguments) == (Act.HONEST, {"about": "other_person"})


def test_closing_for_somebody_else_is_heard_whatever_the_classifier_says() -> None:
    operators = ("named:account_closure", "other_person:account_closure")
    assert read(said("姑妈的号想替她销掉", "out_of_scope", *operators)).chosen.act is Act.HONEST
    assert read(said("我儿子让我把我的号销掉", "account_closure", *operators)).chosen.act is Act.OPEN_TOPIC


def test_a_closure_that_is_only_asked_about_is_no_denial() -> None:
    operators = ("negated:account_closure", "only_asked:account_closure")
    chosen = read(said("打听下注销 先不销哈", "account_closure", *operators)).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "closure_consequences")


def test_a_closure_that_is_let_be_asks_for_nothing_else() -> None:
    chosen = read(said("那号就先不销了", "account_closure", "negated:account_closure")).chosen
    assert chosen.arguments == {"matter": "account_closure", "is_let_be": True}
    chosen = read(said("我说的不是注销", "account_closure", "negated:account_closure")).chosen
    assert chosen.arguments == {"matter": "account_closure"}


def test_a_matter_that_is_only_named_is_opened() -> None:
    assert read(said("我要注销", "account_closure", "named:account_closure")).chosen.act is Act.OPEN_TOPIC


def test_the_matters_of_these_tests_are_topics() -> None:
    assert set(DENIABLE) <= set(KNOWLEDGE.topics)


@pytest.mark.parametrize(
    "text",
    [
        "我密码没忘，想换个复杂点的",
        "不是说忘了啊，我要修改密码",
        "密码我记得，就是更换一下",
        "登录密码在哪改",
        "改密码的入口在哪，我找找",
    ],
)
def test_what_is_only_to_be_changed_is_not_recovered(text: str) -> None:
    chosen = read(said(text, "forgot_password")).chosen
    assert (chosen.act, chosen.arguments["found"].answer.id) == (Act.MEANT, "change")


def test_what_is_not_remembered_is_recovered() -> None:
    assert read(said("不记得密码，想改一个", "forgot_password")).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("text", ["先不转，你先告诉我头像咋换", "别转了，我想问头像在哪改", "没让你转，我问头像怎么换"])
def test_who_wants_an_answer_first_is_not_handed_over_again(text: str) -> None:
    first, last = text.split("，")
    parts = (Clause(first, {"leave_wait": 0.9}), Clause(last, {"other": 0.9}))
    chosen = read(
        said(text, "nlu_fallback", clauses=parts, acts={"leave_wait": 0.6}), DialogueState(handed_over=True)
    ).chosen
    assert (chosen.act, chosen.message.text) == (Act.HONEST, last)


def test_what_is_asked_beside_a_denial_is_answered() -> None:
    parts = (Clause("不是要申诉", {"other": 0.9}), Clause("我就想问下发票怎么开", {"other": 0.9}))
    message = said(
        "不是要申诉，我就想问下发票怎么开", "transaction_dispute", "negated:transaction_dispute", clauses=parts
    )
    assert read(message).chosen.act is Act.HONEST


def test_what_is_under_way_and_no_longer_wanted_is_left() -> None:
    message = said("别申诉了 别给我交", "dispute_outcome", "negated:transaction_dispute")
    assert read(message, at("transaction_dispute")).chosen.act is Act.CANCEL


def test_what_is_wanted_beside_a_no_is_opened() -> None:
    message = said(
        "不注销了 帮我改密码",
        "cancel",
        "negated:account_closure",
        "anchor:forgot_password",
        clauses=(Clause("不注销了"), Clause("帮我改密码")),
    )
    chosen = read(message, at("account_closure", 2)).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "forgot_password")
