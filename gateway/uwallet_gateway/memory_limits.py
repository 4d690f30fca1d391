"""Rate limits in memory whose cost does not grow with the users that are counted.

The library's own storage looks through all keys after each hit, with a trip to a thread for each key: with a thousand
users in a minute that is more than everything else that a message takes.
"""

from __future__ import annotations

import asyncio
import time

from limits.aio.storage import MemoryStorage

# Seconds between two looks for what has expired. What a hit decides does not depend on them.
_EVERY = 30.0
# Keys that are looked at before others get their turn.
_AT_ONCE = 1000


class RarelyCleanedStorage(MemoryStorage):
    """The library's storage, cleaned now and then and in place."""

    def __init__(self) -> None:
        """Counts nothing yet."""
        self._cleaned_at = time.monotonic()
        super().__init__()

    async def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802 - the library's private name is what is replaced
        moment = time.monotonic()
        if moment - self._cleaned_at >= _EVERY:
            self._cleaned_at = moment
            self.timer = asyncio.create_task(self.clean())

    async def clean(self) -> None:
        """Forgets what has expired."""
        for count, key in enumerate(list(self.events), start=1):
            moment = time.time()
            # The newest come first.
            events = self.events.get(key, [])
            while events and events[-1].expiry <= moment:
                events.pop()
            if not events and not self.locks[key].locked():
                self.events.pop(key, None)
                self.locks.pop(key, None)
            if not count % _AT_ONCE:
                await asyncio.sleep(0)
