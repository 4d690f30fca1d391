"""Which process gets which fault, when: drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill", "stop"]
KINDS: tuple[Kind, ...] = ("kill", "stop")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        after: Seconds since the one before has passed.
        target: The process.
        kind: `kill` is SIGKILL, and a start later; `stop` is SIGSTOP, and SIGCONT later.
        seconds: For which it is gone.
    """

    after: float
    target: str
    kind: Kind
    seconds: float


def schedule(
    seed: int,
    count: int,
    targets: Sequence[str],
    kinds: Sequence[Kind] = KINDS,
    seconds: tuple[float, float] = (0.2, 4.0),
) -> list[Fault]:
    """Draws faults: each pair of target and kind comes, in no order, before one comes again.

    Args:
        seed: The same seed draws the same faults.
        count: How many.
        targets: Names of processes.
        kinds: What may happen to them.
        seconds: For which they are gone, at least and at most.
    """
    drawn = random.Random(seed)
    faults: list[Fault] = []
    while len(faults) < count:
        pairs = [(target, kind) for target in targets for kind in kinds]
        drawn.shuffle(pairs)
        faults += [Fault(drawn.uniform(0.3, 1.5), target, kind, drawn.uniform(*seconds)) for target, kind in pairs]
    return faults[:count]
