"""Lets few uploads in at a time, before any of their bytes is read."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.protocol.base import API, DESK_API
from uwallet_gateway.rate_limits import RateLimits, network_of
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.http import STATUS

_OF_USERS = f"{API}/attachments"
_OF_AGENTS = re.compile(rf"{DESK_API}/(?:tickets/[0-9]+/attachments|canned_replies/import)")
# Uploads at the same time; each has at most a megabyte in memory, the rest of its body is on disk.
_AT_ONCE = 8
# Of one address: behind a carrier's are many users, but one client must not take all.
_AT_ONCE_PER_ADDRESS = 4
# Seconds to wait for a slot, and for a whole body; a slow one would keep the slot from others.
_PATIENCE = 10.0
_BODY_SECONDS = 60.0
_DRAIN_SECONDS = 2.0
_TRY_AGAIN = 5


def is_upload(scope: Scope) -> bool:
    """Whether a request uploads a file."""
    path = scope["path"]
    return bool(scope["method"] == "POST" and (path == _OF_USERS or _OF_AGENTS.fullmatch(path)))


class UploadSlots:
    """Middleware. Asks for the limits of the address and for a slot first; then the body may come."""

    def __init__(self, app: ASGIApp, rate_limits: RateLimits, presentation: Presentation) -> None:
        """Wraps an application."""
        self._app = app
        self._rate_limits = rate_limits
        self._presentation = presentation
        self._free = asyncio.Condition()
        self._taken: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers 429 or 503."""
        if scope["type"] != "http" or not is_upload(scope):
            await self._app(scope, receive, send)
            return
        address = address_of(scope)
        try:
            if scope["path"] == _OF_USERS:
                await self._rate_limits.check("attachments", address=address)
            async with self._slot(network_of(address) or ""):
                await self._pass_on(scope, receive, send)
        except InputError as error:
            await _drain(receive)
            headers = {"Retry-After": str(error.retry_after), "Connection": "close"}
            response = JSONResponse(self._presentation.error(error), STATUS[error.code], headers)
            await response(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _slot(self, address: str) -> AsyncIterator[None]:
        def is_free() -> bool:
            return self._taken.total() < _AT_ONCE and self._taken[address] < _AT_ONCE_PER_ADDRESS

        async with self._free:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._free.wait_for(is_free)
            except TimeoutError as error:
                raise InputError(ErrorCode.UNAVAILABLE, retry_after=_TRY_AGAIN) from error
            self._taken[address] += 1
        try:
            yield
        finally:
            async with self._free:
                self._taken[address] -= 1
                self._taken += Counter()
                self._free.notify_all()

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        give_up_at = asyncio.get_running_loop().time() + _BODY_SECONDS
        is_late = False
        complete = False
        started = False

        async def timed_receive() -> Message:
            nonlocal is_late, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(give_up_at):
                    message = await receive()
            except TimeoutError:
                is_late = True
                return {"type": "http.disconnect"}
            complete = not message.get("more_body", False)
            return message

        async def watching_send(message: Message) -> None:
            nonlocal started
            if is_late and not started:
                return
            started = True
            await send(message)

        try:
            await self._app(scope, timed_receive, watching_send)
        except ClientDisconnect:
            if not is_late:
                raise
        if is_late and not started:
            raise InputError(ErrorCode.UNAVAILABLE, retry_after=_TRY_AGAIN)


async def _drain(receive: Receive) -> None:
    # A client that still sends would see a broken connection instead of the answer. What comes is kept nowhere.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
