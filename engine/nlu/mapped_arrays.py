"""Arrays of a model that are mapped: what no turn looks at takes no memory, and engines of a machine share the rest."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mapped(path: Path) -> NDArray[Any]:
    """Returns an array that `numpy.save` has written; nothing of it is read before it is looked at."""
    # As a plain array: numpy's own class for it takes microseconds more for each look.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def mapped_bytes(path: Path) -> mmap.mmap:
    """Returns the content of a file that is not empty; it can be read when its folder is gone."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
