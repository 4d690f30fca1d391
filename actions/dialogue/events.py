"""What happened in a turn, for the statistics: read off the states before and after, and the replies."""

from __future__ import annotations

from collections.abc import Mapping

from actions.dialogue.messages import Event, EventKind, Reply
from actions.dialogue.state import NONE_OF_THESE, AttemptOutcome, DialogueState
from actions.dialogue.turn import Turn

# A walkthrough that is handed off goes on elsewhere: its ticket tells how it ended.
_ENDINGS: Mapping[AttemptOutcome, EventKind] = {
    AttemptOutcome.SOLVED: EventKind.SOLVED,
    AttemptOutcome.NOT_SOLVED: EventKind.NOT_SOLVED,
    AttemptOutcome.ABANDONED: EventKind.ABANDONED,
}


def events_of(before: DialogueState, turn: Turn) -> tuple[Event, ...]:
    """Returns what happened: what was chosen, walkthroughs that ended, the one that began, then what the replies tell.

    Args:
        before: The state when the message came in.
        turn: What it led to, before the lists of its state are cut to their limits.
    """
    after = turn.state
    return (*_choices(before, after), *_endings(before, after), *_beginning(before, after), *_told(turn.replies))


def _choices(before: DialogueState, after: DialogueState) -> list[Event]:
    made = after.disambiguations[len(before.disambiguations) :]
    return [
        Event(EventKind.CHOSEN, before.topic, before.step or None)
        for entry in made
        if entry.chosen and entry.chosen != NONE_OF_THESE
    ]


def _endings(before: DialogueState, after: DialogueState) -> list[Event]:
    ended = after.attempts[len(before.attempts) :]
    return [
        Event(_ENDINGS[attempt.outcome], attempt.topic, attempt.step or None)
        for attempt in ended
        if attempt.outcome in _ENDINGS
    ]


def _beginning(before: DialogueState, after: DialogueState) -> list[Event]:
    known = {walk.topic for walk in before.suspended} | {before.topic}
    return [Event(EventKind.TOPIC_OPENED, after.topic)] if after.topic and after.topic not in known else []


def _told(replies: tuple[Reply, ...]) -> list[Event]:
    found = []
    for reply in replies:
        if reply.progress:
            found.append(Event(EventKind.STEP_SHOWN, reply.progress.topic, reply.progress.number))
        if reply.event:
            found.append(reply.event)
    return found
