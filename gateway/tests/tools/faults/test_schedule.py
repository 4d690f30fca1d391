"""Faults are drawn from a seed."""

from __future__ import annotations

from tools.faults.schedule import schedule

TARGETS = ("gateway1", "gateway2", "engine")


def test_a_seed_draws_the_same_and_another_others() -> None:
    assert schedule(1, 20, TARGETS) == schedule(1, 20, TARGETS)
    assert schedule(1, 20, TARGETS) != schedule(2, 20, TARGETS)


def test_everything_happens_to_everybody_before_it_happens_again() -> None:
    drawn = [(fault.target, fault.kind) for fault in schedule(3, 12, TARGETS)]
    assert set(drawn[:6]) == set(drawn[6:]) == {(target, kind) for target in TARGETS for kind in ("kill", "stop")}
