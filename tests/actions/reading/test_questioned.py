"""What only asks reports nothing, rules nothing out, settles nothing and calls nobody."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Clause
from actions.dialogue.state import Offer
from actions.reading.questioned import only_asks
from tests.actions.reading.builders import at, read, said

AT_LIMIT = at("payment_failure", 4)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("是不是绑了就能付了", "solved"),
        ("这样就算弄好了吗", "solved"),
        ("会不会换个手机就行", "tried_everything"),
        ("是不是重启了就好了", "done"),
    ],
)
def test_a_question_settles_nothing(text: str, act: str) -> None:
    message = said(text, "problem_solved", acts={act: 0.96, "question": 0.04})
    assert read(message, AT_LIMIT).chosen.act is Act.ASK_STEP


def test_a_cause_that_is_only_supposed_is_checked_and_not_crossed_out() -> None:
    acts = {"ruled_out": 0.66, "question": 0.21}
    chosen = read(said("那会不会是我之前设过什么限额", "nlu_fallback", acts=acts), at("payment_failure", 3)).chosen
    assert (chosen.act, chosen.arguments) == (Act.CAUSE_FOUND, {"causes": ("limit",), "is_asked": True})


@pytest.mark.parametrize("text", ["余额够的，是吧", "没设过限额对吧", "为什么余额够还是付不了"])
def test_a_tag_or_a_why_tells_all_the_same(text: str) -> None:
    assert read(said(text, "nlu_fallback", acts={"ruled_out": 0.95}), AT_LIMIT).chosen.act is Act.RULED_OUT


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("会不会是限额", True),
        ("能付了吗", True),
        ("付了对吧", False),
        ("我不是付过了吗", False),
        ("付好了", False),
        ("为什么付不了", False),
    ],
)
def test_only_what_asks_whether_it_is_so_asks(text: str, asks: bool) -> None:
    assert only_asks(said(text)) is asks


def test_a_guess_calls_no_human_where_other_matters_are_named() -> None:
    text = "烦死了，我有两件事，一个是密码要换，一个是申诉到现在没回音"
    message = said(
        text,
        "human_handoff",
        "anchor:forgot_password",
        "anchor:transaction_dispute",
        "anchor:dispute_outcome",
        confidence=0.37,
        band=AnswerBand.CHOICE,
        choices=(("human_handoff", 0.37), ("dispute_outcome", 0.3), ("forgot_password", 0.2)),
    )
    chosen = read(message).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "forgot_password")
    assert [request.intent for request in chosen.message.further_requests] == ["dispute_outcome"]


def test_a_human_who_is_named_comes_on_a_guess() -> None:
    message = said(
        "申诉没回音，找个真人", "human_handoff", "anchor:dispute_outcome", confidence=0.37, band=AnswerBand.CHOICE
    )
    assert read(message).chosen.act is Act.HUMAN


@pytest.mark.parametrize(
    ("text", "act", "intent"),
    [
        ("那我要跟人工说些啥，免得又讲半天", Act.OPEN_TOPIC, "contact_preparation"),
        ("转人工吧，跟他说什么我自己知道", Act.HUMAN, "human_handoff"),
    ],
)
def test_what_to_say_to_a_human_calls_none(text: str, act: Act, intent: str) -> None:
    clauses = tuple(Clause(part, {}) for part in text.split("，"))
    chosen = read(said(text, "human_handoff", confidence=0.99, clauses=clauses)).chosen
    assert (chosen.act, chosen.message.intent) == (act, intent)


def test_how_a_human_is_reached_needs_no_list() -> None:
    choices = (("contact_support", 0.51), ("human_handoff", 0.4))
    message = said(
        "请问要怎样联系真人客服", "contact_support", confidence=0.51, band=AnswerBand.CHOICE, choices=choices
    )
    assert read(message).chosen.message.band is AnswerBand.ANSWER


def test_whoever_asks_whom_to_turn_to_has_agreed_to_nobody() -> None:
    message = said("那你说找谁", "out_of_scope", confidence=0.6, acts={"consent_human": 0.9})
    state = at("payment_failure", 3, offer=Offer.HUMAN)
    assert read(message, state).chosen.act is not Act.HUMAN


def test_what_is_to_be_confirmed_is_not_done_on_a_guess() -> None:
    message = said("验证码发到她手机上是吧", "verification_code_issue", acts={"arrived": 0.46})
    assert read(message, at("forgot_password", 1)).chosen.act is Act.ASK_STEP
    sure = said("验证码发到她手机上了是吧", "verification_code_issue", acts={"arrived": 0.9})
    assert read(sure, at("forgot_password", 1)).chosen.act is Act.DONE
