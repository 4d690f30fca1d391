"""When human support is open: weekdays, several spans a day, holidays, time zone; the values of organisation.yml."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
# Days ahead that are searched for the next opening: a year, because holidays are given by date.
_FURTHEST = 366


def checked_span(value: object) -> str:
    """Returns a span such as `09:00-21:00`; `24:00` is midnight at its end, `22:00-06:00` ends on the next day.

    Raises:
        ValueError: It is none, or is empty.
    """
    if not isinstance(value, str) or not _SPAN.fullmatch(value):
        raise ValueError(f"expected a span such as 09:00-21:00, found {value!r}")
    start, end = value.split("-")
    if start == end:
        raise ValueError(f"expected a start and another end, found {value!r}")
    return value


def checked_spans(spans: list[str]) -> list[str]:
    """Returns the spans of a day.

    Raises:
        ValueError: Two of them overlap.
    """
    ends = sorted(tuple(span.split("-")) for span in spans)
    for (start, end), (following, _) in itertools.pairwise(ends):
        if end > following or end < start:
            raise ValueError(f"expected spans that do not overlap, found {start}-{end} and one from {following}")
    return spans


def holiday_days(first: date, last: date | None) -> list[date]:
    """Returns the days from the first to the last, both included.

    Raises:
        ValueError: The last one is before the first, or more than a year after it.
    """
    days = ((last or first) - first).days
    if not 0 <= days <= _FURTHEST:
        raise ValueError(f"expected a last day within a year after {first}, found {last}")
    return [first + timedelta(days=number) for number in range(days + 1)]


def checked_time_zone(name: str) -> str:
    """Returns the IANA name of a time zone.

    Raises:
        ValueError: There is no such zone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"expected an IANA time zone such as Asia/Shanghai, found {name!r}") from error
    return name


def check_weekdays(weekly: Mapping[Weekday, object], hint: str = "") -> None:
    """Checks that no weekday is missing.

    Raises:
        ValueError: One is; the text ends with the hint.
    """
    missing = next((day for day in WEEKDAYS if day not in weekly), None)
    if missing:
        raise ValueError(f"weekday {missing} is missing{hint}")


@dataclass(frozen=True)
class OpeningHours:
    """When support is open.

    Attributes:
        zone: The time zone in which the hours are meant.
        weekly: The spans of each weekday, an empty list when closed; None if the hours are not filled in.
        holidays: The spans of days on which other hours hold.
    """

    zone: ZoneInfo
    weekly: Mapping[Weekday, Sequence[str]] | None
    holidays: Mapping[date, Sequence[str]]

    def spans_on(self, day: date) -> Sequence[str] | None:
        """The spans of a day; None if its hours are not filled in."""
        if day in self.holidays:
            return self.holidays[day]
        return None if self.weekly is None else self.weekly[WEEKDAYS[day.weekday()]]

    def is_open(self, moment: datetime) -> bool | None:
        """Whether support is open at a moment (with a zone); None if the hours are not filled in."""
        local = moment.astimezone(self.zone)
        spans = self.spans_on(local.date())
        if spans is None:
            return None
        clock = local.strftime("%H:%M")
        ends = [span.split("-") for span in spans]
        if any(start <= clock and (clock < end or end < start) for start, end in ends):
            return True
        # The night of the day before.
        before = self.spans_on(local.date() - timedelta(days=1)) or ()
        return any(clock < end < start for start, end in (span.split("-") for span in before))

    def next_opening(self, moment: datetime) -> datetime | None:
        """When the next span begins after a moment, in the organisation's time zone; None if none is known."""
        local = moment.astimezone(self.zone)
        today = local.date()
        days: Iterable[date] = (today + timedelta(days=count) for count in range(_FURTHEST + 1))
        if self.weekly is None:
            # Other days have no hours, and every client that connects asks.
            days = sorted(day for day in self.holidays if 0 <= (day - today).days <= _FURTHEST)
        for day in days:
            for start in sorted(span.split("-")[0] for span in self.spans_on(day) or ()):
                begins = datetime.combine(day, time.fromisoformat(start), self.zone)
                if begins > local:
                    return begins
        return None
