"""Days of a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.insight.days import MOST_DAYS, Period, PeriodError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_day_begins_at_midnight_there() -> None:
    period = Period(date(2026, 11, 23), date(2026, 11, 23), SHANGHAI)
    assert period.start == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert period.day_of(period.start) == date(2026, 11, 23)
    assert period.day_of(period.end) == date(2026, 11, 24)


def test_days_of_23_and_25_hours() -> None:
    period = Period(date(2026, 3, 28), date(2026, 10, 26), ZoneInfo("Europe/Berlin"))
    lengths = {day: end - start for day, start, end in period.spans()}
    assert lengths[date(2026, 3, 29)] == timedelta(hours=23)
    assert lengths[date(2026, 10, 25)] == timedelta(hours=25)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.integers(0, 20),
)
def test_days_touch_and_hold_their_moments(zone: str, first: date, more: int) -> None:
    period = Period(first, first + timedelta(days=more), ZoneInfo(zone))
    spans = list(period.spans())
    assert [day for day, _, _ in spans] == period.days
    assert spans[0][1] == period.start
    assert spans[-1][2] == period.end
    assert all(end == start for (_, _, end), (_, start, _) in pairwise(spans))
    assert all(period.day_of(start) == day for day, start, end in spans if start < end)


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date.max])
def test_days_of_another_age_are_refused(day: date) -> None:
    with pytest.raises(PeriodError):
        Period(day, day, SHANGHAI)


@pytest.mark.parametrize("days", [-1, MOST_DAYS])
def test_no_days_or_too_many_are_refused(days: int) -> None:
    with pytest.raises(PeriodError):
        Period(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days), SHANGHAI)
