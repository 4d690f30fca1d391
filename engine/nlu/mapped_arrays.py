"""Arrays of a model that are mapped: what no turn looks at takes no memory, and engines of a machine share the rest."""

from __future__ import annotations

import json
import mmap
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.whole_files import written_whole

Arrays = Mapping[str, NDArray[Any]]

# Where an array begins, a multiple of it: a line of the processor's cache.
_ALIGNED = 64
_HEADER_LENGTH = 8


def mapped(path: Path) -> NDArray[Any]:
    """Returns an array that `numpy.save` has written; nothing of it is read before it is looked at."""
    # As a plain array: numpy's own class for it takes microseconds more for each look.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


class RowFile:
    """A matrix that `numpy.save` has written, of which single rows are read.

    Where it is mapped, each row brings fifteen pages around it into the memory of the process.

    Attributes:
        shape: Rows and columns.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, which may be removed then."""
        with path.open("rb") as file:
            np.lib.format.read_magic(file)
            self.shape, by_column, self._dtype = np.lib.format.read_array_header_1_0(file)
            self._first = file.tell()
            if by_column:
                raise ValueError(f"{path} has its columns one after the other")
            self._file = os.dup(file.fileno())
        self._width = self.shape[1] * self._dtype.itemsize
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> NDArray[Any]:
        """Returns some rows; of a slice those from its start to its stop."""
        if isinstance(rows, slice):
            count = rows.stop - rows.start
            read = os.pread(self._file, count * self._width, self._first + rows.start * self._width)
        else:
            count = len(rows)
            places = (self._first + rows * self._width).tolist()
            read = b"".join(os.pread(self._file, self._width, place) for place in places)
        return np.frombuffer(read, self._dtype).reshape(count, self.shape[1])


def mapped_bytes(path: Path) -> mmap.mmap:
    """Returns the content of a file that is not empty; it can be read when its folder is gone."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def kept_arrays(path: Path, make: Callable[[], Arrays]) -> Arrays:
    """Returns the arrays that a file keeps, mapped; makes and keeps them if it is missing.

    Where nothing can be written they are in memory, and made again at each start.

    Args:
        path: `<what>-<made of>`, so that another name is asked for when they are made of something else. Files that
            begin with the same `<what>-` are removed when a new one is written.
        make: Makes the arrays.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    if not _written_apart(path, make):
        arrays = make()
        try:
            _write(path, arrays)
        except OSError:
            return arrays
    found = _read(path)
    for other in path.parent.glob(f"{path.name.partition('-')[0]}-*"):
        if other != path:
            other.unlink(missing_ok=True)
    return found


def _written_apart(path: Path, make: Callable[[], Arrays]) -> bool:
    """Makes and writes arrays in a process of its own, so that the memory that this takes is given back.

    Whoever is not alone in this process makes them in it, and so does whoever wants to know why it has failed.
    """
    if threading.active_count() > 1 or not os.access(path.parent, os.W_OK):
        return False
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _write(path, make())
            status = 0
        finally:
            # Nothing of what the other process still has to do at its end.
            os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def texts_as_array(texts: list[str]) -> NDArray[np.uint8]:
    """Returns texts as bytes, to be kept among arrays."""
    return np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8)


def texts_of_array(array: NDArray[np.uint8]) -> list[str]:
    """Returns the texts that `texts_as_array` was given."""
    texts: list[str] = json.loads(array.tobytes())
    return texts


def under(name: str, arrays: Arrays) -> Arrays:
    """Returns arrays as parts of something that has others, too."""
    return {f"{name}.{inner}": array for inner, array in arrays.items()}


def within(arrays: Arrays, name: str) -> Arrays:
    """Returns the arrays that `under` was given."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}


def _write(path: Path, arrays: Arrays) -> None:
    # One file for all: to open thirty takes longer than to read what a turn needs of them.
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    start = 0
    for name, array in arrays.items():
        places[name] = array.dtype.str, array.shape, start
        start += -(-array.nbytes // _ALIGNED) * _ALIGNED
    header = json.dumps(places).encode()
    first = -(-(_HEADER_LENGTH + len(header)) // _ALIGNED) * _ALIGNED
    with written_whole(path) as file:
        file.write(len(header).to_bytes(_HEADER_LENGTH, "little") + header)
        for name, array in arrays.items():
            file.seek(first + places[name][2])
            file.write(np.ascontiguousarray(array).data if array.size else b"")
        file.truncate(first + start)


def _read(path: Path) -> Arrays:
    content = mapped_bytes(path)
    length = int.from_bytes(content[:_HEADER_LENGTH], "little")
    first = -(-(_HEADER_LENGTH + length) // _ALIGNED) * _ALIGNED
    places = json.loads(content[_HEADER_LENGTH : _HEADER_LENGTH + length])
    return {
        name: np.ndarray(tuple(shape), dtype, content, first + start) for name, (dtype, shape, start) in places.items()
    }
