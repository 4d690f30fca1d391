"""Sentence vectors kept beside a model: the start of a server reads only the texts that are new since the training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder, Vectors


class KeptVectors:
    """The vectors of texts, whether they were there at the training or are new."""

    TEXTS_FILE, VECTORS_FILE = "texts.json", "vectors.npy"

    def __init__(self, encoder: SentenceEncoder, texts: Sequence[str], vectors: NDArray[np.float16]) -> None:
        """Keeps one row of `vectors` for each of `texts`; `encoder` reads all others."""
        self._encoder = encoder
        self._rows = {text: row for row, text in enumerate(texts)}
        self._vectors = vectors

    @classmethod
    def read(cls, encoder: SentenceEncoder, texts: Sequence[str]) -> KeptVectors:
        """Reads texts; the same one twice is read once."""
        different = list(dict.fromkeys(texts))
        # Half precision halves the file and moves no likeness by more than a thousandth.
        return cls(encoder, different, encoder.encode_examples(different).astype(np.float16))

    def of(self, texts: Sequence[str]) -> Vectors:
        """Returns an array of shape (texts, 512)."""
        vectors: Vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        known = [place for place, text in enumerate(texts) if text in self._rows]
        vectors[known] = self._vectors[[self._rows[texts[place]] for place in known]]
        new = [place for place, text in enumerate(texts) if text not in self._rows]
        vectors[new] = self._encoder.encode_examples([texts[place] for place in new])
        return vectors

    def save(self, folder: Path) -> None:
        """Writes texts and vectors into a folder."""
        (folder / self.TEXTS_FILE).write_text(json.dumps(list(self._rows), ensure_ascii=False), encoding="utf-8")
        np.save(folder / self.VECTORS_FILE, self._vectors)

    @classmethod
    def load(cls, encoder: SentenceEncoder, folder: Path) -> KeptVectors:
        """Reads what `save` wrote: of the vectors only those that `of` is asked for."""
        texts = json.loads((folder / cls.TEXTS_FILE).read_text(encoding="utf-8"))
        return cls(encoder, texts, np.load(folder / cls.VECTORS_FILE, mmap_mode="r", allow_pickle=False))
