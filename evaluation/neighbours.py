"""Finds the training examples that look most like a message, to see what pulled a prediction where it went."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.nlu.lexicon import read_lexicon
from engine.nlu.views import character_units, ngrams, syllable_units
from engine.paths import LEXICON
from evaluation.paths import NLU_DATA
from evaluation.pythons import prepare_rasa
from language.text_normalization import normalize


@dataclass(frozen=True)
class Neighbour:
    """A training example; `similarity` is a cosine, 0 to 1."""

    text: str
    intent: str
    similarity: float


class TrainingExamples:
    """The training examples, searchable by likeness.

    Likeness is the cosine of TF-IDF n-grams of characters (1-3) and Mandarin syllables (2-3). It is not the model's own
    measure, which changes with the pipeline, but it looks at the same things: wording, typos and typed pinyin.
    """

    def __init__(self, examples: Sequence[tuple[str, str]]) -> None:
        """Takes texts with their intents."""
        self._texts = [text for text, _ in examples]
        self._intents = np.array([intent for _, intent in examples])
        self._vectorizer = TfidfVectorizer(analyzer=self._units, sublinear_tf=True)
        self._vectors = self._vectorizer.fit_transform(self._texts)

    def __len__(self) -> int:
        """Returns how many examples there are."""
        return len(self._texts)

    @property
    def texts(self) -> list[str]:
        """The examples without their intents."""
        return self._texts

    @property
    def intents(self) -> list[str]:
        """The intents of the examples."""
        return [str(intent) for intent in self._intents]

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(map(_key, self._texts))

    def holds(self, text: str) -> bool:
        """Whether a text is an example, spelling variants, spaces and punctuation disregarded."""
        return _key(text) in self._keys

    def likeness(self, texts: Sequence[str]) -> list[float]:
        """Returns for each text how like it the likest example of any intent is."""
        similarities = self._vectorizer.transform(texts) @ self._vectors.T
        return [float(value) for value in similarities.max(axis=1).toarray().ravel()]

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return read_lexicon(LEXICON).aliases

    def _units(self, text: str) -> list[str]:
        normalized = normalize(text)
        characters = ngrams(character_units(normalized, self._aliases), range(1, 4))
        return characters + ngrams(syllable_units(normalized, self._aliases), range(2, 4))

    def nearest(self, text: str, intent: str, n: int) -> list[Neighbour]:
        """Returns the `n` examples of an intent that are most like a text, best first; fewer when there are fewer."""
        rows = np.flatnonzero(self._intents == intent)
        similarities = (self._vectors[rows] @ self._vectorizer.transform([text]).T).toarray().ravel()
        best = np.argsort(-similarities, kind="stable")[:n]
        return [Neighbour(self._texts[rows[i]], intent, float(similarities[i])) for i in best]


def _key(text: str) -> str:
    return "".join(character for character in normalize(text) if character.isalnum()) or text


def read_training_examples(folder: Path = NLU_DATA) -> TrainingExamples:
    """Reads the training examples as Rasa does."""
    with warnings.catch_warnings(record=True):
        # Rasa warns on import.
        prepare_rasa()
        from rasa.shared.nlu.training_data.loading import load_data  # noqa: PLC0415

        examples = load_data(str(folder)).intent_examples
    return TrainingExamples([(example.get("text"), example.get("intent")) for example in examples])
