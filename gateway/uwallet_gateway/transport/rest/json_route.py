"""A route that reads its body as JSON, whatever the content type says."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_CONTENT_TYPE = b"content-type"


class JsonRoute(APIRoute):
    """As Rasa's own channels do: curl says that its data is a form, browsers that it is text.

    Only for routes that ask for a token in a header or check the origin: a page of another site can send text without
    asking first.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, told that the body is JSON unless it is a form with files."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            headers = request.scope["headers"]
            if not request.headers.get("content-type", "").startswith("multipart/"):
                others = [(name, value) for name, value in headers if name != _CONTENT_TYPE]
                # The same scope: what routes note in it is read on the way out.
                request.scope["headers"] = [*others, (_CONTENT_TYPE, b"application/json")]
                request = Request(request.scope, request.receive)
            return await handler(request)

        return handle
