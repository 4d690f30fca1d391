"""Yes and no: the answer to the question asked last, and to no other."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.details import skip_detail
from actions.dialogue.endings import after_digression, finish
from actions.dialogue.handing_over import hand_off
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.repair import with_menu
from actions.dialogue.replacing import replace
from actions.dialogue.state import Attempt, AttemptOutcome, Awaiting, DialogueState, HandoffReason, Offer, with_walk
from actions.dialogue.steps import show_current
from actions.dialogue.topics import open_topic, resume, start
from actions.dialogue.turn import Context, Turn
from actions.dialogue.walkthrough import FROM_THE_START, cancel, from_the_start, go_on, problem, solved
from actions.reading.place import title_words
from actions.reading.questions import goes_back


def affirm(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Takes a yes."""
    if state.offer is Offer.HUMAN:
        return hand_off(context, state, message)
    accepted = accept_offer(context, state)
    if accepted:
        return accepted
    state = replace(state, offer=None)
    if state.walk is None and state.handed_over:
        return after_digression(context, state, Reply("utter_acknowledge_waiting"))
    if state.walk is None:
        return after_digression(context, state, Reply("utter_acknowledge", buttons=context.replies.menu()))
    if state.awaiting is Awaiting.DETAIL:
        if state.walk.interrupted:
            return skip_detail(context, state)
        # 「好的」 is no answer yet, but whoever says nothing else a second time is not held up.
        asked = show_current(context, state)
        return Turn(with_walk(asked.state, interrupted=True), asked.replies)
    if state.walk.interrupted or state.awaiting is Awaiting.WARNING:
        return show_current(context, state)
    if state.awaiting is Awaiting.OUTCOME:
        return solved(context, state, message)
    return go_on(context, state, message)


def accept_offer(context: Context, state: DialogueState) -> Turn | None:
    """Goes on with what is offered: the other request, or the suspended walkthrough. None when neither is."""
    if state.offer is Offer.REQUEST and state.requests:
        request = state.requests[0]
        wanted = UserMessage(request.intent, request.text, entities=request.entities)
        return open_topic(context, replace(state, offer=None), wanted)
    if state.offer is Offer.RESUME and state.suspended:
        return resume(context, state)
    return None


def taken_up(context: Context, turn: Turn) -> Turn:
    """Returns the turn that goes on with what it offers, which the user has asked for already."""
    accepted = accept_offer(context, turn.state)
    return turn if accepted is None else Turn(accepted.state, (turn.replies[0], *accepted.replies))


def goes_on_elsewhere(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Turn | None:
    """Takes 「继续」, 「从头来」 and 「算了」 for what is offered or was last under way, when no walkthrough is.

    Returns:
        None when the message is to be taken as ever.
    """
    if act is Act.CANCEL and state.walk is None:
        return decline_offer(context, state)
    if act not in (Act.NEXT, Act.REPEAT, Act.PREVIOUS):
        return None
    is_afresh = FROM_THE_START in message.entities.get("step_number", ())
    if state.walk is None and is_afresh and message.key in context.knowledge.wording.begin_afresh:
        # With nothing under way it is the whole talk that begins anew.
        fresh = replace(state, offer=None, requests=(), suspended=())
        return with_menu(context, fresh, "utter_menu")
    if state.walk is None and is_afresh:
        if state.suspended:
            return from_the_start(context, resume(context, state).state)
        last = next((attempt.topic for attempt in reversed(state.attempts)), None)
        if last and last in context.knowledge.topics:
            return start(context, state, context.knowledge.topics[last], UserMessage())
    if state.walk is None and state.suspended and state.offer is not Offer.REQUEST:
        return resume(context, state)
    return accept_offer(context, state)


def deny(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Takes a no."""
    topic = context.topic(state)
    if state.offer is Offer.HUMAN:
        return decline_human(context, state)
    declined = decline_offer(context, state)
    if declined:
        return declined
    if state.walk is None and state.handed_over:
        return after_digression(context, state, Reply("utter_acknowledge_waiting"))
    if topic is None or state.walk is None:
        return after_digression(context, state, Reply("utter_acknowledge", buttons=context.replies.menu()))
    if state.awaiting is Awaiting.DETAIL:
        return skip_detail(context, state)
    if (state.step == 0 and topic.warning) or state.walk.interrupted:
        return cancel(context, state, message)
    return problem(context, state, message)


def decline_human(context: Context, state: DialogueState) -> Turn:
    """Takes a no to the human that was offered; with everything checked nothing is left to go on with."""
    reason = state.offer_reason
    state = replace(state, offer=None)
    if state.walk is None:
        return after_digression(context, state, Reply("utter_human_declined", buttons=context.replies.menu()))
    all_done = reason is HandoffReason.NOT_SOLVED
    if all_done:
        reply = Reply("utter_human_declined", buttons=context.replies.menu())
        return finish(context, state, AttemptOutcome.NOT_SOLVED, reply)
    topic = context.topic(state)
    if topic and state.awaiting is Awaiting.DETAIL and state.walk.requested_detail:
        # The question is still open, and nothing else is.
        question = context.replies.ask_detail(topic, state.walk.requested_detail)
        return Turn(state, (Reply("utter_no_human_then"), question))
    return Turn(with_walk(state, interrupted=True), (Reply("utter_human_declined_in_procedure"),))


def decline_offer(context: Context, state: DialogueState) -> Turn | None:
    """Drops what is offered: the other request, the suspended walkthrough, the rating. None when nothing is."""
    if state.offer is Offer.REQUEST and state.requests:
        left = replace(state, requests=state.requests[1:], offer=None)
        return after_digression(context, left, Reply("utter_request_declined"))
    if state.offer is Offer.RESUME and state.suspended:
        walk = state.suspended[-1]
        attempt = Attempt(walk.topic, walk.step, AttemptOutcome.ABANDONED)
        left = replace(state, suspended=state.suspended[:-1], attempts=(*state.attempts, attempt), offer=None)
        title = context.knowledge.topics[walk.topic].title
        return after_digression(context, left, Reply("utter_cancelled", {"title": title}))
    if state.offer in (Offer.RATING, Offer.CORRECTION):
        return after_digression(context, replace(state, offer=None), Reply("utter_offer_declined"))
    return None


def _names(context: Context, topic: str, message: UserMessage) -> bool:
    words = title_words(context.knowledge.topics[topic])
    return topic in message.matters("named", "anchor") or any(word in message.key for word in words)


def cancel_and_go_on(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Ends the walkthrough; 「先不销了，接着看付款的事」 takes up the one below at once."""
    turn = cancel(context, state, message)
    if turn.state.offer is Offer.REQUEST and _names(context, turn.state.requests[0].intent, message):
        # 「这个不弄了 说那个申诉」
        return taken_up(context, turn)
    if state.walk is None or turn.state.offer is not Offer.RESUME or not goes_back(message.key):
        return turn
    resumed = resume(context, turn.state)
    return Turn(resumed.state, (turn.replies[0], *resumed.replies))
