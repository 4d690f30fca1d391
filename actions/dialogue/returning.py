"""When the user comes back: after a pause with one line of recap, after the end of a session with a fresh start."""

from __future__ import annotations

from actions.dialogue import choices
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Attempt, AttemptOutcome, DialogueState, Offer, with_walk
from actions.dialogue.steps import resume_hint
from actions.dialogue.suspending import suspend
from actions.dialogue.turn import Context, Turn

# Shorter pauses are part of doing a step: waiting for a code, updating the app.
RECAP_SECONDS = 10 * 60
_HINTS = {
    "utter_resume_hint": "utter_unfinished",
    "utter_resume_hint_at_start": "utter_unfinished_at_start",
}


def was_away(message: UserMessage) -> bool:
    """Whether so much time has passed that the place is to be told again."""
    return message.pause >= RECAP_SECONDS


def welcome(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state as it is when the message comes in.

    A new session starts fresh, but what was under way is suspended, not lost, and what has been learned about the
    user's wording and walkthroughs stays. After a long pause a bare yes is no answer to the question before it. After
    a human nothing is open any more.
    """
    if message.after_agent:
        return _relieved(context, state)
    if message.is_new_session:
        return afresh(context, state)
    if state.walk and was_away(message):
        return with_walk(state, interrupted=True)
    return state


def _relieved(context: Context, state: DialogueState) -> DialogueState:
    """Returns the state after a human has had the conversation: what was under way is theirs, the mood has passed.

    What was given away stays: the next human must know it, too.
    """
    left = [*state.suspended, *([state.walk] if state.walk else [])]
    handed = tuple(Attempt(walk.topic, walk.step, AttemptOutcome.HANDED_OFF) for walk in left)
    contacts = {detail.id for detail in context.knowledge.wording.contact_details}
    state = choices.record(state, None)
    return DialogueState(
        disambiguations=state.disambiguations,
        collected_details={name: value for name, value in state.collected_details.items() if name in contacts},
        attempts=(*state.attempts, *handed),
        rating=state.rating,
        rating_asked=state.rating_asked,
        alarms=state.alarms,
        answered=state.answered,
    )


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
    if message.after_agent or (not message.is_new_session and message.pause < RECAP_SECONDS):
        return turn
    if any(reply.is_handoff for reply in turn.replies):
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
