"""Pauses, new sessions and a new beginning."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.state import Offer
from tests.conftest import Conversation

TWENTY_MINUTES = 20 * 60


def test_after_a_pause_one_line_says_where_the_user_was(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    assert conversation.does(Act.NEXT, pause=TWENTY_MINUTES) == ["utter_recap", "utter_step"]


def test_after_a_pause_a_digression_says_it_only_once(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    replies = conversation.does(Act.GREET, pause=TWENTY_MINUTES)
    assert replies == ["utter_greet", "utter_unfinished"]


def test_a_handoff_needs_no_recap(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    assert conversation.does(Act.HUMAN, pause=TWENTY_MINUTES) == ["utter_handoff", None]


def test_a_new_session_suspends_and_asks(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    conversation.does(Act.PROBLEM)
    assert conversation.does(Act.THANK, is_new_session=True) == ["utter_thank", "utter_unfinished"]
    assert (conversation.state.walk, conversation.state.offer) == (None, Offer.RESUME)
    assert conversation.state.failures_in_row == 0
    assert conversation.does(Act.AFFIRM) == ["utter_step"]


def test_a_new_session_keeps_what_was_noted(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200")
    conversation.does(Act.GREET, is_new_session=True)
    conversation.does(Act.AFFIRM)
    assert conversation.state.collected_details == {"transaction_time": "昨天", "amount": "200"}
    assert conversation.requested_detail == "counterparty"


def test_a_new_session_of_a_user_without_history_is_nothing_special(conversation: Conversation) -> None:
    conversation.opens("support_hours")
    assert conversation.does(Act.GREET, is_new_session=True) == ["utter_greet"]


def test_a_new_session_asks_for_a_rating_again(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.SOLVED) == ["utter_solved", "utter_ask_rating"]
    conversation.opens("forgot_password")
    assert conversation.does(Act.SOLVED) == ["utter_solved"]
    conversation.does(Act.GREET, is_new_session=True)
    conversation.opens("forgot_password")
    assert conversation.does(Act.SOLVED) == ["utter_solved", "utter_ask_rating"]


def test_restart_suspends_what_is_under_way(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="3")
    assert conversation.does(Act.RESTART, "/restart", payload=True) == ["utter_greet", "utter_resume_hint"]
    assert conversation.does(Act.NEXT, "继续") == ["utter_step"]
    assert conversation.state.step == 3


def test_after_a_human_nothing_goes_on_from_before(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN)
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200", phone_number="13800138000")
    conversation.opens("forgot_password")
    # The last step has been done, and 「解决了吗」 is being asked.
    conversation.does(Act.NEXT, entities={"step_number": ("5",)})
    assert conversation.does(Act.NEXT) == ["utter_ask_outcome"]
    assert conversation.does(Act.AFFIRM, "好的", after_agent=True) == ["utter_acknowledge"]
    state = conversation.state
    assert (state.walk, state.suspended, state.requests, state.last_topic) == (None, (), (), None)
    assert not state.handed_over
    assert set(state.collected_details) <= {"phone_number", "email"}


def test_after_a_human_there_is_no_recap_and_no_offer_to_go_on(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    replies = conversation.does(Act.GREET, after_agent=True, pause=TWENTY_MINUTES, is_new_session=True)
    assert replies == ["utter_greet"]
    assert conversation.does(Act.NEXT, "继续") == ["utter_nothing_in_progress"]


def test_after_a_human_a_topic_begins_anew(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="3")
    assert conversation.does(Act.OPEN_TOPIC, intent="forgot_password", after_agent=True) == [
        "utter_procedure_intro",
        "utter_first_step",
    ]
    # What is said next is an ordinary message again.
    assert conversation.does(Act.NEXT) == ["utter_step"]


def test_after_a_human_the_mood_has_passed(conversation: Conversation) -> None:
    conversation.opens("forgot_password", frustration="angry")
    conversation.does(Act.GREET, after_agent=True)
    assert not conversation.state.frustrated
    assert conversation.state.failures_in_row == 0
