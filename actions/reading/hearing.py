"""What a message tells and asks after a fraud or a theft, by the expressions of `danger.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actions.dialogue.messages import UserMessage
from actions.dialogue.state import AttemptOutcome, DialogueState
from actions.knowledge.danger import Danger, Fact
from actions.reading.questions import asks
from language.text_normalization import normalize

_ONE_QUESTION = 14
# The classifier tells a fact from here on.
_TELLS = 0.55
_PASSWORD = "forgot_password"
_DONE = "了"
_LOST, _PAST = "lost", ("了", "过", "完", "被")
_CULPRITS = re.compile("对方|骗子|那边|那个人|那人|客服|公安|警察|导师|对面")
# 「有人往我钱包转了三百」 is no loss.
_TO_ME = re.compile(r"(往|给|到)我\S{0,4}$")
_BETWEEN_CLAUSES = re.compile(r"[\W_]+")
_DENIES = re.compile("没|(?<!知)不(?!知|晓)|(?<!特)别(?!人|的|个)|未(?!来)")


@dataclass(frozen=True)
class Heard:
    """What was heard.

    Attributes:
        facts: What is told, the gravest first.
        question: Label of what is asked.
        names_culprit: Whether the culprit is named by what they are.
        is_question: Whether something is asked at all, known or not.
    """

    facts: tuple[str, ...] = ()
    question: str | None = None
    names_culprit: bool = False
    is_question: bool = False


def hear(danger: Danger, message: UserMessage) -> Heard:
    """Returns what a message tells and asks."""
    clauses = [clause for clause in _BETWEEN_CLAUSES.split(normalize(message.text).strip()) if clause]
    # What is asked over a break (「报警 要不要」) only counts where no clause asks anything.
    asked = question_asked(danger, clauses)
    if asked is None and len(message.key) <= _ONE_QUESTION:
        asked = question_asked(danger, [message.key])
    told = facts_told(danger, clauses, message.key, message.after_alarm)
    return Heard(told, asked, bool(_CULPRITS.search(message.key)), asked is not None or asks(normalize(message.text)))


def facts_told(danger: Danger, clauses: list[str], key: str, labels: Mapping[str, float]) -> tuple[str, ...]:
    """Returns the facts that clauses tell by their words, or the whole message by its likeliest label.

    Args:
        danger: Knows how facts are told.
        clauses: The clauses of the message.
        key: The whole message without spaces and punctuation.
        labels: What the classifier hears, with its certainty.
    """
    unreal = re.compile(danger.unreal)
    real = [clause for clause in clauses if not unreal.search(clause)]
    if len(real) == len(clauses) > 1:
        # What is told over a break: 「手机 被偷了」.
        real.append(key)
    # What somebody else says, and what is not so, may be told in a clause that supposes.
    spoken = [*clauses, key]
    refused = re.compile(danger.refused)
    told = [
        name
        for name, fact in danger.facts.items()
        if any(_says(fact, clause, refused) for clause in (spoken if fact.is_denial else real))
        or (real and _sounds_told(name, fact, key, labels))
    ]
    return tuple(told)


def question_asked(danger: Danger, clauses: list[str]) -> str | None:
    """Returns the label of what clauses ask; None when they ask nothing that is known."""
    return next((label for label, pattern in danger.asked if any(pattern.search(clause) for clause in clauses)), None)


def known_after(danger: Danger, facts: Iterable[str], told: tuple[str, ...]) -> tuple[str, ...]:
    """Returns what is known after more was told: what a fact takes back is known no longer."""
    known = dict.fromkeys(facts)
    for name in told:
        for ended in danger.facts[name].ends:
            known.pop(ended, None)
    known.update(dict.fromkeys(name for name in told if not _is_ended(danger, name, told)))
    return tuple(known)


def _is_ended(danger: Danger, name: str, told: tuple[str, ...]) -> bool:
    """Whether something else in the same breath takes it back; of two that exclude each other the graver counts."""
    ending = [other for other in told if name in danger.facts[other].ends]
    return any(other not in danger.facts[name].ends or told.index(other) < told.index(name) for other in ending)


def known_now(state: DialogueState) -> set[str]:
    """Returns all that is known: what was told, the kinds of alarm, and whether a human comes."""
    kinds = {told.alarm.value for told in state.alarms if told.alarm not in state.denied_alarms}
    given = {*state.danger_facts, *kinds, *(("handed_over",) if state.handed_over else ())}
    has_changed = any(one.topic == _PASSWORD and one.outcome is AttemptOutcome.SOLVED for one in state.attempts)
    return given | {"password_changed"} if has_changed else given


def _sounds_told(name: str, fact: Fact, key: str, labels: Mapping[str, float]) -> bool:
    """Whether the classifier hears it; a loss must lie behind: 「他要我转两千」 is none yet."""
    has_happened = name != _LOST or any(word in key for word in _PAST)
    return has_happened and any(labels.get(label, 0.0) >= _TELLS for label in fact.labels)


def _says(fact: Fact, clause: str, refused: re.Pattern[str]) -> bool:
    for pattern in fact.patterns:
        for found in pattern.finditer(clause):
            if fact.is_denial:
                return True
            if _TO_ME.search(clause[: found.start()]):
                continue
            is_refused = refused.search(clause[: found.start()])
            if is_refused and _DONE in found.group() and not _DENIES.search(is_refused.group()):
                # 「老板让我转了28万」 is done, whoever wanted it.
                is_refused = None
            if not _DENIES.search(found.group()) and not is_refused:
                return True
    return False
