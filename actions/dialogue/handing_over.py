"""Hands the conversation to a human."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.endings import leave
from actions.dialogue.handoff import grave_reason, handoff_payload
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.state import Attempt, AttemptOutcome, DialogueState, HandoffReason, Offer
from actions.dialogue.turn import Context, Turn


def hand_off(context: Context, state: DialogueState, message: UserMessage, reason: HandoffReason | None = None) -> Turn:
    """Hands everything that is open to a human: the walkthrough, the suspended ones, the other requests.

    Asked for again, it says less: the user knows what will happen.

    Args:
        context: Knowledge and replies.
        state: The state before.
        message: The message that led here.
        reason: Why; by default the reason of the offer that the user accepts, or that they asked for a human.
    """
    if reason is None and state.offer is Offer.HUMAN:
        reason = state.offer_reason
    reason = grave_reason(state, reason or HandoffReason.USER_REQUEST)
    custom = handoff_payload(state, reason, context.knowledge, message.entities)
    suspended = tuple(Attempt(walk.topic, walk.step, AttemptOutcome.HANDED_OFF) for walk in state.suspended)
    left = leave(replace(state, attempts=(*state.attempts, *suspended)), AttemptOutcome.HANDED_OFF)
    left = replace(left, suspended=(), requests=(), offer=None, failures_in_row=0, handed_over=True)
    told = Reply("utter_handoff_again") if state.handed_over else context.replies.handoff()
    return Turn(left, (told, Reply(custom=custom)))
