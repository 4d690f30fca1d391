"""Several engines: each conversation has its own one, and another while that does not answer.

They share what they know, and do each turn once by its id, so a conversation may change its engine at any message. It
keeps to one as long as that answers, because an engine remembers conversations that are under way.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import httpx
import structlog

from uwallet_gateway.engine.addresses import Addresses
from uwallet_gateway.engine.circuit_breaker import CircuitState
from uwallet_gateway.engine.client import EngineClient, EngineReply, EngineUnavailable, FailureReason

# Seconds for which an engine that has failed is asked last.
_LEFT_FOR = 5.0
# Seconds after which it is looked whether an engine that has not answered yet answers anything, for how many seconds,
# and how often before it is left. It only counts while another one answers: else the machine is busy, not the engine.
_QUIET, _LOOK, _LOOKS = 1.0, 1.0, 2
# Seconds after which nothing of an engine that is no longer named can be under way.
_GONE_FOR = 60.0
_BEST_FIRST = (CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN)
_log = structlog.get_logger()


class Engines:
    """As an `EngineClient`, of several."""

    def __init__(
        self,
        clients: Mapping[str, EngineClient],
        addresses: Addresses | None = None,
        client_at: Callable[[str], EngineClient] | None = None,
    ) -> None:
        """Keeps the clients, by address.

        Args:
            clients: Of those that are known.
            addresses: Says which there are at the moment; None: these stay.
            client_at: Makes a client of another one.
        """
        self._clients = dict(clients)
        self._addresses = addresses
        self._client_at = client_at
        self._left_until: dict[str, float] = {}
        self._leaving: dict[EngineClient, asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()

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
        await self._look()
        failure: EngineUnavailable | None = None
        for url in self._in_order(sender):
            if (client := self._clients.get(url)) is None:
                # It went while others were asked.
                continue
            asking = asyncio.create_task(client.send(sender, message, kind, message_id, metadata))
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

    async def wait_for_return(self, seconds: float) -> None:
        """Waits so long before a turn is tried again, or until one of them that was away is there again."""
        if not self._clients:
            await asyncio.sleep(seconds)
            return
        waits = [asyncio.create_task(client.wait_for_return(seconds)) for client in self._clients.values()]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def close(self) -> None:
        """Closes the connections."""
        if self._addresses is not None:
            await self._addresses.close()
        for timer in self._leaving.values():
            timer.cancel()
        clients = (*self._clients.values(), *self._leaving)
        await asyncio.gather(*(client.close() for client in clients), *self._closing)

    async def _look(self) -> None:
        """Takes note of engines that came and went. What those that went were asked for, they may still answer."""
        if self._addresses is None or self._client_at is None:
            return
        await self._addresses.look()
        urls = self._addresses.current
        for url in self._clients.keys() - set(urls):
            client = self._clients.pop(url)
            self._left_until.pop(url, None)
            self._leaving[client] = asyncio.get_running_loop().call_later(_GONE_FOR, self._let_go, client)
        for url in urls:
            if url not in self._clients:
                self._clients[url] = self._client_at(url)

    def _let_go(self, client: EngineClient) -> None:
        del self._leaving[client]
        task = asyncio.create_task(client.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

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
        if (client := self._clients.get(url)) is None:
            return False
        own, *rest = await asyncio.gather(*(client.is_there(_LOOK) for client in (client, *others)))
        return not own and any(rest)


def engines_at(urls: Sequence[str], secret: str | None, *, timeout: float) -> EngineClient | Engines:
    """A client of the engines at some addresses; a name stands for all addresses that it has."""

    def client_at(url: str) -> EngineClient:
        return EngineClient(url, secret, timeout=timeout)

    addresses = Addresses(urls)
    if len(urls) == 1 and not addresses.have_names:
        return client_at(urls[0])
    return Engines({url: client_at(url) for url in urls}, addresses if addresses.have_names else None, client_at)


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
