"""How much is tried: what a change needs (`make test`), or all that is worth a long wait (`make test-all`)."""

from __future__ import annotations

import os

LONG = os.environ.get("TEST_ALL") == "1"


def examples(short: int, long: int) -> int:
    """How many examples a property is tried with."""
    return long if LONG else short
