"""What was noted down can be corrected; a story that only sounds like a correction is a story."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Offer
from tests.conftest import Conversation

DETAIL = {"correction": ("detail",)}


@pytest.fixture
def dispute(conversation: Conversation) -> Conversation:
    """A dispute in which the time and the amount are noted, and the other side is asked for."""
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="300")
    return conversation


def test_the_value_that_is_not_rejected_is_taken(dispute: Conversation) -> None:
    replies = dispute.does(
        Act.DENY, "不对，金额是200不是300", entities={**DETAIL, "amount": ("200", "300")}, rejected={"amount": ("300",)}
    )
    assert replies == ["utter_corrected", "utter_ask_detail"]
    assert dispute.state.collected_details["amount"] == "200"


def test_not_that_but_this(dispute: Conversation) -> None:
    dispute.does(
        Act.DENY, "不是300，是200", entities={**DETAIL, "amount": ("300", "200")}, rejected={"amount": ("300",)}
    )
    assert dispute.state.collected_details["amount"] == "200"


def test_the_new_value_is_asked_for(dispute: Conversation) -> None:
    assert dispute.does(Act.OUT_OF_SCOPE, "改一下金额", entities=DETAIL) == ["utter_ask_correction"]
    assert dispute.state.offer is Offer.CORRECTION
    assert dispute.does(Act.NOT_UNDERSTOOD, "250", entities={"amount": ("250",)})[0] == "utter_corrected"
    assert dispute.state.collected_details["amount"] == "250"
    assert dispute.requested_detail == "counterparty"


def test_free_text_is_corrected_by_what_is_said_next(dispute: Conversation) -> None:
    dispute.does(Act.OUT_OF_SCOPE, "老王水果店")
    assert dispute.does(Act.OUT_OF_SCOPE, "改一下商家", entities=DETAIL) == ["utter_ask_correction"]
    dispute.does(Act.OUT_OF_SCOPE, "老李水果店")
    assert dispute.state.collected_details["counterparty"] == "老李水果店"


def test_a_question_instead_of_the_new_value_is_answered(dispute: Conversation) -> None:
    dispute.does(Act.OUT_OF_SCOPE, "改一下金额", entities=DETAIL)
    assert dispute.opens("support_hours") == ["utter_answer", "utter_ask_detail"]
    assert dispute.state.collected_details["amount"] == "300"


def test_a_story_with_a_wrong_amount_corrects_nothing(dispute: Conversation) -> None:
    dispute.does(Act.OUT_OF_SCOPE, "老王水果店")
    story = "付款金额不对，多扣了我50块钱还不肯退"
    dispute.does(Act.OPEN_TOPIC, story, intent="transaction_dispute", entities={**DETAIL, "amount": ("50",)})
    assert dispute.state.collected_details["amount"] == "300"
    assert dispute.state.collected_details["description"] == story


def test_nothing_noted_nothing_corrected(conversation: Conversation) -> None:
    assert conversation.does(Act.DENY, "不对", entities=DETAIL) == ["utter_acknowledge"]


def test_a_contact_left_in_any_message_is_noted_and_can_be_corrected(conversation: Conversation) -> None:
    conversation.opens("support_hours", "我的手机13800138000，几点上班", phone_number="13800138000")
    conversation.does(Act.OUT_OF_SCOPE, "手机号写错了", entities=DETAIL)
    assert conversation.state.offer is Offer.CORRECTION
    conversation.does(Act.NOT_UNDERSTOOD, "13900139000", entities={"phone_number": ("13900139000",)})
    assert conversation.state.collected_details == {"phone_number": "13900139000"}


def test_a_client_is_told_that_a_contact_is_asked_for(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天", phone_number="13800138000")
    conversation.does(Act.OUT_OF_SCOPE, "改一下手机号", entities=DETAIL)
    assert conversation.turn
    assert [reply.ask for reply in conversation.turn.replies] == ["contact"]
    conversation.does(Act.NOT_UNDERSTOOD, "13900139000", entities={"phone_number": ("13900139000",)})
    conversation.does(Act.OUT_OF_SCOPE, "改一下时间", entities=DETAIL)
    assert [reply.ask for reply in conversation.turn.replies] == [None]
