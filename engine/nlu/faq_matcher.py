"""Which question of `data/knowledge/faq/` a message asks, and how sure that is.

Two things are compared: how near the message lies to the wordings of the questions, and how near to what else people
say: the examples of the intents and the questions of the other answers. Only those of them that lie near to a question
are kept, as nothing else can come between.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.nlu.mapped_arrays import Arrays, under, within
from engine.nlu.question_index import Example, ExampleIndex, QuestionIndex
from engine.nlu.sentence_encoder import Vectors

WEIGHTS = Path(__file__).with_name("faq_weights.json")
# How many other texts near to each wording are kept.
_RIVALS = 40
_WORDINGS, _RIVAL_TEXTS = "wordings", "rivals"


class Ranked(NamedTuple):
    """A question, and the probability that it is asked."""

    id: str
    confidence: float


class Understood(NamedTuple):
    """What the classifier makes of the message.

    Attributes:
        topic: Probability of the likeliest topic.
        out_of_scope: That it is out of scope.
        other: That of the likeliest other intent, such as a greeting or a command.
    """

    topic: float
    out_of_scope: float
    other: float


class FaqMatcher:
    """Finds questions by their wordings. Nothing is trained: a new question counts at once."""

    def __init__(self, index: QuestionIndex, rivals: ExampleIndex | None) -> None:
        """Keeps what `of` or `of_arrays` has made or read: the questions, and the texts that ask for something else."""
        self._index, self._rivals = index, rivals

    @classmethod
    def of(cls, wordings: Sequence[Example], rivals: Sequence[Example], aliases: Mapping[str, str]) -> FaqMatcher:
        """Makes a matcher.

        Args:
            wordings: At least one; the address is the id of the question.
            rivals: Texts that ask for something else; those that `nearest_rivals` tells of are enough.
            aliases: How words are spelt otherwise.
        """
        return cls(QuestionIndex.of(wordings, aliases), ExampleIndex.of(rivals, aliases) if rivals else None)

    @classmethod
    def of_arrays(cls, arrays: Arrays, aliases: Mapping[str, str]) -> FaqMatcher:
        """Returns the matcher that `arrays` was called of."""
        rivals = within(arrays, _RIVAL_TEXTS)
        return cls(
            QuestionIndex.of_arrays(within(arrays, _WORDINGS), aliases),
            ExampleIndex.of_arrays(rivals, aliases) if rivals else None,
        )

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        rivals = under(_RIVAL_TEXTS, self._rivals.arrays()) if self._rivals else {}
        return {**under(_WORDINGS, self._index.arrays()), **rivals}

    def features(self, text: str, vector: Vectors, understood: Understood) -> tuple[list[Ranked], dict[str, float]]:
        """Returns the likeliest questions with their shares, and what tells whether any of them is asked."""
        matches = self._index.matches(text, vector)[:8]
        rival = self._rivals.nearest(text, vector) if self._rivals else 0.0
        first = matches[0]
        second = matches[1].likeness if len(matches) > 1 else 0.0
        weights = _weights()["share"]
        shares = [math.exp(weights["likeness"] * (match.likeness - first.likeness)) for match in matches]
        ranked = [Ranked(match.address, share / sum(shares)) for match, share in zip(matches, shares, strict=True)]
        return ranked, {
            "always": 1.0,
            "nearest": first.nearest,
            "likeness": first.likeness,
            "ahead_of_rivals": first.nearest - rival,
            "ahead_of_second": first.likeness - second,
            "topic": understood.topic,
            "out_of_scope": understood.out_of_scope,
            "other": understood.other,
            "short": 1.0 if len(text) <= 4 else 0.0,
        }

    def rank(self, text: str, vector: Vectors, understood: Understood) -> list[Ranked]:
        """Returns the likeliest questions of a normalized text, the likeliest first."""
        ranked, features = self.features(text, vector, understood)
        weights = _weights()["asked"]
        score = sum(weights.get(name, 0.0) * value for name, value in features.items())
        asked = 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
        return [Ranked(one.id, one.confidence * asked) for one in ranked]


def nearest_rivals(wordings: Vectors, others: Vectors) -> list[int]:
    """Returns which of the other texts lie near to a wording: nothing else can come between.

    Args:
        wordings: Shape (wordings, 512).
        others: Shape (texts, 512).
    """
    count = min(_RIVALS, len(others))
    near: set[int] = set()
    if count:
        for start in range(0, len(wordings), 256):
            likeness = wordings[start : start + 256] @ others.T
            near.update(np.argpartition(-likeness, count - 1, axis=1)[:, :count].ravel().tolist())
    return sorted(near)


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    weights: Mapping[str, Mapping[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights
