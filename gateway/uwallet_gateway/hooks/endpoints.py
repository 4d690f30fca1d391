"""Endpoints of hooks, from UWALLET_HOOKS_FILE. Example: deploy/hooks.example.yml."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from uwallet_gateway.hooks.addresses import refusal
from uwallet_gateway.hooks.events import ALL_OF_TICKETS, TICKET_EVENTS, HookEvent
from uwallet_gateway.yaml_files import load_yaml

_SHORTEST_SECRET = 16


class HooksFileError(Exception):
    """The file is wrong; the text has one line for each mistake, as `file:line: field: reason`."""


class HookFormat(StrEnum):
    """The formats of endpoints."""

    JSON = "json"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Endpoint(BaseModel):
    """A receiver of hooks.

    Attributes:
        name: Stored with each delivery, and a label of the metrics; a new name is a new endpoint.
        format: What it understands.
        allow_private: It may be in a private network, and without TLS.
        secret: Signs what is sent.
        url: Where it is; of group robots it is a secret, too.
        events: What it is told.
        site: Key of the only site of which it is told; None for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    # The order matters: a check sees the fields above.
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    format: HookFormat
    allow_private: bool = False
    secret: SecretStr | None = Field(default=None, validate_default=True)
    url: SecretStr
    site: str | None = Field(default=None, min_length=1, max_length=64)
    events: frozenset[HookEvent] = Field(default=TICKET_EVENTS, min_length=1)

    @field_validator("events")
    @classmethod
    def _may_know(cls, value: frozenset[HookEvent], info: ValidationInfo) -> frozenset[HookEvent]:
        others = sorted(value - ALL_OF_TICKETS)
        if others and info.data.get("format") is not HookFormat.JSON:
            msg = f"{others[0]} is for the format json only: group robots are told of tickets"
            raise ValueError(msg)
        if HookEvent.MESSAGE_CREATED in value and info.data.get("site") is None:
            msg = "message_created needs a site: its users' messages are nobody else's"
            raise ValueError(msg)
        return value

    @field_validator("secret")
    @classmethod
    def _fits(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        kind = info.data.get("format")
        if kind is HookFormat.JSON and (value is None or len(value.get_secret_value()) < _SHORTEST_SECRET):
            msg = f"the format json is signed and needs one of at least {_SHORTEST_SECRET} characters"
            raise ValueError(msg)
        if kind is HookFormat.WECOM and value is not None:
            msg = "robots of WeCom have none; what must be kept secret is the key in their url"
            raise ValueError(msg)
        if value is not None and not value.get_secret_value():
            msg = "is empty; leave it out if there is none"
            raise ValueError(msg)
        return value

    @field_validator("url")
    @classmethod
    def _reachable(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        allow_private = info.data.get("allow_private", False)
        try:
            parts = urlsplit(value.get_secret_value())
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if not host:
            msg = "must be like https://hooks.example.com/path"
            raise ValueError(msg)
        if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
            msg = "must begin with https://; http:// is for endpoints with allow_private only"
            raise ValueError(msg)
        if parts.username is not None or parts.password is not None or parts.fragment:
            msg = "must have neither a user name nor a fragment"
            raise ValueError(msg)
        if _is_address(host) and (reason := refusal(host, allow_private=allow_private)):
            msg = f"the address {reason}"
            raise ValueError(msg)
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    endpoints: list[Endpoint]

    @field_validator("endpoints", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return [] if value is None else value


def read_endpoints(path: Path) -> tuple[Endpoint, ...]:
    """Reads the file.

    Raises:
        HooksFileError: It cannot be read, or something in it is missing, unknown or wrong.
    """
    content, file = load_yaml(path, _File, HooksFileError)
    endpoints = content.endpoints
    names: set[str] = set()
    for number, endpoint in enumerate(endpoints):
        if endpoint.name in names:
            line = file.line(["endpoints", number, "name"])
            raise HooksFileError(f"{path}:{line}: endpoints[{number}].name: {endpoint.name} is taken already")
        names.add(endpoint.name)
    return tuple(endpoints)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
