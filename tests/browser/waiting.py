"""Waiting for what no page shows."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


def eventually(holds: Callable[[], bool], page: Page | None = None) -> None:
    """Returns once something holds.

    Args:
        holds: Asked again and again.
        page: A page whose events are handled meanwhile.

    Raises:
        AssertionError: It does not hold within a minute.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "It did not come about."
        if page:
            page.wait_for_timeout(_PAUSE_SECONDS * 1000)
        else:
            time.sleep(_PAUSE_SECONDS)
