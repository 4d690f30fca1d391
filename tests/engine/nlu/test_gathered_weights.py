"""What is gathered is what the columns of a text have, bit by bit."""

from __future__ import annotations

import numpy as np

from engine.nlu.gathered_weights import GatheredWeights
from engine.nlu.text_features import Row


def test_whole_blocks_and_single_columns_as_the_matrix_has_them() -> None:
    weights = np.random.default_rng(1).normal(size=(12, 3)).astype(np.float16)
    gathered = GatheredWeights(weights)
    for chosen in ([1, 4], [], [0, 1, 2, 3, 4]):
        indices = np.array(chosen, np.int64)
        blocks = [Row(np.ones(len(chosen)), indices, (1, 5)), Row(np.ones(7), np.arange(7), (1, 7))]
        columns = [*chosen, *range(5, 12)]
        np.testing.assert_array_equal(gathered.of(blocks, [0, 5]), weights[columns].astype(np.float32))
