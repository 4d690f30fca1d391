"""Where a request comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uwallet_gateway.identity.origins import OriginError, normalized_origin

# Set in a scope: the page belongs to a site, but not to the one whose token it has. It may not read the answer.
FOREIGN_ORIGIN = "uwallet.foreign_origin"


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """A header of an ASGI scope."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def origin_of(scope: Mapping[str, Any]) -> str | None:
    """The origin of the page that sent it, None if it names none; "null" for a page without one."""
    origin = header(scope, b"origin")
    if origin is None:
        return None
    try:
        return normalized_origin(origin)
    except OriginError:
        return "null"


def address_of(scope: Mapping[str, Any]) -> str | None:
    """The client's address; behind a trusted proxy the one that the proxy names."""
    client = scope.get("client")
    return str(client[0]) if client else None


def own_origin(scope: Mapping[str, Any], public_url: str) -> str | None:
    """The origin of the gateway's own pages: the public address, or what the request was sent to."""
    if public_url:
        return normalized_origin(public_url)
    host = header(scope, b"host")
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "http"), scope.get("scheme", "http"))
    try:
        return normalized_origin(f"{scheme}://{host}") if host else None
    except OriginError:
        return None
