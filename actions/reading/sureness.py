"""How sure it is what a message says after an alarm, and what can be said where it is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from actions.dialogue.messages import UserMessage, folded
from actions.knowledge.danger import Danger
from actions.reading.questions import asks
from language.text_normalization import normalize

# What an expression says, too, needs less.
_SURE_WITH_WORDS = 0.3
# A subject is spoken of from here on: all that belongs to it counts.
_OF_SUBJECT = 0.4
# An expression that counts alone does not against what the model hears as surely as that in the same clause.
RIVAL, RIVAL_OF_CERTAIN = 0.5, 0.75
# What a user said is quoted up to so many characters.
_LONGEST_QUOTE, _SHORTEST_QUOTE = 16, 3
# What is told in fewer is no whole thought (「都刷了」).
_TELLS_ENOUGH = 6
_BEFORE_QUOTE = re.compile(
    r"^(?:(?:那(?![个些边里天时笔种位家次年条张台])|可(?!以|能|不可)是?|但是?|就是|不是|哎呀?|唉|喂|行吧?|好吧?|哦|啊|嗯|不过|然后|还有|另外|到底|所以|而且|其实|算了"
    r"|我(?:问|说)的?是(?:说)?|我是(?:问|说)|问一下|请问|你说|你就说|我就?想?问(?:一下|下|问)?)[\s,，]*)+"
)
_AFTER_QUOTE = re.compile(r"[\s,，。.!！?？~～…、;；]+$")
# Numbers may be secrets, and nobody likes to read their own curses.
_UNQUOTED = re.compile(
    r"\d{4,}|[{}“”「」<>@\\]|https?|www|[操艹]|妈的|他妈|tmd|滚|傻[逼x叉]|sb|屁|狗日|死|杀|自残|割|跳楼", re.IGNORECASE
)


@dataclass(frozen=True)
class Sifted:
    """What is left of what a message asks.

    Attributes:
        questions: What is surely asked, or the subject of what is asked.
        unsure: The clauses whose question nobody knows.
    """

    questions: tuple[str, ...]
    unsure: tuple[str, ...] = ()


def subject_of(danger: Danger, said: Mapping[str, float], known: Collection[str] = ()) -> str | None:
    """Returns the subject that is spoken of, by all that may be said of it; None when none is likely.

    Args:
        danger: Whose subjects there are.
        said: What is heard, each with its probability.
        known: What is not counted.
    """
    shares: dict[str, float] = {}
    for subject, names in danger.subjects.items():
        silence = 1.0
        for name in names:
            if name not in known:
                silence *= 1 - said.get(name, 0.0)
        shares[subject] = 1 - silence
    likeliest = max(shares, key=lambda name: shares[name], default=None)
    return likeliest if likeliest and shares[likeliest] >= _OF_SUBJECT else None


def subject_named(danger: Danger, clauses: Iterable[str]) -> str | None:
    """Returns the subject that a word of the message names, the first of the file; None when none does."""
    told = tuple(clauses)
    return next(
        (
            name
            for name, words in danger.subject_words.items()
            if any(re.search(words, clause) and not re.search(danger.not_asked, clause) for clause in told)
        ),
        None,
    )


def sifted(danger: Danger, message: UserMessage, questions: Iterable[str], certain: Collection[str]) -> Sifted:
    """Returns the questions that are surely asked; of the others the subject, or the words.

    Args:
        danger: What can be asked.
        message: The message.
        questions: What may be asked, the most pressing first.
        certain: Those of them whose words leave no doubt.
    """
    if not message.is_listened:
        return Sifted(tuple(questions))
    kept: list[str] = []
    unsure: list[str] = []
    possible = danger.asking.possible
    for name in questions:
        said, text = _asking(message, name)
        share = said.get(name, 0.0)
        if re.search(danger.not_asked, folded(normalize(text))):
            # 「跟征信没关系」
            continue
        key = folded(normalize(text))
        is_worded = any(danger.asked[place] == name and danger.asking[place].search(key) for place in possible(key))
        if name in certain or share >= (_SURE_WITH_WORDS if is_worded else danger.sure):
            kept.append(name)
            continue
        subject = subject_of(danger, said) or subject_named(danger, [folded(normalize(text))])
        if subject is None:
            unsure.append(text)
        else:
            kept.append(subject)
    return Sifted(tuple(dict.fromkeys(kept)), tuple(unsure))


def _asking(message: UserMessage, name: str) -> tuple[Mapping[str, float], str]:
    """Returns what is heard in the part of a message that asks something most likely, and its text."""
    parts = [(clause.said, clause.text) for clause in message.clauses] or [(message.said, message.text)]
    best = max(parts, key=lambda part: part[0].get(name, 0.0))
    return best if best[0].get(name, 0.0) >= message.said.get(name, 0.0) else (message.said, best[1])


def has_rival(danger: Danger, said: Mapping[str, float], name: str, least: float) -> bool:
    """Whether the model surely hears another question in a clause than its expression says."""
    return any(
        share >= least
        and other.startswith("asks")
        and other != name
        and other in danger.reactions
        and not any(name in alike and other in alike for alike in danger.alike)
        for other, share in said.items()
    )


def quote(text: str) -> str:
    """Returns the user's own words as they can be quoted, or nothing."""
    words = _AFTER_QUOTE.sub("", _BEFORE_QUOTE.sub("", text.strip()))
    if len(words) < _SHORTEST_QUOTE or _UNQUOTED.search(words):
        return ""
    return words if len(words) <= _LONGEST_QUOTE else ""


def words_of(danger: Danger, message: UserMessage, unsure: Iterable[str]) -> str:
    """Returns the words to take up: those of a question that nobody knows, or else what was said last."""
    parts = [clause.text for clause in message.clauses] or [normalize(message.text)]
    parts = [part for part in parts if not re.search(danger.not_asked, folded(part))]
    asking = [part for part in parts if asks(part)]
    if unsure or asking:
        return next(filter(None, (quote(part) for part in (*unsure, *asking))), "")
    # A short message is taken up as a whole, of a longer one what says most.
    whole = quote("，".join(parts))
    return whole or max((words for part in parts if len(words := quote(part)) >= _TELLS_ENOUGH), key=len, default="")
