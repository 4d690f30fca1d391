"""Several engines: each conversation has its own one, and another while that does not answer.

They share what they know, and do each turn once by its id, so a conversation may change its engine at any message. It
keeps to one as long as that answers, because an engine remembers conversations that are under way.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import httpx
import structlog

from uwallet_gateway.engine.circuit_breaker import CircuitState
from uwallet_gateway.engine.client import EngineClient, EngineReply, EngineUnavailable, FailureReason

# Seconds for which an engine that has failed is asked last.
_LEFT_FOR = 5.0
# Seconds after which it is looked whether an engine that has not answered yet answers anything, for how many seconds,
# and how often before it is left. It only counts while another one answers: else the machine is busy, not the engine.
_QUIET, _LOOK, _LOOKS = 1.0, 1.0, 2
_BEST_FIRST = (CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN)
_log = structlog.get_logger()


class Engines:
    """As an `EngineClient`, of several."""

    def __init__(self, clients: Mapping[str, EngineClient]) -> None:
        """Keeps the clients, by address."""
        self._clients = dict(clients)
        self._left_until: dict[str, float] = {}

    @property
    def state(self) -> CircuitState:
        """The best state of them."""
        states = {client.state for client in self._clients.values()}
        return next(
            state for state in (CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN) if state in states
        )

    async def send(
        self,
        sender: str,
        message: str,
        kind: Literal["text", "payload"],
        message_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> EngineReply:
        """Sends one message to the conversation's engine; to the next one if it certainly did not get there.

        Raises:
            EngineUnavailable: As `EngineClient.send`. Asked again, another engine is asked first.
        """
        failure: EngineUnavailable | None = None
        for url in self._in_order(sender):
            asking = asyncio.create_task(self._clients[url].send(sender, message, kind, message_id, metadata))
            try:
                return await self._answer(url, asking)
            except EngineUnavailable as error:
                if error.reason is not FailureReason.REJECTED:
                    self._leave(url, error.reason)
                if not error.not_executed:
                    raise
                failure = failure or error
            finally:
                asking.cancel()
        if failure is None:
            raise EngineUnavailable(FailureReason.REFUSED, "no engine", not_executed=True)
        raise failure

    async def close(self) -> None:
        """Closes the connections."""
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    def _in_order(self, sender: str) -> list[str]:
        """All engines, those that were left last; each conversation has an order of its own (rendezvous hashing)."""
        moment = time.monotonic()

        def rank(url: str) -> tuple[bool, bytes]:
            is_left = self._left_until.get(url, 0.0) > moment
            return is_left, hashlib.blake2b(f"{url} {sender}".encode(), digest_size=8).digest()

        return sorted(self._clients, key=rank)

    def _leave(self, url: str, reason: FailureReason) -> None:
        moment = time.monotonic()
        if self._left_until.get(url, 0.0) <= moment:
            _log.warning("engine.avoided", engine=url, reason=reason)
        self._left_until[url] = moment + _LEFT_FOR

    async def _answer(self, url: str, asking: asyncio.Task[EngineReply]) -> EngineReply:
        await asyncio.wait({asking}, timeout=_QUIET)
        looks = 0
        while not asking.done():
            looking = asyncio.create_task(self._is_silent(url))
            await asyncio.wait({asking, looking}, return_when=asyncio.FIRST_COMPLETED)
            if not looking.done():
                looking.cancel()
            elif looking.result():
                looks += 1
                if looks >= _LOOKS and not asking.done():
                    raise EngineUnavailable(FailureReason.TIMEOUT, "it is silent, and another one is not")
            else:
                looks = 0
                await asyncio.wait({asking}, timeout=_QUIET)
        return asking.result()

    async def _is_silent(self, url: str) -> bool:
        others = [client for other, client in self._clients.items() if other != url]
        own, *rest = await asyncio.gather(*(client.is_there(_LOOK) for client in (self._clients[url], *others)))
        return not own and any(rest)


def engines_at(urls: Sequence[str], secret: str | None, *, timeout: float) -> EngineClient | Engines:
    """A client of the engines at some addresses."""
    clients = {url: EngineClient(url, secret, timeout=timeout) for url in urls}
    return Engines(clients) if len(clients) > 1 else clients[urls[0]]


class AnyEngine(httpx.AsyncBaseTransport):
    """Takes a request to the first engine that can be connected to: for what belongs to no conversation."""

    def __init__(self, urls: Sequence[str], transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Connects to nothing yet; another `transport` is for tests."""
        self._urls = [httpx.URL(url) for url in urls]
        self._transport = transport or httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        for url in self._urls:
            request.url = request.url.copy_with(scheme=url.scheme, host=url.host, port=url.port)
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if url is self._urls[-1]:
                    raise
        msg = "no engine"
        raise httpx.ConnectError(msg, request=request)

    async def aclose(self) -> None:
        """See httpx."""
        await self._transport.aclose()
