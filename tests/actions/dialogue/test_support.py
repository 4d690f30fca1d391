"""Queue and ticket: passed on to the gateway, from anywhere, without losing anything."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Offer, Request
from tests.conftest import Conversation

LEAVE = {"type": "support_request", "request": "leave_queue"}
STATUS = {"type": "support_request", "request": "ticket_status"}


def passed_on(conversation: Conversation) -> list[dict[str, object]]:
    assert conversation.turn
    return [dict(reply.custom) for reply in conversation.turn.replies if reply.custom]


def test_nothing_under_way(conversation: Conversation) -> None:
    assert conversation.does(Act.TICKET_STATUS) == ["utter_ticket_unknown", None]
    assert passed_on(conversation) == [STATUS]
    assert conversation.does(Act.LEAVE_QUEUE) == ["utter_queue_unknown", None]
    assert passed_on(conversation) == [LEAVE]


@pytest.mark.parametrize("act", [Act.TICKET_STATUS, Act.LEAVE_QUEUE])
def test_a_digression_loses_no_step(conversation: Conversation, act: Act) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.NEXT)
    assert conversation.does(act)[1:] == [None, "utter_resume_hint"]
    assert conversation.does(Act.AFFIRM) == ["utter_step"]
    assert conversation.state.step == 2


def test_a_question_for_a_detail_is_asked_again(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天")
    assert conversation.requested_detail == "amount"
    replies = conversation.does(Act.TICKET_STATUS, "上次反馈的问题到底有没有结果呀")
    assert replies == ["utter_ticket_unknown", None, "utter_ask_detail"]
    assert conversation.requested_detail == "amount"


def test_who_has_enough_of_waiting_is_not_offered_a_human(conversation: Conversation) -> None:
    replies = conversation.does(Act.LEAVE_QUEUE, entities={"frustration": ("angry",)})
    assert replies == ["utter_queue_unknown", None]
    assert conversation.state.frustrated


def test_a_second_request_for_a_human_is_short_and_carries_a_payload(conversation: Conversation) -> None:
    assert conversation.does(Act.HUMAN) == ["utter_handoff", None]
    assert conversation.does(Act.HUMAN) == ["utter_handoff_again", None]
    assert passed_on(conversation)[0]["type"] == "handoff"
    conversation.does(Act.LEAVE_QUEUE)
    assert conversation.does(Act.HUMAN) == ["utter_handoff", None]


def test_stopping_with_nothing_else_open_is_waiting_no_longer(conversation: Conversation) -> None:
    assert conversation.does(Act.CANCEL, "算了") == ["utter_nothing_to_cancel"]
    conversation.does(Act.HUMAN)
    assert conversation.does(Act.CANCEL, "算了") == ["utter_queue_unknown", None]
    assert conversation.does(Act.CANCEL, "算了") == ["utter_nothing_to_cancel"]


def test_stopping_a_walkthrough_while_waiting_stops_the_walkthrough(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN)
    conversation.opens("forgot_password")
    assert "utter_cancelled" in conversation.does(Act.CANCEL, "算了")
    assert conversation.state.handed_over


@pytest.mark.parametrize(
    ("act", "text", "leaves"),
    [
        (Act.DENY, "不转了", True),
        (Act.DENY, "先别排了", True),
        (Act.SOLVED, "我弄好了，不用等人工了", True),
        (Act.DENY, "不用", False),
        (Act.SOLVED, "解决了", False),
        (Act.AFFIRM, "好的，我等着", False),
    ],
)
def test_a_no_that_names_the_waiting(conversation: Conversation, act: Act, text: str, leaves: bool) -> None:
    conversation.does(Act.HUMAN)
    conversation.does(act, text)
    assert passed_on(conversation) == ([LEAVE] if leaves else [])


def test_whoever_goes_on_waiting_is_told_no_step(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN)
    assert conversation.does(Act.REPEAT, "我再等等") == ["utter_acknowledge_waiting"]
    assert conversation.does(Act.NEXT, "继续等") == ["utter_acknowledge_waiting"]


def test_a_no_to_a_human_who_is_only_offered(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD)
    conversation.does(Act.NOT_UNDERSTOOD)
    assert conversation.state.offer is Offer.HUMAN
    assert conversation.does(Act.LEAVE_QUEUE, "不等人工了") == ["utter_human_declined"]
    assert passed_on(conversation) == []


def test_asked_beside_another_request(conversation: Conversation) -> None:
    beside = (Request("ask_ticket_status", "我的工单怎么样了"),)
    replies = conversation.does(Act.OPEN_TOPIC, intent="support_hours", further_requests=beside)
    assert replies == ["utter_ticket_unknown", None, "utter_answer"]
    replies = conversation.does(
        Act.LEAVE_QUEUE, intent="leave_queue", further_requests=(Request("forgot_password", "怎么改密码"),)
    )
    assert replies[:2] == ["utter_queue_unknown", None]
    assert conversation.state.topic == "forgot_password"


def test_a_human_answers_what_is_asked_beside(conversation: Conversation) -> None:
    beside = (Request("ask_ticket_status", "我的工单怎么样了"),)
    assert conversation.does(Act.HUMAN, intent="human_handoff", further_requests=beside) == ["utter_handoff", None]
    assert passed_on(conversation)[0]["type"] == "handoff"


def test_in_doubt_nobody_is_asked_about_a_queue_that_they_do_not_stand_in(conversation: Conversation) -> None:
    doubtful: dict[str, Any] = {
        "band": AnswerBand.CHOICE,
        "confidence": 0.5,
        "choices": (("leave_queue", 0.5), ("support_hours", 0.3), ("forgot_password", 0.2)),
    }
    conversation.does(Act.LEAVE_QUEUE, "等", intent="leave_queue", **doubtful)
    choice = conversation.state.choice
    assert choice
    assert choice.options == ("support_hours", "forgot_password")
    conversation.does(Act.HUMAN)
    conversation.does(Act.LEAVE_QUEUE, "再等", intent="leave_queue", **doubtful)
    choice = conversation.state.choice
    assert choice
    assert choice.options == ("leave_queue", "support_hours", "forgot_password")


def test_while_waiting_the_bot_goes_on_answering(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.HUMAN)
    assert conversation.state.walk is None
    assert conversation.does(Act.AFFIRM, "好的") == ["utter_acknowledge_waiting"]
    assert conversation.opens("support_hours") == ["utter_answer"]


@pytest.mark.parametrize("available", [True, False, None])
def test_while_nobody_has_come_the_procedure_goes_on_where_it_was(
    conversation: Conversation, available: bool | None
) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.NEXT)
    conversation.does(Act.HUMAN, human_available=available)
    assert conversation.does(Act.NEXT, "继续", human_available=available)[-1] == "utter_step"
    assert (conversation.state.topic, conversation.state.step) == ("forgot_password", 2)


@pytest.mark.parametrize(
    ("available", "said"), [(True, "utter_handoff_present"), (False, "utter_handoff_absent"), (None, "utter_handoff")]
)
def test_the_handoff_knows_whether_somebody_is_there(
    conversation: Conversation, available: bool | None, said: str
) -> None:
    assert conversation.does(Act.HUMAN, human_available=available) == [said, None]
    assert conversation.turn
    assert conversation.turn.replies[0].values == {"story": ""}


def test_nobody_there_offers_the_procedure_back(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.HUMAN, human_available=False) == ["utter_handoff_absent_in_procedure", None]
    assert conversation.turn
    assert conversation.turn.replies[0].values["story"]
    assert conversation.state.offer is Offer.RESUME
    assert conversation.does(Act.AFFIRM, "好", human_available=False) == ["utter_first_step"]


@pytest.mark.parametrize(
    ("act", "text"), [(Act.LEAVE_QUEUE, "等了二十分钟了"), (Act.CANCEL, "等半天了算了吗"), (Act.DENY, "还要等吗不想等")]
)
def test_nobody_leaves_the_queue_on_a_doubtful_reading(conversation: Conversation, act: Act, text: str) -> None:
    conversation.does(Act.HUMAN, human_available=True)
    conversation.does(
        act,
        text,
        intent="leave_queue",
        band=AnswerBand.CHOICE,
        confidence=0.68,
        choices=(("leave_queue", 0.68),),
        human_available=True,
        is_queued=True,
    )
    assert passed_on(conversation) == [STATUS]
    assert conversation.state.handed_over


def test_complaint_about_waiting_keeps_the_place(conversation: Conversation) -> None:
    replies = conversation.does(
        Act.LEAVE_QUEUE,
        "等了二十分钟了",
        intent="leave_queue",
        acts={"waiting_complaint": 0.7},
        human_available=True,
        is_queued=True,
    )
    assert replies == ["utter_sorry_for_waiting", "utter_ticket_unknown", None]
    assert passed_on(conversation) == [STATUS]


def test_whoever_stands_in_no_queue_is_not_told_of_a_place(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN, human_available=False)
    replies = conversation.does(Act.OUT_OF_SCOPE, "等半天了", acts={"waiting_complaint": 0.9}, human_available=False)
    assert replies[0] == "utter_sorry_nobody_there"
