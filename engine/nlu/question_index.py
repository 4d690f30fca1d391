"""Finds what a text asks for by examples of how people ask for it, without training.

Three views of one set of examples are added up (docs/nlu.md has their figures):

- *centre*: likeness to the mean of the examples of an entry, by sentence vector and by n-grams of characters and
  syllables;
- *words*: how much likelier its n-grams are there than anywhere (naive Bayes), which hears the one word that counts;
- *near*: likeness to the nearest examples, for the entries that are best so far.

Nothing is fitted, so an index of further entries is made while the bot serves.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.nlu.mapped_arrays import Arrays, texts_as_array, texts_of_array, under, within
from engine.nlu.ngram_vocabulary import NgramVocabulary
from engine.nlu.sentence_encoder import Vectors
from engine.nlu.views import aliases_of, character_units, syllable_units

_LENGTHS = range(1, 4)
# Chosen on three writers, each held out once.
_NEAREST = 3
_NGRAMS_NEAR, _NGRAMS_CENTRE, _WORDS = 0.4, 0.5, 0.05
_SMOOTHING = 0.02
# The examples are only compared for so many entries that are best by centre and words: a sixth of the time.
_COMPARED = 48
# Of the columns, more than which a row counts as crowded: edges of sentences, the commonest characters.
_CROWDED = 0.1
_UNITS = (character_units, syllable_units)
_VIEWS = ("characters", "syllables")


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


class _Said(NamedTuple):
    """The n-grams of a text: their numbers, rising, and their weights, of length 1 together."""

    indices: NDArray[np.int64]
    values: NDArray[np.float64]


class _Columns:
    """A matrix with a row for each n-gram, of which a text needs a few; SciPy spends most of its time on checks."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._crowded, self._place, self._starts, self._counts, self._owners, self._data = (
            arrays[name] for name in ("crowded", "place", "starts", "counts", "owners", "data")
        )
        self._size = self._crowded.shape[1]

    @classmethod
    def of(cls, matrix: csr_matrix) -> _Columns:
        counts = np.diff(matrix.indptr)
        # Rows that nearly every column has are quicker to add up whole. Single precision halves what is kept; sums are
        # of double precision.
        crowded = np.flatnonzero(counts > matrix.shape[1] * _CROWDED)
        place = np.full(len(counts), -1)
        place[crowded] = np.arange(len(crowded))
        return cls(
            {
                "crowded": matrix[crowded].toarray().astype(np.float32),
                "place": place,
                "starts": matrix.indptr[:-1],
                "counts": counts,
                "owners": matrix.indices,
                "data": matrix.data.astype(np.float32),
            }
        )

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        return self._arrays

    def weighed(self, said: _Said) -> NDArray[np.float64]:
        """Returns the sum of the rows of what is said, each with its weight."""
        places = self._place[said.indices]
        is_crowded = places >= 0
        indices, values = said.indices[~is_crowded], said.values[~is_crowded]
        counts = self._counts[indices]
        ends = counts.cumsum()
        cells = np.arange(ends[-1] if len(ends) else 0) + (self._starts[indices] - ends + counts).repeat(counts)
        weights = self._data[cells] * values.repeat(counts)
        whole: NDArray[np.float64] = said.values[is_crowded] @ self._crowded[places[is_crowded]]
        # Of nothing NumPy counts whole numbers, to which no weight can be added.
        return whole + np.bincount(self._owners[cells], weights, minlength=self._size)


class _Odds:
    """What each n-gram of a view says for an entry."""

    def __init__(self, arrays: Arrays) -> None:
        self._background, self._unseen = arrays["background"], arrays["unseen"]
        self._said = _Columns(within(arrays, "said"))

    @classmethod
    def of(cls, examples: csr_matrix, owners: csr_matrix) -> _Odds:
        sums = csr_matrix(owners @ examples)
        # Log odds of each n-gram in an entry against all, as far as they differ from those of one never seen there.
        size = sums.shape[1]
        total = np.asarray(sums.sum(axis=0)).ravel()
        of_entry = np.asarray(sums.sum(axis=1)).ravel()
        background = np.log((total + _SMOOTHING) / (total.sum() + _SMOOTHING * size))
        unseen = _WORDS * np.log(_SMOOTHING / (of_entry + _SMOOTHING * size))
        lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
        said = sums.copy()
        said.data = _NGRAMS_CENTRE * sums.data / np.repeat(lengths, np.diff(sums.indptr)) + _WORDS * np.log(
            1 + sums.data / _SMOOTHING
        )
        columns = _Columns.of(csr_matrix(said.T)).arrays()
        return cls({"background": _WORDS * background, "unseen": unseen, **under("said", columns)})

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        return {"background": self._background, "unseen": self._unseen, **under("said", self._said.arrays())}

    def of_entries(self, said: _Said) -> NDArray[np.float64]:
        """Returns what the n-grams of a text say for each entry: likeness to its centre, and odds."""
        odds: NDArray[np.float64] = said.values.sum() * self._unseen - said.values @ self._background[said.indices]
        return self._said.weighed(said) + odds


class _View:
    """N-grams of one kind of unit, and the examples as TF-IDF rows of length 1.

    Attributes:
        odds: What the n-grams say for each owner of examples; None if they have none.
    """

    def __init__(
        self, vocabulary: NgramVocabulary, idf: NDArray[np.float64], of_examples: _Columns, odds: _Odds | None
    ) -> None:
        self._vocabulary, self._idf, self._of_examples, self.odds = vocabulary, idf, of_examples, odds

    @classmethod
    def of(cls, documents: list[list[str]], owners: csr_matrix | None) -> _View:
        vocabulary, counts = NgramVocabulary.build(documents, _LENGTHS)
        idf = np.log((1 + len(documents)) / (1 + counts)) + 1
        indices, values, bounds = cls._weights(vocabulary, idf, documents)
        shape = (len(documents), len(idf))
        examples = csr_matrix((values, indices.astype(np.int32), bounds.astype(np.int32)), shape=shape)
        odds = None if owners is None else _Odds.of(examples, owners)
        return cls(vocabulary, idf, _Columns.of(csr_matrix(examples.T)), odds)

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> _View:
        """Returns the view that `arrays` was called of."""
        odds = within(arrays, "odds")
        return cls(
            NgramVocabulary.of_units(texts_of_array(arrays["units"]), _LENGTHS, arrays["keys"]),
            arrays["idf"],
            _Columns(within(arrays, "of_examples")),
            _Odds(odds) if odds else None,
        )

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        return {
            "units": texts_as_array(list(self._vocabulary.units)),
            "keys": self._vocabulary.keys,
            "idf": self._idf,
            **under("of_examples", self._of_examples.arrays()),
            **(under("odds", self.odds.arrays()) if self.odds else {}),
        }

    @staticmethod
    def _weights(
        vocabulary: NgramVocabulary, idf: NDArray[np.float64], documents: list[list[str]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.intp]]:
        indices, counts, bounds = vocabulary.count(documents)
        values = (np.log(counts) + 1) * idf[indices]
        lengths = np.sqrt(np.add.reduceat(np.append(values**2, 0.0), bounds[:-1]))
        # A text without any known n-gram has no length.
        lengths[bounds[:-1] == bounds[1:]] = 1.0
        values /= np.repeat(lengths, np.diff(bounds))
        return indices, values, bounds

    def said(self, document: list[str]) -> _Said:
        """Returns the n-grams of a text that is no example."""
        indices, values, _ = self._weights(self._vocabulary, self._idf, [document])
        return _Said(indices, values)

    def near(self, said: _Said) -> NDArray[np.float64]:
        """Returns how alike a text is to each example, 0 to 1."""
        return self._of_examples.weighed(said)


class ExampleIndex:
    """Examples, and how alike a text is to the nearest.

    Attributes:
        vectors: The sentence vectors of the examples.
        views: Their characters and their syllables.
    """

    def __init__(self, vectors: Vectors, views: tuple[_View, ...], aliases: Mapping[str, str]) -> None:
        """Keeps what `of` or `of_arrays` has made or read."""
        self.vectors, self.views, self._aliases = vectors, views, aliases_of(aliases)

    @classmethod
    def of(
        cls, examples: Sequence[Example], aliases: Mapping[str, str], owners: csr_matrix | None = None
    ) -> ExampleIndex:
        """Makes an index of at least one example.

        Args:
            examples: What a text is compared with.
            aliases: How words are spelt otherwise.
            owners: Which examples each entry has, shape (entries, examples).
        """
        aliases = aliases_of(aliases)
        vectors = np.array([example.vector for example in examples], np.float32)
        texts = [example.text for example in examples]
        views = tuple(_View.of([units(text, aliases) for text in texts], owners) for units in _UNITS)
        return cls(vectors, views, aliases)

    @classmethod
    def of_arrays(cls, arrays: Arrays, aliases: Mapping[str, str]) -> ExampleIndex:
        """Returns the index that `arrays` was called of."""
        views = tuple(_View.of_arrays(within(arrays, name)) for name in _VIEWS)
        return cls(arrays["vectors"], views, aliases)

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        found: dict[str, NDArray[Any]] = {"vectors": self.vectors}
        for name, view in zip(_VIEWS, self.views, strict=True):
            found |= under(name, view.arrays())
        return found

    def said(self, text: str) -> list[_Said]:
        """Returns the n-grams of a normalized text, by view."""
        return [view.said(units(text, self._aliases)) for view, units in zip(self.views, _UNITS, strict=True)]

    def near(self, said: Sequence[_Said]) -> NDArray[np.float64]:
        """Returns how alike a text is to each example by its n-grams, 0 to 0.8."""
        first, second = (view.near(ngrams) for view, ngrams in zip(self.views, said, strict=True))
        return _NGRAMS_NEAR * (first + second)

    def nearest(self, text: str, vector: Vectors) -> float:
        """Returns how alike a normalized text is to the nearest example, 0 to 1.8."""
        return float((self.near(self.said(text)) + self.vectors @ vector).max())


class QuestionIndex:
    """Examples of how people ask for entries, and how alike a text is to each entry."""

    def __init__(
        self, addresses: list[str], examples: ExampleIndex, centres: Vectors, bounds: NDArray[np.int64]
    ) -> None:
        """Keeps what `of` or `of_arrays` has made or read; the examples of entry i are from bounds[i] to the next."""
        self._addresses, self._examples, self._centres, self._bounds = addresses, examples, centres, bounds
        pairs = list(itertools.pairwise(bounds.tolist()))
        self._places = [np.arange(start, end) for start, end in pairs]
        sizes = np.diff(bounds)
        # Where the examples of an entry stand in a row that is as long as the longest has.
        self._filled = np.arange(sizes.max()) < sizes[:, None]
        self._counted = np.minimum(sizes, _NEAREST)
        # Views, cut once.
        self._vectors = [examples.vectors[start:end] for start, end in pairs]
        self._odds = [view.odds for view in examples.views if view.odds is not None]

    @classmethod
    def of(cls, examples: Sequence[Example], aliases: Mapping[str, str]) -> QuestionIndex:
        """Makes an index of at least one example."""
        addresses = list(dict.fromkeys(example.address for example in examples))
        number = {address: i for i, address in enumerate(addresses)}
        ordered = sorted(examples, key=lambda example: number[example.address])
        entries = np.array([number[example.address] for example in ordered])
        owners = csr_matrix((np.ones(len(ordered)), (entries, np.arange(len(ordered)))))
        index = ExampleIndex.of(ordered, aliases, owners)
        centres = owners @ index.vectors
        return cls(
            addresses,
            index,
            (centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32),
            np.searchsorted(entries, np.arange(len(addresses) + 1)),
        )

    @classmethod
    def of_arrays(cls, arrays: Arrays, aliases: Mapping[str, str]) -> QuestionIndex:
        """Returns the index that `arrays` was called of."""
        examples = ExampleIndex.of_arrays(within(arrays, "examples"), aliases)
        return cls(texts_of_array(arrays["addresses"]), examples, arrays["centres"], arrays["bounds"])

    def arrays(self) -> Arrays:
        """Returns what it is made of again."""
        return {
            "addresses": texts_as_array(self._addresses),
            "centres": self._centres,
            "bounds": self._bounds,
            **under("examples", self._examples.arrays()),
        }

    def nearest(self, text: str, vector: Vectors) -> dict[str, float]:
        """Returns the entries that a normalized text is most alike to, best first, with its likeness (0 to about 4)."""
        return {match.address: match.likeness for match in self.matches(text, vector)}

    def matches(self, text: str, vector: Vectors) -> list[Match]:
        """Returns the entries that a normalized text is most alike to, best first."""
        said = self._examples.said(text)
        likeness = (self._centres @ vector).astype(np.float64)
        for odds, ngrams in zip(self._odds, said, strict=True):
            likeness += odds.of_entries(ngrams)
        near = self._examples.near(said)
        best = np.argsort(-likeness)[:_COMPARED]
        entries = best.tolist()
        # What is nothing but arithmetic is done for all entries at once. The products of the vectors are not: read
        # whole, they would be rounded otherwise.
        alike = near[np.concatenate([self._places[i] for i in entries])]
        alike += np.concatenate([self._vectors[i] @ vector for i in entries])
        rows = np.full((len(best), self._filled.shape[1]), -np.inf)
        rows[self._filled[best]] = alike
        # The nearest three, rising; of fewer, what is not there adds nothing.
        nearest = np.sort(np.partition(rows, -_NEAREST, axis=1)[:, -_NEAREST:] if rows.shape[1] > _NEAREST else rows)
        means = np.where(np.isneginf(nearest), 0.0, nearest).sum(axis=1) / self._counted[best]
        found = (likeness[best] + means).tolist()
        order = sorted(range(len(entries)), key=lambda place: -found[place])
        tops = nearest[:, -1].tolist()
        return [Match(self._addresses[entries[place]], found[place], tops[place]) for place in order]
