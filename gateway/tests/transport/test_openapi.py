"""Everything that the OpenAPI document says, tried out by schemathesis against the running application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.pytest.loaders import from_fixture
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.helpers.extent import LONG, examples
from tests.helpers.gateway_thread import GatewayThread


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayThread]:
    thread = GatewayThread(tmp_path_factory.mktemp("openapi"))
    thread.start()
    thread.ready.wait()
    yield thread
    thread.stop()


@pytest.fixture(scope="module")
def document(running: GatewayThread) -> schemathesis.schemas.BaseSchema:
    assert running.gateway is not None
    return schemathesis.openapi.from_url(f"{running.gateway.url}/api/v1/openapi.json")


schema = from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=examples(4, 50),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=not LONG,
)
def test_what_the_document_says_holds(case: Case[Any], running: GatewayThread) -> None:
    assert running.gateway is not None
    is_webhook = case.path.startswith("/webhooks/")
    token = running.gateway.site.secret if is_webhook else running.token
    if case.method == "DELETE":
        # The session of the other operations is to go on.
        token = httpx.post(f"{running.gateway.url}/api/v1/sessions", json={"site": "demo"}).json()["token"]
    # What is good text, and which headers and parameters are ignored, no schema says.
    excluded: list[Any] = [positive_data_acceptance, negative_data_rejection]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)


def test_document_knows_everything_that_is_public(running: GatewayThread) -> None:
    assert running.gateway is not None
    found = httpx.get(f"{running.gateway.url}/api/v1/openapi.json").json()["paths"]
    assert set(found) == {
        "/api/v1/sessions",
        "/api/v1/messages",
        "/api/v1/messages/{message_id}/feedback",
        "/api/v1/attachments",
        "/api/v1/attachments/{attachment_id}",
        "/api/v1/associate",
        "/api/v1/questions",
        "/api/v1/support",
        "/api/v1/notice",
        "/api/v1/support/leave_queue",
        "/api/v1/support/messages",
        "/api/v1/support/ratings",
        "/api/v1/support/tickets",
        "/webhooks/rest/webhook",
        "/webhooks/rest/messages",
        "/webhooks/rest/feedback",
    }
