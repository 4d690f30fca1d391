"""A question is answered from all that is known, with what is near preferred."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.answers import find_answer, find_in_part
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import DialogueState, Walk
from actions.dialogue.turn import Context
from actions.knowledge import Knowledge
from language.text_normalization import normalize
from tests.conftest import PLACEHOLDERS

AT_BANK = DialogueState(walk=Walk("payment_failure", 3))


@pytest.fixture
def context(knowledge: Knowledge) -> Context:
    return Context(knowledge, ReplyBuilder(knowledge, {}))


def message(text: str, intent: str = "", **answers: float) -> UserMessage:
    alike = {name.replace("__", "/"): likeness for name, likeness in answers.items()}
    return UserMessage(intent=intent, text=text, key=folded(normalize(text)), answers=alike)


def place(context: Context, state: DialogueState, said: UserMessage) -> str | None:
    found = find_answer(context, state, said)
    return f"{found.topic}/{found.place}" if found else None


def test_what_is_on_the_screen_is_preferred_by_a_margin(context: Context) -> None:
    said = message("嗯", "account_security", payment_failure__bank__phone=0.5, account_security__password__why=0.6)
    assert place(context, AT_BANK, said) == "payment_failure/bank"
    said = message("嗯", "account_security", payment_failure__bank__phone=0.5, account_security__password__why=0.75)
    assert place(context, AT_BANK, said) == "account_security/password"


def test_what_is_not_named_and_not_near_is_no_answer(context: Context) -> None:
    assert place(context, AT_BANK, message("嗯", "out_of_scope", account_closure__topic__how_long=0.9)) is None
    assert place(context, AT_BANK, message("嗯", "out_of_scope", payment_failure__bank__phone=0.41)) is None


def test_an_answer_that_the_knowledge_no_longer_has_is_none(context: Context) -> None:
    assert place(context, AT_BANK, message("嗯", payment_failure__gone__phone=0.9)) is None


def test_ellipsis_is_about_the_topic_of_last(context: Context) -> None:
    after_hours = DialogueState(last_topic="support_hours")
    assert place(context, after_hours, message("那半夜呢")) == "support_hours/topic"
    assert place(context, DialogueState(), message("那半夜呢")) is None


def test_the_place_asked_about_last_is_as_near_as_the_one_shown(context: Context) -> None:
    state = DialogueState(walk=Walk("account_security", 1), asked_about="account_security/two_step_verification")
    assert place(context, state, message("非得开着吗 嫌麻烦")) == "account_security/two_step_verification"


def test_one_point_of_a_topic_needs_words_and_likeness(context: Context, knowledge: Knowledge) -> None:
    topic = knowledge.topics["closure_consequences"]
    text = "销掉之后这个手机号再开户行吗"
    point = next(a for a in knowledge.answers.values() if a.topic == "account_closure" and "再开一个" in a.about)
    alike = UserMessage(text=text, key=folded(text), answers={point.address: 0.6})
    found = find_in_part(context, topic, alike)
    assert found is not None
    assert found.text == point.text
    assert find_in_part(context, topic, UserMessage(text=text, key=folded(text))) is None


@pytest.mark.parametrize(
    ("filled", "told"), [({}, "没有登记"), ({"kept_for": "聊天记录保存180天。"}, "聊天记录保存180天。")]
)
def test_how_long_the_chat_is_kept_is_told_in_mid_procedure(
    knowledge: Knowledge, filled: dict[str, str], told: str
) -> None:
    asked = UserMessage("chat_privacy", entities={"chat_privacy_point": ("kept_for",)})
    turn = Dialogue(knowledge, {**PLACEHOLDERS, **filled}).respond(AT_BANK, Act.OPEN_TOPIC, asked)
    assert [reply.response for reply in turn.replies] == ["utter_answer", "utter_resume_hint"]
    assert told in str(turn.replies[0].values["answer"])
    assert turn.state.step == AT_BANK.step
