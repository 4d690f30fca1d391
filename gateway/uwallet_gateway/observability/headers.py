"""Middleware for every request: request id, access log line, security headers."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

REQUEST_ID = "X-Request-ID"
# What a proxy may have named the request; anything else could be a message to whoever reads the logs.
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
# For answers that no page is made of: they load nothing and stand in no frame.
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
_ONE_YEAR = "max-age=31536000"
# Asked every few seconds by machines.
_QUIET = ("/healthz", "/readyz", "/metrics", "/socket.io")
_log = structlog.get_logger()


class SecurityHeaders:
    """The outermost middleware but one: only the proxy headers are handled before.

    A header that an answer has already stays as it is. The request id is in the logs of everything that happens for the
    request, and in the answer.
    """

    def __init__(
        self, app: ASGIApp, policies: Mapping[str, str] | None = None, *, hsts_subdomains: bool = True
    ) -> None:
        """Wraps the application.

        Args:
            app: What answers.
            policies: Content-Security-Policy by path; a path that ends with / is for all below it. Answers that bring
                their own keep it; all others may load nothing.
            hsts_subdomains: Whether names below this host are reached by TLS only, too.
        """
        self._transport_security = _ONE_YEAR + ("; includeSubDomains" if hsts_subdomains else "")
        self._app = app
        # The longest path that fits counts.
        self._policies = sorted((policies or {}).items(), key=lambda item: len(item[0]), reverse=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles a request or a WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        status = 0
        started = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                self._add_headers(scope, message, request_id)
            elif message["type"] == "websocket.accept":
                status = 101
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                note_request(scope, status, time.perf_counter() - started)

    def _policy(self, path: str) -> str:
        for pattern, policy in self._policies:
            if path == pattern or (pattern.endswith("/") and path.startswith(pattern)):
                return policy
        return NO_PAGE

    def _add_headers(self, scope: Scope, message: Message, request_id: str) -> None:
        message.setdefault("headers", [])
        headers = MutableHeaders(scope=message)
        headers[REQUEST_ID] = request_id
        for name, value in _ALWAYS.items():
            headers.setdefault(name, value)
        policy = headers.setdefault("Content-Security-Policy", self._policy(scope["path"]))
        if "frame-ancestors 'none'" in policy:
            headers.setdefault("X-Frame-Options", "DENY")
        # Users' pictures are shown on the pages of sites; everything else that they may read comes with CORS.
        is_picture = headers.get("Content-Type", "").startswith("image/")
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_picture else "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        if scope.get("scheme") in ("https", "wss"):
            headers.setdefault("Strict-Transport-Security", self._transport_security)


def request_id_of(scope: Scope) -> str:
    """The id that a client gave its request, or a new one."""
    request_id = Headers(scope=scope).get(REQUEST_ID, "")
    return request_id if _REQUEST_ID.fullmatch(request_id) else secrets.token_hex(16)


def note_request(scope: Scope, status: int, seconds: float) -> None:
    """Logs a request, or a WebSocket when it has ended."""
    # Without the query: it holds tokens and signatures.
    log = _log.debug if scope["path"].startswith(_QUIET) else _log.info
    method = scope.get("method", "WEBSOCKET")
    log("http.request", method=method, path=scope["path"], status=status, milliseconds=round(seconds * 1000, 1))
