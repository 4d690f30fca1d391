"""Answers what a message gives away that must not be missed: danger, grief, a complaint."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.handing_over import hand_off
from actions.dialogue.messages import SUPPORT_REQUEST, Reply
from actions.dialogue.state import Alarm, DialogueState, HandoffReason, Told, has_alarm
from actions.dialogue.suspending import suspend
from actions.dialogue.turn import Context, Turn, offering_human
from actions.reading.reading import Reading

_LONGEST_QUOTE = 60
# The user is told that the complaint is recorded, so it is, even if they want no human now.
_COMPLAINT = {"type": SUPPORT_REQUEST, "request": "complaint"}
_REASONS = {
    Alarm.CRISIS: HandoffReason.CRISIS,
    Alarm.FRAUD: HandoffReason.FRAUD,
    Alarm.VICTIM: HandoffReason.ACCOUNT_COMPROMISED,
    Alarm.BEREAVED: HandoffReason.BEREAVED,
    Alarm.COMPLAINT: HandoffReason.COMPLAINT,
}


def answer_alarm(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says what helps now, remembers what was given away, and brings a human.

    Somebody who speaks of ending their life is handed over at once. Others are offered a human. A doubtful case is
    asked about and leaves everything as it is.
    """
    alarm: Alarm = reading.arguments["alarm"]
    name = _answer_name(context, state, alarm, reading)
    replies = context.replies.care(name, state)
    answered = {**state.answered, name: state.answered.get(name, 0) + 1}
    state = replace(state, answered=answered, failures_in_row=0)
    if reading.arguments.get("is_doubtful"):
        return Turn(replace(state, offer=None), replies)
    is_new = not has_alarm(state, alarm)
    if is_new:
        state = replace(state, alarms=(*state.alarms, Told(alarm, reading.message.text.strip()[:_LONGEST_QUOTE])))
    if (alarm is Alarm.CRISIS and not state.handed_over) or (state.handed_over and is_new):
        # A ticket that is open already learns of it as well: it must not wait behind others.
        return _handed_over(context, state, reading, replies)
    if alarm is not Alarm.COMPLAINT:
        state = suspend(context, state).state
    if state.handed_over:
        return Turn(replace(state, offer=None), replies)
    *before, last = replies
    record = (Reply(custom=_COMPLAINT),) if alarm is Alarm.COMPLAINT and is_new else ()
    last = replace(last, response="utter_care_with_human")
    return offering_human(state, _REASONS[alarm], *before, last, *record)


def _handed_over(context: Context, state: DialogueState, reading: Reading, replies: tuple[Reply, ...]) -> Turn:
    handed = hand_off(context, state, reading.message, _REASONS[reading.arguments["alarm"]])
    says_who_comes = has_alarm(state, Alarm.CRISIS) and reading.message.human_available is not None
    added = handed.replies if says_who_comes else tuple(reply for reply in handed.replies if reply.custom)
    return Turn(replace(handed.state, offer=None), (*replies, *added))


def _answer_name(context: Context, state: DialogueState, alarm: Alarm, reading: Reading) -> str:
    care = context.knowledge.care
    if reading.arguments.get("is_doubtful"):
        return f"{alarm.value}_ask"
    for case in care.cases.get(alarm.value, ()):
        if any(word in reading.message.key for word in case.words):
            return case.answer
    is_known = has_alarm(state, alarm)
    again = f"{alarm.value}_again"
    return again if is_known and again in care.answers else f"{alarm.value}_first"
