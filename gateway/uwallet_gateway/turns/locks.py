"""One conversation is answered by one worker at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import structlog
from redis.asyncio import Redis
from redis.exceptions import LockError, RedisError

Lock = Callable[[str], AbstractAsyncContextManager[None]]
# Seconds until the conversation of a process that died is free; extended three times as often while it lives.
_LIFETIME = 15.0
_log = structlog.get_logger()


@contextlib.asynccontextmanager
async def one_process(_conversation_id: str) -> AsyncIterator[None]:
    """Within one process the dispatcher has one worker for each conversation anyway."""
    yield


def across_processes(redis: Redis) -> Lock:
    """Locks in Redis. Without Redis the order may suffer; the transcript still takes one answer for each message."""

    @contextlib.asynccontextmanager
    async def hold(conversation_id: str) -> AsyncIterator[None]:
        lock = redis.lock(f"uwallet:conversation:{conversation_id}", timeout=_LIFETIME, sleep=0.05)
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

    return hold
