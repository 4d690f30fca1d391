"""References: a short message that names a part of what was shown last (「那余额呢」, 「电话」)."""

from __future__ import annotations

from dataclasses import replace

from actions.dialogue.acts import Act, act_of
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source
from engine.nlu.text_normalization import normalize

_LONGEST = 9


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as naming one part of the topic that was talked about last, or a topic in a list."""
    if len(message.key) > _LONGEST or state.awaiting is Awaiting.DETAIL:
        return None
    return _part(context, state, message) or _menu_word(context, state, message)


def _part(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    names = [state.last_topic, *(context.knowledge.topics[state.last_topic].related if state.last_topic in context.knowledge.topics else ())]
    for name in names:
        topic = context.knowledge.topics.get(name or "")
        if topic is None or not topic.items:
            continue
        value = message.single_value(topic.entity, {item.value for item in topic.items})
        if value is None or (name != state.last_topic and message.confidence >= 0.9):
            continue
        part = replace(message, intent=topic.id, entities={topic.entity or "": (value,)}, band=AnswerBand.ANSWER)
        return Reading(Source.REFERENCE, Act.OPEN_TOPIC, part, f"names the part {value} of {topic.id}")
    return None


def _menu_word(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    words = {folded(normalize(word)) for word in context.knowledge.wording.menu_words}
    if message.key in words:
        return Reading(Source.REFERENCE, Act.MENU, message, "asks for the menu")
    return None
