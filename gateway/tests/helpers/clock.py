"""The gateway's clock under a test's hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from uwallet_gateway.clock import now, set_time


class Clock:
    """Stands still only between two looks; moves when it is told to."""

    def set(self, moment: datetime) -> None:
        """Sets it."""
        set_time(moment)

    def forward(self, **time: float) -> None:
        """Moves it on, by the arguments of `timedelta`."""
        set_time(now() + timedelta(**time))
