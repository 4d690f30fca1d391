"""The weights of the few features that a text has, as the linear models multiply them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.nlu.mapped_arrays import RowFile


class Row(Protocol):
    """A sparse row: a `csr_matrix`, or what is made faster than one."""

    @property
    def data(self) -> NDArray[Any]:
        """The values that are not zero."""

    @property
    def indices(self) -> NDArray[Any]:
        """Their columns, rising."""

    @property
    def shape(self) -> tuple[int, ...]:
        """1, and the number of columns."""


# Bytes of the rows that are kept, and how many numbers of 16 bits tell apart.
_MOST_BYTES, _MOST_ROWS = 8 * 1024 * 1024, 2**16 - 1


class GatheredWeights:
    """Gathers rows of a matrix in half precision into one in single precision.

    The sentence vector has a value in each of its columns, and always in the same: its weights, most of what a text
    needs, are widened once. Of the other rows, a tenth is asked for in a thousand messages: these are widened when they
    are first asked for, and kept. The result is the same.
    """

    def __init__(self, weights: NDArray[np.float16] | RowFile) -> None:
        """Keeps the weights, of shape (features, labels), or the file that has them."""
        self._weights = weights
        self._whole: dict[int, NDArray[np.float32]] = {}
        features, labels = weights.shape
        self._most = min(max(_MOST_BYTES // (4 * labels), 1), _MOST_ROWS)
        # The place of each row among those that are kept; 0 if it is not.
        self._places = np.zeros(features, np.uint16)
        self._kept = np.empty((1, labels), np.float32)
        self._count = 1
        self._lock = threading.Lock()

    def of(self, blocks: Sequence[Row], firsts: Sequence[int]) -> NDArray[np.float32]:
        """Returns the weights of all values of a text.

        Args:
            blocks: Its row of each block of features.
            firsts: The first column of each block.
        """
        gathered = np.empty((sum(len(row.indices) for row in blocks), self._weights.shape[1]), np.float32)
        start = 0
        for row, first in zip(blocks, firsts, strict=True):
            end, width = start + len(row.indices), row.shape[1]
            if end - start == width:
                gathered[start:end] = self._of_whole(first, width)
            else:
                gathered[start:end] = self._rows(row.indices + first)
            start = end
        return gathered

    def _rows(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        with self._lock:
            places = self._places[rows]
            if not places.all():
                self._keep(rows[places == 0])
                places = self._places[rows]
                if not places.all():
                    # More than are kept at all.
                    whole: NDArray[np.float32] = self._weights[rows].astype(np.float32)
                    return whole
            found: NDArray[np.float32] = self._kept[places]
            return found

    def _keep(self, rows: NDArray[np.integer[Any]]) -> None:
        if self._count + len(rows) > self._most:
            # Begun anew: what is often asked for is soon there again.
            self._places[:] = 0
            self._count = 1
            if len(rows) >= self._most:
                return
        end = self._count + len(rows)
        if end > len(self._kept):
            larger = np.empty((min(max(end, 2 * len(self._kept)), self._most), self._kept.shape[1]), np.float32)
            larger[: self._count] = self._kept[: self._count]
            self._kept = larger
        self._kept[self._count : end] = self._weights[rows]
        self._places[rows] = np.arange(self._count, end)
        self._count = end

    def _of_whole(self, first: int, width: int) -> NDArray[np.float32]:
        widened = self._whole.get(first)
        if widened is None:
            widened = self._whole[first] = self._weights[first : first + width].astype(np.float32)
        return widened
