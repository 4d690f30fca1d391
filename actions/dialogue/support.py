"""What the user asks about the queue and their ticket. The bot sees neither: the gateway is asked to answer."""

from __future__ import annotations

from collections.abc import Mapping

from actions.dialogue.acts import SUPPORT, Act, act_of
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import SUPPORT_REQUEST, AnswerBand, Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, Offer
from actions.dialogue.turn import Context, Turn

# What is said where nobody takes the payload.
_RESPONSES: Mapping[Act, str] = {
    Act.LEAVE_QUEUE: "utter_queue_unknown",
    Act.TICKET_STATUS: "utter_ticket_unknown",
}


def leave_queue(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Asks the gateway to let the user wait no longer."""
    state = replace(state, handed_over=False)
    return after_digression(context, state, *_request(Act.LEAVE_QUEUE))


def ticket_status(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Asks the gateway how the user's ticket is getting on, or how far they are in the queue."""
    said, passed_on = _request(Act.TICKET_STATUS)
    if state.handed_over:
        # Whoever was handed over asks about that, and needs no offer of it.
        said = Reply("utter_handoff_state")
    return after_digression(context, state, said, passed_on)


def _request(act: Act) -> tuple[Reply, Reply]:
    """Returns the text for channels without a gateway, and the payload that a gateway takes instead."""
    return Reply(_RESPONSES[act]), Reply(custom={"type": SUPPORT_REQUEST, "request": act.value})


def asked_beside(context: Context, turn: Turn, act: Act, message: UserMessage) -> Turn:
    """Adds what the message asks about queue and ticket beside the request that was served.

    Args:
        context: Knowledge and replies.
        turn: What the request that was served led to.
        act: What the user does first.
        message: The message with all its requests.
    """
    if act is Act.ALARM or any(reply.custom for reply in turn.replies):
        # Danger goes first; or it has been passed on already, or a human comes.
        return turn
    acts = [act, *(act_of(request.intent, context.knowledge) for request in message.further_requests)]
    wanted = [act for act in dict.fromkeys(acts) if act in SUPPORT] if len(acts) > 1 else []
    if Act.LEAVE_QUEUE in wanted:
        turn = replace(turn, state=replace(turn.state, handed_over=False))
    return turn.after(*(reply for act in wanted for reply in _request(act)))


def meaning_now(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Act:
    """Returns what an act means to somebody who waits for a human, or is offered one.

    From somebody who waits, with nothing else open, 「算了」, 「不转了」 and 「弄好了，不用等人工了」 mean
    「不等了」, and 「我再等等」 is a yes; from somebody who is only being offered a human, 「不等了」 is a no.
    """
    if act is Act.LEAVE_QUEUE and state.offer is Offer.HUMAN:
        return Act.DENY
    is_doubtful = message.band is not AnswerBand.ANSWER and not message.is_payload
    if act is Act.LEAVE_QUEUE and is_doubtful:
        # The place is lost for good. The gateway's answer tells it, with the button that gives it up.
        return Act.TICKET_STATUS
    is_waiting = state.handed_over or message.is_queued
    if not is_waiting or state.walk or state.offer not in (None, Offer.RESUME) or message.is_payload:
        return act
    names_waiting = any(word in message.key for word in context.knowledge.wording.waiting_words)
    if (act is Act.CANCEL and state.offer is None) or (act in (Act.DENY, Act.SOLVED) and names_waiting):
        return Act.TICKET_STATUS if is_doubtful else Act.LEAVE_QUEUE
    # 「我再等等」 is no wish to hear a step again.
    return Act.AFFIRM if act in (Act.NEXT, Act.REPEAT) and names_waiting else act
