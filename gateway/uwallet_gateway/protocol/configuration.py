"""Settings that admins change at the desk (docs/support/configuration.md)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from common.opening_hours import Weekday, check_weekdays, checked_span, checked_spans, holiday_days
from uwallet_gateway.hooks.endpoints import HookFormat
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.registry import EndpointValues
from uwallet_gateway.protocol.base import Moment, Request, View

SettingName = Literal["hours", "timers", "queue", "welcome"]
# Where a value comes from: set at the desk, organisation.yml, an environment variable, or built in.
Source = Literal["desk", "file", "environment", "default"]
_MOST_SPANS = 8


def _few(spans: list[str]) -> list[str]:
    if len(spans) > _MOST_SPANS:
        msg = f"expected {_MOST_SPANS} spans a day at most"
        raise ValueError(msg)
    return spans


# Not by `maxItems`, of which the generated types would be a tuple for each length.
Spans = Annotated[
    list[Annotated[str, BeforeValidator(checked_span)]], AfterValidator(_few), AfterValidator(checked_spans)
]
_Seconds = Annotated[float, Field(ge=10, le=86_400)]


class HolidayRange(Request):
    """Days up to and with `until`, on which other hours hold; without hours support is closed."""

    date: dt.date
    until: dt.date | None = None
    name: Annotated[str, Field(min_length=1, max_length=20)]
    hours: Spans

    @model_validator(mode="after")
    def _in_order(self) -> HolidayRange:
        holiday_days(self.date, self.until)
        return self


class HoursValue(Request):
    """Opening hours of each weekday, null if support is always open; and days on which others hold."""

    opening_hours: dict[Weekday, Spans] | None
    holidays: Annotated[list[HolidayRange], Field(max_length=200)]

    @field_validator("opening_hours")
    @classmethod
    def _every_weekday(cls, value: dict[Weekday, list[str]] | None) -> dict[Weekday, list[str]] | None:
        if value is not None:
            check_weekdays(value)
        return value

    @field_validator("holidays")
    @classmethod
    def _each_day_once(cls, value: list[HolidayRange]) -> list[HolidayRange]:
        days = [day for holiday in value for day in holiday_days(holiday.date, holiday.until)]
        if len(set(days)) < len(days):
            msg = "a day is in two holidays"
            raise ValueError(msg)
        return sorted(value, key=lambda holiday: holiday.date)


class TimersValue(Request):
    """Seconds, as the settings of the same names; `urgent_patience` is a factor."""

    queue_timeout: _Seconds
    queue_abandoned_after: Annotated[float, Field(ge=0, le=86_400)]
    agent_silent_after: _Seconds
    user_remind_after: _Seconds
    user_left_after: _Seconds
    urgent_patience: Annotated[float, Field(ge=1, le=20)]

    @model_validator(mode="after")
    def _reminded_first(self) -> TimersValue:
        if self.user_left_after <= self.user_remind_after:
            msg = "user_left_after must be longer than user_remind_after"
            raise ValueError(msg)
        return self


class QueueValue(Request):
    """How many may wait; who comes then is asked for a message, unless it is urgent. Null: no limit."""

    limit: Annotated[int, Field(ge=1, le=10_000)] | None


class WelcomeValue(Request):
    """What users are greeted with; null: the bot's own greeting."""

    text: Annotated[str, Field(min_length=1, max_length=500)] | None

    @field_validator("text", mode="before")
    @classmethod
    def _trimmed(cls, value: object) -> object:
        return value.strip().replace("\0", "") if isinstance(value, str) else value


class Origin(View):
    """Where the value of a setting comes from, and if it was set at the desk, when and by whom."""

    source: Source
    changed_at: Moment | None
    changed_by: str | None


class HoursSetting(Origin):
    """The opening hours."""

    value: HoursValue
    fallback: HoursValue = Field(description="What holds after a reset")


class TimersSetting(Origin):
    """The timers."""

    value: TimersValue
    fallback: TimersValue


class QueueSetting(Origin):
    """The limit of the queue."""

    value: QueueValue
    fallback: QueueValue


class WelcomeSetting(Origin):
    """The greeting."""

    value: WelcomeValue
    fallback: WelcomeValue


class HookView(View):
    """An endpoint of UWALLET_HOOKS_FILE or of the desk; its address and secret are shown to nobody."""

    name: str
    format: HookFormat
    host: str
    site: str | None
    events: list[HookEvent]
    source: Source = Field(description="`file`, which nobody changes at the desk, or `desk`")
    enabled: bool


class HookChange(Request):
    """What an endpoint of the desk is; null of `url` or `secret`: as before."""

    url: str | None = Field(default=None, max_length=2000)
    secret: str | None = Field(default=None, max_length=200, description="Of a group robot, as its platform gave it")
    site: str | None = Field(default=None, min_length=1, max_length=64)
    events: list[HookEvent]
    enabled: bool = True

    def values(self) -> EndpointValues:
        """Returns it for the registry."""
        return EndpointValues(
            events=self.events, url=self.url, secret=self.secret, site=self.site, enabled=self.enabled
        )


class HookRequest(HookChange):
    """A new endpoint."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    format: HookFormat


class HookSecret(View):
    """The secret by which an endpoint knows our requests, shown this once; null if the platform has given it."""

    secret: str | None


class ConfigurationView(View):
    """Everything that admins can change at the desk, and the hooks."""

    hours: HoursSetting
    timers: TimersSetting
    queue: QueueSetting
    welcome: WelcomeSetting
    hooks: list[HookView]


class HookTest(View):
    """What came of a test event; `error` is null if it was taken."""

    error: str | None


class OfficialHolidays(View):
    """The days off of a year, and 调休: days of a weekend on which is worked, with the hours of a working day."""

    year: int
    holidays: list[HolidayRange]
