"""Everything that the desk's own OpenAPI document says, tried out by schemathesis as an admin with a chat."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.pytest.loaders import from_fixture
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from sqlalchemy import select

from tests.helpers.desk import API, DeskAgent, agent_at, ticket_of, user_who_waits
from tests.helpers.extent import LONG, examples
from tests.helpers.gateway_thread import GatewayThread
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.database import tables
from uwallet_gateway.errors import InputError

_Result = TypeVar("_Result")


class DeskThread(GatewayThread):
    """The gateway, with an admin and a chat."""

    admin: DeskAgent | None = None
    ticket_id: int | None = None

    def wait_for(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Runs a coroutine beside the gateway."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    async def admin_with_chat(self) -> tuple[DeskAgent, int]:
        """An admin and a chat that they have; others than last time if a request has signed out or closed it."""
        assert self.gateway is not None
        services = self.gateway.services
        try:
            await services.desk_sessions.read(self.admin.token if self.admin else None)
        except InputError:
            self.admin = None
        admin = self.admin = self.admin or await agent_at(self.gateway, Role.ADMIN)
        if self.ticket_id is None or await self._state(self.ticket_id) != ("active", admin.id):
            await services.presence.choose(admin.id, "online")
            if self.ticket_id is None or (await self._state(self.ticket_id))[0] == "closed":
                self.ticket_id = await ticket_of(self.gateway, await user_who_waits(self.gateway))
            if (await self._state(self.ticket_id))[1] != admin.id:
                await services.agent_commands.assign(self.ticket_id, admin.id, by=admin.id)
        return admin, self.ticket_id

    async def _state(self, ticket_id: int) -> tuple[str, int | None]:
        """By one statement: all that the desk shows of a ticket takes longer than what is tried."""
        assert self.gateway is not None
        async with self.gateway.services.database.read() as transaction:
            columns = select(tables.Ticket.status, tables.Ticket.agent_id).where(tables.Ticket.id == ticket_id)
            status, agent_id = (await transaction.execute(columns)).one()
            return status, agent_id


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskThread]:
    thread = DeskThread(tmp_path_factory.mktemp("desk_openapi"))
    thread.start()
    thread.ready.wait()
    yield thread
    thread.stop()


@pytest.fixture(scope="module")
def document(running: DeskThread) -> schemathesis.schemas.BaseSchema:
    assert running.gateway is not None
    found = schemathesis.openapi.from_url(f"{running.gateway.url}{API}/openapi.json")
    # Every border of every field takes a minute.
    found.config.phases.coverage.enabled = LONG
    return found


schema = from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=examples(2, 20),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=not LONG,
)
def test_what_the_document_says_holds(case: Case[Any], running: DeskThread) -> None:
    admin, ticket_id = running.wait_for(running.admin_with_chat())
    if case.path_parameters.get("ticket_id", 0) in range(1, 100):
        # Small ones are meant to be there.
        case.path_parameters["ticket_id"] = ticket_id
    headers = {"Cookie": f"uwallet_desk={admin.token}", "X-CSRF-Token": admin.csrf}
    # What is good text, and which headers and parameters are ignored, no schema says.
    excluded: list[Any] = [positive_data_acceptance, negative_data_rejection]
    case.call_and_validate(headers=headers, excluded_checks=excluded)
