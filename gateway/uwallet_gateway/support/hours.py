"""When human support is open: weekdays, several spans a day, holidays, time zone; from organisation.yml.

The bot reads the same file (actions/knowledge/organisation.py); tests/shared/opening_hours.yml holds both to the same.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, field_validator

from uwallet_gateway.yaml_files import load_yaml

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
# Days ahead that are searched for the next opening: a year, because holidays are given by date.
_FURTHEST = 366


class OrganisationError(Exception):
    """organisation.yml is wrong; the text says which file, which key and why, one line each."""


def _span(value: str) -> str:
    if not _SPAN.fullmatch(value):
        msg = f"expected a span such as 09:00-21:00, found {value!r}"
        raise ValueError(msg)
    start, end = value.split("-")
    if start >= end:
        msg = f"expected a start before the end, found {value!r}"
        raise ValueError(msg)
    return value


Span = Annotated[str, AfterValidator(_span)]


class _Holiday(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    date: date
    hours: list[Span]


class OpeningHours(BaseModel):
    """The opening hours in organisation.yml. The bot checks the rest of the file.

    Attributes:
        time_zone: IANA name; statistics count days in it.
        opening_hours: None if they are not filled in.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    time_zone: str
    opening_hours: dict[Weekday, list[Span]] | None
    holidays: list[_Holiday]

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"expected an IANA time zone such as Asia/Shanghai, found {value!r}"
            raise ValueError(msg) from error
        return value

    @field_validator("opening_hours")
    @classmethod
    def _every_weekday(cls, value: dict[Weekday, list[str]] | None) -> dict[Weekday, list[str]] | None:
        missing = [day for day in _WEEKDAYS if value is not None and day not in value]
        if missing:
            msg = f"weekday {missing[0]} is missing; write [] for a closed day"
            raise ValueError(msg)
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.time_zone)

    def is_open(self, moment: datetime) -> bool | None:
        """Whether support is open at a moment (with a zone); None if the hours are not filled in."""
        local = moment.astimezone(self.zone)
        spans = self._spans(local.date())
        if spans is None:
            return None
        return any(start <= local.strftime("%H:%M") < end for start, end in spans)

    def next_opening(self, moment: datetime) -> datetime | None:
        """When the next span begins after a moment, in the organisation's time zone; None if none is known."""
        local = moment.astimezone(self.zone)
        for days in range(_FURTHEST + 1):
            day = local.date() + timedelta(days=days)
            for start, _ in sorted(self._spans(day) or ()):
                begins = datetime.combine(day, time.fromisoformat(start), self.zone)
                if begins > local:
                    return begins
        return None

    def _spans(self, day: date) -> list[tuple[str, str]] | None:
        spans = next((holiday.hours for holiday in self.holidays if holiday.date == day), None)
        if spans is None:
            if self.opening_hours is None:
                return None
            spans = self.opening_hours[_WEEKDAYS[day.weekday()]]
        return [(start, end) for start, end in (span.split("-") for span in spans)]


def load_opening_hours(path: Path) -> OpeningHours:
    """Reads organisation.yml.

    Raises:
        OrganisationError: It cannot be read, or what it says of hours is wrong.
    """
    return load_yaml(path, OpeningHours, OrganisationError)[0]
