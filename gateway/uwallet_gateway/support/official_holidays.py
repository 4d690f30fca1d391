"""The official calendar of days off and of working weekends, from the package `chinesecalendar` (offline)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from uwallet_gateway.protocol.configuration import HolidayRange


class YearUnknownError(Exception):
    """The calendar of this year is not published, or the package is older."""


def official_holidays(year: int, working_hours: Sequence[str], worked: str) -> list[HolidayRange]:
    """The days off of a year in ranges, and the weekends on which is worked.

    Args:
        year: Which.
        working_hours: The hours of a working day, for those weekends.
        worked: What such a day is called; `{name}` is that of the holiday.

    Raises:
        YearUnknownError: There is no calendar of this year.
    """
    known = {day.year for day in holidays}
    if year not in known:
        raise YearUnknownError(f"the calendar of {year} is not known; the last one is of {max(known)}")
    days_off = sorted((day, _name(name)) for day, name in holidays.items() if day.year == year)
    weekends = sorted((day, _name(name)) for day, name in workdays.items() if day.year == year)
    ranges = [HolidayRange(date=first, until=last, name=name, hours=[]) for first, last, name in _in_a_row(days_off)]
    ranges += [
        HolidayRange(date=day, until=None, name=worked.format(name=name), hours=list(working_hours))
        for day, name in weekends
    ]
    return sorted(ranges, key=lambda found: found.date)


def _name(english: str) -> str:
    """What people call a holiday."""
    name: str = chinese_calendar.Holiday(english).chinese
    return name


def _in_a_row(days: Sequence[tuple[date, str]]) -> list[tuple[date, date | None, str]]:
    """Days that follow each other with the same name as one range."""
    found: list[tuple[date, date | None, str]] = []
    numbered = enumerate(days)
    for (_, name), group in groupby(numbered, key=lambda item: (item[1][0] - timedelta(days=item[0]), item[1][1])):
        row = [day for _, (day, _) in group]
        found.append((row[0], row[-1] if len(row) > 1 else None, name))
    return found
