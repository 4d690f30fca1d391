"""What is gathered is what the columns of a text have, bit by bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.nlu import gathered_weights
from engine.nlu.gathered_weights import GatheredWeights
from engine.nlu.mapped_arrays import RowFile
from engine.nlu.text_features import Row


def test_whole_blocks_and_single_columns_as_the_matrix_has_them() -> None:
    weights = np.random.default_rng(1).normal(size=(12, 3)).astype(np.float16)
    gathered = GatheredWeights(weights)
    for chosen in ([1, 4], [], [0, 1, 2, 3, 4]):
        indices = np.array(chosen, np.int64)
        blocks = [Row(np.ones(len(chosen)), indices, (1, 5)), Row(np.ones(7), np.arange(7), (1, 7))]
        columns = [*chosen, *range(5, 12)]
        np.testing.assert_array_equal(gathered.of(blocks, [0, 5]), weights[columns].astype(np.float32))


@pytest.mark.parametrize("most", [0, 3 * 4 * 7, gathered_weights._MOST_BYTES])
def test_rows_of_a_file_that_is_gone_whatever_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(gathered_weights, "_MOST_BYTES", most)
    random = np.random.default_rng(2)
    weights = random.normal(size=(40, 3)).astype(np.float16)
    np.save(tmp_path / "weights.npy", weights)
    gathered = GatheredWeights(RowFile(tmp_path / "weights.npy"))
    (tmp_path / "weights.npy").unlink()
    for _ in range(50):
        chosen = np.sort(random.choice(33, random.integers(0, 12), replace=False))
        blocks = [Row(np.ones(len(chosen)), chosen, (1, 33)), Row(np.ones(7), np.arange(7), (1, 7))]
        columns = [*chosen, *range(33, 40)]
        np.testing.assert_array_equal(gathered.of(blocks, [0, 33]), weights[columns].astype(np.float32))
