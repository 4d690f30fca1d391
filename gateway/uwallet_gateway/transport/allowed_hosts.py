"""Refuses requests that were sent to a name that is not the gateway's, so that no other site can point its own here."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.transport.client import header

# Asked by probes inside, under whatever name they know; they answer nothing that a page could use.
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_MISDIRECTED = 421


class AllowedHosts:
    """Middleware. Addresses and `localhost` need no list: a page of another site has a name of its own."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], presentation: Presentation) -> None:
        """Wraps an application; `hosts` are names without a port."""
        self._app = app
        self._hosts = frozenset({"localhost", *(host.lower() for host in hosts)})
        self._presentation = presentation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers 421."""
        if scope["type"] not in {"http", "websocket"} or scope["path"] in _PROBES or self._is_allowed(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            details = {"reason": "this name is not in UWALLET_ALLOWED_HOSTS"}
            error = self._presentation.error(InputError(ErrorCode.HOST_NOT_ALLOWED, details=details))
            body = json.dumps(error, ensure_ascii=False).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": _MISDIRECTED, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def _is_allowed(self, scope: Scope) -> bool:
        given = header(scope, b"host")
        if given is None:
            # Of no browser.
            return True
        try:
            host = urlsplit(f"//{given}").hostname or ""
        except ValueError:
            return False
        return host.rstrip(".") in self._hosts or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
