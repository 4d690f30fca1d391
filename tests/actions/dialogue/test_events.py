"""What happened in a turn is told for the statistics, each thing once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Event, EventKind, Operator
from actions.dialogue.state import AttemptOutcome, DialogueState
from actions.knowledge import load_knowledge
from tests.actions.dialogue.test_dialogue_properties import MOVES, STATES, conversation_at
from tests.conftest import Conversation
from tests.extent import examples

KNOWLEDGE = load_knowledge()
TOPIC = "forgot_password"
STEPS = len(KNOWLEDGE.topics[TOPIC].steps)
ENDINGS = {
    EventKind.SOLVED: AttemptOutcome.SOLVED,
    EventKind.NOT_SOLVED: AttemptOutcome.NOT_SOLVED,
    EventKind.ABANDONED: AttemptOutcome.ABANDONED,
}


def told(conversation: Conversation) -> list[tuple[str, str | None, int | None]]:
    assert conversation.turn
    return [(event.kind.value, event.topic, event.step) for event in conversation.turn.events]


def test_a_walkthrough_from_beginning_to_end(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    assert told(conversation) == [("topic_opened", TOPIC, None), ("step_shown", TOPIC, 1)]
    conversation.does(Act.NEXT)
    assert told(conversation) == [("step_shown", TOPIC, 2)]
    conversation.does(Act.PROBLEM)
    assert told(conversation) == [("step_problem", TOPIC, 2)]
    conversation.does(Act.SOLVED)
    assert told(conversation) == [("solved", TOPIC, 2)]
    conversation.does(Act.THANK, payload=True, entities={"rating": ("5",)})
    assert conversation.turn
    assert conversation.turn.events == (Event(EventKind.RATED, TOPIC, value=5),)


def test_what_the_bot_knows_nothing_about_is_told(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "今天天气怎么样")
    assert told(conversation) == [("out_of_scope", None, None)]


def test_giving_up(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    conversation.does(Act.CANCEL)
    assert told(conversation) == [("abandoned", TOPIC, 1)]


def test_giving_up_before_the_first_step(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    conversation.does(Act.DENY)
    assert told(conversation) == [("abandoned", "account_closure", None)]


def test_not_solved(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    for _ in range(STEPS):
        conversation.does(Act.NEXT)
    conversation.does(Act.DENY)
    assert told(conversation) == []
    conversation.does(Act.DENY)
    assert told(conversation) == [("not_solved", TOPIC, STEPS)]


def test_an_angry_user_is_spared_the_introduction_but_the_topic_is_opened(conversation: Conversation) -> None:
    conversation.opens(TOPIC, frustration="angry")
    assert told(conversation) == [("topic_opened", TOPIC, None), ("step_shown", TOPIC, 1)]


def test_answers_open_their_topic_as_often_as_they_are_given(conversation: Conversation) -> None:
    for _ in range(2):
        conversation.opens("support_hours")
        assert told(conversation) == [("topic_opened", "support_hours", None)]
    conversation.opens("contact_support", contact_channel="hotline")
    assert told(conversation) == [("topic_opened", "contact_support", None)]
    named = (Operator("named", "account_compromised"),)
    conversation.does(Act.OPEN_TOPIC, "账号被盗了", intent="account_compromised", operators=named)
    assert told(conversation) == [("topic_opened", "account_compromised", None)]


def test_a_question_of_detail_does_not_open_the_walkthrough_under_way(conversation: Conversation) -> None:
    conversation.opens(TOPIC, detail="password_rules")
    assert told(conversation) == [("topic_opened", TOPIC, None)]
    conversation.opens(TOPIC)
    conversation.opens(TOPIC, detail="password_rules")
    assert conversation.turn
    assert conversation.turn.events == (Event(EventKind.ANSWERED, TOPIC, answer="password_rules/text"),)


def test_a_part_that_opens_its_topic_is_named(conversation: Conversation) -> None:
    conversation.opens("contact_support", contact_channel="hotline")
    assert conversation.turn
    assert conversation.turn.events == (Event(EventKind.TOPIC_OPENED, "contact_support", answer="hotline/text"),)


def test_what_is_done_about_a_cause_shows_the_cause(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    assert conversation.does(Act.OUT_OF_SCOPE, "银行拦了的", acts={"trouble": 0.9}) == ["utter_treatment"]
    ((kind, topic, step),) = told(conversation)
    assert (kind, topic) == ("step_shown", "payment_failure")
    assert step
    assert KNOWLEDGE.topics["payment_failure"].steps[step - 1].treatment


def test_a_walkthrough_taken_up_again_is_not_opened(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    conversation.opens("account_security")
    assert told(conversation)[0] == ("topic_opened", "account_security", None)
    conversation.does(Act.CANCEL)
    conversation.does(Act.AFFIRM)
    assert told(conversation) == [("step_shown", TOPIC, 1)]


def test_not_understood_up_to_the_handoff(conversation: Conversation) -> None:
    for _ in range(3):
        conversation.does(Act.NOT_UNDERSTOOD)
        assert told(conversation) == [("not_understood", None, None)]
    assert conversation.turn
    assert any(reply.is_handoff for reply in conversation.turn.replies)


def test_not_understood_in_anger(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD, entities={"frustration": ("angry",)})
    assert told(conversation) == [("not_understood", None, None)]
    conversation.does(Act.THANK, entities={"frustration": ("angry",)})
    assert told(conversation) == []


def test_trouble_up_to_the_handoff(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    for _ in range(2):
        conversation.does(Act.PROBLEM)
        assert told(conversation) == [("step_problem", TOPIC, 1)]


def test_a_check_that_is_not_the_cause_is_no_trouble(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="balance")
    conversation.does(Act.PROBLEM)
    assert told(conversation) == [("step_shown", "payment_failure", 2)]


def test_none_of_the_choices_was_meant(conversation: Conversation) -> None:
    choices = ((TOPIC, 0.4), ("support_hours", 0.35))
    conversation.does(Act.OPEN_TOPIC, "那个", intent=TOPIC, band=AnswerBand.CHOICE, confidence=0.4, choices=choices)
    assert told(conversation) == []
    conversation.does(Act.DENY, "都不是")
    assert told(conversation) == [("not_meant", None, None)]


def doubt_about(conversation: Conversation, intent: str, act: Act) -> None:
    choices = ((TOPIC, 0.3), ("support_hours", 0.25))
    conversation.does(
        act, "那个东西是要怎么弄的", intent=intent, band=AnswerBand.CHOICE, confidence=0.4, choices=choices
    )
    assert conversation.turn
    assert conversation.turn.replies[-1].response == "utter_ask_choice"


@pytest.mark.parametrize("text", ["第二个", "support_hours"])
def test_one_of_the_choices_was_meant(conversation: Conversation, text: str) -> None:
    doubt_about(conversation, TOPIC, Act.OPEN_TOPIC)
    assert told(conversation) == []
    if text == "第二个":
        conversation.does(Act.NOT_UNDERSTOOD, text)
    else:
        conversation.does(Act.OPEN_TOPIC, f"/{text}", intent=text, payload=True)
    assert told(conversation) == [("chosen", None, None), ("topic_opened", "support_hours", None)]
    # It is told once.
    conversation.does(Act.GREET)
    assert told(conversation) == []


def test_choices_instead_of_saying_that_nothing_is_known_about_it(conversation: Conversation) -> None:
    doubt_about(conversation, "out_of_scope", Act.OUT_OF_SCOPE)
    assert told(conversation) == [("not_understood", None, None)]
    conversation.does(Act.NOT_UNDERSTOOD, "第一个")
    assert told(conversation)[0] == ("chosen", None, None)


def test_a_choice_that_is_passed_over_tells_nothing(conversation: Conversation) -> None:
    doubt_about(conversation, TOPIC, Act.OPEN_TOPIC)
    conversation.opens("account_closure")
    assert "chosen" not in [kind for kind, _, _ in told(conversation)]


def test_what_the_end_of_a_session_lets_fall_is_abandoned(conversation: Conversation) -> None:
    for topic in (TOPIC, "account_security", "payment_failure", "transaction_dispute"):
        conversation.opens(topic)
    conversation.does(Act.GREET, is_new_session=True)
    assert told(conversation) == [("abandoned", TOPIC, 1)]


def test_what_a_human_takes_over_has_no_ending_here(conversation: Conversation) -> None:
    conversation.opens(TOPIC)
    conversation.does(Act.HUMAN)
    assert told(conversation) == []
    conversation.does(Act.GREET, after_agent=True)
    assert told(conversation) == []
    assert conversation.state.attempts[-1].outcome is AttemptOutcome.HANDED_OFF


@settings(max_examples=examples(40, 1000), deadline=None)
@given(STATES, st.lists(MOVES, min_size=1, max_size=6))
def test_endings_and_ratings_are_those_on_record(state: DialogueState, moves: list[dict[str, Any]]) -> None:
    conversation = conversation_at(state)
    for move in moves:
        before = conversation.state
        conversation.does(**move)
        assert conversation.turn
        events = conversation.turn.events
        ended = [(event.topic, event.step, ENDINGS[event.kind]) for event in events if event.kind in ENDINGS]
        after = conversation.state.attempts[len(before.attempts) :]
        assert ended == [
            (attempt.topic, attempt.step or None, attempt.outcome)
            for attempt in after
            if attempt.outcome is not AttemptOutcome.HANDED_OFF
        ]
        ratings = [event.value for event in events if event.kind is EventKind.RATED]
        assert ratings in ([], [conversation.state.rating])
        shown = [(event.topic, event.step) for event in events if event.kind is EventKind.STEP_SHOWN]
        assert all(topic in KNOWLEDGE.topics and step for topic, step in shown)
