"""The estimate of the waiting time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.office import MONDAY, Office
from uwallet_gateway.support.queue import estimate, priority_of


@pytest.mark.parametrize(
    ("seconds", "position", "minutes"),
    [
        ([], 1, None),
        ([0, 60], 1, None),
        ([0, 60, 120], 1, 1),
        ([0, 60, 120], 5, 5),
        ([0, 100, 200, 1000], 3, 5),
        ([0, 1, 2], 1, 1),
    ],
)
def test_estimate(seconds: list[int], position: int, minutes: int | None) -> None:
    assert estimate([MONDAY + timedelta(seconds=second) for second in seconds], position) == minutes


@pytest.mark.parametrize(
    ("reason", "handoff", "priority"),
    [
        ("user_request", {}, 2),
        ("account_compromised", {}, 0),
        # Somebody who first says what has happened, and then asks for a human.
        ("user_request", {"topic": {"id": "account_compromised", "title": "账户被盗"}}, 0),
        ("frustrated", {"topic": None}, 1),
        ("step_problem", {"topic": {"id": "forgot_password"}, "mood": "frustrated"}, 1),
        ("user_request", {"topic": {"id": "account_compromised"}, "mood": "frustrated"}, 0),
        ("crisis", {"topic": None, "mood": "in_crisis"}, 0),
        ("fraud", {"mood": "distressed"}, 0),
        # Told earlier in the conversation, whatever the human is asked for in the end.
        ("user_request", {"alarms": [{"kind": "victim", "text": "被盗了"}]}, 0),
        ("user_request", {"alarms": [{"kind": "fraud_underway", "text": "让我转账"}]}, 0),
        ("bereaved", {"mood": "distressed"}, 1),
        ("complaint", {"mood": "frustrated"}, 1),
        ("user_request", {"alarms": [{"kind": "complaint", "text": "投诉"}]}, 1),
        ("engine_trouble", {"topic": None, "mood": "calm"}, 2),
    ],
)
def test_priority(reason: str, handoff: dict[str, Any], priority: int) -> None:
    assert priority_of(reason, handoff) == priority


@pytest.mark.both_databases
async def test_wait_is_told_once_there_are_claims_to_tell_it_from(office: Office) -> None:
    agent = await office.agent("小林")
    for _ in range(3):
        _, ticket = await office.chat(agent)
        await office.agents.close(ticket.id, agent, disposition="solved")
        await office.later(minutes=1, seconds=50)
    conversation_id, _ = await office.waiting_ticket()
    assert (await office.state(conversation_id)).wait_minutes == 2
    assert "2分钟" in (await office.last(conversation_id)).text
    await office.later(hours=1, minutes=1)
    assert (await office.state(conversation_id)).wait_minutes is None


async def test_users_know_before_they_ask_whether_somebody_is_there(office: Office) -> None:
    conversation_id = await office.user()
    before = await office.state(conversation_id)
    await office.agent("小林")
    after = await office.state(conversation_id)
    assert (before.available, after.available) == (False, True)
