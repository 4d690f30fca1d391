"""Runs a command with the parts of the gateway."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable

from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.services import Services, build_services
from uwallet_gateway.settings import load_settings


def with_services[Result](run: Callable[[Services], Awaitable[Result]]) -> Result:
    """Brings the tables up to date, runs, closes what was opened, and returns what `run` returns."""
    configure_logs("WARNING")
    services = build_services(load_settings())

    async def whole() -> Result:
        try:
            await migrate(services.database)
            set_actor(Actor("command", name=_operator()))
            return await run(services)
        finally:
            await services.close()

    return asyncio.run(whole())


def _operator() -> str | None:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return None
