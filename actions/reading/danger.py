"""Danger: somebody's life, a fraud under way, a theft. Before everything else, wherever it stands."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Alarm, Awaiting, DialogueState, has_alarm
from actions.dialogue.turn import Context
from actions.reading import after_alarm
from actions.reading.offered import label_typed
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

# What a message gives away is told by all kinds together, which of them by the likeliest:
# 「骗子拿走了救命钱，我不想活了」 is half of two. The limits were chosen on tests/nlu/alarms.tsv, which nobody
# trains on (docs/conversation.md).
_KINDS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
_SURE, _DOUBTFUL = 0.5, 0.3
_SURE_BEREAVED = 0.5
# While the story of a payment is asked for, an account of what went wrong is what was asked for.
_SURE_IN_STORY = 0.93
_SURE_SHORT = 0.8
# The intent of a theft counts from this share of the alarm on.
_LIKELY_THEFT = 0.25
_SHORT_ANSWER, _NEAR = 5, 4
_CLOSING = "account_closure"
_SHORT = 14


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a cry for help, the account of a fraud, or a theft."""
    if label_typed(state, message):
        # A button says nothing of whoever presses it.
        return None
    certainties = {alarm: message.alarms.get(alarm.value, 0.0) for alarm in _KINDS}
    likeliest, total = max(certainties, key=lambda alarm: certainties[alarm]), sum(certainties.values())
    if state.open_alarm or state.alarms or state.denied_alarms:
        following = after_alarm.read(context, state, act, message, likeliest, total)
        if following:
            return following
    if {"fraud", "account_compromised"} & set(message.matters("negated")):
        # 「没被骗，就是不想活了」: the denial is about the money, not about the life.
        crisis = certainties[Alarm.CRISIS]
        if crisis >= _SURE:
            return _sounds_like(context, message, Alarm.CRISIS, crisis)
        return _denied_theft(context, act, message)
    after = _after_alarm(context, state, message)
    if after:
        return after
    for kind, patterns in context.knowledge.care.certain.items():
        if any(re.search(pattern, normalize(message.text)) for pattern in patterns):
            return _sounds_like(context, message, Alarm(kind), 1.0)
    is_asked = state.awaiting is Awaiting.DETAIL and likeliest is not Alarm.CRISIS
    # 「想好了」 answers what is asked; what it sounds like on its own counts for little.
    is_answer = len(message.key) <= _SHORT_ANSWER and (state.walk is not None or state.offer is not None)
    is_guarded = is_asked or is_answer or likeliest in state.denied_alarms
    limit = _SURE_IN_STORY if is_asked or likeliest in state.denied_alarms else _SURE_SHORT if is_answer else _SURE
    if total >= limit:
        return _sounds_like(context, message, likeliest, total)
    if is_answer and likeliest is Alarm.CRISIS and total >= _SURE and not has_alarm(state, likeliest):
        return _doubtful(message, likeliest, total)
    bereaved = message.alarms.get(Alarm.BEREAVED.value, 0.0)
    if bereaved >= _SURE_BEREAVED:
        return _sounds_like(context, message, Alarm.BEREAVED, bereaved)
    is_known = has_alarm(state, likeliest) or likeliest in state.denied_alarms
    # What is said of a step is explained by it.
    is_reported = state.walk is not None and likeliest is not Alarm.CRISIS and total < _SURE - 0.1
    if total >= _DOUBTFUL and not is_known and not is_guarded and not is_reported:
        return _doubtful(message, likeliest, total)
    return _theft_by_intent(context, state, act, message)


def _denied_theft(context: Context, act: Act, message: UserMessage) -> Reading | None:
    """Keeps the advice for a theft from those who say that there was none, when nothing else is heard."""
    topic = context.knowledge.topics.get(message.intent)
    if act is not Act.OPEN_TOPIC or topic is None or not topic.urgent or topic.id in message.matters("negated"):
        # 「不是被盗」 is a matter denied like others.
        return None
    arguments: dict[str, object] = {"alarm": Alarm.VICTIM, "was_sure": False}
    return Reading(Source.OPERATOR, Act.ALARM_DENIED, message, "denies a theft", message.confidence, arguments)


def _sounds_like(context: Context, message: UserMessage, alarm: Alarm, certainty: float) -> Reading:
    if alarm is Alarm.FRAUD and _has_happened(context, message):
        # What is done needs rescue; to warn of it comes too late.
        alarm = Alarm.VICTIM
    return Reading(Source.DANGER, Act.ALARM, message, f"sounds like {alarm.value}", certainty, {"alarm": alarm})


def _has_happened(context: Context, message: UserMessage) -> bool:
    """Whether a secret is out or money is gone already: a word of a victim, with the sign of what is done."""
    words = (word for case in context.knowledge.care.cases.get(Alarm.VICTIM.value, ()) for word in case.words)
    return any(
        word in message.key and "了" in message.key[message.key.index(word) :][: len(word) + _NEAR] for word in words
    )


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
