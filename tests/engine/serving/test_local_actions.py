"""Actions in this process answer as the action server does over HTTP: results, rejections, errors."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from engine.serving.local_actions import LocalActionEndpoint, local_if_configured
from tests.paths import ROOT
from tests.processes import free_port

PACKAGE = "tests.engine.serving.sample_actions"
START_SECONDS = 60


@pytest.fixture(scope="module")
def local() -> LocalActionEndpoint:
    return LocalActionEndpoint(PACKAGE)


@pytest.fixture(scope="module")
def remote() -> Iterator[EndpointConfig]:
    """The action server with the same actions, asked over HTTP as Rasa asks it."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "scripts/rasa_cli.py", "run", "actions", "--actions", PACKAGE, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "SANIC_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health"):
                break
            time.sleep(0.1)
        yield EndpointConfig(url=f"http://127.0.0.1:{port}/webhook")
    finally:
        server.terminate()
        server.wait(60)


def call(name: str) -> dict[str, Any]:
    return {"next_action": name, "sender_id": "me", "version": "3.6.2", "tracker": {"sender_id": "me"}, "domain": {}}


@pytest.mark.parametrize("name", ["action_tuples", "action_nothing"])
async def test_the_result_is_that_of_the_server(local: LocalActionEndpoint, remote: EndpointConfig, name: str) -> None:
    result = await local.request(json=call(name))
    assert result == await remote.request(json=call(name))
    assert set(result) == {"events", "responses"}


@pytest.mark.parametrize("name", ["action_rejects", "action_unknown", "action_fails", "action_cannotbesent"])
async def test_the_error_is_that_of_the_server(local: LocalActionEndpoint, remote: EndpointConfig, name: str) -> None:
    errors = []
    for endpoint in (local, remote):
        with pytest.raises(ClientResponseError) as raised:
            await endpoint.request(json=call(name))
        errors.append(raised.value)
    assert errors[0].status == errors[1].status
    if errors[0].status != 500:
        assert json.loads(errors[0].text) == json.loads(errors[1].text)


def test_the_configuration_decides_where_actions_run() -> None:
    remote = EndpointConfig(url="http://example.invalid/webhook")
    assert local_if_configured(remote) is remote
    assert local_if_configured(None) is None
    both = EndpointConfig(url="http://example.invalid/webhook", actions_module="actions", enable_selective_domain=True)
    local = local_if_configured(both)
    assert isinstance(local, LocalActionEndpoint)
    assert local.kwargs == {"enable_selective_domain": True}
