"""Sends what the outbox holds, again and again until it is taken or a day has passed.

What was sent and not yet marked when the process dies is sent once more after the lease: endpoints get every event at
least once, with the same id.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import structlog

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.hooks.addresses import AddressRefusedError, Resolve, resolve
from uwallet_gateway.hooks.cards import Cards
from uwallet_gateway.hooks.endpoints import Endpoint
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.formats import refusal, request_for
from uwallet_gateway.hooks.outbox import Outbox
from uwallet_gateway.hooks.registry import HookEndpoints
from uwallet_gateway.hooks.transport import CheckedTransport
from uwallet_gateway.observability.metrics import Metrics

# Seconds for one request from name to answer, and for the connection to each address.
_TIMEOUT, _CONNECT_TIMEOUT = 10.0, 5.0
# Seconds for which a delivery is one process's: longer than a request can take.
LEASE = 60.0
# Bytes of an answer that are read; those of the robots have some hundred.
_LARGEST_ANSWER = 16 * 1024
# Seconds: the pauses between attempts double from the first to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 3600.0
GIVE_UP_AFTER = timedelta(days=1)
# Seconds between two looks for what other processes left; and after the database failed.
_LOOK_EVERY = 5.0
# Seconds for which an endpoint that fails is left alone with everything, at most.
_LONGEST_REST = 60.0
_log = structlog.get_logger()

Pause = Callable[[int], float]
Taken = Callable[[str, int], Awaitable[None]]


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt.

    Attributes:
        error: Why the endpoint did not take it, or None if it did.
        retry_after: Seconds after which the endpoint wants to be asked again, if it said so.
    """

    error: str | None = None
    retry_after: float | None = None


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt: 5, 10, 20, … up to an hour, with jitter."""
    return min(_FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)


class HookSender:
    """Runs one worker per endpoint, so that one that is down does not delay the others."""

    def __init__(
        self,
        outbox: Outbox,
        endpoints: Sequence[Endpoint] | HookEndpoints,
        cards: Cards,
        metrics: Metrics,
        *,
        resolve: Resolve = resolve,
        pause: Pause = pause_after,
        lease: float = LEASE,
        on_taken: Taken | None = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            outbox: What is to be sent.
            endpoints: Where to; what knows them now, if they change.
            cards: Texts of group robots' messages.
            metrics: Counted here.
            resolve: How names become addresses.
            pause: Seconds after so many attempts.
            lease: Seconds for which a delivery is this process's.
            on_taken: Called when an endpoint has taken a message for a user.
        """
        self._outbox = outbox
        self._endpoints = endpoints
        self._cards = cards
        self._metrics = metrics
        self._pause = pause
        self._lease = lease
        self._on_taken = on_taken
        self._stopping = asyncio.Event()
        self._resolve = resolve
        self._follower: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._clients: dict[bool, httpx.AsyncClient] = {}

    def start(self) -> None:
        """Begins to send."""
        if isinstance(self._endpoints, HookEndpoints):
            self._endpoints.on_change = self._changed.set
        self._follower = asyncio.create_task(self._follow())

    async def stop(self, seconds: float) -> None:
        """Finishes running requests within so many seconds. The rest is sent after the next start."""
        self._stopping.set()
        tasks = [*self._workers.values(), *([self._follower] if self._follower else [])]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._workers, self._follower = {}, None
        for client in self._clients.values():
            await client.aclose()

    async def attempt(self, endpoint: Endpoint, event: Mapping[str, Any]) -> Outcome:
        """Sends an event to an endpoint once, now."""
        request = request_for(endpoint, event, self._cards, time.time())
        client = self._client(allow_private=endpoint.allow_private)
        answer = bytearray()
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                client.stream("POST", request.url, content=request.body, headers=dict(request.headers)) as response,
            ):
                async for chunk in response.aiter_raw():
                    answer += chunk
                    if len(answer) > _LARGEST_ANSWER:
                        break
        except AddressRefusedError as error:
            return Outcome(f"refused: {error}")
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(f"no answer within {_TIMEOUT:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            # The address, which may be a secret, is in none of these.
            return Outcome(f"{type(error).__name__}: {error}")
        if response.is_redirect:
            return Outcome(f"HTTP {response.status_code}: redirects are not followed")
        error_found = refusal(endpoint.format, response.status_code, bytes(answer))
        return Outcome(error_found, _seconds(response.headers.get("retry-after")) if error_found else None)

    def _client(self, *, allow_private: bool) -> httpx.AsyncClient:
        client = self._clients.get(allow_private)
        if client is None:
            client = self._clients[allow_private] = httpx.AsyncClient(
                transport=CheckedTransport(
                    allow_private=allow_private, connect_timeout=_CONNECT_TIMEOUT, resolve=self._resolve
                ),
                timeout=_TIMEOUT,
                follow_redirects=False,
                trust_env=False,
                headers={"User-Agent": "uwallet-gateway", "Accept-Encoding": "identity"},
            )
        return client

    @property
    def _current(self) -> Sequence[Endpoint]:
        return self._endpoints.current if isinstance(self._endpoints, HookEndpoints) else self._endpoints

    async def _follow(self) -> None:
        """Gives each endpoint a worker, whenever there is a new one."""
        while not self._stopping.is_set():
            self._changed.clear()
            if isinstance(self._endpoints, HookEndpoints):
                try:
                    await self._endpoints.refresh()
                except DatabaseUnavailableError:
                    _log.exception("hooks.database_failed", endpoint=None)
            for endpoint in self._current:
                worker = self._workers.get(endpoint.name)
                if worker is None or worker.done():
                    self._workers[endpoint.name] = asyncio.create_task(self._work(endpoint.name))
            await self._rest(_LOOK_EVERY, self._changed)

    async def _work(self, name: str) -> None:
        news = self._outbox.listen()
        failures = 0
        while not self._stopping.is_set():
            # It may be another one since, or none.
            endpoint = next((endpoint for endpoint in self._current if endpoint.name == name), None)
            if endpoint is None:
                return
            news.clear()
            wait = _LOOK_EVERY
            try:
                due = await self._outbox.next_due(endpoint.name)
                if due is not None:
                    wait = min(wait, (due - now()).total_seconds())
                if wait <= 0:
                    delivery = await self._outbox.lease(endpoint.name, self._lease)
                    if delivery is not None:
                        failures = 0 if await self._send(endpoint, delivery) else failures + 1
                    # One that fails is not worn out with all that waits for it.
                    wait = min(self._pause(failures), _LONGEST_REST) if failures else 0.0
            except DatabaseUnavailableError:
                _log.exception("hooks.database_failed", endpoint=endpoint.name)
            except Exception:
                _log.exception("hooks.failed", endpoint=endpoint.name)
            await self._rest(wait, None if failures else news)

    async def _send(self, endpoint: Endpoint, delivery: tables.HookDelivery) -> bool:
        outcome = await self.attempt(endpoint, delivery.body)
        fields = {"endpoint": endpoint.name, "hook": delivery.event, "event_id": delivery.event_id}
        if outcome.error is None:
            await self._outbox.delivered(delivery)
            self._metrics.count_hook(endpoint.name, "delivered")
            if delivery.event == HookEvent.MESSAGE_CREATED and delivery.conversation_id and self._on_taken:
                await self._on_taken(delivery.conversation_id, int(delivery.body["message"]["id"]))
            _log.info("hooks.delivered", **fields, attempts=delivery.attempts)
            return True
        again = now() + timedelta(seconds=max(self._pause(delivery.attempts), outcome.retry_after or 0.0))
        if again - delivery.created_at > GIVE_UP_AFTER:
            await self._outbox.give_up(delivery, outcome.error)
            self._metrics.count_hook(endpoint.name, "given_up")
            _log.error("hooks.gave_up", **fields, attempts=delivery.attempts, reason=outcome.error)
        else:
            await self._outbox.postpone(delivery, again, outcome.error)
            self._metrics.count_hook(endpoint.name, "failed")
            _log.warning("hooks.not_taken", **fields, attempts=delivery.attempts, reason=outcome.error)
        return False

    async def _rest(self, seconds: float, news: asyncio.Event | None) -> None:
        if seconds <= 0:
            return
        waiting = {asyncio.create_task(event.wait()) for event in (self._stopping, news) if event}
        try:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


def _seconds(retry_after: str | None) -> float | None:
    """The header Retry-After, if it is a number; at most an hour."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return None
    return min(float(retry_after), _LONGEST_PAUSE)
