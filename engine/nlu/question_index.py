"""Finds what a text asks for by examples of how people ask for it, without training.

Three views of one set of examples are added up (docs/nlu.md has their figures):

- *centre*: likeness to the mean of the examples of an entry, by sentence vector and by n-grams of characters and
  syllables;
- *words*: how much likelier its n-grams are there than anywhere (naive Bayes), which hears the one word that counts;
- *near*: likeness to the nearest examples, for the entries that are best so far.

Nothing is fitted, so entries can be added while the bot serves: `with_entries` takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.nlu.ngram_vocabulary import NgramVocabulary
from engine.nlu.sentence_encoder import Vectors
from engine.nlu.views import character_units, syllable_units

_LENGTHS = range(1, 4)
# Chosen on three writers, each held out once.
_NEAREST = 3
_NGRAMS_NEAR, _NGRAMS_CENTRE, _WORDS = 0.4, 0.5, 0.05
_SMOOTHING = 0.02
# The examples are only compared for so many entries that are best by centre and words: a sixth of the time.
_COMPARED = 48


@dataclass(frozen=True)
class Example:
    """One way to ask for an entry: its address, the normalized text and the sentence vector of it."""

    address: str
    text: str
    vector: Vectors


class Match(NamedTuple):
    """How alike a text is to an entry.

    Attributes:
        address: That of the entry.
        likeness: By all views, 0 to about 4.
        nearest: To its nearest example alone, 0 to 1.8.
    """

    address: str
    likeness: float
    nearest: float


class _View:
    """N-grams of one kind of unit: TF-IDF rows of length 1, and what each n-gram says for an entry."""

    def __init__(self, documents: list[list[str]], owners: csr_matrix) -> None:
        self._vocabulary, counts = NgramVocabulary.build(documents, _LENGTHS)
        self._idf = np.log((1 + len(documents)) / (1 + counts)) + 1
        self.examples = self._rows(documents)
        sums = csr_matrix(owners @ self.examples)
        # Log odds of each n-gram in an entry against all, as far as they differ from those of one never seen there.
        size = sums.shape[1]
        total = np.asarray(sums.sum(axis=0)).ravel()
        of_entry = np.asarray(sums.sum(axis=1)).ravel()
        background = np.log((total + _SMOOTHING) / (total.sum() + _SMOOTHING * size))
        self._background = _WORDS * background
        self._unseen = _WORDS * np.log(_SMOOTHING / (of_entry + _SMOOTHING * size))
        lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
        said = sums.copy()
        said.data = _NGRAMS_CENTRE * sums.data / np.repeat(lengths, np.diff(sums.indptr)) + _WORDS * np.log(
            1 + sums.data / _SMOOTHING
        )
        self._said = csr_matrix(said.T)

    def _rows(self, documents: list[list[str]]) -> csr_matrix:
        indices, counts, bounds = self._vocabulary.count(documents)
        values = (np.log(counts) + 1) * self._idf[indices]
        lengths = np.sqrt(np.add.reduceat(np.append(values**2, 0.0), bounds[:-1]))
        # A text without any known n-gram has no length.
        lengths[bounds[:-1] == bounds[1:]] = 1.0
        values /= np.repeat(lengths, np.diff(bounds))
        shape = (len(documents), len(self._idf))
        return csr_matrix((values, indices.astype(np.int32), bounds.astype(np.int32)), shape=shape)

    def row(self, document: list[str]) -> csr_matrix:
        """Returns the row of a text that is no example."""
        return self._rows([document])

    def of_entries(self, row: csr_matrix) -> NDArray[np.float64]:
        """Returns what the n-grams of a text say for each entry: likeness to its centre, and odds."""
        said: NDArray[np.float64] = (row @ self._said).toarray()[0]
        odds: NDArray[np.float64] = row.data.sum() * self._unseen - row.data @ self._background[row.indices]
        return said + odds


class QuestionIndex:
    """Examples of how people ask for entries, and how alike a text is to each entry."""

    def __init__(self, examples: Sequence[Example], aliases: Mapping[str, str]) -> None:
        """Makes an index of at least one example."""
        self._examples, self._aliases = tuple(examples), dict(aliases)
        self._addresses = list(dict.fromkeys(example.address for example in examples))
        number = {address: i for i, address in enumerate(self._addresses)}
        ordered = sorted(examples, key=lambda example: number[example.address])
        entries = np.array([number[example.address] for example in ordered])
        owners = csr_matrix((np.ones(len(ordered)), (entries, np.arange(len(ordered)))))
        # The examples of entry i are those from bounds[i] to bounds[i + 1].
        self._bounds = np.searchsorted(entries, np.arange(len(self._addresses) + 1))
        self._vectors = np.array([example.vector for example in ordered], np.float32)
        centres = owners @ self._vectors
        self._centres = (centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32)
        texts = [example.text for example in ordered]
        self._views = (
            _View([character_units(text, self._aliases) for text in texts], owners),
            _View([syllable_units(text, self._aliases) for text in texts], owners),
        )

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The addresses and texts of the examples, as they were given."""
        return [(example.address, example.text) for example in self._examples]

    def with_entries(self, examples: Sequence[Example]) -> QuestionIndex:
        """Returns an index with further examples, of entries known or new."""
        return QuestionIndex((*self._examples, *examples), self._aliases)

    def nearest(self, text: str, vector: Vectors) -> dict[str, float]:
        """Returns the entries that a normalized text is most alike to, best first, with its likeness (0 to about 4)."""
        return {match.address: match.likeness for match in self.matches(text, vector)}

    def matches(self, text: str, vector: Vectors) -> list[Match]:
        """Returns the entries that a normalized text is most alike to, best first."""
        rows = [
            view.row(units(text, self._aliases))
            for view, units in zip(self._views, (character_units, syllable_units), strict=True)
        ]
        likeness = (self._centres @ vector).astype(np.float64)
        for view, row in zip(self._views, rows, strict=True):
            likeness += view.of_entries(row)
        best = np.argsort(-likeness)[:_COMPARED]
        spans = [np.arange(self._bounds[i], self._bounds[i + 1]) for i in best.tolist()]
        chosen = np.concatenate(spans)
        # Picking most rows of a matrix takes longer than multiplying all.
        picked = chosen if 2 * len(chosen) < len(self._vectors) else slice(None)
        near = (self._vectors[picked] @ vector).astype(np.float64)
        for view, row in zip(self._views, rows, strict=True):
            wanted = np.zeros(row.shape[1])
            wanted[row.indices] = _NGRAMS_NEAR * row.data
            near += view.examples[picked] @ wanted
        if isinstance(picked, slice):
            near = near[chosen]
        end = 0
        nearest: dict[int, float] = {}
        for i, span in zip(best.tolist(), spans, strict=True):
            start, end = end, end + len(span)
            alike = np.sort(near[start:end])[-_NEAREST:]
            likeness[i] += alike.mean()
            nearest[i] = float(alike[-1])
        order = best[np.argsort(-likeness[best])]
        return [Match(self._addresses[i], float(likeness[i]), nearest[i]) for i in order.tolist()]
