"""Sites: the websites that embed the bot, with their origins and secrets."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.notice import NoticeMode
from uwallet_gateway.identity.origins import normalized_origin

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{2,63}")
# Seconds after which a running gateway knows that a command has removed a site, an origin or a secret.
_CACHE_SECONDS = 5.0
_Sites = dict[str, "Site"]


class SiteError(ValueError):
    """A site cannot be created or changed as requested; the text says why."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site. The secret is not shown when this is printed or logged."""

    key: str
    name: str
    require_identity: bool
    origins: frozenset[str]
    secret: str = field(repr=False)
    notice: NoticeMode = "none"


class Sites:
    """The sites in the database. Reading is cached for some seconds, but not that something is missing.

    So a site, an origin or a secret that a command has made counts at once.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        """Reads nothing yet."""
        self._database = database
        self._keys = keys
        self._cache: _Sites = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def create(
        self,
        name: str,
        origins: Iterable[str],
        *,
        key: str | None = None,
        require_identity: bool = False,
        notice: NoticeMode = "none",
    ) -> Site:
        """Makes a site with a new secret.

        Args:
            name: For operators.
            origins: Exact origins whose pages may use it; none for a site that only has a backend.
            key: The public key; a random one if absent.
            require_identity: Refuse everybody that the site does not vouch for.
            notice: What users meet before their first message.

        Raises:
            SiteError: The key is malformed or taken.
            OriginError: An origin is none.
        """
        key = key or f"site_{secrets.token_hex(8)}"
        if not _KEY.fullmatch(key):
            raise SiteError(f"{key!r} cannot be a key: 3 to 64 of a-z, 0-9, _ and -, the first a letter or digit")
        site = Site(key, name, require_identity, frozenset(map(normalized_origin, origins)), _new_secret(key), notice)
        async with self._database.write() as transaction:
            if await transaction.get(tables.Site, key):
                raise SiteError(f"there is a site {key!r} already")
            transaction.add(
                tables.Site(
                    key=key,
                    name=name,
                    secret=self._keys.site_secrets.seal(site.secret),
                    require_identity=require_identity,
                    notice=notice,
                    created_at=now(),
                )
            )
            await transaction.flush()
            _add_origins(transaction, site.key, site.origins)
            record(
                transaction,
                Action.SITE_CREATED,
                key,
                name=name,
                origins=sorted(site.origins),
                require_identity=require_identity,
                notice=notice,
            )
        self._forget()
        return site

    async def set_origins(self, key: str, origins: Iterable[str]) -> None:
        """Replaces the origins.

        Raises:
            SiteError: There is no such site.
            OriginError: An origin is none.
        """
        normalized = frozenset(map(normalized_origin, origins))
        async with self._database.write() as transaction:
            await _existing(transaction, key)
            await transaction.execute(delete(tables.SiteOrigin).where(tables.SiteOrigin.site_key == key))
            _add_origins(transaction, key, normalized)
            record(transaction, Action.SITE_CHANGED, key, origins=sorted(normalized))
        self._forget()

    async def set_notice(self, key: str, notice: NoticeMode) -> None:
        """Sets what users meet before their first message.

        Raises:
            SiteError: There is no such site.
        """
        async with self._database.write() as transaction:
            (await _existing(transaction, key)).notice = notice
            record(transaction, Action.SITE_CHANGED, key, notice=notice)
        self._forget()

    async def renew_secret(self, key: str) -> str:
        """Replaces the secret and returns it; hashes and requests made with the old one are refused from then on.

        Raises:
            SiteError: There is no such site.
        """
        secret = _new_secret(key)
        async with self._database.write() as transaction:
            (await _existing(transaction, key)).secret = self._keys.site_secrets.seal(secret)
            record(transaction, Action.SITE_CHANGED, key, secret="renewed")
        self._forget()
        return secret

    async def all(self) -> list[Site]:
        """Every site, by key."""
        sites = await self._read(time.monotonic() - _CACHE_SECONDS)
        return [sites[key] for key in sorted(sites)]

    async def find(self, key: object) -> Site | None:
        """The site with this public key."""
        return await self._look_up(lambda sites: sites.get(key)) if isinstance(key, str) else None

    async def find_with_origin(self, key: object, origin: str) -> Site | None:
        """The site with this public key, if it has this origin."""
        if not isinstance(key, str):
            return None
        return await self._look_up(lambda sites: _with_origin(sites.get(key), origin))

    async def find_by_secret(self, secret: str) -> Site | None:
        """The site with this secret, which begins with the site's key."""
        key, secret_bytes = secret.partition(".")[0], secret.encode(errors="replace")

        def pick(sites: _Sites) -> Site | None:
            site = sites.get(key)
            return site if site and hmac.compare_digest(site.secret.encode(), secret_bytes) else None

        return await self._look_up(pick)

    async def only_with_origin(self, origin: str) -> Site | None:
        """The site that has this origin, if exactly one has."""

        def pick(sites: _Sites) -> Site | None:
            having = [site for site in sites.values() if origin in site.origins]
            return having[0] if len(having) == 1 else None

        return await self._look_up(pick)

    async def has_origin(self, origin: str) -> bool:
        """Whether any site has this origin."""

        def pick(sites: _Sites) -> Site | None:
            return next((site for site in sites.values() if origin in site.origins), None)

        return await self._look_up(pick) is not None

    def _forget(self) -> None:
        self._read_at = float("-inf")

    async def _look_up(self, pick: Callable[[_Sites], Site | None]) -> Site | None:
        asked_at = time.monotonic()
        return pick(await self._read(asked_at - _CACHE_SECONDS)) or pick(await self._read(asked_at))

    async def _read(self, since: float) -> _Sites:
        """The sites as of `since` or later. Simultaneous callers share one read."""
        async with self._reading:
            if self._read_at < since:
                started = time.monotonic()
                self._cache = await self._all_in_database()
                self._read_at = started
            return self._cache

    async def _all_in_database(self) -> _Sites:
        async with self._database.read() as transaction:
            origins: dict[str, set[str]] = {}
            for row in await transaction.scalars(select(tables.SiteOrigin)):
                origins.setdefault(row.site_key, set()).add(row.origin)
            rows = (await transaction.scalars(select(tables.Site))).all()
        return {
            row.key: Site(
                row.key,
                row.name,
                row.require_identity,
                frozenset(origins.get(row.key, ())),
                self._keys.site_secrets.open(row.secret),
                cast("NoticeMode", row.notice),
            )
            for row in rows
        }


def _with_origin(site: Site | None, origin: str) -> Site | None:
    return site if site and origin in site.origins else None


def _new_secret(key: str) -> str:
    return f"{key}.{secrets.token_urlsafe(32)}"


def _add_origins(transaction: AsyncSession, key: str, origins: Iterable[str]) -> None:
    transaction.add_all(tables.SiteOrigin(site_key=key, origin=origin) for origin in origins)


async def _existing(transaction: AsyncSession, key: str) -> tables.Site:
    site = await transaction.get(tables.Site, key)
    if site is None:
        raise SiteError(f"there is no site {key!r}")
    return site
