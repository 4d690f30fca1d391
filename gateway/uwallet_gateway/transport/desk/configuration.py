"""Settings that admins change at the desk, and tests of hooks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.events import sample_event
from uwallet_gateway.hooks.registry import KnownEndpoint
from uwallet_gateway.protocol.configuration import (
    ConfigurationView,
    HookChange,
    HookRequest,
    HookSecret,
    HookTest,
    HookView,
    HoursValue,
    OfficialHolidays,
    QueueValue,
    SettingName,
    TimersValue,
    WelcomeValue,
)
from uwallet_gateway.services import Services
from uwallet_gateway.support.official_holidays import YearUnknownError, official_holidays
from uwallet_gateway.transport.desk.guard import AdminNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/settings")
_Year = Annotated[int, Path(ge=2000, le=2999)]
_HookName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
# Hours of a weekend on which is worked, where those of working days are not filled in.
_USUAL_HOURS = ("09:00-18:00",)


@router.get("", responses=responses(401, 403, 429, 503))
async def read_configuration(_session: AdminNeeded, services: ServicesNeeded) -> ConfigurationView:
    """Returns what holds, where it comes from, and what a reset would bring."""
    return await _view(services)


@router.put("/hours", responses=responses(401, 403, 422, 429, 503))
async def change_hours(body: HoursValue, services: ServicesNeeded, session: AdminNeeded) -> ConfigurationView:
    """Sets the opening hours; bot and gateway go by them from now on."""
    return await _changed(services, "hours", body, session.agent.name)


@router.put("/timers", responses=responses(401, 403, 422, 429, 503))
async def change_timers(body: TimersValue, services: ServicesNeeded, session: AdminNeeded) -> ConfigurationView:
    """Sets the timers of the queue and of chats."""
    return await _changed(services, "timers", body, session.agent.name)


@router.put("/queue", responses=responses(401, 403, 422, 429, 503))
async def change_queue(body: QueueValue, services: ServicesNeeded, session: AdminNeeded) -> ConfigurationView:
    """Sets how many may wait."""
    return await _changed(services, "queue", body, session.agent.name)


@router.put("/welcome", responses=responses(401, 403, 422, 429, 503))
async def change_welcome(body: WelcomeValue, services: ServicesNeeded, session: AdminNeeded) -> ConfigurationView:
    """Sets what users are greeted with."""
    return await _changed(services, "welcome", body, session.agent.name)


@router.delete("/{name}", responses=responses(401, 403, 422, 429, 503))
async def reset_setting(name: SettingName, services: ServicesNeeded, _session: AdminNeeded) -> ConfigurationView:
    """Goes back to what files and environment say. No-op if nothing is set at the desk."""
    await services.configuration.reset(name)
    return await _view(services)


@router.get("/official_holidays/{year}", responses=responses(401, 403, 404, 422, 429, 503))
async def read_official_holidays(year: _Year, services: ServicesNeeded, _session: AdminNeeded) -> OfficialHolidays:
    """Returns the official days off and working weekends of a year, to be put into the opening hours.

    `not_found` if the calendar of the year is not published, or the gateway is older.
    """
    weekly = services.opening_hours.weekly or {}
    working_hours = next((spans for spans in weekly.values() if spans), _USUAL_HOURS)
    try:
        found = official_holidays(year, working_hours, services.texts.desk.worked_holiday)
    except YearUnknownError as error:
        raise InputError(ErrorCode.NOT_FOUND) from error
    return OfficialHolidays(year=year, holidays=found)


@router.post("/hooks", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def add_hook(body: HookRequest, services: ServicesNeeded, _session: AdminNeeded) -> HookSecret:
    """Makes an endpoint. The secret of the format json is shown this once."""
    return HookSecret(secret=await services.hook_endpoints.add(body.name, body.format, body.values()))


@router.put("/hooks/{hook_name}", responses=responses(401, 403, 404, 422, 429, 503))
async def change_hook(
    hook_name: _HookName, body: HookChange, services: ServicesNeeded, _session: AdminNeeded
) -> ConfigurationView:
    """Replaces what an endpoint of the desk is; also switches it on and off."""
    await services.hook_endpoints.change(hook_name, body.values())
    return await _view(services)


@router.post("/hooks/{hook_name}/secret", responses=responses(401, 403, 404, 422, 429, 503))
async def renew_hook_secret(hook_name: _HookName, services: ServicesNeeded, _session: AdminNeeded) -> HookSecret:
    """Gives an endpoint of the desk another secret, which is shown this once. The old one is void at once."""
    return HookSecret(secret=await services.hook_endpoints.renew_secret(hook_name))


@router.delete("/hooks/{hook_name}", responses=responses(401, 403, 404, 422, 429, 503))
async def remove_hook(hook_name: _HookName, services: ServicesNeeded, _session: AdminNeeded) -> ConfigurationView:
    """Removes an endpoint of the desk, with what waits for it. No-op if it is gone."""
    await services.hook_endpoints.remove(hook_name)
    return await _view(services)


@router.post("/hooks/{hook_name}/test", responses=responses(401, 403, 404, 422, 429, 503))
async def try_hook(hook_name: _HookName, services: ServicesNeeded, _session: AdminNeeded) -> HookTest:
    """Sends a test event to an endpoint once, now, and returns what comes of it."""
    endpoint = await services.hook_endpoints.find(hook_name)
    await services.audit.write(Action.HOOK_TESTED, hook_name)
    outcome = await services.hook_sender.attempt(endpoint, sample_event(services.outbox.desk_url))
    return HookTest(error=outcome.error)


async def _changed(services: Services, name: SettingName, value: BaseModel, agent_name: str) -> ConfigurationView:
    await services.configuration.change(name, value, agent_name)
    return await _view(services)


async def _view(services: Services) -> ConfigurationView:
    hours, timers, queue, welcome = await services.configuration.read()
    hooks = [_hook(known) for known in await services.hook_endpoints.all()]
    return ConfigurationView.model_construct(hours=hours, timers=timers, queue=queue, welcome=welcome, hooks=hooks)


def _hook(known: KnownEndpoint) -> HookView:
    endpoint = known.endpoint
    return HookView(
        name=endpoint.name,
        format=endpoint.format,
        host=known.host,
        site=endpoint.site,
        events=sorted(endpoint.events),
        source="file" if known.from_file else "desk",
        enabled=known.enabled,
    )
