"""The time, in one place, so that tests can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_shift = timedelta()


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC) + _shift


def set_time(moment: datetime | None) -> None:
    """Sets the clock of this process, or resets it with None. For tests."""
    global _shift  # noqa: PLW0603  # there is one clock
    _shift = moment - datetime.now(UTC) if moment else timedelta()


def to_text(moment: datetime) -> str:
    """ISO 8601 with milliseconds, as the protocol has it: `2026-11-23T06:00:00.123Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
