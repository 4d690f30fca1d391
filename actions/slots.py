"""Keeps the dialogue's state in Rasa's slots.

Steps are kept by id: their numbers change when a step is inserted. Within a turn the knowledge stays, and the dialogue
counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    fitted,
)
from actions.knowledge import Knowledge


def state_from_slots(slots: Mapping[str, Any], knowledge: Knowledge) -> DialogueState:
    """Returns the state that the slots hold, as far as the knowledge still has what it speaks of.

    Slots never set give the initial state.
    """
    offer, reason, rating = slots.get("offer"), slots.get("offer_reason"), slots.get("rating")
    topic = slots.get("active_topic")
    walk = {**slots, "topic": topic, "step": slots.get("procedure_step")}
    state = DialogueState(
        walk=_walk(walk, knowledge) if topic else None,
        suspended=tuple(_walk(kept, knowledge) for kept in slots.get("suspended") or ()),
        offer=Offer(offer) if offer else None,
        offer_reason=HandoffReason(reason) if reason else None,
        choice=_choice(slots["open_choice"]) if slots.get("open_choice") else None,
        correcting=slots.get("correcting"),
        requests=tuple(
            Request(request["intent"], request["text"], _values(request["entities"]))
            for request in slots.get("pending_requests") or ()
        ),
        disambiguations=tuple(
            Disambiguation(entry["text"], entry["key"], tuple(entry["choices"]), entry["chosen"])
            for entry in slots.get("disambiguations") or ()
        ),
        collected_details=dict(slots.get("collected_details") or {}),
        skipped_details=tuple(slots.get("skipped_details") or ()),
        last_topic=slots.get("last_topic"),
        attempts=tuple(
            Attempt(
                attempt["topic"],
                _step_number(attempt["topic"], attempt["step"], (), knowledge),
                AttemptOutcome(attempt["outcome"]),
            )
            for attempt in slots.get("attempts") or ()
        ),
        failures_in_row=int(slots.get("failures_in_row") or 0),
        frustrated=bool(slots.get("frustrated")),
        apologised=bool(slots.get("apologised")),
        rating=int(rating) if rating else None,
        rating_asked=bool(slots.get("rating_asked")),
        handed_over=bool(slots.get("handed_over")),
        shown=_options(slots.get("shown_buttons") or ()),
        lists=tuple(_options(listed) for listed in slots.get("shown_lists") or ()),
        list_is_fresh=bool(slots.get("list_is_fresh")),
        alarms=tuple(Told(Alarm(told["alarm"]), told["text"]) for told in slots.get("alarms") or ()),
        open_alarm=Alarm(slots["open_alarm"]) if slots.get("open_alarm") else None,
        denied_alarms=tuple(Alarm(name) for name in slots.get("denied_alarms") or ()),
        danger_facts=tuple(slots.get("danger_facts") or ()),
        whose_danger=float(slots.get("whose_danger") or 0.0),
        danger_offer=slots.get("danger_offer"),
        answered={name: int(count) for name, count in (slots.get("answered") or {}).items()},
        misfits=int(slots.get("misfits") or 0),
        reach=tuple(slots.get("reach") or ()),
        fragment=slots.get("fragment"),
        asked_about=slots.get("asked_about"),
        last_answer=int(slots["last_answer"]) if slots.get("last_answer") else None,
        question=slots.get("last_question"),
        unanswered=tuple(slots.get("unanswered") or ()),
    )
    return fitted(state, knowledge)


def slots_from_state(state: DialogueState, knowledge: Knowledge) -> dict[str, Any]:
    """Returns the slot values that hold the state, all of them JSON; the inverse of `state_from_slots`."""
    walk = _walk_slots(state.walk, knowledge) if state.walk else {}
    choice = state.choice
    return {
        "active_topic": state.topic,
        "procedure_step": walk.get("step"),
        "awaiting": walk.get("awaiting"),
        "interrupted": walk.get("interrupted") or None,
        "requested_detail": walk.get("requested_detail"),
        "visited_steps": walk.get("visited_steps") or None,
        "problem_steps": walk.get("problem_steps") or None,
        "unchecked_steps": walk.get("unchecked_steps") or None,
        "page_says": walk.get("page_says") or None,
        "suspended": [_walk_slots(kept, knowledge) for kept in state.suspended] or None,
        "offer": state.offer.value if state.offer else None,
        "offer_reason": state.offer_reason.value if state.offer_reason else None,
        "open_choice": choice
        and {
            "text": choice.text,
            "key": choice.key,
            "choices": list(choice.options),
            "entities": _lists(choice.entities),
        },
        "correcting": state.correcting,
        "pending_requests": [
            {"intent": request.intent, "text": request.text, "entities": _lists(request.entities)}
            for request in state.requests
        ]
        or None,
        "disambiguations": [
            {"text": entry.text, "key": entry.key, "choices": list(entry.options), "chosen": entry.chosen}
            for entry in state.disambiguations
        ]
        or None,
        "collected_details": dict(state.collected_details) or None,
        "skipped_details": list(state.skipped_details) or None,
        "last_topic": state.last_topic,
        "attempts": [
            {
                "topic": attempt.topic,
                "step": step_id(attempt.topic, attempt.step, knowledge),
                "outcome": attempt.outcome.value,
            }
            for attempt in state.attempts
        ]
        or None,
        "failures_in_row": float(state.failures_in_row) or None,
        "frustrated": state.frustrated or None,
        "apologised": state.apologised or None,
        "rating": float(state.rating) if state.rating else None,
        "rating_asked": state.rating_asked or None,
        "handed_over": state.handed_over or None,
        "shown_buttons": _pairs(state.shown) or None,
        "shown_lists": [_pairs(listed) for listed in state.lists] or None,
        "list_is_fresh": state.list_is_fresh or None,
        "alarms": [{"alarm": told.alarm.value, "text": told.text} for told in state.alarms] or None,
        "open_alarm": state.open_alarm.value if state.open_alarm else None,
        "denied_alarms": [alarm.value for alarm in state.denied_alarms] or None,
        "danger_facts": list(state.danger_facts) or None,
        "whose_danger": round(state.whose_danger, 3) or None,
        "danger_offer": state.danger_offer,
        "answered": dict(state.answered) or None,
        "misfits": float(state.misfits) or None,
        "reach": list(state.reach) or None,
        "fragment": state.fragment,
        "asked_about": state.asked_about,
        "last_answer": float(state.last_answer) if state.last_answer else None,
        "last_question": state.question,
        "unanswered": list(state.unanswered) or None,
    }


def _options(pairs: Sequence[Sequence[str]]) -> tuple[ListedOption, ...]:
    return tuple(ListedOption(title, payload) for title, payload in pairs)


def _pairs(options: Sequence[ListedOption]) -> list[list[str]]:
    return [[option.title, option.payload] for option in options]


def step_id(topic: str | None, number: int | None, knowledge: Knowledge) -> str | None:
    """Returns the id of a step of a topic; None before the first step, or if the knowledge has no such step."""
    walkthrough = knowledge.topics.get(topic or "")
    return walkthrough.step_id(number) if walkthrough and number else None


def _step_number(topic: str, step: str | float | None, visited: Sequence[str], knowledge: Knowledge) -> int:
    """Returns the number of a kept step.

    Args:
        topic: Id of its topic.
        step: Its id; its number in a conversation from before steps were kept by id; None before the first step.
        visited: Ids of the steps shown. If the step is gone, the last of these that is still there stands for it.
        knowledge: Says which step is which today.
    """
    if not step or topic not in knowledge.topics:
        return 0
    if not isinstance(step, str):
        return int(step)
    numbers = (knowledge.topics[topic].step_number(name) for name in (step, *reversed(visited)))
    return next((number for number in numbers if number), 0)


def _walk(values: Mapping[str, Any], knowledge: Knowledge) -> Walk:
    awaiting = values.get("awaiting")
    return Walk(
        topic=values["topic"],
        step=_step_number(values["topic"], values.get("step"), values.get("visited_steps") or (), knowledge),
        awaiting=Awaiting(awaiting) if awaiting else None,
        interrupted=bool(values.get("interrupted")),
        requested_detail=values.get("requested_detail"),
        visited_steps=tuple(values.get("visited_steps") or ()),
        problem_steps=tuple(values.get("problem_steps") or ()),
        unchecked_steps=tuple(values.get("unchecked_steps") or ()),
        page_says=tuple(values.get("page_says") or ()),
    )


def _walk_slots(walk: Walk, knowledge: Knowledge) -> dict[str, Any]:
    return {
        "topic": walk.topic,
        "step": step_id(walk.topic, walk.step, knowledge),
        "awaiting": walk.awaiting.value if walk.awaiting else None,
        "interrupted": walk.interrupted,
        "requested_detail": walk.requested_detail,
        "visited_steps": list(walk.visited_steps),
        "problem_steps": list(walk.problem_steps),
        "unchecked_steps": list(walk.unchecked_steps),
        "page_says": list(walk.page_says),
    }


def _choice(values: Mapping[str, Any]) -> Choice:
    return Choice(values["text"], values["key"], tuple(values["choices"]), _values(values["entities"]))


def _values(entities: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in entities.items()}


def _lists(entities: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in entities.items()}
