"""Notifies keepers of agents' connections that some sessions may have ended."""

from __future__ import annotations

import asyncio
import contextlib


class SignOuts:
    """Works within this process. Polling finds what other processes and commands end."""

    def __init__(self) -> None:
        """Nothing has ended."""
        self._news = asyncio.Event()

    def announce(self) -> None:
        """Sessions have ended; to be called when that is stored."""
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Returns when some have ended, or after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()
