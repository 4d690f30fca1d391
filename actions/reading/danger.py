"""Danger: somebody's life, a fraud under way, a theft. Before everything else, wherever it stands."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Alarm, Awaiting, DialogueState, has_alarm
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source
from engine.nlu.text_normalization import normalize

# By gravity. The limits were chosen on examples written apart from the training data (docs/conversation.md).
_SURE = {Alarm.CRISIS: 0.5, Alarm.FRAUD: 0.5, Alarm.VICTIM: 0.55, Alarm.BEREAVED: 0.6}
# While the story of a payment is asked for, an account of what went wrong is what was asked for.
_SURE_IN_STORY = 0.93
# Below the limit but above this, the bot asks rather than staying silent.
_DOUBTFUL = {Alarm.CRISIS: 0.3, Alarm.FRAUD: 0.33}

# The intent of a theft counts from this share of the alarm on.
_LIKELY_THEFT = 0.25
_CLOSING = "account_closure"
_SHORT = 14


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a cry for help, the account of a fraud, or a theft."""
    if "fraud" in message.matters("negated") or "account_compromised" in message.matters("negated"):
        return None
    sticky = _after_alarm(context, state, message)
    if sticky:
        return sticky
    for kind, patterns in context.knowledge.care.certain.items():
        if any(re.search(pattern, normalize(message.text)) for pattern in patterns):
            return Reading(
                Source.DANGER, Act.ALARM, message, f"leaves no doubt: {kind}", arguments={"alarm": Alarm(kind)}
            )
    is_asked = state.awaiting is Awaiting.DETAIL
    for alarm, limit in _SURE.items():
        certainty = message.alarms.get(alarm.value, 0.0)
        if certainty >= (max(limit, _SURE_IN_STORY) if is_asked and alarm is not Alarm.CRISIS else limit):
            return Reading(
                Source.DANGER, Act.ALARM, message, f"sounds like {alarm.value}", certainty, {"alarm": alarm}
            )
    for alarm, limit in _DOUBTFUL.items():
        certainty = message.alarms.get(alarm.value, 0.0)
        if certainty >= limit and not has_alarm(state, alarm) and not is_asked:
            return _doubtful(message, alarm, certainty)
    return _theft_by_intent(context, state, act, message)


def _doubtful(message: UserMessage, alarm: Alarm, certainty: float) -> Reading:
    arguments = {"alarm": alarm, "is_doubtful": True}
    return Reading(Source.DANGER, Act.ALARM, message, f"may be {alarm.value}", certainty, arguments)


def _theft_by_intent(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """The intent hears a theft too; without a word of one it is asked about, or left to what is on the screen."""
    topic = context.knowledge.topics.get(message.intent)
    if act is not Act.OPEN_TOPIC or topic is None or not topic.urgent:
        return None
    certainty = message.alarms.get(Alarm.VICTIM.value, 0.0)
    is_known = has_alarm(state, Alarm.VICTIM, Alarm.FRAUD)
    if message.matters("named", "past") or certainty >= _LIKELY_THEFT or is_known:
        return Reading(
            Source.DANGER, Act.ALARM, message, "the intent of a theft", message.confidence, {"alarm": Alarm.VICTIM}
        )
    if state.walk is None and message.band is AnswerBand.ANSWER:
        return _doubtful(message, Alarm.VICTIM, certainty)
    return None


def _after_alarm(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """What belongs to a danger told of before: closing the account, or a short question about it."""
    for alarm in (Alarm.CRISIS, Alarm.FRAUD):
        if not has_alarm(state, alarm):
            continue
        cases = context.knowledge.care.cases.get(alarm.value, ())
        is_case = any(word in message.key for case in cases for word in case.words)
        if message.intent == _CLOSING or (is_case and len(message.key) <= _SHORT):
            return Reading(Source.DANGER, Act.ALARM, message, f"said after {alarm.value}", 0.9, {"alarm": alarm})
    return None
