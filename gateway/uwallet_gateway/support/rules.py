"""What an admin has set at the desk. The settings are the defaults."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.protocol.base import Request
from uwallet_gateway.protocol.routing import Routing
from uwallet_gateway.protocol.service import ServiceTargets

_ROUTING, _TARGETS = "routing", "targets"


class DeskRules:
    """Reads and stores rules; every process has a change at its next look."""

    def __init__(self, database: Database, routing: Routing, targets: ServiceTargets) -> None:
        """Keeps the defaults.

        Args:
            database: Where what differs from them is kept.
            routing: As the settings say.
            targets: As the settings say.
        """
        self._database = database
        self.default_routing = routing
        self.default_targets = targets

    async def routing(self) -> Routing:
        """How tickets come to agents."""
        async with self._database.read() as session:
            return await _read(session, _ROUTING, self.default_routing)

    async def set_routing(self, routing: Routing) -> None:
        """Changes how tickets come to agents."""
        await self._store(_ROUTING, routing, self.default_routing, Action.ROUTING_CHANGED)

    async def targets(self, session: AsyncSession | None = None) -> ServiceTargets:
        """How soon users are to be answered and helped; read in this transaction if there is one."""
        if session is not None:
            return await _read(session, _TARGETS, self.default_targets)
        async with self._database.read() as own:
            return await _read(own, _TARGETS, self.default_targets)

    async def set_targets(self, targets: ServiceTargets) -> None:
        """Changes how soon users are to be answered and helped, of tickets from now on."""
        await self._store(_TARGETS, targets, self.default_targets, Action.TARGETS_CHANGED)

    async def _store[Rule: Request](self, name: str, rule: Rule, default: Rule, action: Action) -> None:
        value = rule.model_dump(mode="json")
        async with self._database.write() as session:
            row = await session.get(tables.DeskRule, name, with_for_update=True)
            before = default.model_dump(mode="json") if row is None else row.value
            if before == value:
                return
            if row is None:
                session.add(tables.DeskRule(name=name, value=value, updated_at=now()))
            elif rule == default:
                # From now on the settings hold again, also when they change.
                await session.delete(row)
            else:
                row.value, row.updated_at = value, now()
            record(session, action, None, before=before, after=value)


async def _read[Rule: Request](session: AsyncSession, name: str, default: Rule) -> Rule:
    row = await session.get(tables.DeskRule, name)
    return default if row is None else type(default).model_validate(row.value)
