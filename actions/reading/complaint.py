"""Complaints about the company, and about waiting for a human."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Alarm, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

_SURE = 0.55
_WAITING = 0.45
# Leaving the queue cannot be undone: the place is lost.
_LEAVING = 0.6
_URGING = 0.8


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a complaint, or as a word about the queue."""
    if state.handed_over or message.is_queued:
        waiting, leaving = message.acts.get("waiting_complaint", 0.0), message.acts.get("leave_wait", 0.0)
        if leaving >= _LEAVING:
            return Reading(Source.COMPLAINT, Act.LEAVE_QUEUE, message, "wants to wait no longer", leaving)
        if waiting >= _WAITING or (act is Act.LEAVE_QUEUE and waiting > leaving):
            return Reading(Source.COMPLAINT, Act.WAIT_COMPLAINT, message, "complains about waiting", waiting)
    elif state.offer is Offer.HUMAN and message.acts.get("waiting_complaint", 0.0) >= _URGING:
        return Reading(Source.COMPLAINT, Act.HUMAN, message, "urges while a human is offered")
    certainty = message.alarms.get(Alarm.COMPLAINT.value, 0.0)
    if certainty >= _SURE:
        return Reading(
            Source.COMPLAINT, Act.ALARM, message, "complains about us", certainty, {"alarm": Alarm.COMPLAINT}
        )
    return None
