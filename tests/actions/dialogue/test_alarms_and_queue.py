"""Danger, grief and complaints: who hears of them, and when."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, Offer
from tests.conftest import Conversation

COMPLAINT = {"type": "support_request", "request": "complaint"}


def gives_away(conversation: Conversation, alarm: Alarm, text: str, **more: Any) -> list[dict[str, Any]]:
    conversation.does(Act.OUT_OF_SCOPE, text, alarms={alarm.value: 0.95}, **more)
    assert conversation.turn
    return [dict(reply.custom) for reply in conversation.turn.replies if reply.custom]


def words(conversation: Conversation) -> str:
    assert conversation.turn
    return "".join(str(reply.values.get("answer", "")) for reply in conversation.turn.replies)


@pytest.mark.parametrize("available", [True, False, None])
def test_crisis_is_handed_over_at_once(conversation: Conversation, available: bool | None) -> None:
    [handoff] = gives_away(conversation, Alarm.CRISIS, "我不想活了", human_available=available)
    assert (handoff["type"], handoff["reason"], handoff["mood"]) == ("handoff", "crisis", "in_crisis")
    assert handoff["alarms"] == [{"kind": "crisis", "text": "我不想活了"}]
    assert ("没有同事在线" in words(conversation)) == (available is False)


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM])
def test_a_ticket_that_waits_learns_of_a_danger(conversation: Conversation, alarm: Alarm) -> None:
    conversation.does(Act.HUMAN, human_available=True)
    [handoff] = gives_away(conversation, alarm, "出事了", human_available=True, is_queued=True)
    assert handoff["type"] == "handoff"
    assert handoff["alarms"] == [{"kind": alarm.value, "text": "出事了"}]
    # Once is enough.
    assert gives_away(conversation, alarm, "真的出事了", human_available=True, is_queued=True) == []


def test_complaint_is_recorded_though_nobody_is_wanted(conversation: Conversation) -> None:
    assert gives_away(conversation, Alarm.COMPLAINT, "我要投诉你们") == [COMPLAINT]
    assert conversation.state.offer is Offer.HUMAN
    assert gives_away(conversation, Alarm.COMPLAINT, "太差劲了，投诉") == []


def test_nobody_in_danger_is_asked_for_a_rating(conversation: Conversation) -> None:
    gives_away(conversation, Alarm.VICTIM, "密码告诉骗子了")
    conversation.opens("forgot_password")
    assert "utter_ask_rating" not in conversation.does(Act.CANCEL)
