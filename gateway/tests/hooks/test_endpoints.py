"""The file of endpoints, and what is told of its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from uwallet_gateway.hooks.endpoints import Endpoint, HookFormat, HooksFileError, read_endpoints
from uwallet_gateway.hooks.events import TICKET_EVENTS, HookEvent
from uwallet_gateway.settings import REPOSITORY

SECRET = "0123456789abcdef"
GOOD = f"""\
endpoints:
  - name: crm
    format: json
    url: https://hooks.example.com/uwallet
    secret: {SECRET}
"""


def read(tmp_path: Path, text: str) -> tuple[Endpoint, ...]:
    path = tmp_path / "hooks.yml"
    path.write_text(text)
    return read_endpoints(path)


def test_the_example_is_right() -> None:
    endpoints = read_endpoints(REPOSITORY / "deploy" / "hooks.example.yml")
    crm, bridge, *robots = endpoints
    assert [endpoint.format for endpoint in (crm, *robots)] == list(HookFormat)
    assert crm.events == TICKET_EVENTS
    assert bridge.format is HookFormat.JSON
    assert bridge.events == {HookEvent.MESSAGE_CREATED}
    assert robots[0].events == {HookEvent.CREATED}
    assert not any(endpoint.allow_private for endpoint in endpoints)


@pytest.mark.parametrize("text", ["endpoints: []\n", "endpoints:\n"])
def test_no_endpoints_are_none(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format: json", "format: slack", "hooks.yml:3: endpoints[0].format: Input should be 'json'"),
        ("name: crm", "name: C R M", "hooks.yml:2: endpoints[0].name: "),
        ("https://", "http://", "hooks.yml:4: endpoints[0].url: must begin with https://"),
        ("https://", "ftp://", "hooks.yml:4: endpoints[0].url: must begin with https://"),
        ("https://", "", "hooks.yml:4: endpoints[0].url: must be like https://"),
        ("hooks.example.com", "10.0.0.1", "hooks.yml:4: endpoints[0].url: the address is private"),
        ("hooks.example.com", "[::1]", "hooks.yml:4: endpoints[0].url: the address is this machine itself"),
        ("hooks.example.com", "user:word@hooks.example.com", "hooks.yml:4: endpoints[0].url: must have neither"),
        ("hooks.example.com", "hooks.example.com:99999", "hooks.yml:4: endpoints[0].url: must be like"),
        (SECRET, "short", "hooks.yml:5: endpoints[0].secret: the format json is signed and needs one of at least 16"),
        (f"    secret: {SECRET}\n", "", "hooks.yml:2: endpoints[0].secret: the format json is signed"),
        ("format: json", "format: wecom", "hooks.yml:5: endpoints[0].secret: robots of WeCom have none"),
        ("secret:", "secrets:", "hooks.yml:5: endpoints[0].secrets: unknown field"),
        ("format: json", "format: json\n    events: [closed]", "hooks.yml:4: endpoints[0].events[0]: Input should be"),
        ("format: json", "format: json\n    format: json", "hooks.yml:4: format: stands here twice"),
        ("endpoints:", "endpoint:", "hooks.yml:1: endpoint: unknown field"),
        ("name: crm", "name: [crm", "hooks.yml:3: "),
        (GOOD, "- 1\n", "hooks.yml:1: Input should be a valid dictionary"),
    ],
)
def test_mistakes_are_told_with_file_and_line_and_without_secrets(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(HooksFileError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert f"{tmp_path}/{told}" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "word" not in str(caught.value).replace("keyword", "")


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HooksFileError, match=r"hooks\.yml:6: endpoints\[1\]\.name: crm is taken already"):
        read(tmp_path, GOOD + GOOD.split("\n", 1)[1])


def test_private_endpoints_may_do_without_tls(tmp_path: Path) -> None:
    (endpoint,) = read(
        tmp_path, GOOD.replace("https://hooks.example.com", "http://10.0.0.1") + "    allow_private: true\n"
    )
    assert endpoint.allow_private


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    (endpoint,) = read(tmp_path, GOOD)
    assert SECRET not in repr(endpoint)
    assert "/uwallet" not in repr(endpoint)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HooksFileError, match=r"none\.yml: No such file"):
        read_endpoints(tmp_path / "none.yml")
