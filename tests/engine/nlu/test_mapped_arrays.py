"""Arrays that are kept are those that were made, and are made anew when they are of something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.nlu.mapped_arrays import Arrays, kept_arrays, mapped, texts_as_array, texts_of_array

MADE: Arrays = {
    "numbers": np.arange(7, dtype=np.int64),
    "rows": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "nothing": np.empty((0, 4), np.float32),
    "texts": texts_as_array(["问题", "a\nb"]),
}


def never() -> Arrays:
    pytest.fail("made again")


def test_what_is_kept_is_what_was_made(tmp_path: Path) -> None:
    for make in (lambda: MADE, never):
        found = kept_arrays(tmp_path / "index-1", make)
        assert found.keys() == MADE.keys()
        for name, array in MADE.items():
            np.testing.assert_array_equal(found[name], array, strict=True)
    assert texts_of_array(found["texts"]) == ["问题", "a\nb"]


def test_what_was_made_of_something_else_goes(tmp_path: Path) -> None:
    before = kept_arrays(tmp_path / "index-1", lambda: MADE)
    kept_arrays(tmp_path / "index-2", lambda: {"numbers": np.ones(1)})
    assert [path.name for path in tmp_path.iterdir()] == ["index-2"]
    # Whoever has mapped it still has it.
    np.testing.assert_array_equal(before["numbers"], MADE["numbers"])


def test_where_nothing_can_be_written_arrays_are_in_memory(tmp_path: Path) -> None:
    assert kept_arrays(tmp_path / "gone" / "index-1", lambda: MADE) is MADE


def test_whoever_makes_them_makes_them_apart(tmp_path: Path) -> None:
    made_by: list[int] = []

    def make() -> Arrays:
        made_by.append(1)
        return MADE

    assert kept_arrays(tmp_path / "index-1", make).keys() == MADE.keys()
    assert made_by == []


def test_what_cannot_be_made_is_told(tmp_path: Path) -> None:
    def broken() -> Arrays:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        kept_arrays(tmp_path / "index-1", broken)
    assert not list(tmp_path.iterdir())


def test_a_mapped_array_outlives_its_file(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(3))
    array = mapped(tmp_path / "a.npy")
    (tmp_path / "a.npy").unlink()
    assert type(array) is np.ndarray
    assert array.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1
