"""Refuses request bodies that are too large, before they are read."""

from __future__ import annotations

import json

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.protocol.base import DESK_API
from uwallet_gateway.transport.client import header
from uwallet_gateway.transport.upload_slots import is_upload

# Bytes of a JSON body; the longest message in UTF-8, escaped, with room.
_JSON_BYTES = 64 * 1024
# Of entries of the knowledge: the largest file has a sixth of it, an import hundreds of entries.
_KNOWLEDGE_BYTES = 1024 * 1024
_KNOWLEDGE_PATH = f"{DESK_API}/knowledge/draft/entries"
# Bytes of a multipart body beside the picture.
_MULTIPART_BYTES = 16 * 1024
# Bytes of what is too large that are read and thrown away before it is refused.
_DRAINED_BYTES = 32 * 1024 * 1024


class BodyLimit:
    """Middleware. Counts the bytes that really arrive, whatever Content-Length says."""

    def __init__(self, app: ASGIApp, presentation: Presentation) -> None:
        """Wraps an application."""
        self._app = app
        self._presentation = presentation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers 413."""
        if scope["type"] != "http" or scope["path"].startswith("/socket.io/"):
            await self._app(scope, receive, send)
            return
        uploads = is_upload(scope)
        limit = self._presentation.limits.attachment_bytes + _MULTIPART_BYTES if uploads else _json_limit(scope)
        code = ErrorCode.ATTACHMENT_TOO_LARGE if uploads else ErrorCode.TOO_LONG
        announced = header(scope, b"content-length") or "0"
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(receive, send, code)
            return
        read = 0
        started = False

        async def counting_receive() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # As if the client had gone: the application stops reading.
            return {"type": "http.disconnect"} if read > limit and not started else message

        async def watching_send(message: Message) -> None:
            nonlocal started
            if read > limit and not started:
                return
            started = True
            await send(message)

        try:
            await self._app(scope, counting_receive, watching_send)
        except ClientDisconnect:
            if read <= limit:
                raise
        if read > limit and not started:
            await self._refuse(receive, send, code)

    async def _refuse(self, receive: Receive, send: Send, code: ErrorCode) -> None:
        # A client that still sends would see a broken connection instead of the answer.
        drained, more = 0, True
        while more and drained < _DRAINED_BYTES:
            message = await receive()
            drained += len(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)
        body = json.dumps(self._presentation.error(InputError(code)), ensure_ascii=False).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            # What is left of the body is not read.
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _json_limit(scope: Scope) -> int:
    return _KNOWLEDGE_BYTES if scope["path"].startswith(_KNOWLEDGE_PATH) else _JSON_BYTES
