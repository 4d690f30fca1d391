"""Faults are drawn from a seed."""

from __future__ import annotations

from typing import get_args

from tools.faults.schedule import EVERYTHING, Kind, may_happen, schedule

TARGETS = ("gateway1", "engine1", "redis", "postgresql", EVERYTHING)
PAIRS: list[tuple[str, Kind]] = [
    (target, kind) for target in TARGETS for kind in get_args(Kind) if may_happen(target, kind)
]


def test_a_seed_draws_the_same_and_another_others() -> None:
    assert schedule(1, 60, PAIRS) == schedule(1, 60, PAIRS)
    assert schedule(1, 60, PAIRS) != schedule(2, 60, PAIRS)


def test_everything_that_may_happen_happens_before_it_happens_again() -> None:
    count = len(PAIRS)
    drawn = [(fault.target, fault.kind) for fault in schedule(3, 2 * count, PAIRS)]
    assert set(drawn[:count]) == set(drawn[count:]) == set(PAIRS)


def test_a_fault_is_one_of_its_target() -> None:
    assert {kind for target, kind in PAIRS if target == EVERYTHING} == {"kill"}
    assert {target for target, kind in PAIRS if kind == "disk"} == {"engine1", "postgresql"}
    assert may_happen("gateway1", "disk", has_file=True)
    assert all(bool(fault.jump) == (fault.kind == "clock") for fault in schedule(1, 60, PAIRS))
