"""Everything that the desk's own OpenAPI document says, tried out by schemathesis as an admin with a chat."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.pytest.loaders import from_fixture
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support.desk import API, DeskAgent, agent_at, ticket_of, user_who_waits
from tests.support.gateway_thread import GatewayThread
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.errors import InputError

_Result = TypeVar("_Result")


class DeskThread(GatewayThread):
    """The gateway, with an agent and a chat."""

    ticket_id: int | None = None

    def wait_for(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Runs a coroutine beside the gateway."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    async def admin_with_chat(self) -> tuple[DeskAgent, int]:
        """A fresh account, as some requests sign out, and a chat that it has: a new one if the last was closed."""
        assert self.gateway is not None
        support = self.gateway.services.support
        admin = await agent_at(self.gateway, Role.ADMIN)
        if self.ticket_id is not None:
            with contextlib.suppress(InputError):
                await support.assign(self.ticket_id, admin.id, by=admin.id)
                return admin, self.ticket_id
        await support.presence.choose(admin.id, "online")
        self.ticket_id = await ticket_of(self.gateway, await user_who_waits(self.gateway))
        await support.claim(self.ticket_id, admin.id)
        return admin, self.ticket_id


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
    return schemathesis.openapi.from_url(f"{running.gateway.url}{API}/openapi.json")


schema = from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
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
