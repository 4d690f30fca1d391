"""What the sentence does not say: a fragment, a matter of the wallet that nothing is known about, a cry after an alarm."""

from __future__ import annotations

from actions.dialogue.acts import UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

_LONGEST_FRAGMENT = 5
_STAYS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
_QUESTION = 0.5


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message that says nothing by itself by what surrounds it; None when the sentence is clear."""
    if act not in UNCLEAR or state.offer is Offer.CHOICE:
        return None
    if "frustration" in message.entities or state.awaiting is Awaiting.DETAIL:
        return None
    words = context.knowledge.wording
    for alarm in _STAYS:
        if has_alarm(state, alarm) and message.alarms.get(alarm.value, 0.0) < 1:
            return Reading(
                Source.SAID_BEFORE, Act.ALARM, message, f"said after {alarm.value}", 0.5, {"alarm": alarm}
            )
    if message.key in words.what_now:
        return Reading(Source.SAID_BEFORE, Act.WHAT_NOW, message, "asks what to do then")
    if state.walk and state.step and message.acts.get("question", 0.0) >= _QUESTION:
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "may ask about the step", message.acts["question"])
    names_wallet = "unsupported_topic" in message.entities or any(word in message.key for word in words.wallet_words)
    if len(message.key) <= _LONGEST_FRAGMENT and not names_wallet and (
        act is Act.NOT_UNDERSTOOD or len(message.key) < 4 or message.band is not AnswerBand.ANSWER
    ):
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "says too little")
    if names_wallet and (act is Act.OUT_OF_SCOPE):
        return Reading(Source.SENTENCE, Act.HONEST, message, "a matter of the wallet that nothing is known about")
    return None
