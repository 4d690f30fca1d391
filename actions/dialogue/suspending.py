"""Puts walkthroughs aside, for another one or for a human, so that they can be taken up again."""

from __future__ import annotations

from actions.dialogue.messages import Reply
from actions.dialogue.replacing import replace
from actions.dialogue.state import MAX_SUSPENDED, Attempt, AttemptOutcome, DialogueState
from actions.dialogue.turn import Context, Turn


def suspend(context: Context, state: DialogueState) -> Turn:
    """Puts the walkthrough under way on the stack; the oldest one falls off, with a word, when it is full."""
    if state.walk is None:
        return Turn(state, ())
    suspended = (*state.suspended, replace(state.walk, interrupted=True))
    dropped, kept = suspended[:-MAX_SUSPENDED], suspended[-MAX_SUSPENDED:]
    attempts = tuple(Attempt(walk.topic, walk.step, AttemptOutcome.ABANDONED) for walk in dropped)
    state = replace(state, walk=None, suspended=kept, attempts=(*state.attempts, *attempts))
    words = tuple(
        Reply("utter_suspended_dropped", {"title": context.knowledge.topics[walk.topic].title}) for walk in dropped
    )
    return Turn(state, words)
