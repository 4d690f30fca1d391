"""What only asks reports nothing, rules nothing out, settles nothing and calls nobody."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
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
