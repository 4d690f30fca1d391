"""Rate limits per user and per IP address."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Literal

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import Redis

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.memory_limits import RarelyCleanedStorage
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.settings import Settings

Kind = Literal["messages", "suggestions", "sessions", "attachments", "requests", "sign_ins", "failed_sign_ins", "desk"]
# Of a limit of sessions, what each process counts for itself.
_OWN_SHARE = 0.1
_log = structlog.get_logger()


class RateLimits:
    """Counts in memory, or in Redis for several processes."""

    def __init__(self, settings: Settings, metrics: Metrics, redis: Redis | None) -> None:
        """Reads the limits of the settings; counts nothing yet."""
        storage: Storage
        if redis:
            storage = RedisStorage(
                f"async+{settings.redis_url.get_secret_value()}",
                wrap_exceptions=True,
                connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # declared as of any kind in its text only
                implementation="redispy",
            )
        else:
            storage = RarelyCleanedStorage()
        self._limiter = MovingWindowRateLimiter(storage)
        # While Redis is away each process counts for itself: somebody who guesses passwords must not wait for that.
        self._own_limiter = MovingWindowRateLimiter(RarelyCleanedStorage())
        self._metrics = metrics
        self._per_user: dict[Kind, list[RateLimitItem]] = {
            "messages": _items(settings.rate_messages_per_user),
            "attachments": _items(settings.rate_attachments_per_user),
            "requests": _items(settings.rate_requests_per_user),
            "desk": _items(settings.rate_desk_requests_per_agent),
        }
        self._per_site: dict[Kind, list[RateLimitItem]] = {"messages": _items(settings.rate_messages_per_site)}
        self._per_address: dict[Kind, list[RateLimitItem]] = {
            "messages": _items(settings.rate_messages_per_address),
            "attachments": _items(settings.rate_attachments_per_address),
            "sessions": _items(settings.rate_sessions_per_address),
            "suggestions": _items(settings.rate_suggestions_per_address),
            "sign_ins": _items(settings.rate_sign_ins_per_address),
            "failed_sign_ins": _items(settings.rate_failed_sign_ins_per_address),
        }
        sessions = self._per_address["sessions"]
        self._own_shares = _part(sessions, _OWN_SHARE) if redis else []
        if len(self._own_shares) < len(sessions):
            # Too small to be divided.
            self._own_shares = []
        if self._own_shares:
            self._per_address["sessions"] = _rest(sessions, _OWN_SHARE)

    async def check(
        self, kind: Kind, *, user: str | None = None, address: str | None = None, site: str | None = None
    ) -> None:
        """Counts one more, the user's first and the site's last: what is refused to a user is none of the site's.

        Args:
            kind: What is counted.
            user: A conversation.
            address: Where it comes from; behind it may be thousands of users of one carrier.
            site: Whose user it is, for what sites have a quota of.

        Raises:
            InputError: rate_limited, with the seconds after which it is worth another try.
        """
        who = network_of(address)
        try:
            if kind == "sessions" and who is not None and await self._fits_own_share(who):
                return
            await self._check(self._limiter, kind, user, who, site)
        except StorageError as error:
            _log.warning("rate_limits.unavailable", reason=str(error.storage_error))
            await self._check(self._own_limiter, kind, user, who, site)

    async def check_room(self, kind: Kind, *, address: str | None) -> None:
        """Refuses what `check` would refuse without counting: for events that count only when they fail.

        Raises:
            InputError: rate_limited, with the seconds after which it is worth another try.
        """
        who = network_of(address)
        if who is None:
            return
        try:
            await self._test(self._limiter, kind, who)
        except StorageError as error:
            _log.warning("rate_limits.unavailable", reason=str(error.storage_error))
            await self._test(self._own_limiter, kind, who)

    async def _check(
        self, limiter: MovingWindowRateLimiter, kind: Kind, user: str | None, address: str | None, site: str | None
    ) -> None:
        scopes = (
            ("user", user, self._per_user),
            ("address", address, self._per_address),
            ("site", site, self._per_site),
        )
        for scope, who, limits in scopes:
            if who is None:
                continue
            for item in limits.get(kind, ()):
                if not await limiter.hit(item, kind, scope, who):
                    raise await self._refusal(limiter, item, kind, scope, who)

    async def _fits_own_share(self, address: str) -> bool:
        """Whether an address is still within the part of the limit of sessions that a process counts for itself.

        So that thousands of clients that come back at once, each from its own address, are no call of Redis each. What
        goes beyond is counted together with the other processes.
        """
        hits = [await self._own_limiter.hit(item, "own share", "address", address) for item in self._own_shares]
        return bool(hits) and all(hits)

    async def _test(self, limiter: MovingWindowRateLimiter, kind: Kind, address: str) -> None:
        for item in self._per_address.get(kind, ()):
            if not await limiter.test(item, kind, "address", address):
                raise await self._refusal(limiter, item, kind, "address", address)

    async def _refusal(
        self, limiter: MovingWindowRateLimiter, item: RateLimitItem, kind: Kind, scope: str, who: str
    ) -> InputError:
        self._metrics.count_rate_limited(kind, scope)
        reset_at = (await limiter.get_window_stats(item, kind, scope, who)).reset_time
        return InputError(ErrorCode.RATE_LIMITED, retry_after=max(1, math.ceil(reset_at - time.time())))


def network_of(address: str | None) -> str | None:
    """What is counted as one address: an IPv4 address, or the /64 that a provider gives to one IPv6 customer."""
    if address is None:
        return None
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)


def _part(items: list[RateLimitItem], part: float) -> list[RateLimitItem]:
    amounts = [(item, int(item.amount * part)) for item in items]
    return [type(item)(amount, item.multiples, item.namespace) for item, amount in amounts if amount]


def _rest(items: list[RateLimitItem], part: float) -> list[RateLimitItem]:
    return [type(item)(item.amount - int(item.amount * part), item.multiples, item.namespace) for item in items]


def _items(text: str) -> list[RateLimitItem]:
    return parse_many(text) if text else []
