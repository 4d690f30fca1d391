"""The handoff payload fits its published schema."""

from __future__ import annotations

import json

import jsonschema
import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Request
from tests.conftest import Conversation
from tests.paths import ROOT

SCHEMA = json.loads((ROOT / "docs" / "handoff.schema.json").read_text(encoding="utf-8"))


def hand_off(conversation: Conversation, **entities: tuple[str, ...]) -> dict[str, object]:
    conversation.does(Act.HUMAN, "转人工", entities=entities)
    assert conversation.turn
    custom = conversation.turn.replies[-1].custom
    assert custom
    payload = json.loads(json.dumps(custom))
    jsonschema.validate(payload, SCHEMA)
    return dict(payload)


def test_out_of_the_blue(conversation: Conversation) -> None:
    payload = hand_off(conversation)
    assert payload == {
        "type": "handoff",
        "version": 4,
        "reason": "user_request",
        "summary": "要办的事：还没说清楚\n情绪：平稳\n转接原因：用户要求转人工",
        "topic": None,
        "step": None,
        "collected": {},
        "problem_steps": [],
        "suspended": [],
        "other_requests": [],
        "tried": [],
        "mood": "calm",
        "alarms": [],
        "rating": None,
    }


def test_what_nobody_could_answer_is_handed_over(conversation: Conversation) -> None:
    conversation.does(Act.OUT_OF_SCOPE, "账单上那个绿点是什么", entities={"unsupported_topic": ("账单",)})
    summary = str(hand_off(conversation)["summary"])
    assert summary.startswith("机器人没答上来：「账单上那个绿点是什么」\n")
    assert "还没说清楚" not in summary
    assert conversation.state.unanswered == ()


def test_from_the_middle_of_a_dispute(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.CANCEL)
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200")
    conversation.does(Act.NEXT, entities={"step_number": ("2",)})
    conversation.does(Act.PROBLEM)
    payload = hand_off(conversation, phone_number=("13800138000",))
    assert payload["topic"] == {"id": "transaction_dispute", "title": "交易申诉"}
    assert payload["step"] == {"number": 2, "count": 5, "id": "open_dispute_form", "title": "打开“交易申诉”"}
    assert payload["collected"] == {"transaction_time": "昨天", "amount": "200", "phone_number": "13800138000"}
    assert payload["problem_steps"] == ["open_dispute_form"]
    tried = {"topic": "forgot_password", "title": "找回登录密码", "step": 1, "step_id": "open_forgot_password"}
    assert payload["tried"] == [{**tried, "outcome": "abandoned"}]


def test_after_an_answer_the_topic_is_the_one_asked_about(conversation: Conversation) -> None:
    conversation.opens("verification_code_issue")
    payload = hand_off(conversation)
    assert payload["topic"] == {"id": "verification_code_issue", "title": "验证码的问题"}


def test_what_is_said_together_with_the_wish_for_a_human_is_the_topic(conversation: Conversation) -> None:
    failed = Request("payment_failure", "付款失败")
    conversation.does(Act.HUMAN, "付款失败，转人工", further_requests=(failed,))
    assert conversation.turn
    payload = conversation.turn.replies[-1].custom
    assert payload
    assert payload["topic"] == {"id": "payment_failure", "title": "排查支付失败"}
    assert "要办的事：排查支付失败\n还提到：付款失败" in payload["summary"]


def test_who_asks_for_a_human_in_anger_is_handed_over_for_it(conversation: Conversation) -> None:
    payload = hand_off(conversation, frustration=("rude",))
    assert (payload["reason"], payload["mood"]) == ("frustrated", "frustrated")


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "boredom"},
        {"version": 2},
        {"alarms": [{"kind": "fire", "text": "…"}]},
        {"mood": "merry"},
        {"unexpected": 1},
        {"topic": "text"},
    ],
)
def test_the_schema_refuses_anything_else(conversation: Conversation, change: dict[str, object]) -> None:
    payload = {**hand_off(conversation), **change}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(payload, SCHEMA)
