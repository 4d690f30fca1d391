"""What people ask for in such words is weighed by what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from actions.dialogue.answer_choice import weigh
from actions.dialogue.answers import find_answer
from actions.dialogue.messages import Operator, UserMessage, folded
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import DialogueState, Walk
from actions.dialogue.turn import Context
from actions.knowledge import Knowledge
from language.text_normalization import normalize

HOW_LONG = "account_closure/topic/how_long"


@pytest.fixture
def context(knowledge: Knowledge) -> Context:
    return Context(knowledge, ReplyBuilder(knowledge, {}))


def question(text: str, alike: Mapping[str, float] | None = None) -> UserMessage:
    return UserMessage(text=text, key=folded(normalize(text)), acts={"question": 0.9}, asked_answers=alike or {})


def test_the_place_on_the_screen_makes_an_answer_likelier(context: Context) -> None:
    said = question("随便问问", {"payment_failure/bank/phone": 2.2, "account_security/password/why": 2.2})
    at_bank = weigh(context, DialogueState(walk=Walk("payment_failure", 3)), said).of_answers
    assert at_bank["payment_failure/bank/phone"] > at_bank["account_security/password/why"]
    at_password = weigh(context, DialogueState(walk=Walk("account_security", 1)), said).of_answers
    assert at_password["account_security/password/why"] > at_password["payment_failure/bank/phone"]


def test_a_report_asks_for_nothing(context: Context) -> None:
    state = DialogueState(walk=Walk("payment_failure", 3))
    asked = question("银行电话", {"payment_failure/bank/phone": 2.0})
    told = UserMessage(text=asked.text, key=asked.key, acts={"done": 0.9}, asked_answers=asked.asked_answers)
    assert weigh(context, state, told).silence > weigh(context, state, asked).silence


def test_what_lies_far_is_no_answer(context: Context) -> None:
    assert weigh(context, DialogueState(), question("随便问问")).of_answers == {}
    assert find_answer(context, DialogueState(), question("随便问问", {"payment_failure/bank/phone": 0.4})) is None
    gone = question("随便问问", {"payment_failure/gone/phone": 3.5})
    assert find_answer(context, DialogueState(walk=Walk("payment_failure", 3)), gone) is None


def test_what_is_named_comes_before_the_topic_at_hand(context: Context) -> None:
    near = {HOW_LONG: 2.6, "forgot_password/enter_verification_code/how_long": 2.2}
    state = DialogueState(walk=Walk("forgot_password", 3), last_topic="forgot_password")
    plain = question("一般要多久", near)
    assert max(chances := weigh(context, state, plain).of_answers, key=lambda name: chances[name]) != HOW_LONG
    named = replace(plain, operators=(Operator("named", "account_closure"),), intent="account_closure", confidence=0.5)
    assert max(chances := weigh(context, state, named).of_answers, key=lambda name: chances[name]) == HOW_LONG


def test_the_same_answer_is_less_likely_right_after_it_was_given(context: Context) -> None:
    answer = context.knowledge.answers[HOW_LONG]
    said = question("随便问问", {"account_closure/topic/how_long": 2.5})
    before = DialogueState(last_topic="account_closure", asked_about="account_closure/topic")
    after = DialogueState(
        last_topic="account_closure", asked_about="account_closure/topic", last_answer=answer.fingerprint
    )
    assert weigh(context, after, said).of_answers[HOW_LONG] < weigh(context, before, said).of_answers[HOW_LONG]
