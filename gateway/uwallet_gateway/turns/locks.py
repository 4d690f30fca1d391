"""One conversation is answered by one worker at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

# Seconds until the conversation of a process that died is free; extended three times as often while it lives.
_LIFETIME = 15.0
_log = structlog.get_logger()


class Locks(Protocol):
    """Keeps workers of other processes out of a conversation."""

    def hold(self, conversation_id: str) -> AbstractAsyncContextManager[None]:
        """Has the conversation within the block; waits until it is free."""

    async def is_abandoned(self, conversation_id: str) -> bool:
        """Whether no process has the conversation, although another one might have had it."""


class OneProcess:
    """Within one process the dispatcher has one worker for each conversation anyway."""

    @contextlib.asynccontextmanager
    async def hold(self, _conversation_id: str) -> AsyncIterator[None]:
        """See `Locks`."""
        yield

    async def is_abandoned(self, _conversation_id: str) -> bool:
        """See `Locks`."""
        return False


class AcrossProcesses:
    """Locks in Redis. Without Redis the order may suffer; the transcript still takes one answer for each message."""

    def __init__(self, redis: Redis) -> None:
        """Keeps the client."""
        self._redis = redis

    @contextlib.asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """See `Locks`."""
        lock = self._redis.lock(_name(conversation_id), timeout=_LIFETIME, sleep=0.05)
        try:
            await lock.acquire()
        except RedisError as error:
            _log.warning("locks.unavailable", reason=str(error))
            yield
            return

        async def keep() -> None:
            while True:
                await asyncio.sleep(_LIFETIME / 3)
                try:
                    await lock.reacquire()
                except RedisError as error:
                    _log.warning("locks.not_kept", reason=str(error))

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            with contextlib.suppress(LockError, RedisError):
                await lock.release()

    async def is_abandoned(self, conversation_id: str) -> bool:
        """See `Locks`."""
        try:
            return not await self._redis.exists(_name(conversation_id))
        except RedisError as error:
            _log.warning("locks.unavailable", reason=str(error))
            return False


def _name(conversation_id: str) -> str:
    return f"uwallet:conversation:{conversation_id}"
