"""Vectors that are kept are those that the encoder gives, and what is new is read."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np

from engine.nlu.kept_vectors import KeptVectors
from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder, Vectors


class Encoder:
    """Gives each text the vector of its length, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode_examples(self, texts: list[str]) -> Vectors:
        self.read += texts
        return np.array([np.full(DIMENSIONS, len(text)) for text in texts], np.float32).reshape(-1, DIMENSIONS)


def test_only_new_texts_are_read(tmp_path: Path) -> None:
    encoder = Encoder()
    KeptVectors.read(cast("SentenceEncoder", encoder), ["一", "二二", "一"]).save(tmp_path)
    assert encoder.read == ["一", "二二"]
    encoder.read.clear()
    kept = KeptVectors.load(cast("SentenceEncoder", encoder), tmp_path)
    vectors = kept.of(["三三三", "二二", "一", "三三三"])
    assert vectors[:, 0].tolist() == [3, 2, 1, 3]
    assert set(encoder.read) == {"三三三"}
    assert kept.of([]).shape == (0, DIMENSIONS)
