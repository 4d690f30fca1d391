"""The sentence encoder: what it is, and the only place that knows its package."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.nlu.encoder_files import PACKAGE, load_encoder
from engine.nlu.encoding_together import DIMENSIONS, RememberedPieces, encode_together
from engine.nlu.side_by_side import for_each
from engine.paths import BUILD

__all__ = ["DIMENSIONS", "SentenceEncoder", "Vectors", "encoder_name", "sentence_encoder"]

Vectors = NDArray[np.float32]

# People repeat themselves and each other: 「好的」, 「转人工」, 「下一步」. 2 KB each.
_REMEMBERED = 2048
# Examples are read together; a process for each core takes some of the batches. Which text is in which does not depend
# on the cores, so that the vectors are the same on one and on many.
_BATCH = 1024


class SentenceEncoder:
    """Turns texts into vectors of length 1; like meanings lie close together, whatever the words."""

    def __init__(self) -> None:
        """Loads the weights."""
        self._model = load_encoder(BUILD)
        self._pieces = RememberedPieces(self._model)
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._examples: dict[str, NDArray[np.floating[Any]]] = {}

    def encode_examples(self, texts: Sequence[str]) -> Vectors:
        """Returns the same for examples, and keeps all: several components are trained on the same ones.

        None is kept once the model serves, as each process does one of both.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._examples]
        batches = [unknown[start : start + _BATCH] for start in range(0, len(unknown), _BATCH)]
        for batch, read in zip(batches, for_each(partial(encode_together, self._model), batches), strict=True):
            self._examples.update(zip(batch, read, strict=True))
        vectors: Vectors = np.array([self._examples[text] for text in texts], np.float32)
        return vectors.reshape(len(texts), DIMENSIONS)

    def know_examples(self, texts: Sequence[str], vectors: NDArray[np.float16]) -> None:
        """Takes the vectors of examples from somebody who has read them."""
        self._examples.update(zip(texts, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Returns an array of shape (texts, 512)."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(unknown, self._pieces.encode(unknown), strict=True)) if unknown else {}
        vectors: Vectors = np.array([fresh[text] if text in fresh else self._known[text] for text in texts], np.float32)
        for text, vector in fresh.items():
            self._known[text] = vector
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return vectors.reshape(len(texts), DIMENSIONS)


@lru_cache(maxsize=1)
def sentence_encoder() -> SentenceEncoder:
    """Returns the encoder of this process: weights are loaded once, and each text is read once for all components."""
    return SentenceEncoder()


def encoder_name() -> str:
    """Returns the package and its version; vectors of another version may differ."""
    return f"{PACKAGE} {version(PACKAGE)}"
