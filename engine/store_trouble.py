"""Which errors say that a store is away: what was asked for may be asked for again."""

from __future__ import annotations

import sqlalchemy.exc
from rasa.core.lock_store import LockError

# States of PostgreSQL that the driver counts among others: the server only reads, as it is no longer the first of its
# cluster; it has ended a transaction that took too long.
_STATES = ("25006", "25P03", "25P04")
_OF_DATABASES = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)


class TakenOverError(LockError):
    """Another engine has stored something in the conversation since this one has read it; nothing is stored."""


def is_store_away(error: BaseException) -> bool:
    """Returns whether conversations or locks cannot be read or written at this moment, or are another engine's."""
    if isinstance(error, (*_OF_DATABASES, LockError)):
        return True
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return getattr(error.orig, "pgcode", None) in _STATES
    # Loaded by whoever has a lock store in Redis.
    return any(kind.__module__ == "redis.exceptions" and kind.__name__ == "RedisError" for kind in type(error).__mro__)
