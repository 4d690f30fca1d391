"""One turn of a conversation at a time, whichever engine has it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore, RedisLockStore
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from engine.upstream import replaces

# Seconds for which an engine that has died keeps a conversation. One that lives asks for more long before.
_LIFETIME = float(os.environ.get("TICKET_LOCK_LIFETIME") or 2)
_STEPS_PER_LIFETIME = 4
# Seconds between two looks of one that waits.
_LOOK_EVERY = 0.05
# Seconds within which Redis answers, or is away.
_TIMEOUT = 2.0
# What Rasa's own client was given.
_OPTIONS = ("host", "port", "db", "username", "password", "ssl_certfile", "ssl_keyfile", "ssl_ca_certs")
_logger = logging.getLogger(__name__)


class LeaseLockStore(RedisLockStore):
    """Rasa's RedisLockStore, of which a lock ends soon after its engine has.

    Rasa's tickets last for a minute by the clocks of the machines, nobody extends them, and two engines that read and
    write the same list at one moment both have the conversation. This is redis-py's lock: it ends by Redis' own time
    and is extended while the turn goes on. An engine that stands still in a turn loses it to another; what it would
    store then is refused by the tracker store.

    The locks of one conversation are given in the order of asking within a process, which is all that one gateway
    needs: it asks for one turn of a conversation at a time.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Connects to nothing yet (see parent class)."""
        super().__init__(*args, **kwargs)
        # Loaded by whoever has a lock store in Redis.
        from redis import SSLConnection  # noqa: PLC0415 - see above
        from redis.asyncio import Redis  # noqa: PLC0415 - see above
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - see above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - see above

        pool = self.red.connection_pool
        options = {name: pool.connection_kwargs[name] for name in _OPTIONS if pool.connection_kwargs.get(name)}
        # The server's one thread does not stand still for it, and a turn not for long.
        self._redis = Redis(
            **options,
            ssl=issubclass(pool.connection_class, SSLConnection),
            socket_timeout=min(pool.connection_kwargs["socket_timeout"] or _TIMEOUT, _TIMEOUT),
            socket_connect_timeout=_TIMEOUT,
            # Once more: an idle connection may have been closed by the other side.
            retry=Retry(NoBackoff(), 1),
        )
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    @replaces(LockStore.lock, "8b9b716c031a")
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = _LOOK_EVERY
    ) -> AsyncIterator[TicketLock]:
        """Has the conversation within the block (see parent class).

        Args:
            conversation_id: Whose turn it is.
            lock_lifetime: Seconds for which it is waited for.
            wait_time_in_seconds: Between two looks.

        Raises:
            LockError: Redis is away, or others had it for so long.
        """
        from redis.exceptions import RedisError  # noqa: PLC0415 - see above

        # Not the name of Rasa's list of tickets, which an engine of an earlier version may have left for ever.
        name = f"{self.key_prefix}lease:{conversation_id}"
        lease = self._redis.lock(name, timeout=_LIFETIME, sleep=wait_time_in_seconds)
        until = time.monotonic() + lock_lifetime
        async with self._in_order(conversation_id):
            try:
                is_mine = await lease.acquire(blocking_timeout=max(0.0, until - time.monotonic()))
            except RedisError as error:
                raise LockError(f"No lock of '{conversation_id}': {error}") from error
            if not is_mine:
                raise LockError(f"Others have '{conversation_id}'.")
            keeping = asyncio.create_task(_keep(lease, conversation_id))
            try:
                yield TicketLock(conversation_id)
            finally:
                keeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await keeping
                # Another one's by now, or Redis is away and lets it end.
                with contextlib.suppress(RedisError):
                    await lease.release()

    @contextlib.asynccontextmanager
    async def _in_order(self, conversation_id: str) -> AsyncIterator[None]:
        queue, waiting = self._queues.get(conversation_id, (asyncio.Lock(), 0))
        self._queues[conversation_id] = queue, waiting + 1
        try:
            async with queue:
                yield
        finally:
            waiting = self._queues[conversation_id][1] - 1
            if waiting:
                self._queues[conversation_id] = queue, waiting
            else:
                del self._queues[conversation_id]


async def _keep(lease: Any, conversation_id: str) -> None:
    from redis.exceptions import LockError as LostError  # noqa: PLC0415 - see above
    from redis.exceptions import RedisError  # noqa: PLC0415 - see above

    while True:
        await asyncio.sleep(_LIFETIME / _STEPS_PER_LIFETIME)
        try:
            await lease.reacquire()
        except LostError:
            # The tracker store finds out whether anybody has used it.
            _logger.warning("The lock of '%s' ended while its turn went on.", conversation_id)
            return
        except RedisError as error:
            # Nobody can take what Redis keeps while it is away.
            _logger.warning("The lock of '%s' is not extended: %s", conversation_id, type(error).__name__)


def create_lock_store(endpoint: EndpointConfig | None) -> LockStore:
    """Returns the lock store that is configured, one in Redis as `LeaseLockStore`.

    Raises:
        RasaException: It cannot be made as it is configured.
    """
    if endpoint is None or endpoint.type != "redis":
        return LockStore.create(endpoint)
    try:
        return LeaseLockStore(host=endpoint.url, **endpoint.kwargs)
    except TypeError as error:
        raise RasaException(f"The lock store of type 'redis' cannot be made: {error}") from error
