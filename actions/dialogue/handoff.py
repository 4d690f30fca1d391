"""The payload that hands a conversation to a human; its schema is `docs/handoff.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.dialogue.state import DialogueState, HandoffReason
from actions.knowledge import Knowledge

SCHEMA_VERSION = 1
_CONTACT_ENTITIES = ("phone_number", "email")


def handoff_payload(
    state: DialogueState, reason: HandoffReason, knowledge: Knowledge, entities: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Returns the handoff payload.

    Args:
        state: The state before the handoff.
        reason: Why the conversation is handed off.
        knowledge: Gives titles to ids.
        entities: Entities of the message that asked for a human; a phone number or e-mail in it is passed on.
    """
    topic = knowledge.topics.get(state.topic or state.last_topic or "")
    step = None
    if state.topic and topic and state.step:
        shown = topic.steps[state.step - 1]
        step = {"number": state.step, "count": len(topic.steps), "id": shown.id, "title": shown.title}
    collected = dict(state.collected_details)
    collected |= {name: entities[name][0] for name in _CONTACT_ENTITIES if name in entities}
    return {
        "type": "handoff",
        "version": SCHEMA_VERSION,
        "reason": reason.value,
        "topic": {"id": topic.id, "title": topic.title} if topic else None,
        "step": step,
        "collected": collected,
        "problem_steps": list(state.problem_steps),
        "tried": [
            {
                "topic": attempt.topic,
                "title": knowledge.topics[attempt.topic].title if attempt.topic in knowledge.topics else attempt.topic,
                "step": attempt.step,
                "outcome": attempt.outcome.value,
            }
            for attempt in state.attempts
        ],
    }
