"""An office: the gateway without HTTP, on each database, with a clock that stands on a Monday morning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from tests.conftest import SettingsFactory
from tests.helpers.office import MONDAY, Office, ScriptedEngine
from uwallet_gateway import clock
from uwallet_gateway.engine.client import EngineClient
from uwallet_gateway.services import build_services
from uwallet_gateway.settings import Settings

OfficeFactory = Callable[..., Any]


@pytest.fixture(autouse=True)
def _monday() -> Any:
    clock.set_time(MONDAY)
    yield
    clock.set_time(None)


def build_office(settings: Settings) -> Office:
    engine = ScriptedEngine()
    return Office(build_services(settings, cast("EngineClient", engine)), engine)


@pytest.fixture
async def make_office(any_database_url: str, make_settings: SettingsFactory) -> AsyncIterator[OfficeFactory]:
    """Makes processes on one database."""
    made: list[Office] = []

    async def make(**overrides: Any) -> Office:
        office = build_office(make_settings(database_url=any_database_url, **overrides))
        made.append(office)
        return office

    yield make
    for office in made:
        await office.services.dispatcher.drain(5)
        await office.services.close()


@pytest.fixture
async def office(make_office: OfficeFactory) -> Office:
    """One process."""
    made: Office = await make_office()
    return made
