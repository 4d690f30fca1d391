"""Sees soon that an engine which was away is back, and lets those go on who wait for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

# Seconds between two looks.
_LOOK_EVERY = 0.3


class ReturnWatch:
    """Looks at an engine that was away until it is there.

    Who waits for it pauses longer and longer between two attempts, so that an engine in trouble is left alone. Without
    a look they would find it only seconds after its start.
    """

    def __init__(self, is_there: Callable[[], Awaitable[bool]], on_return: Callable[[], None]) -> None:
        """Looks at nothing yet.

        Args:
            is_there: Whether the engine answers anything; takes a second at most.
            on_return: Called when it was seen to be away and is there again.
        """
        self._is_there = is_there
        self._on_return = on_return
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._looking: asyncio.Task[None] | None = None
        self._is_closed = False

    def begin(self, *, was_away: bool) -> None:
        """Looks from now on, after a call that failed; once at a time.

        Args:
            was_away: It is known not to have been there. Otherwise that has to be seen: the turn alone may have failed.
        """
        if not self._is_closed and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look(was_away))

    async def wait(self, seconds: float) -> None:
        """Waits so long, or until this one is let go."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await asyncio.wait({future}, timeout=seconds)
        finally:
            if not future.done():
                future.cancel()
                self._waiting.remove(future)

    def let_one_go(self) -> None:
        """Lets the one go that waits longest, to try whether turns are done again."""
        if self._waiting:
            self._waiting.popleft().set_result(None)

    def let_all_go(self) -> None:
        """Lets all go that wait."""
        while self._waiting:
            self.let_one_go()

    async def close(self) -> None:
        """Looks no more."""
        self._is_closed = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self, was_away: bool) -> None:
        while True:
            if not await self._is_there():
                was_away = True
            elif was_away:
                self._on_return()
                self.let_one_go()
                return
            else:
                # It was there all the time: what failed was the turn.
                return
            await asyncio.sleep(_LOOK_EVERY)
