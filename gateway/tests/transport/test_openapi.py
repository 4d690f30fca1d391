"""Everything that the OpenAPI document says, tried out by schemathesis against the running application."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.pytest.loaders import from_fixture
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support.fake_engine import FakeEngine
from tests.support.gateway import Gateway, running_gateway
from tests.support.servers import free_port, serving
from uwallet_gateway.settings import load_settings


class _Thread(threading.Thread):
    """A gateway in a loop of its own: schemathesis is not made of coroutines."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self.ready = threading.Event()
        self.gateway: Gateway | None = None
        self.token = ""
        self.loop = asyncio.new_event_loop()
        self._end = asyncio.Event()

    def run(self) -> None:
        self.loop.run_until_complete(self._serve())

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._end.set)
        self.join()
        self.loop.close()

    async def _serve(self) -> None:
        engine, port = FakeEngine(), free_port()
        unlimited = dict.fromkeys(
            (
                "rate_messages_per_user",
                "rate_messages_per_address",
                "rate_sessions_per_address",
                "rate_attachments_per_user",
                "rate_requests_per_user",
            ),
            "",
        )
        configured = load_settings(
            development=True,
            port=free_port(),
            data_dir=self._folder,
            web_dir=self._folder / "no web",
            engine_url=f"http://127.0.0.1:{port}",
            **unlimited,
        )
        try:
            async with serving(engine, port), running_gateway(configured, engine) as gateway:
                self.gateway = gateway
                self.token = await gateway.token()
                self.ready.set()
                await self._end.wait()
        finally:
            self.ready.set()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Thread]:
    thread = _Thread(tmp_path_factory.mktemp("openapi"))
    thread.start()
    thread.ready.wait()
    yield thread
    thread.stop()


@pytest.fixture(scope="module")
def document(running: _Thread) -> schemathesis.schemas.BaseSchema:
    assert running.gateway is not None
    return schemathesis.openapi.from_url(f"{running.gateway.url}/api/v1/openapi.json")


schema = from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_what_the_document_says_holds(case: Case[Any], running: _Thread) -> None:
    assert running.gateway is not None
    is_webhook = case.path.startswith("/webhooks/")
    token = running.gateway.site.secret if is_webhook else running.token
    # What is good text, and which headers and parameters are ignored, no schema says.
    excluded: list[Any] = [positive_data_acceptance, negative_data_rejection]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=excluded)


def test_document_knows_everything_that_is_public(running: _Thread) -> None:
    assert running.gateway is not None
    found = httpx.get(f"{running.gateway.url}/api/v1/openapi.json").json()["paths"]
    assert set(found) == {
        "/api/v1/sessions",
        "/api/v1/messages",
        "/api/v1/attachments",
        "/api/v1/attachments/{attachment_id}",
        "/api/v1/support",
        "/api/v1/support/leave_queue",
        "/api/v1/support/messages",
        "/api/v1/support/ratings",
        "/webhooks/rest/webhook",
    }
