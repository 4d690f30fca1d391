"""Settings that admins change at the desk, on top of files and environment. Every process follows within seconds."""

from __future__ import annotations

import time
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from common.opening_hours import OpeningHours, holiday_days
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update
from uwallet_gateway.protocol.configuration import (
    HoursSetting,
    HoursValue,
    Origin,
    QueueSetting,
    QueueValue,
    SettingName,
    Source,
    TimersSetting,
    TimersValue,
    WelcomeSetting,
    WelcomeValue,
)
from uwallet_gateway.settings import Settings
from uwallet_gateway.support.hours import read_hours
from uwallet_gateway.support.timers import SchedulerRules

# Seconds between two looks at what other processes have changed.
_LOOK_EVERY = 5.0
_MODELS: dict[SettingName, type[BaseModel]] = {
    "hours": HoursValue,
    "timers": TimersValue,
    "queue": QueueValue,
    "welcome": WelcomeValue,
}
_log = structlog.get_logger()


class CurrentHours(OpeningHours):
    """The opening hours as they are now: one object for all parts, whose values change with the configuration."""

    def become(self, hours: OpeningHours) -> None:
        """Takes over the values of others."""
        for field in fields(OpeningHours):
            # Frozen for everybody else.
            object.__setattr__(self, field.name, getattr(hours, field.name))


class Configuration:
    """What holds now.

    Attributes:
        hours: The opening hours; the same object always.
        rules: The rules of time.
        queue_limit: How many may wait; None: any number.
        welcome: What users are greeted with; None: the bot's own greeting.
        told_hours: The opening hours for the bot, if they are not those of its file.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        """Begins with files and environment.

        Raises:
            OrganisationError: organisation.yml is wrong.
        """
        self._database = database
        zone, hours = read_hours(settings.organisation_file)
        self._zone = zone
        timers = TimersValue.model_construct(**{name: getattr(settings, name) for name in TimersValue.model_fields})
        self._fallbacks: dict[SettingName, BaseModel] = {
            "hours": hours,
            "timers": timers,
            "queue": QueueValue(limit=None),
            "welcome": WelcomeValue(text=None),
        }
        is_set = settings.model_fields_set.intersection(TimersValue.model_fields)
        self._sources: dict[SettingName, Source] = {
            "hours": "file",
            "timers": "environment" if is_set else "default",
            "queue": "default",
            "welcome": "default",
        }
        self.hours = CurrentHours(zone, None, {})
        self.rules = _rules(timers)
        self.queue_limit: int | None = None
        self.welcome: str | None = None
        self.told_hours: dict[str, Any] | None = None
        self._looked_at = float("-inf")
        self._apply({})

    async def refresh(self) -> None:
        """Takes over what another process has changed, at most every few seconds."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY:
            await self.reload()

    async def reload(self) -> None:
        """Reads what is set at the desk."""
        self._looked_at = time.monotonic()
        async with self._database.read() as transaction:
            self._apply({row.name: row.value for row in await _rows(transaction)})

    async def change(self, name: SettingName, value: BaseModel, agent_name: str) -> None:
        """Sets a value, and records it with the one before."""
        stored = value.model_dump(mode="json")
        async with self._database.write() as transaction:
            before = await transaction.get(tables.DeskRule, name)
            previous = before.value if before else self._fallbacks[name].model_dump(mode="json")
            row = tables.DeskRule(name=name, value=stored, updated_at=now(), updated_by=agent_name)
            await insert_or_update(transaction, [row], {"value", "updated_at", "updated_by"})
            record(transaction, Action.CONFIGURATION_CHANGED, name, before=previous, after=stored)
        await self.reload()

    async def reset(self, name: SettingName) -> None:
        """Goes back to file and environment. No-op if nothing is set at the desk."""
        async with self._database.write() as transaction:
            row = await transaction.get(tables.DeskRule, name)
            if row is None:
                return
            await transaction.execute(delete(tables.DeskRule).where(tables.DeskRule.name == name))
            after = self._fallbacks[name].model_dump(mode="json")
            record(transaction, Action.CONFIGURATION_RESET, name, before=row.value, after=after)
        await self.reload()

    async def read(self) -> tuple[HoursSetting, TimersSetting, QueueSetting, WelcomeSetting]:
        """All settings with where they come from."""
        async with self._database.read() as transaction:
            rows = {row.name: row for row in await _rows(transaction)}
        self._apply({name: row.value for name, row in rows.items()})
        origins: dict[str, dict[str, Any]] = {}
        for name in get_args(SettingName):
            row = rows.get(name)
            origin = Origin(
                source="desk" if row else self._sources[name],
                changed_at=row.updated_at if row else None,
                changed_by=row.updated_by if row else None,
            )
            fallback = self._fallbacks[name]
            value = self._checked(name, row.value) if row else None
            origins[name] = {**dict(origin), "value": value or fallback, "fallback": fallback}
        return (
            HoursSetting.model_construct(**origins["hours"]),
            TimersSetting.model_construct(**origins["timers"]),
            QueueSetting.model_construct(**origins["queue"]),
            WelcomeSetting.model_construct(**origins["welcome"]),
        )

    def _checked(self, name: SettingName, stored: object) -> BaseModel | None:
        """A stored value; None if it is no longer one, as after a downgrade."""
        try:
            return _MODELS[name].model_validate(stored)
        except ValidationError:
            _log.warning("configuration.ignored", name=name)
            return None

    def _apply(self, stored: dict[str, Any]) -> None:
        values = dict(self._fallbacks)
        for name in get_args(SettingName):
            if name in stored and (value := self._checked(name, stored[name])) is not None:
                values[name] = value
        hours, timers, queue, welcome = (values[name] for name in ("hours", "timers", "queue", "welcome"))
        if isinstance(hours, HoursValue):
            self.hours.become(opening_hours(self._zone, hours))
            self.told_hours = hours.model_dump(mode="json") if hours is not self._fallbacks["hours"] else None
        if isinstance(timers, TimersValue):
            self.rules = _rules(timers)
        self.queue_limit = queue.limit if isinstance(queue, QueueValue) else None
        self.welcome = welcome.text if isinstance(welcome, WelcomeValue) else None


def opening_hours(zone: ZoneInfo, value: HoursValue) -> OpeningHours:
    """Opening hours by weekday and day."""
    holidays = {day: holiday.hours for holiday in value.holidays for day in holiday_days(holiday.date, holiday.until)}
    return OpeningHours(zone, value.opening_hours, holidays)


def _rules(timers: TimersValue) -> SchedulerRules:
    return SchedulerRules(
        queue_timeout=timedelta(seconds=timers.queue_timeout),
        queue_abandoned_after=timedelta(seconds=timers.queue_abandoned_after),
        agent_silent_after=timedelta(seconds=timers.agent_silent_after),
        user_remind_after=timedelta(seconds=timers.user_remind_after),
        user_left_after=timedelta(seconds=timers.user_left_after),
        urgent_patience=timers.urgent_patience,
    )


async def _rows(transaction: AsyncSession) -> list[tables.DeskRule]:
    return list(
        await transaction.scalars(select(tables.DeskRule).where(tables.DeskRule.name.in_(get_args(SettingName))))
    )
