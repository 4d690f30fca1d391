"""The features of a text that examples are learnt by: n-grams of characters and syllables, and the sentence vector."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from engine.nlu.mapped_arrays import mapped
from engine.nlu.ngram_vocabulary import NgramVocabulary
from engine.nlu.sentence_encoder import DIMENSIONS, sentence_encoder
from engine.nlu.views import aliases_of, character_units, syllable_units

_CHARACTERS, _SYLLABLES = range(1, 5), range(1, 4)
_ALIASES_FILE = "aliases.json"
# The encoder's time grows with the length of a text, and anybody can send a long one.
_LONGEST_READ = 120
_COLUMNS = np.arange(DIMENSIONS)


class Row(NamedTuple):
    """What prediction needs of a `csr_matrix`, whose constructor takes longer than the n-grams.

    Attributes:
        data: The values.
        indices: Their columns.
        shape: One row, and all columns.
    """

    data: NDArray[Any]
    indices: NDArray[np.int64]
    shape: tuple[int, int]


class TextFeatures:
    """Turns normalized texts into rows of numbers."""

    def __init__(
        self, views: tuple[_NgramWeights, _NgramWeights], aliases: dict[str, str], vector_weight: float
    ) -> None:
        """Keeps what was learnt of the examples.

        Args:
            views: Weights of the n-grams of characters and of syllables.
            aliases: From the lexicon: what is written in several ways.
            vector_weight: Length of the sentence vector beside n-gram vectors of length 1; 0 leaves it out.
        """
        self._views, self.aliases, self._vector_weight = views, aliases_of(aliases), vector_weight

    @classmethod
    def learn(
        cls, texts: Sequence[str], aliases: dict[str, str], vector_weight: float, rarest: int = 1
    ) -> tuple[TextFeatures, csr_matrix]:
        """Returns the features of normalized examples, and a row for each.

        Args:
            texts: The examples.
            aliases: From the lexicon: what is written in several ways.
            vector_weight: Length of the sentence vector.
            rarest: An n-gram stands in as many examples at least. Most stand in one.
        """
        # Training alone stacks rows.
        from scipy.sparse import hstack  # noqa: PLC0415 - see above

        aliases = aliases_of(aliases)
        characters = [character_units(text, aliases) for text in texts]
        syllables = [syllable_units(text, aliases) for text in texts]
        views = (
            _NgramWeights.learn(characters, _CHARACTERS, rarest),
            _NgramWeights.learn(syllables, _SYLLABLES, rarest),
        )
        blocks = [view.rows(of_view) for view, of_view in zip(views, (characters, syllables), strict=True)]
        if vector_weight:
            blocks.append(csr_matrix(sentence_encoder().encode_examples(texts) * vector_weight))
        return cls(views, aliases, vector_weight), hstack(blocks, format="csr")

    def rows(self, text: str) -> list[Row]:
        """Returns the row of each block of features of one normalized text; none when there is nothing to go by."""
        characters, syllables = self._views
        rows = [
            characters.row(character_units(text, self.aliases)),
            syllables.row(syllable_units(text, self.aliases)),
        ]
        if not any(len(row.data) for row in rows):
            return []
        if self._vector_weight:
            vector = sentence_encoder().encode([text[-_LONGEST_READ:]])[0] * self._vector_weight
            rows.append(Row(vector, _COLUMNS, (1, DIMENSIONS)))
        return rows

    def save(self, folder: Path) -> None:
        """Writes them into a folder."""
        for name, view in zip(("characters", "syllables"), self._views, strict=True):
            (folder / name).mkdir()
            view.vocabulary.save(folder / name)
            np.save(folder / name / "idf.npy", view.idf)
        (folder / _ALIASES_FILE).write_text(json.dumps(self.aliases, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, vector_weight: float) -> TextFeatures:
        """Reads what `save` wrote."""
        characters, syllables = (
            _NgramWeights(NgramVocabulary.load(folder / name, lengths), mapped(folder / name / "idf.npy"))
            for name, lengths in (("characters", _CHARACTERS), ("syllables", _SYLLABLES))
        )
        aliases = json.loads((folder / _ALIASES_FILE).read_text(encoding="utf-8"))
        return cls((characters, syllables), aliases, vector_weight)


class _NgramWeights:
    """TF-IDF vectors of one view of a text."""

    def __init__(self, vocabulary: NgramVocabulary, idf: NDArray[np.float64]) -> None:
        self.vocabulary, self.idf = vocabulary, idf

    @classmethod
    def learn(cls, documents: list[list[str]], lengths: range, rarest: int) -> _NgramWeights:
        vocabulary, counts = NgramVocabulary.build(documents, lengths)
        if rarest > 1:
            vocabulary = replace(vocabulary, keys=vocabulary.keys[counts >= rarest])
            counts = counts[counts >= rarest]
        return cls(vocabulary, np.log((1 + len(documents)) / (1 + counts)) + 1)

    def row(self, document: list[str]) -> Row:
        values, indices, _ = self._weighed([document])
        return Row(values, indices, (1, len(self.idf)))

    def rows(self, documents: list[list[str]]) -> csr_matrix:
        values, indices, bounds = self._weighed(documents)
        shape = (len(documents), len(self.idf))
        return csr_matrix((values, indices.astype(np.int32), bounds.astype(np.int32)), shape=shape)

    def _weighed(self, documents: list[list[str]]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.intp]]:
        indices, counts, bounds = self.vocabulary.count(documents)
        values = (np.log(counts) + 1) * self.idf[indices]
        for start, end in itertools.pairwise(bounds.tolist()):
            of_row = values[start:end]
            norm = math.sqrt(of_row @ of_row)
            if norm:
                of_row /= norm
        return values, indices, bounds
