"""One conversation is answered by one worker at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

# How many times a lock is extended, and how often what was left behind is looked for, within its lifetime.
STEPS_PER_LIFETIME = 4
# Conversations that Redis is asked about at once.
_AT_ONCE = 500
# What Redis says of the end of a key that is not there.
_NO_LOCK = -2
_log = structlog.get_logger()


class Lease(Protocol):
    """The right to answer a conversation, as long as it lasts."""

    async def is_kept(self) -> bool:
        """Whether it lasts; a process that stood still for longer than its lifetime has lost it to another one."""


class Locks(Protocol):
    """Keeps workers of other processes out of a conversation."""

    # Seconds between two looks for what other processes have left behind; None if there are none.
    look_every: float | None

    def hold(self, conversation_id: str) -> AbstractAsyncContextManager[Lease]:
        """Has the conversation within the block; waits until it is free."""

    async def abandoned(self, conversation_ids: Sequence[str]) -> list[str]:
        """Those of the conversations that no process has, although another one might have had them."""


class OneProcess:
    """Within one process the dispatcher has one worker for each conversation anyway."""

    look_every: float | None = None

    @contextlib.asynccontextmanager
    async def hold(self, _conversation_id: str) -> AsyncIterator[Lease]:
        """See `Locks`."""
        yield _Endless()

    async def abandoned(self, _conversation_ids: Sequence[str]) -> list[str]:
        """See `Locks`."""
        return []


class AcrossProcesses:
    """Locks in Redis. Without Redis the order may suffer; the transcript still takes one answer for each message."""

    def __init__(self, redis: Redis, lifetime: float) -> None:
        """Keeps the client.

        Args:
            redis: Where the locks are.
            lifetime: Seconds until the conversation of a process that died is free.
        """
        self._redis = redis
        self._lifetime = lifetime
        self.look_every: float | None = lifetime / STEPS_PER_LIFETIME

    @contextlib.asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[Lease]:
        """See `Locks`."""
        lock = self._redis.lock(_name(conversation_id), timeout=self._lifetime, sleep=0.05)
        try:
            await lock.acquire()
        except RedisError as error:
            _log.warning("locks.unavailable", reason=str(error))
            yield _Endless()
            return
        lease = _RedisLease(lock)
        keeping = asyncio.create_task(self._keep(lease))
        try:
            yield lease
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            with contextlib.suppress(LockError, RedisError):
                await lock.release()

    async def _keep(self, lease: Lease) -> None:
        kept = True
        while kept:
            await asyncio.sleep(self._lifetime / STEPS_PER_LIFETIME)
            kept = await lease.is_kept()

    async def abandoned(self, conversation_ids: Sequence[str]) -> list[str]:
        """See `Locks`."""
        found: list[str] = []
        try:
            for start in range(0, len(conversation_ids), _AT_ONCE):
                part = conversation_ids[start : start + _AT_ONCE]
                ends = await self._ends_of([_name(conversation_id) for conversation_id in part])
                found += [conversation_id for conversation_id, end in zip(part, ends, strict=True) if end == _NO_LOCK]
        except RedisError as error:
            _log.warning("locks.unavailable", reason=str(error))
            return []
        return found

    async def _ends_of(self, names: Sequence[str]) -> list[int]:
        """In how many milliseconds locks end.

        One that lasts longer than any is given for was given when Redis' clock was ahead: its process may be dead long
        before. It ends after a lifetime from now, unless that is extended.
        """
        asking = self._redis.pipeline(transaction=False)
        for name in names:
            asking.pttl(name)
        ends: list[int] = await asking.execute()
        longest = int(1000 * self._lifetime)
        shortening = self._redis.pipeline(transaction=False)
        for name, end in zip(names, ends, strict=True):
            if end > longest:
                shortening.pexpire(name, longest)
        if len(shortening):
            _log.warning("locks.shortened", locks=len(shortening))
            await shortening.execute()
        return ends


class _Endless:
    async def is_kept(self) -> bool:
        return True


class _RedisLease:
    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    async def is_kept(self) -> bool:
        """Extends it, unless it has ended."""
        try:
            await self._lock.reacquire()
        except LockError:
            _log.warning("locks.lost")
            return False
        except RedisError as error:
            # Nobody can take what Redis keeps while it is away.
            _log.warning("locks.not_kept", reason=str(error))
        return True


def _name(conversation_id: str) -> str:
    return f"uwallet:conversation:{conversation_id}"
