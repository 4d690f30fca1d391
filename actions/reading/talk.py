"""What is said of the bot itself, whatever is under way: who it is, and whether it can be trusted."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.repair import small_talk_of
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.reading import mending
from actions.reading.reading import Reading, Source

_UNKNOWN = 0.15


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a question about the bot itself, which no topic answers (「怎么知道你不是骗子」)."""
    if act is Act.HUMAN:
        return None
    heard = mending.reminded(state, message)
    if heard or state.open_alarm:
        return heard
    if act is Act.OPEN_TOPIC and message.intent in message.matters():
        # 「那我注销的话钱真没了？你说的准不准」 asks about the closure.
        return None
    if state.awaiting is Awaiting.DETAIL and message.acts.get("unknown_detail", 0.0) >= _UNKNOWN:
        # 「我也不清楚叫啥」 is about the shop.
        return None
    kind = small_talk_of(context, message)
    if kind is None or not kind.of_itself or message.further_requests:
        return None
    plain = replace(message, intent=Act.OUT_OF_SCOPE.value, band=AnswerBand.ANSWER, choices=(), entities={})
    return Reading(Source.SENTENCE, Act.OUT_OF_SCOPE, plain, "asks about the bot itself")
