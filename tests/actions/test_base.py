"""Slots hold the whole state; conversations older than the knowledge do not break."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.base import message_from_tracker, slots_from_state, state_from_slots
from actions.dialogue.state import Attempt, AttemptOutcome, Awaiting, DialogueState, HandoffReason

FULL = DialogueState(
    topic="transaction_dispute",
    step=1,
    awaiting=Awaiting.DETAIL,
    requested_detail="amount",
    collected_details={"transaction_time": "昨天"},
    skipped_details=("counterparty",),
    visited_steps=("note_transaction",),
    problem_steps=("note_transaction",),
    last_topic="transaction_dispute",
    attempts=(Attempt("forgot_password", 3, AttemptOutcome.LEFT),),
    not_understood_in_row=1,
)
OFFER = DialogueState(awaiting=Awaiting.HUMAN_OFFER, offer_reason=HandoffReason.NOT_UNDERSTOOD, interrupted=False)


@pytest.mark.parametrize("state", [DialogueState(), FULL, OFFER])
def test_slots_hold_the_state(state: DialogueState) -> None:
    assert state_from_slots(slots_from_state(state)) == state


def test_slots_never_set_are_the_initial_state() -> None:
    assert state_from_slots({}) == DialogueState()


def test_a_topic_that_is_gone_is_left() -> None:
    state = state_from_slots({**slots_from_state(FULL), "active_topic": "gone"})
    assert (state.topic, state.step, state.awaiting, state.requested_detail) == (None, 0, None, None)


def test_a_step_that_is_gone_becomes_the_last() -> None:
    assert state_from_slots({"active_topic": "forgot_password", "procedure_step": 9.0}).step == 5


def test_a_detail_that_is_gone_is_not_waited_for() -> None:
    state = state_from_slots({**slots_from_state(FULL), "requested_detail": "gone"})
    assert (state.awaiting, state.requested_detail) == (None, None)


def test_message_from_tracker() -> None:
    latest = {
        "text": "昨天扣了200，又扣了200，还有300",
        "intent": {"name": "transaction_dispute", "confidence": 0.9},
        "entities": [{"entity": "amount", "value": value} for value in ("200", "200", "300")],
    }
    tracker = Tracker("me", {}, latest, [], False, None, {}, "action_listen")
    message = message_from_tracker(tracker)
    assert message.entities == {"amount": ("200", "300")}
    assert (message.intent, message.is_payload, message.confidence) == ("transaction_dispute", False, 0.9)
