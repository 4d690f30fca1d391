"""What the sentence does not say: a fragment, a matter of the wallet that nothing is known about."""

from __future__ import annotations

from actions.dialogue import walkthrough
from actions.dialogue.acts import CONTROL, UNCLEAR, Act
from actions.dialogue.answers import find_answer
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
from actions.reading.after_alarm import likeliest_label
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_LONGEST_FRAGMENT = 5
_LONGEST_POINTER = 8
_STAYS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
_QUESTION = 0.5
# Beside several topics that may be meant.
_MAYBE_QUESTION = 0.4
# What is unclear later on is about the danger told of before from this certainty on, unless it could be about anything.
_FOLLOWS = 0.45
_NOTHING_OF_DANGER = ("elsewhere", "stands_down", "thanks", "acknowledges", "tells", "refuses_human")


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message that says nothing by itself by what surrounds it; None when the sentence is clear."""
    if state.offer is Offer.CHOICE or state.awaiting is Awaiting.DETAIL:
        return None
    consents = state.awaiting is Awaiting.WARNING and "explicit_consent" in message.entities
    if "step_number" in message.entities or consents:
        return None
    words = context.knowledge.wording
    is_doubtful = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    label, certainty = likeliest_label(message)
    for alarm in _STAYS:
        is_told = has_alarm(state, alarm) and alarm not in state.denied_alarms
        if is_doubtful and is_told and certainty >= _FOLLOWS and label not in _NOTHING_OF_DANGER:
            arguments = {"alarm": alarm, "follow_up": label}
            return Reading(Source.SAID_BEFORE, Act.ALARM, message, f"{label} after {alarm.value}", certainty, arguments)
    negated = [matter for matter in message.matters("negated") if matter != "human_handoff"]
    if negated and (act in UNCLEAR or act is Act.DENY):
        return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"denies {negated[0]}", arguments={"matter": negated[0]})
    if "frustration" in message.entities:
        return None
    if act not in UNCLEAR:
        return _instead_of_choice(context, state, act, message)
    if state.offer is Offer.RATING and words.rating.read(message.key):
        return None
    return _at_step(context, state, act, message)


def _instead_of_choice(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message of which several topics might be meant as the question that the knowledge answers."""
    if (
        message.band is not AnswerBand.CHOICE
        or message.further_requests
        or act in CONTROL
        or walkthrough.serves_in_passing(context, state, act, message)
    ):
        return None
    if message.acts.get("question", 0.0) < _MAYBE_QUESTION and not asks(normalize(message.text)):
        return None
    found = find_answer(context, state, message)
    meant = {message.intent, *(name for name, _ in message.choices)}
    if found is None or (found.topic not in meant and state.walk is None):
        return None
    return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, f"{found.topic} has an answer")


def _at_step(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads it as said of the step on the screen."""
    if message.key in context.knowledge.wording.what_now:
        return Reading(Source.SAID_BEFORE, Act.WHAT_NOW, message, "asks what to do then")
    if walkthrough.rules_out(context, state, act, message):
        return None
    is_foreign = state.walk is None and "unsupported_topic" in message.entities
    found = None if is_foreign else find_answer(context, state, message)
    asked = message.acts.get("question", 0.0) >= _MAYBE_QUESTION or asks(normalize(message.text))
    # What is alike but asks nothing, as the bare name of a cause, is no question about it.
    if found and (found.is_worded or asked):
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "the knowledge has an answer")
    if state.walk and message.acts.get("question", 0.0) >= _QUESTION:
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "may ask about the step", message.acts["question"])
    if walkthrough.serves_in_passing(context, state, act, message):
        return None
    return _alone(context, state, act, message)


def _alone(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads it as saying too little, or as a matter of the wallet."""
    words = context.knowledge.wording
    names_wallet = "unsupported_topic" in message.entities or any(word in message.key for word in words.wallet_words)
    points_nowhere = message.acts.get("question", 0.0) >= _QUESTION and any(word in message.key for word in "这那")
    if not state.walk and points_nowhere and len(message.key) <= _LONGEST_POINTER:
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "points to something that is not known")
    if (
        normalize(message.text).strip()
        and not message.text.startswith("/")
        and len(message.key) <= _LONGEST_FRAGMENT
        and not names_wallet
        and (act is Act.NOT_UNDERSTOOD or len(message.key) < 4 or message.band is not AnswerBand.ANSWER)
    ):
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "says too little")
    if names_wallet and (act is Act.OUT_OF_SCOPE):
        return Reading(Source.SENTENCE, Act.HONEST, message, "a matter of the wallet that nothing is known about")
    return None
