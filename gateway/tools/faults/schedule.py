"""Which process gets which fault, when: drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill", "stop", "restart", "cut", "slow", "clock", "disk"]
KINDS: tuple[Kind, ...] = ("kill", "stop", "restart", "cut", "slow", "clock", "disk")
# All processes at once, as when the current fails.
EVERYTHING = "everything"
# Those that keep files.
_WITH_DISK = ("engine", "postgresql")
_LONGEST_JUMP = 600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        after: Seconds since the one before has passed.
        target: The process, or `everything`.
        kind: `kill` is SIGKILL, and a start later; `stop` is SIGSTOP, and SIGCONT later; `restart` is SIGTERM, and a
            start later; `cut` and `slow` are its line to all others; `clock` is its clock, `disk` its disk, full.
        seconds: For which it is gone.
        jump: Seconds by which a clock is wrong.
    """

    after: float
    target: str
    kind: Kind
    seconds: float
    jump: float = 0.0


def may_happen(target: str, kind: Kind, *, has_file: bool = False) -> bool:
    """Whether a fault makes sense.

    Args:
        target: The process.
        kind: What happens.
        has_file: The gateway's database is a file of its own.
    """
    if target == EVERYTHING:
        return kind == "kill"
    if kind == "disk":
        return target.startswith(_WITH_DISK) or (has_file and target.startswith("gateway"))
    return True


def schedule(
    seed: int,
    count: int,
    pairs: Sequence[tuple[str, Kind]],
    seconds: tuple[float, float] = (0.2, 4.0),
    pause: tuple[float, float] = (0.3, 1.5),
) -> list[Fault]:
    """Draws faults: each pair comes once, in no order, before one comes again.

    Args:
        seed: The same seed draws the same faults.
        count: How many.
        pairs: Targets and kinds.
        seconds: For which they are gone, at least and at most.
        pause: Seconds between two, at least and at most.
    """
    drawn = random.Random(seed)
    faults: list[Fault] = []
    while len(faults) < count:
        turn = list(pairs)
        drawn.shuffle(turn)
        for target, kind in turn:
            jump = drawn.uniform(-_LONGEST_JUMP, _LONGEST_JUMP) if kind == "clock" else 0.0
            faults.append(Fault(drawn.uniform(*pause), target, kind, drawn.uniform(*seconds), jump))
    return faults[:count]
