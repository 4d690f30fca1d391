"""Sentence vectors kept beside a model: the start of a server reads only the texts that are new since the training."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.nlu.mapped_arrays import RowFile, mapped_bytes
from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder, Vectors


class KeptVectors:
    """The vectors of texts, whether they were there at the training or are new."""

    TEXTS_FILE, VECTORS_FILE = "texts.json", "vectors.npy"

    def __init__(
        self, encoder: SentenceEncoder, texts: Callable[[], Sequence[str]], vectors: NDArray[np.float16] | RowFile
    ) -> None:
        """Keeps one row of `vectors` for each of `texts`, asked for when needed; `encoder` reads all others."""
        self._encoder = encoder
        self._texts = texts
        self._vectors = vectors

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {text: row for row, text in enumerate(self._texts())}

    @classmethod
    def read(cls, encoder: SentenceEncoder, texts: Sequence[str]) -> KeptVectors:
        """Reads texts; the same one twice is read once."""
        different = list(dict.fromkeys(texts))
        # Half precision halves the file and moves no likeness by more than a thousandth.
        return cls(encoder, lambda: different, encoder.encode_examples(different).astype(np.float16))

    def of(self, texts: Sequence[str]) -> Vectors:
        """Returns an array of shape (texts, 512)."""
        vectors: Vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        known = [place for place, text in enumerate(texts) if text in self._rows]
        vectors[known] = self._vectors[np.array([self._rows[texts[place]] for place in known], np.int64)]
        new = [place for place, text in enumerate(texts) if text not in self._rows]
        vectors[new] = self._encoder.encode_examples([texts[place] for place in new])
        return vectors

    def save(self, folder: Path) -> None:
        """Writes texts and vectors into a folder."""
        (folder / self.TEXTS_FILE).write_text(json.dumps(list(self._rows), ensure_ascii=False), encoding="utf-8")
        np.save(folder / self.VECTORS_FILE, self._vectors[0 : len(self._rows)])

    @classmethod
    def load(cls, encoder: SentenceEncoder, folder: Path) -> KeptVectors:
        """Reads what `save` wrote: texts and vectors only once `of` is asked for some."""
        # Open, as the folder may be gone by then. What an index is made of is not mapped: it would stay.
        texts = mapped_bytes(folder / cls.TEXTS_FILE)
        return cls(encoder, lambda: json.loads(texts[:]), RowFile(folder / cls.VECTORS_FILE))
