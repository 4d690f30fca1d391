"""Relays events between processes through Redis."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast, get_args

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as LineError
from redis.exceptions import RedisError

from uwallet_gateway.clock import now
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentCalled, Event, Said, SupportChanged

_CHANNEL = "uwallet:events"
# Seconds until Redis is tried again.
_PAUSE = 1.0
# Seconds for which news are waited for at a time.
_WAIT = 10.0
# Events that are sent at a time.
_AT_ONCE = 500
# Events that are kept while Redis is away; beyond them the oldest are let go.
_MOST_KEPT = 20_000
# How far back is looked for what was missed: until it is noticed that a line is dead, and clocks that differ.
_MARGIN = timedelta(seconds=90)
_log = structlog.get_logger()


class Relay:
    """Sends no text of users through Redis: other processes read messages from the transcript.

    While Redis does not answer, the database is searched for what others have stored, and what could not be sent waits.
    """

    def __init__(
        self,
        event_bus: EventBus,
        redis: Redis,
        listening_redis: Redis,
        active_since: Callable[[datetime], Awaitable[Mapping[str, int]]],
    ) -> None:
        """Connects nothing yet.

        Args:
            event_bus: Source of the events, and destination of those of other processes.
            redis: Connection to send.
            listening_redis: Connection to receive; waits without a timeout.
            active_since: Conversations in which something was said since then, with the ids of their newest messages.
        """
        self._event_bus = event_bus
        self._redis = redis
        self._listening_redis = listening_redis
        self._active_since = active_since
        # When it was last known that nothing is missed; None while that is so. And what was found since.
        self._deaf_since: datetime | None = None
        self._found: Mapping[str, int] = {}
        self._process = uuid.uuid4().hex
        self._outgoing: deque[str] = deque(maxlen=_MOST_KEPT)
        self._has_outgoing = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts. Returns when it listens, or when Redis does not answer in time."""
        listening = asyncio.Event()
        self._event_bus.relay = self._pass_on
        self._tasks = [
            asyncio.create_task(self._for_ever(self._listen, listening)),
            asyncio.create_task(self._for_ever(self._send)),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PAUSE):
                await listening.wait()

    async def stop(self) -> None:
        """Stops."""
        self._event_bus.relay = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._listening_redis.aclose()

    def _pass_on(self, event: Event) -> None:
        if isinstance(event, AgentCalled):
            # Or each process would tell the agent.
            return
        self._outgoing.append(json.dumps({"process": self._process, "event": _to_json(event)}))
        self._has_outgoing.set()

    async def _for_ever(self, run: Any, *arguments: Any) -> None:
        while True:
            try:
                await run(*arguments)
            except RedisError as error:
                _log.warning("relay.unavailable", reason=str(error))
            except Exception:
                # An event that cannot be relayed must not end the relay.
                _log.exception("relay.failed")
            await asyncio.sleep(_PAUSE)

    async def _send(self) -> None:
        while True:
            await self._has_outgoing.wait()
            bodies = [self._outgoing.popleft() for _ in range(min(_AT_ONCE, len(self._outgoing)))]
            try:
                # One round trip for all that has gathered: after a restart every client that comes back is an event.
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for body in bodies:
                        pipeline.publish(_CHANNEL, body)
                    await pipeline.execute()
            except RedisError:
                # Whoever hears one twice looks twice.
                self._outgoing.extendleft(reversed(bodies))
                raise
            if not self._outgoing:
                self._has_outgoing.clear()

    async def _listen(self, listening: asyncio.Event) -> None:
        try:
            await self._receive(listening)
        except RedisError:
            self._deaf_since = self._deaf_since or now() - _MARGIN
            await self._catch_up()
            raise

    async def _catch_up(self) -> None:
        """Tells those who listen here what others have stored meanwhile, as far as it was not told before."""
        if self._deaf_since is None:
            return
        found = await self._active_since(self._deaf_since)
        for conversation_id, last_id in found.items():
            if self._found.get(conversation_id) != last_id:
                self._event_bus.deliver(Said(conversation_id))
                self._event_bus.deliver(SupportChanged(conversation_id))
        self._found = found

    async def _receive(self, listening: asyncio.Event) -> None:
        async with self._listening_redis.pubsub() as channel:
            await channel.subscribe(_CHANNEL)
            async for item in _items(channel):
                if item["type"] == "subscribe":
                    listening.set()
                    await self._catch_up()
                    self._deaf_since, self._found = None, {}
                elif item["type"] == "message":
                    body = json.loads(item["data"])
                    if body["process"] != self._process:
                        event = _from_json(body["event"])
                        if event is not None:
                            self._event_bus.deliver(event)


async def _items(channel: PubSub) -> AsyncIterator[dict[str, Any]]:
    """What comes on a channel.

    The library's `listen` takes a line that was given up (ETIMEDOUT) for a wait that is over, reads again, finds the
    same at once, and never lets anything else run.

    Raises:
        RedisError: The line is dead.
    """
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        item = await channel.get_message(timeout=_WAIT)
        if item is not None:
            yield item
        elif loop.time() - begun < _WAIT / 2:
            msg = "the line is dead"
            raise LineError(msg)


def _to_json(event: Event) -> dict[str, Any]:
    name = type(event).__name__
    if isinstance(event, Said):
        return {"type": name, "conversation_id": event.conversation_id}
    return {"type": name, **dataclasses.asdict(event)}


_EVENTS = {event.__name__: event for event in get_args(Event)}


def _from_json(body: dict[str, Any]) -> Event | None:
    # During an update another version may send events that this one does not know.
    kind = _EVENTS.get(body.pop("type"))
    return cast("Event", kind(**body)) if kind else None
