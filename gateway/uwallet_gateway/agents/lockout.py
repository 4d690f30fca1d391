"""Lockout after wrong passwords, for longer each time."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from uwallet_gateway.errors import ErrorCode, InputError

# Wrong passwords in a row before the first wait; people mistype and forget that caps lock is on.
FREE_ATTEMPTS = 5
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(minutes=15)
# Unknown names that are remembered: they are locked as known ones are, so that nobody learns which names exist.
_MOST_NAMES = 10_000


@dataclass(slots=True)
class Attempts:
    """Of one name: wrong passwords since the last right one, and until when it is locked."""

    failed: int = 0
    locked_until: datetime | None = None


def begin_attempt(attempts: Attempts, moment: datetime) -> None:
    """Counts an attempt as wrong before the password is looked at, so that many at once count as many.

    Args:
        attempts: Changed; set it to what `Attempts()` is when the password was right.
        moment: Now.

    Raises:
        InputError: locked_out; nothing is counted then, and the password is not to be looked at.
    """
    if attempts.locked_until is not None and attempts.locked_until > moment:
        left = (attempts.locked_until - moment).total_seconds()
        raise InputError(ErrorCode.LOCKED_OUT, retry_after=max(1, math.ceil(left)))
    attempts.failed += 1
    over = attempts.failed - FREE_ATTEMPTS
    # Bounded before it is a power: somebody may go on for years.
    attempts.locked_until = moment + min(_FIRST * 2 ** min(over, 10), _LONGEST) if over >= 0 else None


class UnknownNames:
    """Attempts with names that no agent has."""

    def __init__(self) -> None:
        """Remembers none."""
        self._attempts: OrderedDict[str, Attempts] = OrderedDict()

    def begin_attempt(self, name: str, moment: datetime) -> None:
        """As `begin_attempt` for a known one.

        Raises:
            InputError: locked_out.
        """
        attempts = self._attempts.setdefault(name, Attempts())
        self._attempts.move_to_end(name)
        while len(self._attempts) > _MOST_NAMES:
            self._attempts.popitem(last=False)
        begin_attempt(attempts, moment)
