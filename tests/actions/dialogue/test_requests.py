"""Several requests in one message are answered one after another."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.state import Offer, Request
from tests.conftest import Conversation

HOURS = Request("support_hours", "客服几点上班")
PASSWORD = Request("forgot_password", "密码忘了")
STOLEN = Request("account_compromised", "钱包被盗了")
HUMAN = Request("human_handoff", "转人工")


def test_after_an_answer_the_other_request_is_offered_at_once(conversation: Conversation) -> None:
    replies = conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=(PASSWORD,))
    assert replies == ["utter_answer", "utter_offer_request"]
    assert conversation.turn
    assert conversation.turn.replies[1].buttons[0].payload == "/forgot_password"
    assert conversation.does(Act.AFFIRM, "好") == ["utter_procedure_intro", "utter_first_step"]
    assert conversation.state.requests == ()


def test_after_a_walkthrough_the_other_request_is_offered(conversation: Conversation) -> None:
    replies = conversation.does(Act.OPEN_TOPIC, intent="forgot_password", further_requests=(HOURS,))
    assert replies == ["utter_procedure_intro", "utter_first_step", "utter_request_noted"]
    assert conversation.does(Act.NEXT) == ["utter_step"]
    assert conversation.does(Act.SOLVED) == ["utter_solved", "utter_offer_request"]
    assert conversation.does(Act.NEXT, "继续") == ["utter_answer"]


def test_a_stopped_walkthrough_offers_it_too_and_it_can_be_declined(conversation: Conversation) -> None:
    conversation.does(Act.OPEN_TOPIC, intent="forgot_password", further_requests=(HOURS,))
    assert conversation.does(Act.CANCEL) == ["utter_cancelled", "utter_offer_request"]
    assert conversation.does(Act.DENY) == ["utter_request_declined"]
    assert conversation.state.requests == ()


def test_three_requests_come_one_after_another(conversation: Conversation) -> None:
    others = (Request("contact_preparation", "要准备什么"), Request("verification_code_issue", "收不到验证码"))
    conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=others)
    assert conversation.does(Act.AFFIRM) == ["utter_answer", "utter_offer_request"]
    assert conversation.does(Act.AFFIRM) == ["utter_answer_with_human"]


def test_the_entities_of_the_other_request_are_kept(conversation: Conversation) -> None:
    bank = Request("payment_failure", "银行不让付", {"payment_cause": ("bank",)})
    conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=(bank,))
    assert (conversation.does(Act.AFFIRM), conversation.state.step) == (["utter_check"], 3)


def test_a_stolen_account_comes_first(conversation: Conversation) -> None:
    replies = conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=(STOLEN,))
    assert replies == ["utter_urgent_answer"]
    assert [request.intent for request in conversation.state.requests] == ["support_hours"]
    assert conversation.state.offer is Offer.HUMAN


def test_a_human_comes_first_and_is_told_the_rest(conversation: Conversation) -> None:
    replies = conversation.does(
        Act.OPEN_TOPIC, "密码忘了，客服几点上班，转人工", intent="forgot_password", further_requests=(HOURS, HUMAN)
    )
    assert replies == ["utter_handoff", None]
    assert conversation.turn
    custom = conversation.turn.replies[1].custom
    assert custom
    assert [request["topic"] for request in custom["other_requests"]] == ["forgot_password", "support_hours"]
    assert "客服几点上班" in custom["summary"]


def test_a_human_for_a_stolen_account_is_urgent_and_comes_with_advice(conversation: Conversation) -> None:
    replies = conversation.does(Act.HUMAN, intent="human_handoff", further_requests=(STOLEN,))
    assert replies == ["utter_answer", "utter_handoff", None]
    assert conversation.turn
    assert conversation.turn.replies[2].custom
    assert conversation.turn.replies[2].custom["reason"] == "account_compromised"


def test_a_greeting_is_no_request(conversation: Conversation) -> None:
    replies = conversation.does(Act.GREET, "你好，密码忘了", intent="greet", further_requests=(PASSWORD,))
    assert replies == ["utter_procedure_intro", "utter_first_step"]
    assert conversation.state.requests == ()


def test_opening_the_topic_takes_it_off_the_list(conversation: Conversation) -> None:
    conversation.does(Act.OPEN_TOPIC, intent="forgot_password", further_requests=(HOURS,))
    assert conversation.opens("support_hours") == ["utter_answer", "utter_resume_hint"]
    assert conversation.state.requests == ()


def test_a_digression_with_two_questions_answers_both_before_going_back(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="3")
    others = (Request("contact_preparation", "要准备什么"),)
    replies = conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=others)
    assert replies == ["utter_answer", "utter_offer_request"]
    assert conversation.does(Act.AFFIRM, "好") == ["utter_answer", "utter_resume_hint"]
    assert (conversation.does(Act.AFFIRM, "好"), conversation.state.step) == (["utter_step"], 3)
