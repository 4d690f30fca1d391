"""The payload that hands a conversation to a human; its schema is `docs/handoff.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.dialogue.messages import HANDOFF
from actions.dialogue.state import Alarm, Attempt, DialogueState, HandoffReason, Walk, has_alarm
from actions.knowledge import Knowledge, Topic

SCHEMA_VERSION = 4
_CONTACT_ENTITIES = ("phone_number", "email")
# What was given away goes before what the handoff is about, the gravest first.
_GRAVE = {
    Alarm.CRISIS: HandoffReason.CRISIS,
    Alarm.FRAUD: HandoffReason.FRAUD,
    Alarm.VICTIM: HandoffReason.ACCOUNT_COMPROMISED,
    Alarm.BEREAVED: HandoffReason.BEREAVED,
    Alarm.COMPLAINT: HandoffReason.COMPLAINT,
}


def grave_reason(state: DialogueState, reason: HandoffReason) -> HandoffReason:
    """Returns why the conversation goes to a human: what was given away in it, or else `reason`."""
    if reason is HandoffReason.USER_REQUEST and state.frustrated:
        reason = HandoffReason.FRUSTRATED
    return next((grave for alarm, grave in _GRAVE.items() if has_alarm(state, alarm)), reason)


def _topic(state: DialogueState, knowledge: Knowledge) -> Topic | None:
    """What it is about: the topic at hand, the last one, or what was said together with the wish for a human."""
    said = [request.intent for request in state.requests]
    names = (state.topic or "", state.last_topic or "", *said)
    return next((knowledge.topics[name] for name in names if name in knowledge.topics), None)


def handoff_payload(
    state: DialogueState, reason: HandoffReason, knowledge: Knowledge, entities: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Returns the handoff payload.

    Args:
        state: The state before the handoff.
        reason: Why the conversation is handed off.
        knowledge: Gives titles to ids, and the template of the summary.
        entities: Entities of the message that asked for a human; a phone number or e-mail in it is passed on.
    """
    topic = _topic(state, knowledge)
    step = None
    if state.topic and topic and state.step:
        shown = topic.steps[state.step - 1]
        step = {"number": state.step, "count": len(topic.steps), "id": shown.id, "title": shown.title}
    collected = dict(state.collected_details)
    collected |= {name: entities[name][0] for name in _CONTACT_ENTITIES if name in entities}
    return {
        "type": HANDOFF,
        "version": SCHEMA_VERSION,
        "reason": reason.value,
        "summary": _summary(state, reason, knowledge, collected),
        "topic": {"id": topic.id, "title": topic.title} if topic else None,
        "step": step,
        "collected": collected,
        "problem_steps": list(state.walk.problem_steps) if state.walk else [],
        "suspended": [
            {**_titled(walk.topic, knowledge), **_step(walk.topic, walk.step, knowledge)}
            for walk in reversed(state.suspended)
        ],
        "other_requests": [{**_titled(request.intent, knowledge), "text": request.text} for request in state.requests],
        "tried": [
            {
                **_titled(attempt.topic, knowledge),
                **_step(attempt.topic, attempt.step, knowledge),
                "outcome": attempt.outcome.value,
            }
            for attempt in state.attempts
        ],
        "mood": _mood(state),
        "alarms": [{"kind": told.alarm.value, "text": told.text} for told in state.alarms],
        "rating": state.rating,
    }


def _titled(topic: str, knowledge: Knowledge) -> dict[str, str]:
    return {"topic": topic, "title": knowledge.topics[topic].title if topic in knowledge.topics else topic}


def _step(topic: str, number: int, knowledge: Knowledge) -> dict[str, Any]:
    step_id = knowledge.topics[topic].step_id(number) if topic in knowledge.topics else None
    return {"step": number, "step_id": step_id}


def _mood(state: DialogueState) -> str:
    if has_alarm(state, Alarm.CRISIS):
        return "in_crisis"
    if has_alarm(state, Alarm.FRAUD, Alarm.VICTIM, Alarm.BEREAVED):
        return "distressed"
    return "frustrated" if state.frustrated or has_alarm(state, Alarm.COMPLAINT) else "calm"


def _summary(state: DialogueState, reason: HandoffReason, knowledge: Knowledge, collected: Mapping[str, str]) -> str:
    """Returns the state in a few lines for the agent: who, what, how far, what was tried, details, mood, reason."""
    words = knowledge.wording.handoff_summary
    contacts = knowledge.wording.contact_details
    contact = [f"{detail.label}{collected[detail.id]}" for detail in contacts if detail.id in collected]
    details = [
        f"{detail.label}{collected[detail.id]}{detail.unit or ''}"
        for topic in knowledge.topics.values()
        for detail in topic.collected_details
        if detail.id in collected
    ]
    problems = _problem_steps(state.walk, knowledge)
    attempts = [_attempt(attempt, knowledge) for attempt in state.attempts]
    suspended = [
        words.attempt.format(
            title=_titled(walk.topic, knowledge)["title"],
            step_number=walk.step,
            outcome=words.outcomes["abandoned"],
        )
        for walk in reversed(state.suspended)
    ]
    requests = [request.text or _titled(request.intent, knowledge)["title"] for request in state.requests]
    join = words.separator.join
    lines = [
        words.alarms.format(alarms=join(f"「{told.text}」" for told in state.alarms)) if state.alarms else "",
        words.who.format(contact=join(contact)) if contact else "",
        _about(state, knowledge),
        words.unanswered.format(questions=join(f"「{text}」" for text in state.unanswered)) if state.unanswered else "",
        words.problem_steps.format(steps=join(problems)) if problems else "",
        words.collected.format(details=join(details)) if details else "",
        words.tried.format(attempts=join(attempts)) if attempts else "",
        words.suspended.format(topics=join(suspended)) if suspended else "",
        words.other_requests.format(requests=join(requests)) if requests else "",
        words.mood.format(mood=words.moods[_mood(state)]),
        words.reason.format(reason=words.reasons[reason.value]),
    ]
    return "\n".join(line for line in lines if line)


def _about(state: DialogueState, knowledge: Knowledge) -> str:
    words = knowledge.wording.handoff_summary
    topic = _topic(state, knowledge)
    if topic is None:
        return "" if state.unanswered else words.nothing
    if not state.topic or not state.step:
        return words.about.format(title=topic.title)
    return words.about_step.format(
        title=topic.title,
        step_number=state.step,
        step_count=len(topic.steps),
        step_title=topic.steps[state.step - 1].title,
    )


def _problem_steps(walk: Walk | None, knowledge: Knowledge) -> list[str]:
    if walk is None:
        return []
    return [step.title for step in knowledge.topics[walk.topic].steps if step.id in walk.problem_steps]


def _attempt(attempt: Attempt, knowledge: Knowledge) -> str:
    words = knowledge.wording.handoff_summary
    return words.attempt.format(
        title=_titled(attempt.topic, knowledge)["title"],
        step_number=attempt.step,
        outcome=words.outcomes[attempt.outcome.value],
    )
