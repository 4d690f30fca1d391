"""Which errors say that a store is away: what was asked for may be asked for again."""

from __future__ import annotations

import sqlalchemy.exc
from rasa.core.lock_store import LockError

_OF_DATABASES = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)


def is_store_away(error: BaseException) -> bool:
    """Returns whether conversations or locks cannot be read or written at this moment."""
    if isinstance(error, (*_OF_DATABASES, LockError)):
        return True
    # Loaded by whoever has a lock store in Redis.
    return any(kind.__module__ == "redis.exceptions" and kind.__name__ == "RedisError" for kind in type(error).__mro__)
