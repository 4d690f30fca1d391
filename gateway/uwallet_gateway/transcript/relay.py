"""Relays events between processes through Redis."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import uuid
from typing import Any, cast, get_args

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentCalled, Event, Said

_CHANNEL = "uwallet:events"
# Seconds until Redis is tried again.
_PAUSE = 1.0
# Events that are sent at a time.
_AT_ONCE = 500
_log = structlog.get_logger()


class Relay:
    """Sends no text of users through Redis: other processes read messages from the transcript."""

    def __init__(self, event_bus: EventBus, redis: Redis, listening_redis: Redis) -> None:
        """Connects nothing yet.

        Args:
            event_bus: Source of the events, and destination of those of other processes.
            redis: Connection to send.
            listening_redis: Connection to receive; waits without a timeout.
        """
        self._event_bus = event_bus
        self._redis = redis
        self._listening_redis = listening_redis
        self._process = uuid.uuid4().hex
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts. Returns when it listens, or when Redis does not answer in time."""
        listening = asyncio.Event()
        self._event_bus.relay = self._pass_on
        self._tasks = [
            asyncio.create_task(self._for_ever(self._receive, listening)),
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
        self._outgoing.put_nowait(json.dumps({"process": self._process, "event": _to_json(event)}))

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
            bodies = [await self._outgoing.get()]
            while not self._outgoing.empty() and len(bodies) < _AT_ONCE:
                bodies.append(self._outgoing.get_nowait())
            # One round trip for all that has gathered: after a restart every client that comes back is an event.
            async with self._redis.pipeline(transaction=False) as pipeline:
                for body in bodies:
                    pipeline.publish(_CHANNEL, body)
                await pipeline.execute()

    async def _receive(self, listening: asyncio.Event) -> None:
        async with self._listening_redis.pubsub() as channel:
            await channel.subscribe(_CHANNEL)
            async for item in channel.listen():
                if item["type"] == "subscribe":
                    listening.set()
                elif item["type"] == "message":
                    body = json.loads(item["data"])
                    if body["process"] != self._process:
                        event = _from_json(body["event"])
                        if event is not None:
                            self._event_bus.deliver(event)


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
