"""「您是不是想问」: when it is asked, how it is answered, what is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Operator
from actions.dialogue.state import NONE_OF_THESE, HandoffReason, Offer, Request
from tests.conftest import Conversation

TOPICS = ("payment_failure", 0.4), ("transaction_dispute", 0.35), ("account_closure", 0.2)


def doubts(
    conversation: Conversation,
    *choices: tuple[str, float],
    text: str = "那个钱的事情我要怎么弄一下才好",
    act: Act = Act.OPEN_TOPIC,
    **entities: str,
) -> list[str | None]:
    return conversation.does(
        act,
        text,
        intent=choices[0][0],
        confidence=choices[0][1],
        band=AnswerBand.CHOICE,
        choices=choices,
        entities={name: (value,) for name, value in entities.items()},
    )


def titles(conversation: Conversation) -> list[str]:
    assert conversation.turn
    return [button.title for button in conversation.turn.replies[0].buttons]


def test_up_to_three_choices_and_none_of_these(conversation: Conversation) -> None:
    choices = (*TOPICS, ("support_hours", 0.1), ("contact_support", 0.1))
    assert doubts(conversation, *choices) == ["utter_ask_choice"]
    assert titles(conversation) == ["支付失败", "交易申诉", "注销账户", "都不是"]


def test_a_button_keeps_the_entities_of_the_message(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS, payment_cause="bank")
    assert conversation.turn
    assert conversation.turn.replies[0].buttons[0].payload == '/payment_failure{"payment_cause": "bank"}'
    replies = conversation.does(
        Act.OPEN_TOPIC,
        "/payment_failure",
        intent="payment_failure",
        payload=True,
        entities={"payment_cause": ("bank",)},
    )
    assert (replies, conversation.state.step) == (["utter_check"], 3)


@pytest.mark.parametrize("text", ["第二个", "2", "选2", "交易申诉", "「交易申诉」", "就第二个吧"])
def test_a_number_or_the_label_chooses_too(conversation: Conversation, text: str) -> None:
    doubts(conversation, *TOPICS)
    conversation.does(Act.NOT_UNDERSTOOD, text)
    assert conversation.state.topic == "transaction_dispute"
    entry = conversation.state.disambiguations[0]
    assert (entry.options[1], entry.chosen) == ("transaction_dispute", "transaction_dispute")


def test_the_same_wording_is_not_asked_twice(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS)
    conversation.does(Act.NOT_UNDERSTOOD, "第一个")
    conversation.does(Act.CANCEL, "算了")
    assert doubts(conversation, *TOPICS, text="那个钱的事情，我要怎么弄一下才好？") == ["utter_diagnosis_intro"]


@pytest.mark.parametrize(
    ("act", "text", "payload"),
    [(Act.DENY, "/deny", True), (Act.NOT_UNDERSTOOD, "都不是", False), (Act.DENY, "不是", False)],
)
def test_none_of_these_offers_a_human(conversation: Conversation, act: Act, text: str, payload: bool) -> None:
    doubts(conversation, *TOPICS)
    assert conversation.does(act, text, intent="deny", payload=payload) == ["utter_none_of_these"]
    assert (conversation.state.offer, conversation.state.offer_reason) == (Offer.HUMAN, HandoffReason.NOT_UNDERSTOOD)
    assert conversation.state.disambiguations[0].chosen == NONE_OF_THESE
    assert doubts(conversation, *TOPICS) == ["utter_none_of_these"]


def test_something_clear_moves_on(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS)
    assert conversation.opens("support_hours") == ["utter_answer"]
    assert conversation.state.disambiguations[0].chosen is None
    # The list was seen, so that one may still point into it.
    assert conversation.does(Act.NOT_UNDERSTOOD, "第一个") == ["utter_diagnosis_intro"]


def test_a_bare_yes_is_asked_again(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS)
    assert conversation.does(Act.AFFIRM, "好的") == ["utter_ask_choice"]
    assert conversation.state.offer is Offer.CHOICE


def test_social_and_out_of_scope_are_no_choices(conversation: Conversation) -> None:
    doubts(conversation, ("out_of_scope", 0.4), ("forgot_password", 0.3), ("greet", 0.2), act=Act.OUT_OF_SCOPE)
    assert titles(conversation) == ["忘记密码", "都不是"]
    assert conversation.does(Act.AFFIRM, "是的") == ["utter_procedure_intro", "utter_first_step"]


def test_a_control_word_with_nothing_in_progress_leaves_one_meaning(conversation: Conversation) -> None:
    assert doubts(conversation, ("step_problem", 0.5), ("contact_support", 0.3), act=Act.PROBLEM) == ["utter_answer"]


def test_not_finding_it_at_a_step_is_trouble_with_the_step(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    replies = doubts(conversation, ("contact_support", 0.45), ("step_problem", 0.4), text="找不到")
    assert (replies, conversation.state.step) == (["utter_step_trouble"], 2)


def test_nothing_sensible_is_not_understood(conversation: Conversation) -> None:
    replies = doubts(conversation, ("next_step", 0.4), ("previous_step", 0.3), act=Act.NEXT)
    assert replies == ["utter_not_understood"]


def test_a_doubtful_yes_never_accepts_the_warning(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    assert doubts(conversation, ("affirm", 0.99), act=Act.AFFIRM, text="嗯") == ["utter_warning_again"]
    conversation.opens("account_closure", "/account_closure")
    doubts(conversation, *TOPICS)
    conversation.does(Act.AFFIRM, "/affirm", intent="affirm", payload=True)
    assert conversation.state.step == 0


def test_a_detail_that_was_asked_for_is_noted_whatever_the_band(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    choices = ("support_hours", 0.4), ("transaction_dispute", 0.3)
    assert doubts(conversation, *choices, text="昨天", transaction_time="昨天") == ["utter_ask_detail"]
    assert conversation.state.collected_details == {"transaction_time": "昨天"}


@pytest.mark.parametrize(("intent", "act"), [("human_handoff", Act.HUMAN), ("account_compromised", Act.OPEN_TOPIC)])
def test_what_must_not_be_missed_is_not_asked_about(conversation: Conversation, intent: str, act: Act) -> None:
    replies = doubts(conversation, (intent, 0.4), ("account_security", 0.35), act=act)
    assert replies[0] in ("utter_handoff", "utter_urgent_answer")


def test_a_doubtful_cancel_is_no_detail(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200")
    doubts(conversation, ("cancel", 0.5), ("deny", 0.4), act=Act.CANCEL, text="算了吧")
    assert "counterparty" not in conversation.state.collected_details


def test_choosing_the_next_step_goes_there(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    conversation.opens("support_hours")
    doubts(conversation, ("contact_support", 0.5), ("next_step", 0.45))
    assert titles(conversation) == ["联系客服", "看下一步", "都不是"]
    conversation.does(Act.NOT_UNDERSTOOD, "2")
    assert conversation.state.step == 3


def test_a_human_asked_for_together_with_a_choice_comes_first(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS)
    human = (Request("human_handoff", "转人工"),)
    assert conversation.does(Act.NOT_UNDERSTOOD, "第二个", further_requests=human) == ["utter_handoff", None]


def test_a_wrong_choice_can_be_taken_back(conversation: Conversation) -> None:
    doubts(conversation, *TOPICS)
    conversation.does(Act.NOT_UNDERSTOOD, "第二个")
    assert conversation.does(Act.DENY, "我选错了", entities={"correction": ("choice",)}) == ["utter_ask_choice"]
    assert not conversation.state.disambiguations
    conversation.does(Act.NOT_UNDERSTOOD, "第一个")
    assert conversation.state.topic == "payment_failure"
    assert [entry.chosen for entry in conversation.state.disambiguations] == ["payment_failure"]


def test_what_is_likeliest_counts_even_if_nobody_can_be_asked_about_it(conversation: Conversation) -> None:
    choices = (("forgot_password", 0.2), ("account_security", 0.06))
    said: dict[str, Any] = {"intent": "out_of_scope", "confidence": 0.5, "band": AnswerBand.CHOICE}
    assert conversation.does(Act.OUT_OF_SCOPE, "我女儿想学画画", choices=choices, **said) == ["utter_ask_choice"]
    assert titles(conversation) == ["忘记密码", "都不是"]
    assert conversation.does(Act.OUT_OF_SCOPE, "我儿子想学画画", choices=choices[1:], **said) == ["utter_chitchat"]


def test_a_doubtful_yes_answers_the_offer(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD)
    conversation.does(Act.NOT_UNDERSTOOD)
    said: dict[str, Any] = {"intent": "affirm", "confidence": 0.6, "band": AnswerBand.CHOICE}
    assert conversation.does(Act.AFFIRM, "那行", choices=(("next_step", 0.3),), **said) == ["utter_handoff", None]


def test_a_weak_guess_sends_for_no_human(conversation: Conversation) -> None:
    replies = doubts(conversation, ("human_handoff", 0.38), ("greet", 0.3), act=Act.HUMAN, text="有件事想说说")
    assert "utter_handoff" not in replies


@pytest.mark.parametrize(("share", "said"), [(0.18, "utter_not_understood"), (0.5, "utter_procedure_intro")])
def test_what_is_left_over_is_opened_only_where_it_is_likely(
    conversation: Conversation, share: float, said: str
) -> None:
    replies = doubts(
        conversation, ("next_step", 0.68), ("transaction_dispute", share), text="连着来了两条", act=Act.NEXT
    )
    assert replies[0] == said


@pytest.mark.parametrize("begun", ["account_closure", "payment_failure"])
def test_what_was_meant_takes_the_place_of_a_wrong_choice(conversation: Conversation, begun: str) -> None:
    conversation.opens(begun)
    meant: dict[str, Any] = {"intent": "transaction_dispute", "operators": (Operator("named", "transaction_dispute"),)}
    conversation.does(Act.OPEN_TOPIC, "点错了 我要申诉", entities={"correction": ("choice",)}, **meant)
    assert conversation.state.topic == "transaction_dispute"
    assert not conversation.state.suspended
