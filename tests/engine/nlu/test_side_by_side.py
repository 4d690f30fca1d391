"""Several processes give what one gives, in order, and what fails in one is said."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from engine.nlu.side_by_side import for_each, later, on_cores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all runs in one process")


def test_one_process_does_everything_unless_told_otherwise() -> None:
    assert for_each(lambda _: os.getpid(), range(4)) == [os.getpid()] * 4


def test_results_stand_in_the_order_of_the_items() -> None:
    with on_cores(3):
        found = for_each(lambda item: (item * item, os.getpid()), range(8))
    assert [square for square, _ in found] == [item * item for item in range(8)]
    assert len({process for _, process in found}) == 3


def test_what_was_put_off_is_done_at_the_end(tmp_path: Path) -> None:
    def write(number: int) -> None:
        (tmp_path / f"{number}").write_text(f"{os.getpid()}")

    with on_cores(2):
        for number in range(5):
            later(partial(write, number))
    written = [path.read_text() for path in tmp_path.iterdir()]
    assert len(written) == 5
    assert f"{os.getpid()}" not in written


def test_what_a_process_raises_is_raised() -> None:
    def fail(item: int) -> None:
        raise ValueError(f"{item} is wrong")

    with pytest.raises(ValueError, match="is wrong"), on_cores(2):
        for_each(fail, range(2))
    with pytest.raises(ValueError, match="7 is wrong"), on_cores(2):
        later(lambda: fail(7))


def test_a_process_that_dies_is_noticed() -> None:
    with pytest.raises(ChildProcessError, match="died"), on_cores(2):
        later(lambda: os._exit(3))
    # The next one is not waited for any more.
    with on_cores(2):
        assert for_each(lambda item: item, range(2)) == [0, 1]


def test_a_process_may_have_others(tmp_path: Path) -> None:
    def write() -> None:
        (tmp_path / "sum").write_text(f"{sum(for_each(lambda item: item, range(4)))}")

    with on_cores(2):
        later(write)
    assert (tmp_path / "sum").read_text() == "6"
