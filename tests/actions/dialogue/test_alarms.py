"""What was given away is answered, stays on record, and goes before everything else."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Operator
from actions.dialogue.state import Alarm, Offer
from tests.actions.dialogue.test_handoff import SCHEMA
from tests.conftest import SENTENCE, Conversation

REASONS = {
    "crisis": ("crisis", "in_crisis"),
    "fraud_underway": ("fraud", "distressed"),
    "victim": ("account_compromised", "distressed"),
    "bereaved": ("bereaved", "distressed"),
    "complaint": ("complaint", "frustrated"),
}


def gives_away(conversation: Conversation, alarm: str, text: str = SENTENCE, **more: Any) -> list[str | None]:
    return conversation.does(Act.OUT_OF_SCOPE, text, alarms={alarm: 0.9}, **more)


def handoffs(conversation: Conversation) -> list[dict[str, Any]]:
    assert conversation.turn
    payloads = [json.loads(json.dumps(reply.custom)) for reply in conversation.turn.replies if reply.is_handoff]
    for payload in payloads:
        jsonschema.validate(payload, SCHEMA)
    return payloads


@pytest.mark.parametrize("alarm", REASONS)
def test_every_kind_is_answered_again_and_again(conversation: Conversation, alarm: str) -> None:
    said = []
    for _ in range(5):
        replies = gives_away(conversation, alarm)
        assert set(replies) <= {"utter_care", "utter_care_with_human", None}
        assert conversation.turn
        said.append(conversation.turn.replies[0].values["answer"])
    assert [told.alarm.value for told in conversation.state.alarms] == [alarm]
    assert said[0] != said[1]


@pytest.mark.parametrize("alarm", REASONS)
def test_every_later_handoff_tells_it_whatever_was_talked_of_in_between(conversation: Conversation, alarm: str) -> None:
    gives_away(conversation, alarm, "出事了，我说不清楚")
    conversation.opens("support_hours")
    conversation.opens("forgot_password")
    conversation.does(Act.SOLVED, "解决了")
    conversation.does(Act.RESTART)
    conversation.does(Act.GREET, "你好", after_agent=True)
    conversation.opens("payment_failure")
    conversation.does(Act.HUMAN, "转人工", intent="human_handoff")
    (payload,) = handoffs(conversation)
    assert (payload["reason"], payload["mood"]) == REASONS[alarm]
    assert payload["alarms"] == [{"kind": alarm, "text": "出事了，我说不清楚"}]
    assert "出事了，我说不清楚" in payload["summary"]


def test_the_gravest_is_the_reason(conversation: Conversation) -> None:
    for alarm in reversed(REASONS):
        gives_away(conversation, alarm, "真不想活了，怎么会这样" if alarm == "crisis" else SENTENCE)
    conversation.does(Act.HUMAN, "转人工", intent="human_handoff")
    (payload,) = handoffs(conversation)
    assert (payload["reason"], payload["mood"]) == REASONS["crisis"]
    assert {told["kind"] for told in payload["alarms"]} == set(REASONS)


def test_a_crisis_is_handed_over_at_once_without_menus(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    gives_away(conversation, "crisis")
    assert len(handoffs(conversation)) == 1
    assert conversation.turn
    assert all(not reply.buttons for reply in conversation.turn.replies)
    assert conversation.state.walk is None


def test_whoever_waits_already_has_the_ticket_told_once(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN, "转人工", intent="human_handoff")
    assert handoffs(conversation)[0]["reason"] == "user_request"
    gives_away(conversation, "crisis")
    assert handoffs(conversation)[0]["reason"] == "crisis"
    gives_away(conversation, "crisis")
    assert handoffs(conversation) == []


def test_a_human_asked_for_in_the_same_breath_is_not_asked_about(conversation: Conversation) -> None:
    conversation.does(Act.HUMAN, "我被骗了，转人工", intent="human_handoff", alarms={"victim": 0.9})
    assert handoffs(conversation)[0]["reason"] == "account_compromised"


@pytest.mark.parametrize("alarm", ["fraud_underway", "victim", "bereaved"])
def test_a_human_is_offered_and_the_walkthrough_waits(conversation: Conversation, alarm: str) -> None:
    conversation.opens("forgot_password", step_number="2")
    gives_away(conversation, alarm)
    assert conversation.state.offer is Offer.HUMAN
    assert [(walk.topic, walk.step) for walk in conversation.state.suspended] == [("forgot_password", 2)]


def test_no_rating_and_no_niceties_after_an_alarm(conversation: Conversation) -> None:
    gives_away(conversation, "victim")
    named = (Operator("named", "forgot_password"),)
    said = conversation.does(Act.OPEN_TOPIC, "那先找回密码", intent="forgot_password", operators=named)
    assert said == ["utter_first_step"]
    assert "utter_ask_rating" not in conversation.does(Act.SOLVED, "解决了")


@pytest.mark.parametrize("alarm", ["crisis", "fraud_underway", "victim"])
def test_a_doubt_is_asked_about_and_leaves_everything_as_it_is(conversation: Conversation, alarm: str) -> None:
    conversation.opens("forgot_password", step_number="2")
    said = conversation.does(
        Act.OUT_OF_SCOPE, "我真的撑不下去了，怎么会这样", alarms={alarm: 0.28}, band=AnswerBand.CHOICE
    )
    assert said == ["utter_care"]
    assert (conversation.state.topic, conversation.state.step, conversation.state.alarms) == ("forgot_password", 2, ())
    assert handoffs(conversation) == []


def test_a_denial_takes_nothing_else_off_the_record(conversation: Conversation) -> None:
    gives_away(conversation, "crisis")
    conversation.does(Act.OUT_OF_SCOPE, "随便说一句别的话", alarms={"victim": 0.28})
    conversation.does(Act.DENY, "没有", intent="deny")
    assert conversation.state.alarms[0].alarm is Alarm.CRISIS


def test_a_theft_counts_as_its_topic_and_is_on_record_however_it_was_told(conversation: Conversation) -> None:
    conversation.does(Act.OPEN_TOPIC, "/account_compromised", intent="account_compromised", payload=True)
    assert conversation.state.alarms[0].alarm is Alarm.VICTIM
    conversation.does(Act.HUMAN, "转人工", intent="human_handoff")
    assert handoffs(conversation)[0]["topic"]["id"] == "account_compromised"


def test_who_will_not_call_is_not_urged_to(conversation: Conversation) -> None:
    gives_away(conversation, "crisis")
    conversation.does(Act.OUT_OF_SCOPE, "不想打", after_alarm={"refuses_line": 0.9})
    for text in ("就我一个人", "嗯哼哼", "说了也白说"):
        conversation.does(Act.OUT_OF_SCOPE, text, after_alarm={"alone": 0.9} if "一个" in text else {})
        assert conversation.turn
        said = "".join(str(reply.values.get("answer", "")) for reply in conversation.turn.replies)
        assert said
        assert "12356" not in said


def test_what_was_begun_to_mend_it_goes_on(conversation: Conversation) -> None:
    gives_away(conversation, "victim")
    conversation.does(
        Act.OPEN_TOPIC, "改密码", intent="forgot_password", operators=(Operator("anchor", "forgot_password"),)
    )
    conversation.does(Act.OUT_OF_SCOPE, "能追回来吗", after_alarm={"asks_money_back": 0.9})
    assert conversation.state.walk is not None


def test_a_false_alarm_denied_makes_no_later_handoff_urgent(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    gives_away(conversation, "victim", "接着弄")
    conversation.does(Act.OUT_OF_SCOPE, "我没被骗啊", operators=(Operator("negated", "fraud"),))
    assert conversation.state.alarms == ()
    conversation.does(Act.HUMAN, "转人工", intent="human_handoff")
    (payload,) = handoffs(conversation)
    assert (payload["reason"], payload["mood"], payload["alarms"]) == ("user_request", "calm", [])
    assert payload["topic"]["id"] == "forgot_password"


def test_a_number_filled_in_is_no_theft(conversation: Conversation) -> None:
    heard = {"link": 0.6, "card_told": 0.7}
    conversation.opens("forgot_password")
    conversation.does(Act.OUT_OF_SCOPE, "知道了，弄下去，号填了", said=heard, alarms={"none": 1.0}, acts={"done": 0.99})
    assert conversation.state.alarms == ()
