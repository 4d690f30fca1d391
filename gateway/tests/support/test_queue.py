"""The estimate of the waiting time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.office import MONDAY, Office
from uwallet_gateway.support.queue import Claim, Wait, estimate, priority_of


def claims(*seconds: tuple[int, int], agents: int = 1) -> list[Claim]:
    """Claims by turns of so many agents: when the user had come, and when they were taken."""
    return [
        Claim(number % agents, MONDAY + timedelta(seconds=queued), MONDAY + timedelta(seconds=at))
        for number, (queued, at) in enumerate(seconds)
    ]


STEADY = claims((0, 60), (0, 120), (0, 180), (0, 240))
UNEVEN = claims((0, 0), (0, 60), (0, 180), (0, 360))


@pytest.mark.parametrize(
    ("taken", "position", "online", "wait"),
    [
        ([], 1, 1, None),
        # Two of three that came one after another say little.
        (STEADY[:3], 1, 1, None),
        (STEADY, 1, 1, Wait(1, 1)),
        (STEADY, 5, 1, Wait(5, 5)),
        # One agent did this; two are there now.
        (STEADY, 6, 2, Wait(3, 3)),
        (claims((0, 60), (0, 120), (0, 180), (0, 240), agents=2), 6, 1, Wait(12, 12)),
        (UNEVEN, 2, 1, Wait(3, 5)),
        (STEADY, 1, 0, None),
        # Four claims tell nothing of the sixtieth place.
        (STEADY, 60, 2, None),
        # Nobody waited between these: the time from coming to being taken counts, not the quiet hour.
        (claims((0, 30), (600, 630), (1200, 1230), (1800, 1830)), 2, 1, Wait(1, 1)),
    ],
)
def test_estimate(taken: list[Claim], position: int, online: int, wait: Wait | None) -> None:
    assert estimate(taken, position, online) == wait


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
    waiting = [await office.waiting_ticket() for _ in range(6)]
    for minutes, (_, ticket) in zip((1, 1, 2, 3), waiting, strict=False):
        await office.agents.claim(ticket.id, agent)
        await office.pass_time(minutes=minutes)
    conversation_id, _ = await office.waiting_ticket()
    state = await office.state(conversation_id)
    assert (state.position, state.wait_minutes_least, state.wait_minutes) == (3, 3, 5)
    assert "3到5分钟" in (await office.last(conversation_id)).text
    await office.pass_time(hours=1, minutes=1)
    assert (await office.state(conversation_id)).wait_minutes is None


async def test_users_know_before_they_ask_whether_somebody_is_there(office: Office) -> None:
    conversation_id = await office.user()
    before = await office.state(conversation_id)
    await office.agent("小林")
    after = await office.state(conversation_id)
    assert (before.available, after.available) == (False, True)


async def test_what_all_desks_are_told_is_read_at_once(office: Office) -> None:
    lin, zhou = await office.agent("小林"), await office.agent("小周")
    await office.chat(lin)
    await office.chat(lin)
    await office.waiting_ticket()
    counts, chats = await office.tickets.counts_of_all()
    assert chats == {lin: 2}
    for agent in (lin, zhou):
        assert counts.model_copy(update={"mine": chats.get(agent, 0)}) == await office.tickets.counts(agent)
    assert (counts.waiting, counts.mine, counts.online) == (1, 0, 2)
