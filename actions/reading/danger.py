"""Danger: somebody's life, a fraud under way, a theft. Before everything else, wherever it stands."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
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
# Right after an alarm less is needed to hear the next.
_LIKELY_AGAIN = 0.2
_URGING, _CONSENT, _PROGRESS = 0.6, 0.3, 0.4
# The intent of a theft counts from this share of the alarm on.
_LIKELY_THEFT = 0.25
_SHORT_ANSWER, _NEAR = 5, 4
_MOST_HELD = 2
_CLOSING = "account_closure"
_SHORT = 14


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a cry for help, the account of a fraud, or a theft."""
    if label_typed(state, message):
        # A button says nothing of whoever presses it.
        return None
    certainties = {alarm: message.alarms.get(alarm.value, 0.0) for alarm in _KINDS}
    likeliest, total = max(certainties, key=lambda alarm: certainties[alarm]), sum(certainties.values())
    if state.open_alarm:
        held = _held(context, state, act, message, likeliest, total)
        if held:
            return held
    if {"fraud", "account_compromised"} & set(message.matters("negated")):
        # 「没被骗，就是不想活了」: the denial is about the money, not about the life.
        crisis = certainties[Alarm.CRISIS]
        return _sounds_like(context, message, Alarm.CRISIS, crisis) if crisis >= _SURE else None
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
    if total >= _DOUBTFUL and not is_known and not is_guarded:
        return _doubtful(message, likeliest, total)
    return _theft_by_intent(context, state, act, message)


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


def _held(
    context: Context, state: DialogueState, act: Act, message: UserMessage, likeliest: Alarm, total: float
) -> Reading | None:
    """Reads what is said right after an answer to an alarm in its light; None when it turns to something else."""
    alarm = state.open_alarm
    if alarm is None or alarm is Alarm.COMPLAINT:
        return None
    if total >= _SURE and not has_alarm(state, likeliest):
        # Something new and sure must go on record, even if a human is asked for with it.
        return _sounds_like(context, message, likeliest, total)
    if _wants_human(state, act, message):
        return Reading(Source.DANGER, Act.HUMAN, message, f"wants a human after {alarm.value}")
    was_sure = has_alarm(state, alarm)
    stands_down = any(word in message.key for word in context.knowledge.care.stand_down)
    denies = stands_down or bool({"fraud", "account_compromised"} & set(message.matters("negated")))
    if act is Act.DENY and was_sure and state.offer is Offer.HUMAN and not denies:
        # 「先不用」 says no to the human, and not that it is not so.
        return None
    denies = denies or act is Act.DENY
    if denies and alarm is not Alarm.CRISIS:
        arguments: dict[str, object] = {"alarm": alarm, "was_sure": was_sure}
        return Reading(Source.DANGER, Act.ALARM_DENIED, message, f"denies {alarm.value}", 1.0, arguments)
    is_short = len(message.key) <= _SHORT_ANSWER and likeliest is not alarm
    if total >= (_SURE_IN_STORY if is_short else _LIKELY_AGAIN):
        return _sounds_like(context, message, likeliest, total)
    if act is Act.AFFIRM and not was_sure:
        return _sounds_like(context, message, alarm, 1.0)
    if act in (Act.THANK, Act.GOODBYE, Act.GREET) and message.band is AnswerBand.ANSWER:
        return None
    if _turns_away(context, state, act, message):
        return None
    if alarm is not Alarm.CRISIS and state.answered.get(f"{alarm.value}_held", 0) >= _MOST_HELD:
        # Whoever has been told often enough and speaks of something else is listened to.
        return None
    if not was_sure:
        # It was only asked whether it is so, and the answer says neither.
        return None
    is_progress = message.acts.get("done", 0.0) >= _PROGRESS or act in (Act.NEXT, Act.SOLVED)
    arguments = {"alarm": alarm, "is_progress": is_progress, "is_held": True}
    return Reading(Source.DANGER, Act.ALARM, message, f"said right after {alarm.value}", 0.6, arguments)


def _wants_human(state: DialogueState, act: Act, message: UserMessage) -> bool:
    if state.handed_over or message.matters("negated"):
        return act is Act.HUMAN
    urges = message.acts.get("waiting_complaint", 0.0) >= _URGING
    if act is Act.AFFIRM and state.offer is Offer.HUMAN and message.band is AnswerBand.ANSWER:
        return True
    return act is Act.HUMAN or message.acts.get("consent_human", 0.0) >= _CONSENT or urges


def _turns_away(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message turns to a topic of its own, by a word of it; closing an account is none now."""
    if state.open_alarm in (Alarm.CRISIS, Alarm.BEREAVED):
        return False
    if act is not Act.OPEN_TOPIC:
        return False
    named = [context.knowledge.topics.get(matter) for matter in message.matters("named", "anchor")]
    return any(topic is not None and topic.is_walkthrough and topic.id != _CLOSING for topic in named)


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
