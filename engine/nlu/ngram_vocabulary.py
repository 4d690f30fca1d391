"""Numbers the n-grams of the training examples, and counts those of messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.nlu.mapped_arrays import mapped

_UNITS_FILE = "units.json"
_KEYS_FILE = "keys.npy"


class NgramCounts(NamedTuple):
    """How often n-grams stand in documents.

    Attributes:
        indices: Those of the n-grams of each document, rising, one document after the other.
        counts: How often each of them stands there.
        bounds: Document i has `indices[bounds[i]:bounds[i + 1]]`.
    """

    indices: NDArray[np.int64]
    counts: NDArray[np.int64]
    bounds: NDArray[np.intp]


@dataclass(frozen=True)
class NgramVocabulary:
    """N-grams as sorted numbers: 8 bytes each, and one search for all n-grams of all parts of a message.

    A dict of texts takes fifteen times the memory and takes as long to load as importing spaCy.

    Attributes:
        units: The characters, words or syllables that n-grams are made of, each with its number, from 1 on.
        lengths: How many units an n-gram has.
        keys: Rising; an n-gram's key has the numbers of its units as its digits. Its index is that of its key.
    """

    units: dict[str, int]
    lengths: range
    keys: NDArray[np.int64]

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]], lengths: range) -> tuple[NgramVocabulary, NDArray[np.int64]]:
        """Returns the vocabulary of documents given as their units, and in how many of them each n-gram stands.

        Raises:
            ValueError: There are too many units for n-grams of that length.
        """
        units = {unit: number for number, unit in enumerate(sorted(set().union(*documents)), 1)}
        if _base(units) ** (lengths.stop - 1) > np.iinfo(np.int64).max:
            raise ValueError(f"{len(units)} units are too many for n-grams of {lengths.stop - 1}.")
        keys = np.unique(cls(units, lengths, np.empty(0, np.int64))._keys(documents)[0])
        vocabulary = cls(units, lengths, keys[~_has_digit(keys, _gap(units), _base(units))])
        # Each document has an index once.
        return vocabulary, np.bincount(vocabulary.count(documents).indices, minlength=len(vocabulary.keys))

    def count(self, documents: Sequence[Sequence[str]]) -> NgramCounts:
        """Counts the n-grams of documents given as their units; unknown ones are left out."""
        if len(documents) == 1:
            return self._count_one(documents[0])
        keys, owners = self._keys(documents)
        size = len(self.keys)
        places = np.searchsorted(self.keys, keys)
        known = self.keys.take(places, mode="clip") == keys if size else np.zeros(len(keys), bool)
        # An n-gram of a document as one number, so that one sort brings equal ones together.
        cells = owners[known] * size + places[known]
        cells.sort()
        is_first = np.ones(len(cells), bool)
        np.not_equal(cells[1:], cells[:-1], out=is_first[1:])
        first = np.append(is_first.nonzero()[0], len(cells))
        cells = cells[first[:-1]]
        bounds = np.searchsorted(cells, np.arange(len(documents) + 1) * size)
        return NgramCounts(cells % max(size, 1), first[1:] - first[:-1], bounds)

    def _count_one(self, document: Sequence[str]) -> NgramCounts:
        # The same without telling documents apart: a turn counts one text in twenty vocabularies.
        gap, number = _gap(self.units), self.units.get
        numbers = np.array([*(number(unit, gap) for unit in document), gap], np.int64)
        keys = np.concatenate(self._lengthened(numbers))
        if not len(self.keys):
            keys = keys[:0]
        places = self.keys.searchsorted(keys)
        cells = places[self.keys.take(places, mode="clip") == keys]
        cells.sort()
        is_last = np.empty(len(cells), bool)
        is_last[-1:] = True
        np.not_equal(cells[1:], cells[:-1], out=is_last[:-1])
        ends = is_last.nonzero()[0]
        counts = ends + 1
        counts[1:] -= counts[:-1].copy()
        return NgramCounts(cells[ends], counts, np.array([0, len(ends)]))

    def _lengthened(self, numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        # For each length the n-grams that begin at each unit, as far as there are enough behind it.
        base, keys, found = _base(self.units), numbers, []
        for length in range(1, self.lengths.stop):
            if length > 1:
                # Each n-gram is the one before and one unit more.
                keys = keys[:-1] * base + numbers[length - 1 :]
            if length >= self.lengths.start:
                found.append(keys)
        return found

    def _keys(self, documents: Sequence[Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        # All n-grams, and the document of each. One with something unknown or with the end of a document in it has a
        # digit that no n-gram has.
        gap, number = _gap(self.units), self.units.get
        digits: list[int] = []
        sizes = []
        for document in documents:
            digits += [number(unit, gap) for unit in document]
            digits.append(gap)
            sizes.append(len(document) + 1)
        numbers, owners = np.array(digits, np.int64), np.arange(len(documents)).repeat(sizes)
        found = self._lengthened(numbers)
        return np.concatenate(found), np.concatenate([owners[: len(keys)] for keys in found])

    def save(self, folder: Path) -> None:
        """Writes the vocabulary into a folder."""
        (folder / _UNITS_FILE).write_text(json.dumps(list(self.units), ensure_ascii=False), encoding="utf-8")
        np.save(folder / _KEYS_FILE, self.keys)

    @classmethod
    def load(cls, folder: Path, lengths: range) -> NgramVocabulary:
        """Reads what `save` wrote."""
        units: list[str] = json.loads((folder / _UNITS_FILE).read_text(encoding="utf-8"))
        keys = mapped(folder / _KEYS_FILE)
        return cls.of_units(units, lengths, keys)

    @classmethod
    def of_units(cls, units: Sequence[str], lengths: range, keys: NDArray[np.int64]) -> NgramVocabulary:
        """Returns the vocabulary of units in the order of their numbers."""
        return cls({unit: number for number, unit in enumerate(units, 1)}, lengths, keys)


def _gap(units: dict[str, int]) -> int:
    return len(units) + 1


def _base(units: dict[str, int]) -> int:
    return len(units) + 2


def _has_digit(keys: NDArray[np.int64], digit: int, base: int) -> NDArray[np.bool_]:
    found = np.zeros(len(keys), bool)
    while keys.any():
        found |= keys % base == digit
        keys = keys // base
    return found
