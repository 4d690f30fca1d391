"""Where the talk is: back to the step before, the place asked for, the end of the talk."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.questions import asks, ends_talk, postpones
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_LONGEST = 14
# 「刚才说到哪了」, but not 「钱转到哪了」.
_WHERE = re.compile("(?:说|弄|做|讲|搞|走|办|查|进行)到(?:哪|第几|什么地方)")
_UNDONE = re.compile(
    "(?:刚才|刚刚|上一?|前一?|前面|上面)(?:那|的|那一)?(?:个|步|一步).{0,3}(?:还没|没有?|冇)(?:做|弄|填|点|搞|整)?(?:完|好|成)"
)
# What may be the end of the talk by itself.
_MAY_END = CONTROL | SOCIAL | UNCLEAR


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as about the place in a walkthrough, or as the end of the talk."""
    if len(message.key) > _LONGEST or message.further_requests or state.awaiting is Awaiting.DETAIL:
        return None
    clear = replace(message, band=AnswerBand.ANSWER, choices=())
    if _WHERE.search(message.key) and (state.step or (state.walk is None and state.suspended)):
        return Reading(Source.REFERENCE, Act.REPEAT, clear, "asks for the place")
    if state.step > 1 and _UNDONE.search(message.key) and not asks(normalize(message.text)):
        return Reading(Source.REFERENCE, Act.PREVIOUS, clear, "the step before is not done")
    return _end(context, state, act, clear)


def _end(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as the end of the talk; never while a human is waited for, nor after an alarm."""
    is_waiting = state.handed_over or message.is_queued
    if is_waiting or state.alarms or act not in _MAY_END or asks(normalize(message.text)):
        return None
    is_later = postpones(message.key)
    if not is_later and not ends_talk(message.key):
        return None
    if state.walk is None:
        is_free = state.offer in (None, Offer.RATING)
        return Reading(Source.REFERENCE, Act.GOODBYE, message, "ends the talk") if is_free else None
    if is_later:
        return Reading(Source.REFERENCE, Act.CANCEL, message, "puts it off")
    if any(word in message.key for word in context.knowledge.wording.thanks):
        act = Act.SOLVED if state.step else Act.CANCEL
        return Reading(Source.REFERENCE, act, message, "thanks and wants nothing else")
    return None
