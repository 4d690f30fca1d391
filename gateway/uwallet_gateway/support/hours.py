"""Reads the opening hours in organisation.yml. The bot checks the rest of that file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, field_validator, model_validator

from common.opening_hours import (
    OpeningHours,
    Weekday,
    check_weekdays,
    checked_span,
    checked_spans,
    checked_time_zone,
    holiday_days,
)
from uwallet_gateway.protocol.configuration import HolidayRange, HoursValue
from uwallet_gateway.yaml_files import load_yaml

_Spans = Annotated[list[Annotated[str, BeforeValidator(checked_span)]], AfterValidator(checked_spans)]


class OrganisationError(Exception):
    """organisation.yml is wrong; the text says which file, which key and why, one line each."""


class _Holiday(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    date: dt.date
    until: dt.date | None = None
    name: str = ""
    hours: _Spans

    @model_validator(mode="after")
    def _in_order(self) -> _Holiday:
        holiday_days(self.date, self.until)
        return self


class _Organisation(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    time_zone: Annotated[str, AfterValidator(checked_time_zone)]
    opening_hours: dict[Weekday, _Spans] | None
    holidays: list[_Holiday]

    @field_validator("opening_hours")
    @classmethod
    def _every_weekday(cls, value: dict[Weekday, list[str]] | None) -> dict[Weekday, list[str]] | None:
        if value is not None:
            check_weekdays(value, "; write [] for a closed day")
        return value


def load_opening_hours(path: Path) -> OpeningHours:
    """Reads organisation.yml.

    Raises:
        OrganisationError: It cannot be read, or what it says of hours is wrong.
    """
    organisation = load_yaml(path, _Organisation, OrganisationError)[0]
    holidays = {
        day: holiday.hours for holiday in organisation.holidays for day in holiday_days(holiday.date, holiday.until)
    }
    return OpeningHours(ZoneInfo(organisation.time_zone), organisation.opening_hours, holidays)


def read_hours(path: Path) -> tuple[ZoneInfo, HoursValue]:
    """Reads the same as what admins change at the desk, with the time zone.

    Raises:
        OrganisationError: It cannot be read, or what it says of hours is wrong.
    """
    organisation = load_yaml(path, _Organisation, OrganisationError)[0]
    holidays = [
        # The file may have longer names, which are shown as they are.
        HolidayRange.model_construct(
            date=holiday.date, until=holiday.until, name=holiday.name, hours=list(holiday.hours)
        )
        for holiday in organisation.holidays
    ]
    value = HoursValue.model_construct(opening_hours=organisation.opening_hours, holidays=holidays)
    return ZoneInfo(organisation.time_zone), value


class _Brand(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    brand_name: str = ""


def load_brand(path: Path) -> str:
    """Reads what the product is called from organisation.yml; empty if that is not filled in.

    Raises:
        OrganisationError: It cannot be read.
    """
    return load_yaml(path, _Brand, OrganisationError)[0].brand_name
