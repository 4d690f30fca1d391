"""Browsers in which an agent has signed in before: what strangers do to the name does not lock them out."""

from __future__ import annotations

import secrets

from fastapi import Request, Response

from uwallet_gateway.agents.lockout import Source
from uwallet_gateway.rate_limits import network_of
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.desk.cookies import DEVICE

_SECONDS = 180 * 24 * 3600
# Agents who share a browser; the cookie has a limit.
_MOST_NAMES = 8


def source_of(request: Request, services: Services, username: str) -> Source:
    """Where an attempt to sign in comes from: a known browser of this agent, or else an address."""
    device_id, names = _read(request, services)
    if device_id is not None and username.strip().lower() in names:
        return Source("device", device_id)
    return Source("address", network_of(address_of(request.scope)) or "")


def remember(request: Request, response: Response, services: Services, username: str) -> None:
    """Makes the browser known as one of this agent's."""
    device_id, names = _read(request, services)
    names = [username, *(name for name in names if name != username)][:_MOST_NAMES]
    device = {"id": device_id or secrets.token_hex(16), "names": names}
    DEVICE.put(response, services.settings, services.keys.sign_device(device), _SECONDS)


def _read(request: Request, services: Services) -> tuple[str | None, list[str]]:
    device = services.keys.read_device(DEVICE.read(request, services.settings), _SECONDS)
    return (str(device["id"]), [str(name) for name in device["names"]]) if device else (None, [])
