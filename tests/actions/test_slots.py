"""Slots hold the whole state; conversations older than the knowledge do not break."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.dialogue.state import (
    Alarm,
    Attempt,
    AttemptOutcome,
    Awaiting,
    Choice,
    DialogueState,
    Disambiguation,
    HandoffReason,
    ListedOption,
    Offer,
    Request,
    Told,
    Walk,
)
from actions.knowledge import Knowledge, load_knowledge
from actions.slots import slots_from_state, state_from_slots

FULL = DialogueState(
    walk=Walk(
        topic="transaction_dispute",
        step=1,
        awaiting=Awaiting.DETAIL,
        requested_detail="amount",
        visited_steps=("note_transaction",),
        problem_steps=("note_transaction",),
    ),
    suspended=(Walk("forgot_password", 3, interrupted=True), Walk("account_closure", 0, Awaiting.WARNING, True)),
    offer=Offer.REQUEST,
    requests=(Request("support_hours", "几点上班", {"transaction_time": ("昨天", "今天")}),),
    disambiguations=(Disambiguation("那个", "那个", ("forgot_password",), None),),
    collected_details={"transaction_time": "昨天"},
    skipped_details=("counterparty",),
    last_topic="transaction_dispute",
    attempts=(Attempt("forgot_password", 3, AttemptOutcome.ABANDONED),),
    failures_in_row=1,
    frustrated=True,
    apologised=True,
    rating=4,
    rating_asked=True,
    handed_over=True,
    shown=(ListedOption("下一步", "/next_step"),),
    lists=((ListedOption("忘记密码", "/forgot_password"), ListedOption("支付失败", "/payment_failure")),),
    list_is_fresh=True,
    alarms=(Told(Alarm.FRAUD, "他让我转到安全账户"), Told(Alarm.CRISIS, "不想活了")),
    open_alarm=Alarm.CRISIS,
    denied_alarms=(Alarm.VICTIM,),
    answered={"fraud_underway_first": 2},
    misfits=1,
    last_answer=4294967295,
    question="多久能办好",
    unanswered=("账单上的绿点是什么",),
    reach=("number_gone", "mail_none"),
    fragment="我那个",
    asked_about="account_security/two_step_verification",
)
HUMAN = DialogueState(offer=Offer.HUMAN, offer_reason=HandoffReason.NOT_UNDERSTOOD)
CHOICE = DialogueState(
    offer=Offer.CHOICE, choice=Choice("那个啥", "那个啥", ("forgot_password",), {"amount": ("200",)})
)
CORRECTION = DialogueState(offer=Offer.CORRECTION, correcting="amount")


@pytest.mark.parametrize("state", [DialogueState(), FULL, HUMAN, CHOICE, CORRECTION])
def test_slots_hold_the_state(state: DialogueState, knowledge: Knowledge) -> None:
    stored = json.loads(json.dumps(slots_from_state(state, knowledge)))
    assert state_from_slots(stored, knowledge) == state


def test_slots_never_set_are_the_initial_state(knowledge: Knowledge) -> None:
    assert state_from_slots({}, knowledge) == DialogueState()


def test_a_topic_that_is_gone_is_left(knowledge: Knowledge) -> None:
    slots = {**slots_from_state(FULL, knowledge), "active_topic": "gone"}
    assert state_from_slots(slots, knowledge).walk is None


def test_a_suspended_topic_and_a_request_that_are_gone_are_dropped(knowledge: Knowledge) -> None:
    slots = slots_from_state(FULL, knowledge)
    slots["suspended"][0]["topic"] = "gone"
    slots["pending_requests"][0]["intent"] = "gone"
    state = state_from_slots(slots, knowledge)
    assert [walk.topic for walk in state.suspended] == ["account_closure"]
    assert (state.requests, state.offer) == ((), None)


def with_steps(folder: Path, change: Callable[[list[Any]], None]) -> Knowledge:
    """Returns the knowledge after a change of the steps of forgot_password."""
    yaml = YAML()
    topic = yaml.load(folder / "forgot_password.yml")
    change(topic["steps"])
    yaml.dump(topic, folder / "forgot_password.yml")
    return load_knowledge(folder)


NEW_STEP = {"id": "check_network", "title": "看看网络", "text": "看看能不能上网。", "trouble": "换个网络。"}


def test_a_step_inserted_before_leaves_the_user_at_their_step(knowledge: Knowledge, knowledge_folder: Path) -> None:
    walk = Walk("forgot_password", 3)
    attempt = Attempt("forgot_password", 2, AttemptOutcome.ABANDONED)
    state = DialogueState(walk=walk, suspended=(walk,), attempts=(attempt,))
    slots = slots_from_state(state, knowledge)
    later = with_steps(knowledge_folder, lambda steps: steps.insert(1, NEW_STEP))
    after = state_from_slots(slots, later)
    assert (after.step, after.suspended[0].step, after.attempts[0].step) == (4, 4, 3)
    assert later.topics["forgot_password"].step_id(4) == knowledge.topics["forgot_password"].step_id(3)
    assert slots_from_state(after, later) == slots


def test_a_step_that_is_gone_becomes_the_last_one_seen(knowledge: Knowledge, knowledge_folder: Path) -> None:
    slots = {
        "active_topic": "forgot_password",
        "procedure_step": "enter_verification_code",
        "visited_steps": ["open_forgot_password", "enter_bound_account", "enter_verification_code"],
    }
    later = with_steps(knowledge_folder, lambda steps: steps.pop(2))
    assert state_from_slots(slots, knowledge).step == 3
    assert state_from_slots(slots, later).step == 2
    assert state_from_slots({**slots, "visited_steps": None}, later).step == 0


def test_conversations_from_before_steps_were_kept_by_id(knowledge: Knowledge) -> None:
    walk = {"topic": "account_closure", "step": 2, "visited_steps": []}
    attempt = {"topic": "forgot_password", "step": 3, "outcome": "abandoned"}
    slots = {
        "active_topic": "forgot_password",
        "procedure_step": 2.0,
        "suspended": [walk],
        "attempts": [attempt, {**attempt, "step": 0}],
    }
    state = state_from_slots(slots, knowledge)
    assert (state.step, state.suspended[0].step, [it.step for it in state.attempts]) == (2, 2, [3, 0])
    kept = slots_from_state(state, knowledge)
    assert kept["procedure_step"] == "enter_bound_account"
    assert kept["suspended"][0]["step"] == "open_closure_option"
    assert [it["step"] for it in kept["attempts"]] == ["enter_verification_code", None]
    assert state_from_slots(kept, knowledge) == state


def test_a_number_beyond_the_last_step_becomes_the_last(knowledge: Knowledge) -> None:
    assert state_from_slots({"active_topic": "forgot_password", "procedure_step": 9.0}, knowledge).step == 5


def test_a_detail_that_is_gone_is_not_waited_for(knowledge: Knowledge) -> None:
    state = state_from_slots({**slots_from_state(FULL, knowledge), "requested_detail": "gone"}, knowledge)
    assert state.walk
    assert (state.walk.awaiting, state.walk.requested_detail) == (None, None)
