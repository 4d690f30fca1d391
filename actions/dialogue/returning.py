"""When the user comes back: after a pause with one line of recap, after the end of a session with a fresh start."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue import choices
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.state import DialogueState, Offer, with_walk
from actions.dialogue.steps import resume_hint
from actions.dialogue.topics import suspend
from actions.dialogue.turn import Context, Turn

# Shorter pauses are part of doing a step: waiting for a code, updating the app.
RECAP_SECONDS = 10 * 60
_HINTS = {
    "utter_resume_hint": "utter_unfinished",
    "utter_resume_hint_at_start": "utter_unfinished_at_start",
}


def welcome(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state as it is when the message comes in.

    A new session starts fresh, but what was under way is suspended, not lost, and what has been learned about the
    user's wording and walkthroughs stays. After a long pause a bare yes is no answer to the question before it.
    """
    if message.is_new_session:
        return afresh(context, state)
    if state.walk and message.pause >= RECAP_SECONDS:
        return with_walk(state, interrupted=True)
    return state


def afresh(context: Context, state: DialogueState) -> DialogueState:
    """Returns the state of a new conversation with a user who is known: what was under way is suspended."""
    state = suspend(context, choices.record(state, None)).state
    return DialogueState(
        suspended=state.suspended,
        disambiguations=state.disambiguations,
        collected_details=state.collected_details,
        skipped_details=state.skipped_details,
        last_topic=state.last_topic,
        attempts=state.attempts,
    )


def recap(context: Context, before: DialogueState, message: UserMessage, turn: Turn) -> Turn:
    """Adds where the user stood: one line before the replies, or the offer to go on after them."""
    if not message.is_new_session and message.pause < RECAP_SECONDS:
        return turn
    if any(reply.custom for reply in turn.replies):
        return turn
    left = before.walk or (before.suspended[-1] if message.is_new_session and before.suspended else None)
    if left is None:
        return turn
    if any(reply.response in _HINTS for reply in turn.replies):
        return Turn(turn.state, tuple(_told_anew(reply) for reply in turn.replies))
    if turn.state.topic == left.topic or not message.is_new_session:
        response = "utter_recap" if left.step else "utter_recap_at_start"
        title = context.knowledge.topics[left.topic].title
        return turn.after(Reply(response, {"title": title, "step_number": left.step}))
    if turn.state.walk or turn.state.offer or not turn.state.suspended:
        return turn
    hint = _told_anew(resume_hint(context, replace(turn.state, walk=turn.state.suspended[-1])))
    return Turn(replace(turn.state, offer=Offer.RESUME), (*turn.replies, hint))


def _told_anew(reply: Reply) -> Reply:
    """Returns the offer to go on in words that fit another day."""
    return replace(reply, response=_HINTS.get(reply.response or "", reply.response))
