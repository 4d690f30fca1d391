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


def test_a_story_follows_what_is_corrected(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="300", counterparty="老王")
    conversation.does(Act.OUT_OF_SCOPE, "昨天被扣了300 没给货")
    conversation.does(
        Act.DENY, "不对，金额是280不是300", entities={**DETAIL, "amount": ("280", "300")}, rejected={"amount": ("300",)}
    )
    assert conversation.state.collected_details["description"] == "昨天被扣了280，没给货"


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


@pytest.fixture
def noted(dispute: Conversation) -> Conversation:
    """A dispute of which everything is noted."""
    dispute.does(Act.OUT_OF_SCOPE, "老王水果店")
    dispute.does(Act.OUT_OF_SCOPE, "东西没发货也不退钱")
    assert len(dispute.state.collected_details) == 4
    return dispute


@pytest.mark.parametrize(
    "text",
    [
        "填表还要别的附件，微信转账截图算不算数不",
        "表填到一半了，证明材料传这个可以不",
        "写申诉的时候要我传图，小票能当证据不",
        "记录里写的跟这个一样，附件那栏空着成不",
        "申诉表打开了",
    ],
)
def test_a_form_under_way_is_not_begun_anew(noted: Conversation, text: str) -> None:
    before = noted.state.collected_details
    noted.opens("transaction_dispute", text)
    assert noted.state.collected_details == before
    assert noted.state.topic == "transaction_dispute"


def test_a_question_is_noted_as_no_detail(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", "填的时候要写对方叫啥不")
    assert "counterparty" not in conversation.state.collected_details


def test_another_payment_begins_anew(noted: Conversation) -> None:
    noted.opens("transaction_dispute", "还有另外一笔要申诉")
    assert noted.state.collected_details == {}


def test_what_was_noted_survives_leaving_the_form(noted: Conversation) -> None:
    noted.does(Act.CANCEL, "先不弄了")
    noted.opens("transaction_dispute", "申诉接着办吧")
    assert noted.state.collected_details["counterparty"] == "老王水果店"


def test_who_asks_whether_it_is_noted_hears_what_is(noted: Conversation) -> None:
    assert noted.opens("transaction_dispute", "没发货那句你给记上没")[0] == "utter_read_back"


def test_who_tells_all_again_puts_it_right(noted: Conversation) -> None:
    told = "算了我再说一遍，前天，450块，商家老赵水果店，没发货"
    assert noted.opens("transaction_dispute", told)[0] == "utter_corrected"
    known = noted.state.collected_details
    assert (known["amount"], known["counterparty"]) == ("450", "老赵水果店")
    assert known["description"] == "东西没发货也不退钱"


def test_bare_values_told_again_put_it_right(noted: Conversation) -> None:
    noted.does(Act.OUT_OF_SCOPE, "怎么都没了？前天 450 赵刚 没发货")
    known = noted.state.collected_details
    assert (known["amount"], known["counterparty"]) == ("450", "赵刚")


def test_another_payment_begins_anew_at_any_step(noted: Conversation) -> None:
    noted.does(Act.NEXT)
    noted.opens("transaction_dispute", "另外还有一笔也要申诉，付给小陈便利店的")
    assert noted.state.collected_details == {"counterparty": "小陈便利店"}


def test_what_was_done_to_them_is_no_part_of_a_name(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", "昨天在红星超市被多扣了60")
    assert conversation.state.collected_details["counterparty"] == "红星超市"


def test_a_contact_left_before_is_changed_and_an_answer_that_is_none_is_asked_again(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD, "13800000000")
    assert conversation.state.collected_details == {"phone_number": "13800000000"}
    assert conversation.does(Act.OUT_OF_SCOPE, "手机号我要换一个") == ["utter_ask_correction"]
    assert conversation.does(Act.NOT_UNDERSTOOD, "等我想一想") == ["utter_ask_correction"]
    assert conversation.does(Act.NOT_UNDERSTOOD, "13900000000")[0] == "utter_corrected"
    assert conversation.state.collected_details == {"phone_number": "13900000000"}


def test_what_is_bound_to_the_account_is_no_contact(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD, "13800000000")
    assert "utter_ask_correction" not in conversation.does(Act.OUT_OF_SCOPE, "绑定的手机号要换")
