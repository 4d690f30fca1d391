"""Translates between Rasa's tracker and the dialogue: slots to state, entities to values, replies to utterances."""

from __future__ import annotations

import datetime
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue.dialogue import Act, Dialogue
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.state import Attempt, AttemptOutcome, Awaiting, DialogueState, HandoffReason
from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.organisation import placeholder_values


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Returns the knowledge, read once per process.

    Raises:
        KnowledgeError: A knowledge file is broken.
    """
    return load_knowledge()


# Read when the action server starts, so that a broken file stops the start and not a conversation.
knowledge()


def state_from_slots(slots: Mapping[str, Any]) -> DialogueState:
    """Returns the state that the slots hold; slots never set give the initial state.

    A conversation may be older than the knowledge: a topic that is gone is left, a step beyond the last one becomes
    the last one, a question about a detail that is gone is dropped.
    """
    awaiting, reason = slots.get("awaiting"), slots.get("offer_reason")
    state = DialogueState(
        topic=slots.get("active_topic"),
        step=int(slots.get("procedure_step") or 0),
        awaiting=Awaiting(awaiting) if awaiting else None,
        interrupted=bool(slots.get("interrupted")),
        requested_detail=slots.get("requested_detail"),
        collected_details=dict(slots.get("collected_details") or {}),
        skipped_details=tuple(slots.get("skipped_details") or ()),
        visited_steps=tuple(slots.get("visited_steps") or ()),
        problem_steps=tuple(slots.get("problem_steps") or ()),
        offer_reason=HandoffReason(reason) if reason else None,
        last_topic=slots.get("last_topic"),
        attempts=tuple(
            Attempt(attempt["topic"], int(attempt["step"]), AttemptOutcome(attempt["outcome"]))
            for attempt in slots.get("attempts") or ()
        ),
        not_understood_in_row=int(slots.get("not_understood_in_row") or 0),
    )
    topic = knowledge().topics.get(state.topic or "")
    if topic is None or not topic.is_walkthrough:
        kept = state.awaiting if state.awaiting is Awaiting.HUMAN_OFFER else None
        return replace(state, topic=None, step=0, awaiting=kept, interrupted=False, requested_detail=None)
    if state.awaiting is Awaiting.DETAIL and state.requested_detail not in {d.id for d in topic.collected_details}:
        state = replace(state, awaiting=None, requested_detail=None)
    return replace(state, step=min(state.step, len(topic.steps)))


def slots_from_state(state: DialogueState) -> dict[str, Any]:
    """Returns the slot values that hold the state; the inverse of `state_from_slots`."""
    return {
        "active_topic": state.topic,
        "procedure_step": float(state.step) if state.topic else None,
        "awaiting": state.awaiting.value if state.awaiting else None,
        "interrupted": state.interrupted,
        "requested_detail": state.requested_detail,
        "collected_details": dict(state.collected_details) or None,
        "skipped_details": list(state.skipped_details) or None,
        "visited_steps": list(state.visited_steps) or None,
        "problem_steps": list(state.problem_steps) or None,
        "offer_reason": state.offer_reason.value if state.offer_reason else None,
        "last_topic": state.last_topic,
        "attempts": [
            {"topic": attempt.topic, "step": attempt.step, "outcome": attempt.outcome.value}
            for attempt in state.attempts
        ]
        or None,
        "not_understood_in_row": float(state.not_understood_in_row),
    }


def message_from_tracker(tracker: Tracker) -> UserMessage:
    """Returns the latest user message; entities keep the order of the text, each value once."""
    latest = tracker.latest_message or {}
    entities: dict[str, dict[str, None]] = {}
    for entity in latest.get("entities") or ():
        entities.setdefault(entity["entity"], {})[str(entity["value"])] = None
    text = latest.get("text") or ""
    intent = latest.get("intent") or {}
    return UserMessage(
        intent=intent.get("name") or "",
        text=text,
        entities={name: tuple(values) for name, values in entities.items()},
        is_payload=bool(re.match(rf"/{intent.get('name')}\b", text)),
        confidence=float(intent.get("confidence") or 0),
    )


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Sends a reply through the dispatcher."""
    if reply.custom is not None:
        dispatcher.utter_message(json_message=dict(reply.custom))
        return
    buttons = [{"title": button.title, "payload": button.payload} for button in reply.buttons]
    dispatcher.utter_message(response=reply.response, buttons=buttons, **reply.values)


class DialogueAction(Action, ABC):
    """An action that is one act of the user in the dialogue. Subclasses give its name and the act."""

    act: ClassVar[Act]

    @abstractmethod
    def name(self) -> str:
        """Returns the name in `domain.yml`."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Sends the replies and returns a SlotSet for each slot that changes."""
        before = state_from_slots(tracker.slots)
        values = placeholder_values(knowledge().organisation, datetime.datetime.now(datetime.timezone.utc))
        message = message_from_tracker(tracker)
        # Text that looks like a payload but is none must not be read as an answer to whatever was asked.
        act = Act.NOT_UNDERSTOOD if message.text.startswith("/") and not message.is_payload else self.act
        turn = Dialogue(knowledge(), values).respond(before, act, message)
        for reply in turn.replies:
            utter(dispatcher, reply)
        old = slots_from_state(before)
        return [SlotSet(name, value) for name, value in slots_from_state(turn.state).items() if value != old[name]]
