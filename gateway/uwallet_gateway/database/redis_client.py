"""Redis, for several processes."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from uwallet_gateway.database.dead_lines import LINE_OPTIONS

# Seconds. Nothing of the gateway may wait long for Redis: what needs it does without.
_TIMEOUT = 2.0


def redis_client(url: str, *, waits: bool = False) -> Redis:
    """A client that gives up soon.

    Args:
        url: Where Redis is.
        waits: It waits for news as long as there are none.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=_TIMEOUT,
        socket_timeout=None if waits else _TIMEOUT,
        socket_keepalive=True,
        socket_keepalive_options=LINE_OPTIONS,
        # Once more: an idle connection may have been closed by the other side.
        retry=Retry(NoBackoff(), 1),
    )
