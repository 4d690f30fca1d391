"""Which step a report is about: people run ahead of what is shown."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from language.text_normalization import normalize

_EMPTY = frozenset("好了的完到一下就是在不要我您你它这那上里把给和或也会请看点")
# These are said of any page.
_ANYWHERE = frozenset({"进去", "进来", "打开", "点开", "点进"})
_AHEAD = 2
# The page has come up by itself: the step that it names is the one to do now.
_NOW_SHOWN = re.compile(
    r"让我|叫我|要我|跳到|跳出|出来|弹出|到了|进到|现在是|显示|提示|(?<![找看收])到.{1,8}(?:页|界面|[那这]步)"
)

_NOT_RECEIVED = re.compile("收不到|[没冇未唔](?:有)?收到|收唔到|[没未]收着")


def step_meant(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> int:
    """Returns the number of the step that the report is about: the one shown, or one or two ahead.

    For `Act.DONE` it is the step that comes next.
    """
    current = state.step
    if topic.kind != "procedure":
        return current + 1 if act is Act.DONE else current
    if act is Act.DONE and is_shown_now(message):
        # Who names the page that has come up is there, however far it is.
        named = step_named(topic, message)
        if named and named > current:
            return named
    words = _bigrams(message.key)
    scores = {}
    for number in range(current, min(current + _AHEAD, len(topic.steps)) + 1):
        step = topic.steps[number - 1]
        title = _bigrams(folded(normalize(step.title)))
        text = _bigrams(folded(normalize(step.text))) if act is Act.DONE else set()
        scores[number] = 2 * len(words & title) + len(words & text)
    best = max(scores, key=lambda number: (scores[number], -number)) if any(scores.values()) else current
    if act is not Act.DONE:
        return _received(topic, current, message) if best == current else best
    if best > current and is_shown_now(message):
        return best
    return best + 1


def _received(topic: Topic, current: int, message: UserMessage) -> int:
    """Returns the step at hand or one ahead that helps with what has not come (「收不到」)."""
    if not _NOT_RECEIVED.search(message.key):
        return current
    ahead = range(current, min(current + _AHEAD, len(topic.steps)) + 1)
    return next((number for number in ahead if _NOT_RECEIVED.search(topic.steps[number - 1].trouble or "")), current)


def is_shown_now(message: UserMessage) -> bool:
    """Whether the page of a step has come up by itself, so that it is the one to do now."""
    return bool(_NOW_SHOWN.search(message.key))


def step_named(topic: Topic, message: UserMessage) -> int | None:
    """Returns the number of the step after the first that a message names by its title; None when it names none."""
    words = _bigrams(message.key)
    scores = {
        number: len(words & _bigrams(folded(normalize(step.title)))) for number, step in enumerate(topic.steps, start=1)
    }
    best = max(scores, key=lambda number: scores[number])
    return best if scores[best] >= 2 and best > 1 else None


def _bigrams(text: str) -> set[str]:
    pairs = {text[i : i + 2] for i in range(len(text) - 1) if not _EMPTY & set(text[i : i + 2])}
    return pairs - _ANYWHERE
