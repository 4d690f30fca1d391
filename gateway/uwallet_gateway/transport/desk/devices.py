"""Browsers in which an agent has signed in before: what strangers do to the name does not lock them out."""

from __future__ import annotations

import secrets

from fastapi import Request, Response

from uwallet_gateway.agents.lockout import Source
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.rate_limits import network_of
from uwallet_gateway.transport.client import address_of

COOKIE = "uwallet_desk_device"
_SECONDS = 180 * 24 * 3600
# Agents who share a browser; the cookie has a limit.
_MOST_NAMES = 8


def source_of(request: Request, keys: Keys, username: str) -> Source:
    """Where an attempt to sign in comes from: a known browser of this agent, or else an address."""
    device_id, names = _read(request, keys)
    if device_id is not None and username.strip().lower() in names:
        return Source("device", device_id)
    return Source("address", network_of(address_of(request.scope)) or "")


def remember(request: Request, response: Response, keys: Keys, username: str, *, secure: bool) -> None:
    """Makes the browser known as one of this agent's."""
    device_id, names = _read(request, keys)
    names = [username, *(name for name in names if name != username)][:_MOST_NAMES]
    device = {"id": device_id or secrets.token_hex(16), "names": names}
    response.set_cookie(
        COOKIE, keys.sign_device(device), max_age=_SECONDS, path="/", httponly=True, samesite="strict", secure=secure
    )


def _read(request: Request, keys: Keys) -> tuple[str | None, list[str]]:
    device = keys.read_device(request.cookies.get(COOKIE), _SECONDS)
    return (str(device["id"]), [str(name) for name in device["names"]]) if device else (None, [])
