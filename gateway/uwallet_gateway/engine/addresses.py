"""Where engines are: a name may have several addresses, such as a headless service of Kubernetes, and others later."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Sequence

import httpx
import structlog

# Seconds for which what was found is good; and until a name that is not known is given up.
_FRESH_FOR, _PATIENCE = 5.0, 2.0
Resolve = Callable[[str, int | None], Awaitable[list[str]]]
_log = structlog.get_logger()


async def resolve(host: str, port: int | None) -> list[str]:
    """All addresses of a name, of one family: a machine with two would be taken for two.

    Raises:
        OSError: It has none, or nobody can be asked.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    chosen = min(found, key=lambda one: one[0] is not socket.AF_INET)[0]
    return list(dict.fromkeys(str(at[0]) for family, *_, at in found if family is chosen))


class Addresses:
    """The engines at some URLs, those behind each name one by one.

    A name with TLS stays as it is: its certificate is for the name.
    """

    def __init__(self, urls: Sequence[str], resolver: Resolve = resolve) -> None:
        """Asks for nothing yet; another `resolver` is for tests."""
        self._urls = [httpx.URL(url) for url in urls]
        self._resolve = resolver
        # Until it is known better.
        self.current: tuple[str, ...] = tuple(urls)
        self._looked_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    @property
    def have_names(self) -> bool:
        """Whether there is anything to be looked up."""
        return any(_is_name(url) for url in self._urls)

    async def look(self) -> None:
        """Looks the names up, the first time before it returns, later beside what goes on."""
        if not self.have_names or time.monotonic() - self._looked_at < _FRESH_FOR:
            return
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        if self._looked_at == float("-inf"):
            await asyncio.shield(self._looking)

    async def close(self) -> None:
        """Stops looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        try:
            found = [address for url in self._urls for address in await self._of(url)]
            if set(found) != set(self.current):
                _log.info("engine.addresses", engines=len(found))
            self.current = tuple(dict.fromkeys(found))
        except (OSError, TimeoutError) as error:
            # Those that were known may well be there still.
            _log.warning("engine.name_unknown", reason=type(error).__name__)
        finally:
            self._looked_at = time.monotonic()
            self._looking = None

    async def _of(self, url: httpx.URL) -> list[str]:
        if not _is_name(url):
            return [str(url)]
        async with asyncio.timeout(_PATIENCE):
            return sorted(str(url.copy_with(host=address)) for address in await self._resolve(url.host, url.port))


def _is_name(url: httpx.URL) -> bool:
    if url.scheme != "http":
        return False
    try:
        ipaddress.ip_address(url.host)
    except ValueError:
        return True
    return False
