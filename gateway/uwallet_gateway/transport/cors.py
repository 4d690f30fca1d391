"""CORS by site.

A preflight names no site: it is allowed to every site's pages. The answer may be read by those of the token's site.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uwallet_gateway.identity.sites import Sites
from uwallet_gateway.transport.client import FOREIGN_ORIGIN, header, origin_of, own_origin

_METHODS = "GET, POST, DELETE, OPTIONS"
_HEADERS = "Authorization, Content-Type, X-Request-ID, X-User-ID, X-User-Hash"
# Seconds for which browsers need not ask again; what they allow at most differs, an origin may be removed.
_MAX_AGE = "600"
_PATHS = ("/api/", "/socket.io/", "/webhooks/rest/")


class SiteCors:
    """Middleware for the API and Socket.IO's polling. There are no cookies, so no credentials are allowed."""

    def __init__(self, app: ASGIApp, sites: Sites, public_url: str) -> None:
        """Wraps an application."""
        self._app = app
        self._sites = sites
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a preflight, or adds the headers."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self._app(scope, receive, send)
            return
        origin = origin_of(scope)
        raw_origin = header(scope, b"origin")
        allowed = (
            origin is not None
            and raw_origin is not None
            and (origin == own_origin(scope, self._public_url) or await self._sites.has_origin(origin))
        )

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if allowed and raw_origin is not None and FOREIGN_ORIGIN not in scope:
                    headers["Access-Control-Allow-Origin"] = raw_origin
                    headers["Access-Control-Expose-Headers"] = "Retry-After, X-Request-ID"
            await send(message)

        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            headers = [(b"content-length", b"0")]
            if allowed:
                headers += [
                    (b"access-control-allow-methods", _METHODS.encode()),
                    (b"access-control-allow-headers", _HEADERS.encode()),
                    (b"access-control-max-age", _MAX_AGE.encode()),
                ]
            status = 204 if allowed else 403
            await send_with_headers({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send_with_headers)
