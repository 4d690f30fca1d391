"""A tracker that keeps what its events led to knows the same as one that replays them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from engine.serving.tracker import ServingTracker
from tests.extent import examples

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", "ask"],
        "entities": ["colour"],
        "slots": {
            "topic": {"type": "text", "mappings": [{"type": "custom"}]},
            "count": {"type": "any", "mappings": []},
        },
        "forms": {"some_form": {"required_slots": ["topic"]}},
        "actions": ["action_tell"],
    }
)
CLEAR_FOLLOWUP = "the processor takes the follow-up action"
ACTIONS = ["action_listen", "action_tell", "some_form", "action_session_start"]
EVENTS: list[Any] = [
    lambda: UserUttered("hi", {"name": "greet", "confidence": 1.0}),
    lambda: UserUttered("what", {"name": "ask"}, [{"entity": "colour", "value": "red"}]),
    *[lambda name=name: ActionExecuted(name) for name in ACTIONS],
    lambda: SlotSet("topic", "weather"),
    lambda: SlotSet("topic", None),
    lambda: SlotSet("count", [1, 2]),
    lambda: BotUttered("hello"),
    lambda: ActiveLoop("some_form"),
    lambda: ActiveLoop(None),
    lambda: ActionExecutionRejected("some_form"),
    lambda: FollowupAction("action_tell"),
    ConversationPaused,
    ActionReverted,
    UserUtteranceReverted,
    Restarted,
    SessionStarted,
    lambda: CLEAR_FOLLOWUP,
]
CONVERSATIONS = st.lists(st.sampled_from(EVENTS), max_size=40)


def both(conversation: list[Any]) -> tuple[DialogueStateTracker, ServingTracker]:
    trackers = DialogueStateTracker("me", DOMAIN.slots), ServingTracker("me", DOMAIN.slots)
    for make in conversation:
        event = make()
        for tracker in trackers:
            if isinstance(event, Event):
                tracker.update(event, DOMAIN)
            else:
                tracker.clear_followup_action()
    return trackers


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    names = ("sender_id", "events", "_paused", "followup_action", "latest_action", "active_loop", "model_id")
    found = {name: getattr(tracker, name) for name in names}
    found["slots"] = {name: (slot.value, slot.has_been_set) for name, slot in tracker.slots.items()}
    found["latest_message"] = tracker.latest_message and tracker.latest_message.as_dict()
    found["latest_message"] and found["latest_message"].pop("timestamp")
    return found


@settings(deadline=None, max_examples=examples(40, 1000))
@given(CONVERSATIONS, CONVERSATIONS)
def test_it_is_in_the_same_state(first: list[Any], second: list[Any]) -> None:
    plain, serving = both(first)
    # Asked for in between, so that what is kept from then on is put to the test.
    assert serving.applied_events() == plain.applied_events()
    serving.recent_states(DOMAIN, 3)
    for make in second:
        event = make()
        for tracker in (plain, serving):
            tracker.update(event) if isinstance(event, Event) else tracker.clear_followup_action()
        assert serving.applied_events() == plain.applied_events()
        assert state(serving) == state(plain)
    assert state(serving.copy()) == state(plain.copy())
    assert serving.recent_states(DOMAIN, 3) == plain.past_states(DOMAIN)[-3:]


@settings(deadline=None, max_examples=examples(20, 500))
@given(CONVERSATIONS, st.sampled_from(EVENTS), st.integers(1, 5))
def test_a_copy_is_independent(conversation: list[Any], make: Any, length: int) -> None:
    plain, serving = both(conversation)
    serving.recent_states(DOMAIN, length)
    duplicate = serving.copy()
    event = make()
    if isinstance(event, Event):
        duplicate.update(event)
    duplicate.slots["topic"].value = "changed"
    assert state(serving) == state(plain)
    assert serving.recent_states(DOMAIN, length) == plain.past_states(DOMAIN)[-length:]


def test_states_may_be_changed_by_who_asked_for_them() -> None:
    plain, serving = both([EVENTS[2], EVENTS[0], EVENTS[3]])
    serving.recent_states(DOMAIN, 2)[0].clear()
    serving.recent_states(DOMAIN, 2)[-1]["user"]["intent"] = "ask"
    assert serving.recent_states(DOMAIN, 2) == plain.past_states(DOMAIN)[-2:]


@pytest.mark.parametrize("model_id", [None, "some model"])
def test_a_copy_does_not_know_the_model(model_id: str | None) -> None:
    plain, serving = both([EVENTS[0]])
    plain.model_id = serving.model_id = model_id
    assert state(serving.copy()) == state(plain.copy())
