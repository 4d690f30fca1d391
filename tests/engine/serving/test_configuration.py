"""`endpoints.yml` and `credentials.yml` say to the engine what they say to `rasa run`."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.core.run import create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from rasa.shared.exceptions import RasaException

from engine.serving.configuration import create_channels, read_endpoints

ENDPOINTS = """
nlg: {url: 'http://nlg'}
nlu: {url: 'http://nlu'}
action_endpoint: {url: 'http://actions', actions_module: actions}
models: {url: 'http://models', wait_time_between_pulls: 5}
tracker_store:
  type: SQL
  dialect: sqlite
  db: ${UWALLET_TEST_DB}
lock_store: {type: redis, url: localhost}
event_broker:
"""


def described(endpoints: AvailableEndpoints) -> dict[str, object]:
    return {name: endpoint and vars(endpoint) for name, endpoint in vars(endpoints).items()}


@pytest.mark.parametrize("content", [ENDPOINTS, "", "tracker_store: {}"])
def test_endpoints_are_those_that_rasa_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setenv("UWALLET_TEST_DB", "some.db")
    path = tmp_path / "endpoints.yml"
    path.write_text(content, encoding="utf-8")
    found = described(read_endpoints(str(path)))
    assert found == described(AvailableEndpoints.read_endpoints(str(path)))
    assert (content != ENDPOINTS) or "some.db" in str(found["tracker_store"])


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    for path in (None, str(tmp_path / "none.yml")):
        assert not any(described(read_endpoints(path)).values())


@pytest.mark.parametrize("content", ["- a\n- b\n", "a: [\n", "a: 1\na: 2\n", "text"])
def test_what_is_no_mapping_is_refused_as_rasa_does(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RasaException) as found:
        read_endpoints(str(path))
    with pytest.raises(found.type):
        AvailableEndpoints.read_endpoints(str(path))
    with pytest.raises(RasaException) as found:
        create_channels(None, str(path))
    with pytest.raises(found.type):
        create_http_input_channels(None, str(path))


@pytest.mark.parametrize(
    ("connector", "content"),
    [
        (None, "rest:\ncallback: {url: 'http://somewhere'}\nengine.channel.GatewayInput:\n"),
        ("rest", "rest:\nengine.channel.GatewayInput:\n"),
        ("rocketchat", "rocketchat: {user: a, password: b, server_url: c}"),
        (None, "callback: {url: 'http://somewhere'}\nrasa: {url: 'http://x'}"),
    ],
)
def test_channels_are_those_that_rasa_makes(tmp_path: Path, connector: str | None, content: str) -> None:
    path = tmp_path / "credentials.yml"
    path.write_text(content, encoding="utf-8")
    found = create_channels(connector, str(path))
    assert [type(channel) for channel in found] == [
        type(channel) for channel in create_http_input_channels(connector, str(path))
    ]
    assert found


def test_rest_is_what_is_left_when_nothing_is_said() -> None:
    assert [channel.name() for channel in create_channels(None, None)] == ["rest"]


def test_an_unknown_channel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "credentials.yml"
    path.write_text("carrier_pigeon:\n", encoding="utf-8")
    with pytest.raises(RasaException, match="carrier_pigeon"):
        create_channels(None, str(path))
