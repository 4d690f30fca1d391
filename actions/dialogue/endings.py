"""Ends walkthroughs, with the outcome on record, and offers what is still open."""

from __future__ import annotations

from actions.dialogue.messages import Button, Event, EventKind, Reply, request_payload
from actions.dialogue.replacing import replace
from actions.dialogue.state import (
    Attempt,
    AttemptOutcome,
    Awaiting,
    DialogueState,
    Offer,
    with_walk,
)
from actions.dialogue.steps import resume_hint
from actions.dialogue.turn import Context, Turn

# Nobody in danger or in grief is asked how they liked the bot.
_RATED_OUTCOMES = (AttemptOutcome.SOLVED, AttemptOutcome.NOT_SOLVED, AttemptOutcome.ABANDONED)


def leave(state: DialogueState, outcome: AttemptOutcome) -> DialogueState:
    """Returns the state after the walkthrough under way has ended, with its outcome on record."""
    if state.walk is None:
        return state
    attempt = Attempt(state.walk.topic, state.walk.step, outcome)
    return replace(state, walk=None, attempts=(*state.attempts, attempt))


def finish(context: Context, state: DialogueState, outcome: AttemptOutcome, *replies: Reply) -> Turn:
    """Ends the walkthrough under way, says `replies` and offers what is still open, or asks for a rating."""
    had_begun = state.step > 0
    left = replace(leave(state, outcome), offer=None)
    open_ = offer_open(context, left)
    if open_ is not None:
        # One question at a time: buttons of other topics would compete with what is offered now.
        return Turn(open_.state, (*(replace(reply, buttons=()) for reply in replies), *open_.replies))
    is_spared = left.rating_asked or left.frustrated or bool(left.alarms) or left.handed_over
    if had_begun and outcome in _RATED_OUTCOMES and not is_spared:
        asked = replace(left, offer=Offer.RATING, rating_asked=True)
        return Turn(asked, (*replies, context.replies.ask_rating()))
    return Turn(left, replies)


def offer_open(context: Context, state: DialogueState) -> Turn | None:
    """Offers another request of the user, or the walkthrough suspended last; None when there is neither."""
    if state.requests:
        request = state.requests[0]
        title = context.replies.label(request.intent)
        buttons = (Button(title, request_payload(request)),)
        return Turn(replace(state, offer=Offer.REQUEST), (Reply("utter_offer_request", {"title": title}, buttons),))
    # What was handed over is offered back once, where nobody is there; 「继续」 takes it up at any time.
    if state.suspended and not state.handed_over:
        hint = resume_hint(context, replace(state, walk=state.suspended[-1]))
        return Turn(replace(state, offer=Offer.RESUME), (hint,))
    return None


def after_digression(context: Context, state: DialogueState, *replies: Reply) -> Turn:
    """Answers something else and offers the rest of the message, or the walkthrough, back."""
    if state.walk is None:
        state = replace(state, offer=None)
        open_ = offer_open(context, state)
        return open_.after(*replies) if open_ else Turn(state, replies)
    topic = context.knowledge.topics[state.walk.topic]
    state = with_walk(state, interrupted=True)
    if state.requests:
        offered = offer_open(context, state)
        if offered:
            return offered.after(*replies)
    if state.awaiting is Awaiting.DETAIL and state.walk and state.walk.requested_detail:
        question = context.replies.ask_detail(topic, state.walk.requested_detail)
        return Turn(with_walk(state, interrupted=False), (*replies, question))
    return Turn(state, (*replies, resume_hint(context, state)))


def rate(state: DialogueState, rating: str) -> Turn:
    """Takes note of a rating from 1 to 5."""
    response = "utter_rated_low" if int(rating) < 3 else "utter_rated"
    event = Event(EventKind.RATED, state.attempts[-1].topic if state.attempts else None, value=int(rating))
    return Turn(replace(state, rating=int(rating), offer=None), (Reply(response, event=event),))
