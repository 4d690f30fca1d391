"""Hands the conversation to a human."""

from __future__ import annotations

from actions.dialogue.handoff import grave_reason, handoff_payload
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, HandoffReason, Offer
from actions.dialogue.suspending import suspend
from actions.dialogue.turn import Context, Turn


def hand_off(context: Context, state: DialogueState, message: UserMessage, reason: HandoffReason | None = None) -> Turn:
    """Hands everything that is open to a human: the walkthrough, the suspended ones, the other requests.

    The walkthrough is put aside, not ended: while nobody takes over, the user can go on with it. What is said fits
    whether somebody is there; asked for again, it is less: the user knows what will happen.

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
    left = suspend(context, state).state
    left = replace(left, requests=(), unanswered=(), offer=None, failures_in_row=0, handed_over=True)
    payload = Reply(custom=custom)
    if reason is HandoffReason.CRISIS and message.human_available is not None:
        name = "crisis_handoff_present" if message.human_available else "crisis_handoff_absent"
        answered = {**left.answered, name: left.answered.get(name, 0) + 1}
        return Turn(replace(left, answered=answered), (*context.replies.care(name, state), payload))
    story = context.knowledge.wording.handed_over_story if _has_story(state, message) else ""
    if message.human_available is False and state.walk:
        title = context.knowledge.topics[state.walk.topic].title
        told = Reply("utter_handoff_absent_in_procedure", {"story": story, "title": title})
        return Turn(replace(left, offer=Offer.RESUME), (told, payload))
    return Turn(left, (Reply(_response(state, message), {"story": story}), payload))


def _response(state: DialogueState, message: UserMessage) -> str:
    if message.human_available is False:
        return "utter_handoff_absent"
    if state.handed_over:
        return "utter_handoff_again"
    return "utter_handoff_present" if message.human_available else "utter_handoff"


def _has_story(state: DialogueState, message: UserMessage) -> bool:
    """Whether the user has said anything that the human learns from the bot."""
    told = (state.walk, state.last_topic, state.collected_details, state.attempts, state.requests, state.alarms)
    return any(told) or bool(message.further_requests)
