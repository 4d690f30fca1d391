"""Opening hours in words: the week, the next holidays, and the days that a question names."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from actions.knowledge.asked_days import dates_in, weekdays_in
from actions.knowledge.schema import Organisation
from common.opening_hours import WEEKDAYS

# Holidays told beside the week: those that come next.
_NEXT_HOLIDAYS = 3


@dataclass(frozen=True)
class _Period:
    """Days in a row on which the same other hours hold."""

    first: datetime.date
    last: datetime.date
    name: str
    hours: tuple[str, ...]


def describe_hours(organisation: Organisation, today: datetime.date, question: str = "") -> str:
    """Returns the opening hours in words.

    Args:
        organisation: The settings, with opening hours.
        today: The day in the time zone of the organisation.
        question: What the user asks. The days that it names are answered first, in place of the list of holidays.
    """
    wording = organisation.hours_wording
    week = _week(organisation)
    answers = list(dict.fromkeys(_asked_days(organisation, today, question)))
    if answers:
        return wording.asked.format(days=wording.day_separator.join(answers), week=week)
    coming = [period for period in _periods(organisation) if period.last >= today]
    holidays = [_describe_period(organisation, period, today) for period in coming[:_NEXT_HOLIDAYS]]
    return wording.day_separator.join([week, *holidays])


def _week(organisation: Organisation) -> str:
    """The hours of the week, days with the same hours together."""
    wording = organisation.hours_wording
    hours = organisation.opening_hours or {}
    parts = []
    for spans, group in groupby(WEEKDAYS, key=lambda day: hours.get(day, [])):
        days = list(group)
        name = wording.weekdays[days[0]]
        if len(days) > 1:
            name = wording.weekday_range.format(first=name, last=wording.weekdays[days[-1]])
        parts.append(f"{name} {_describe_spans(organisation, spans)}")
    return wording.day_separator.join(parts)


def _asked_days(organisation: Organisation, today: datetime.date, question: str) -> Iterator[str]:
    wording = organisation.hours_wording
    listed = [period for period in _periods(organisation) if period.last >= today]
    named: set[str] = set()
    for period in listed:
        name = period.name.removesuffix(wording.holiday_suffix)
        if name in question and name not in named:
            yield from (_describe_period(organisation, same, today) for same in listed if same.name == period.name)
            named.add(name)
    for name in wording.holiday_names:
        if name in question and not any(name in known or known in name for known in named):
            yield wording.unlisted_holiday.format(name=name)
    for days, words in wording.relative_days.items():
        word = next((word for word in words if word in question), None)
        if word is not None:
            yield _describe_day(organisation, word, today + datetime.timedelta(days=days))
    for weekday, weeks in weekdays_in(question):
        yield _describe_weekday(organisation, today, weekday, weeks=weeks)
    for month, number in dates_in(question):
        day = _next_date(today, month, number)
        if day is not None:
            yield _describe_day(organisation, _date(organisation, day, today), day, dated=True)


def _describe_weekday(organisation: Organisation, today: datetime.date, number: int, *, weeks: int) -> str:
    days = (number - today.weekday()) % 7 if weeks == 0 else number - today.weekday() + 7 * weeks
    name = organisation.hours_wording.weekdays[WEEKDAYS[number]]
    return _describe_day(organisation, name, today + datetime.timedelta(days=days))


def _describe_day(organisation: Organisation, name: str, day: datetime.date, *, dated: bool = False) -> str:
    wording = organisation.hours_wording
    spans = organisation.hours.spans_on(day) or ()
    label = name if dated else wording.named_day.format(name=name, date=_date(organisation, day, day))
    return f"{label}{_describe_spans(organisation, spans)}"


def _describe_period(organisation: Organisation, period: _Period, today: datetime.date) -> str:
    wording = organisation.hours_wording
    dates = _date(organisation, period.first, today)
    if period.last > period.first:
        dates = wording.weekday_range.format(first=dates, last=_date(organisation, period.last, period.first))
    return wording.holiday.format(date=dates, name=period.name, hours=_describe_spans(organisation, period.hours))


def _periods(organisation: Organisation) -> list[_Period]:
    """The holidays by date, days in a row of one name and with the same hours together."""
    periods: list[_Period] = []
    for holiday in sorted(organisation.holidays, key=lambda holiday: holiday.date):
        period = _Period(holiday.date, holiday.until or holiday.date, holiday.name, tuple(holiday.hours))
        last = periods[-1] if periods else None
        if (
            last
            and (last.name, last.hours) == (period.name, period.hours)
            and period.first <= last.last + datetime.timedelta(days=1)
        ):
            periods[-1] = _Period(last.first, max(last.last, period.last), last.name, last.hours)
        else:
            periods.append(period)
    return periods


def _date(organisation: Organisation, day: datetime.date, near: datetime.date) -> str:
    """A date, with the year where it is another one than that of a day that is known."""
    wording = organisation.hours_wording
    form = wording.date if day.year == near.year else wording.date_with_year
    return form.format(year=day.year, month=day.month, day=day.day)


def _next_date(today: datetime.date, month: int, day: int) -> datetime.date | None:
    # 29 February comes within eight years.
    for year in range(today.year, today.year + 9):
        try:
            date = datetime.date(year, month, day)
        except ValueError:
            continue
        if date >= today:
            return date
    return None


def _describe_spans(organisation: Organisation, spans: Sequence[str]) -> str:
    wording = organisation.hours_wording
    return wording.span_separator.join(spans) if spans else wording.closed
