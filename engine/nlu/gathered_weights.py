"""The weights of the few features that a text has, as the linear models multiply them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


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


class GatheredWeights:
    """Gathers rows of a matrix in half precision into one in single precision.

    The sentence vector has a value in each of its columns, and always in the same: its weights, most of what a text
    needs, are widened once. The result is the same.
    """

    def __init__(self, weights: NDArray[np.float16]) -> None:
        """Keeps the weights, of shape (features, labels)."""
        self._weights = weights
        self._whole: dict[int, NDArray[np.float32]] = {}

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
                gathered[start:end] = self._weights[row.indices + first]
            start = end
        return gathered

    def _of_whole(self, first: int, width: int) -> NDArray[np.float32]:
        widened = self._whole.get(first)
        if widened is None:
            widened = self._whole[first] = self._weights[first : first + width].astype(np.float32)
        return widened
