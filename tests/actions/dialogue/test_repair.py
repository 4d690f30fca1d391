"""Failures, anger, and the way to a human."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.state import HandoffReason, Offer
from tests.conftest import Conversation

RUDE = {"frustration": ("rude",)}


def test_the_third_failure_of_any_kind_hands_over(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.PROBLEM)
    conversation.does(Act.NEXT, entities={"step_number": ("99",)})
    replies = conversation.does(Act.NOT_UNDERSTOOD)
    assert replies == ["utter_third_failure", "utter_handoff", None]
    assert conversation.state.failures_in_row == 0


def test_an_honest_answer_is_no_failure_and_no_progress(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD)
    assert conversation.does(Act.OUT_OF_SCOPE, entities={"unsupported_topic": ("top_up",)}) == ["utter_no_information"]
    assert conversation.state.failures_in_row == 1
    assert conversation.does(Act.NOT_UNDERSTOOD) == ["utter_not_understood_again"]


def test_too_little_is_waited_for_once(conversation: Conversation) -> None:
    assert conversation.does(Act.NOT_UNDERSTOOD, "我那个") == ["utter_tell_me_more"]
    assert conversation.state.fragment == "我那个"
    assert conversation.does(Act.NOT_UNDERSTOOD, "就那个") == ["utter_not_understood"]
    assert conversation.does(Act.NOT_UNDERSTOOD, "就是吧") == ["utter_not_understood_again"]
    conversation.opens("support_hours")
    assert not conversation.state.fragment
    assert conversation.state.failures_in_row == 0
    assert conversation.does(Act.NOT_UNDERSTOOD, "我那个") == ["utter_tell_me_more"]


def test_chit_chat_is_no_failure(conversation: Conversation) -> None:
    for _ in range(5):
        assert conversation.does(Act.OUT_OF_SCOPE) == ["utter_chitchat"]


def test_causes_that_are_not_the_one_are_no_failures(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="balance")
    for _ in range(4):
        assert conversation.does(Act.PROBLEM) == ["utter_check_trouble", "utter_check"]
    assert conversation.does(Act.PROBLEM) == ["utter_check_trouble", "utter_all_checked"]


def test_anger_is_apologised_for_once_and_the_answer_is_short(conversation: Conversation) -> None:
    assert conversation.opens("forgot_password", "忘了密码!!!", frustration="punctuation") == [
        "utter_apologise",
        "utter_first_step",
    ]
    assert conversation.does(Act.NEXT, "下一步!!!", entities={"frustration": ("punctuation",)}) == ["utter_step"]
    conversation.opens("contact_support")
    assert conversation.turn
    assert "\n" not in conversation.turn.replies[0].values["answer"]


def test_anger_alone_offers_a_human(conversation: Conversation) -> None:
    assert conversation.does(Act.OUT_OF_SCOPE, entities=RUDE) == ["utter_apologise_and_offer_human"]
    assert (conversation.state.offer, conversation.state.offer_reason) == (Offer.HUMAN, HandoffReason.FRUSTRATED)
    assert conversation.does(Act.OUT_OF_SCOPE, entities=RUDE) == ["utter_offer_human_shortly"]
    assert conversation.does(Act.OUT_OF_SCOPE, entities=RUDE) == ["utter_third_failure", "utter_handoff", None]


def test_thanks_are_no_anger(conversation: Conversation) -> None:
    assert conversation.does(Act.THANK, "谢谢!!!", entities={"frustration": ("punctuation",)}) == ["utter_thank"]
    assert not conversation.state.frustrated


def test_the_mood_is_passed_on(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN, "什么破机器人，转人工", entities=RUDE)
    assert conversation.turn
    custom = conversation.turn.replies[-1].custom
    assert custom
    assert custom["mood"] == "frustrated"


def test_an_angry_user_is_not_asked_for_a_rating(conversation: Conversation) -> None:
    conversation.opens("forgot_password", "忘了密码!!!", frustration="punctuation")
    assert conversation.does(Act.SOLVED) == ["utter_solved"]
