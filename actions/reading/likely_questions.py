"""The questions that may have been asked beside what was answered: they are offered, and picked from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, DialogueState
from actions.dialogue.turn import Context
from actions.knowledge.danger import Danger
from actions.reading.offered import label_typed, option_meant
from language.text_normalization import normalize

# Of 320 questions of an unseen writer that were answered beside the point, 92 were among these.
_LEAST, MOST_OFFERED = 0.05, 3
# Beside an answer, one must be as likely as this share of it.
_SERIOUS = 0.1
# What was asked as surely as this was answered.
_SURE = 0.8
# Who points into a list says little else (「第二个怎么弄」).
_LONGEST_POINTER = 8


def likely_questions(
    danger: Danger, message: UserMessage, answered: Sequence[str], certainties: Mapping[str, float]
) -> tuple[str, ...]:
    """Returns the questions with a title that a message or one of its clauses may ask beside what was answered.

    Args:
        danger: What can be asked.
        message: The message.
        answered: What was answered, the first first.
        certainties: How sure that was; nothing stands here for what is beyond doubt.

    Returns:
        Their names, the likeliest first; none where the first answer was surely asked for.
    """
    first = next(iter(answered), None)
    certainty = certainties.get(first, 1.0) if first in danger.titles else 0.0
    if certainty >= _SURE:
        return ()
    shares: dict[str, float] = {}
    for said in (message.said, *(clause.said for clause in message.clauses)):
        for name, share in said.items():
            if name in danger.titles and name not in answered and share >= max(_LEAST, certainty * _SERIOUS):
                shares[name] = max(share, shares.get(name, 0.0))
    return tuple(sorted(shares, key=lambda name: -shares[name])[:MOST_OFFERED])


def question_titled(danger: Danger, text: str) -> str | None:
    """Returns the question that has a text as its title; None when none has."""
    return _names_by_key(tuple(danger.titles.items())).get(folded(normalize(text)))


@lru_cache(maxsize=8)
def _names_by_key(titles: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    # Of two with one title the first counts.
    return {folded(normalize(title)): name for name, title in reversed(titles)}


def picked(context: Context, state: DialogueState, message: UserMessage) -> tuple[Alarm, str, UserMessage] | None:
    """Returns the question that was picked from those offered, with the alarm that it belongs to.

    Returns:
        The alarm, the name of the question, and the message in the words of its title; None when none was picked.
    """
    option = option_meant(context, state, message)
    alarm = _alarm(state)
    is_pointer = len(message.key) <= _LONGEST_POINTER or label_typed(state, message) is not None
    if option is None or alarm is None or not is_pointer:
        # 「明天补好卡第一件干啥」 points at nothing; a label is typed in pinyin, too.
        return None
    name = question_titled(context.knowledge.danger, option.payload)
    if name is None:
        return None
    title = context.knowledge.danger.titles[name]
    plain = replace(message, text=title, key=folded(normalize(title)), said={name: 1.0}, clauses=(), acts={})
    return alarm, name, plain


def _alarm(state: DialogueState) -> Alarm | None:
    """Returns the alarm about money that is talked of, or was told of last."""
    kinds = (state.open_alarm, *(told.alarm for told in reversed(state.alarms)))
    return next((kind for kind in kinds if kind in (Alarm.FRAUD, Alarm.VICTIM)), None)
