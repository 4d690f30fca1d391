"""All endpoints of hooks: those of UWALLET_HOOKS_FILE, and those that admins have made at the desk."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.endpoints import Endpoint, HookFormat
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.sealing import Seal, SecretUnreadableError

# What an endpoint made at the desk may be told: no messages of users, which are for a site's own backend.
AT_THE_DESK = frozenset(HookEvent) - {HookEvent.MESSAGE_CREATED}
# Made at the desk; each has a worker.
_MOST = 20
# Seconds between two looks at what other processes have changed.
_LOOK_EVERY = 5.0
_SECRET_BYTES = 32
_log = structlog.get_logger()


@dataclass(frozen=True)
class EndpointValues:
    """What an admin sets of an endpoint; None of `url` or `secret`: as before."""

    events: Collection[HookEvent]
    url: str | None = None
    secret: str | None = None
    site: str | None = None
    enabled: bool = True


@dataclass(frozen=True)
class KnownEndpoint:
    """An endpoint as admins see it."""

    endpoint: Endpoint
    from_file: bool
    enabled: bool

    @property
    def host(self) -> str:
        """Where it is; the rest of the address may be a secret."""
        return urlsplit(self.endpoint.url.get_secret_value()).hostname or ""


class HookEndpoints:
    """Knows all endpoints, and changes those of the desk.

    Attributes:
        current: Those that are told of events now.
        on_change: Called when that is another set.
    """

    def __init__(self, database: Database, seal: Seal, from_file: Sequence[Endpoint]) -> None:
        """Knows those of the file until `reload`."""
        self._database = database
        self._seal = seal
        self._from_file = tuple(from_file)
        self.current: tuple[Endpoint, ...] = self._from_file
        self.on_change: Callable[[], None] = lambda: None
        self._looked_at = float("-inf")

    async def refresh(self) -> None:
        """Takes over what another process has changed, at most every few seconds."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY:
            await self.reload()

    async def reload(self) -> None:
        """Reads those of the desk."""
        known = await self.all()
        current = tuple(one.endpoint for one in known if one.enabled)
        if current != self.current:
            self.current = current
            self.on_change()

    async def all(self) -> list[KnownEndpoint]:
        """All of them: those of the file first."""
        self._looked_at = time.monotonic()
        async with self._database.read() as transaction:
            rows = (await transaction.scalars(select(tables.HookEndpoint).order_by(tables.HookEndpoint.name))).all()
        known = [KnownEndpoint(endpoint, from_file=True, enabled=True) for endpoint in self._from_file]
        for row in rows:
            # The file may have got the name since.
            endpoint = None if self._is_in_file(row.name) else self._endpoint(row)
            if endpoint is not None:
                known.append(KnownEndpoint(endpoint, from_file=False, enabled=row.enabled))
        return known

    async def find(self, name: str) -> Endpoint:
        """One of them, also if it is switched off.

        Raises:
            InputError: not_found.
        """
        found = next((one.endpoint for one in await self.all() if one.endpoint.name == name), None)
        if found is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return found

    async def add(self, name: str, kind: HookFormat, values: EndpointValues) -> str | None:
        """Makes an endpoint. Returns the secret by which it knows our requests, if it is ours to choose.

        Raises:
            InputError: name_taken, hook_address, malformed; conflict, if there are too many.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES) if kind is HookFormat.JSON else values.secret or None
        endpoint = _checked(name, kind, values.url or "", secret, values)
        async with self._database.write_unless_taken(ErrorCode.NAME_TAKEN) as transaction:
            if self._is_in_file(name) or await transaction.get(tables.HookEndpoint, name) is not None:
                raise InputError(ErrorCode.NAME_TAKEN)
            if (await transaction.scalar(select(func.count()).select_from(tables.HookEndpoint)) or 0) >= _MOST:
                raise InputError(ErrorCode.CONFLICT)
            row = tables.HookEndpoint(name=name, format=kind.value)
            self._write(row, endpoint, enabled=values.enabled)
            transaction.add(row)
            _record(transaction, Action.HOOK_ADDED, endpoint, enabled=values.enabled)
        await self.reload()
        return secret if kind is HookFormat.JSON else None

    async def change(self, name: str, values: EndpointValues) -> None:
        """Replaces what an endpoint of the desk is.

        Raises:
            InputError: not_found (also of the file's), hook_address, malformed.
        """
        async with self._database.write() as transaction:
            row = await self._row(transaction, name)
            before = self._opened(row)
            endpoint = _checked(
                name,
                HookFormat(row.format),
                before[0] if values.url is None else values.url,
                before[1] if values.secret is None or row.format == HookFormat.JSON else values.secret or None,
                values,
            )
            self._write(row, endpoint, enabled=values.enabled)
            _record(transaction, Action.HOOK_CHANGED, endpoint, enabled=values.enabled)
        await self.reload()

    async def renew_secret(self, name: str) -> str:
        """Gives an endpoint of the format json another secret, and returns it.

        Raises:
            InputError: not_found (also of the file's, and of other formats).
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        async with self._database.write() as transaction:
            row = await self._row(transaction, name)
            if row.format != HookFormat.JSON:
                raise InputError(ErrorCode.NOT_FOUND)
            row.secret, row.updated_at = self._seal.seal(secret), now()
            record(transaction, Action.HOOK_SECRET_RENEWED, name)
        await self.reload()
        return secret

    async def remove(self, name: str) -> None:
        """Removes an endpoint of the desk, with what waits for it. No-op if it is gone.

        Raises:
            InputError: not_found of the file's.
        """
        if self._is_in_file(name):
            raise InputError(ErrorCode.NOT_FOUND)
        async with self._database.write() as transaction:
            row = await transaction.get(tables.HookEndpoint, name)
            if row is None:
                return
            await transaction.delete(row)
            delivery = tables.HookDelivery
            await transaction.execute(delete(delivery).where(delivery.endpoint == name, delivery.state == "waiting"))
            record(transaction, Action.HOOK_REMOVED, name)
        await self.reload()

    async def renew_seals(self) -> None:
        """Encrypts anew what is encrypted under a former key."""
        async with self._database.write() as transaction:
            for row in await transaction.scalars(select(tables.HookEndpoint)):
                try:
                    if not self._seal.is_current(row.url):
                        row.url = self._seal.renew(row.url)
                    if row.secret is not None and not self._seal.is_current(row.secret):
                        row.secret = self._seal.renew(row.secret)
                except SecretUnreadableError:
                    _log.warning("hooks.unreadable", endpoint=row.name)

    def _is_in_file(self, name: str) -> bool:
        return any(endpoint.name == name for endpoint in self._from_file)

    async def _row(self, transaction: AsyncSession, name: str) -> tables.HookEndpoint:
        row = None if self._is_in_file(name) else await transaction.get(tables.HookEndpoint, name, with_for_update=True)
        if row is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return row

    def _opened(self, row: tables.HookEndpoint) -> tuple[str, str | None]:
        return self._seal.open(row.url), None if row.secret is None else self._seal.open(row.secret)

    def _endpoint(self, row: tables.HookEndpoint) -> Endpoint | None:
        """The endpoint; None if it cannot be read, as under another secret key."""
        try:
            url, secret = self._opened(row)
            return Endpoint(
                name=row.name,
                format=HookFormat(row.format),
                url=SecretStr(url),
                secret=None if secret is None else SecretStr(secret),
                site=row.site,
                events=frozenset(HookEvent(event) for event in row.events),
            )
        except (SecretUnreadableError, ValueError):
            _log.warning("hooks.unreadable", endpoint=row.name)
            return None

    def _write(self, row: tables.HookEndpoint, endpoint: Endpoint, *, enabled: bool) -> None:
        row.url = self._seal.seal(endpoint.url.get_secret_value())
        row.secret = None if endpoint.secret is None else self._seal.seal(endpoint.secret.get_secret_value())
        row.site, row.events = endpoint.site, sorted(endpoint.events)
        row.enabled, row.updated_at = enabled, now()


def _checked(name: str, kind: HookFormat, url: str, secret: str | None, values: EndpointValues) -> Endpoint:
    """An endpoint as one of the file would be checked, but in a public network always."""
    if not set(values.events) <= AT_THE_DESK:
        raise InputError(ErrorCode.MALFORMED)
    try:
        return Endpoint(
            name=name,
            format=kind,
            url=SecretStr(url.strip()),
            secret=None if secret is None else SecretStr(secret),
            site=values.site,
            events=frozenset(values.events),
        )
    except ValidationError as error:
        fields = {str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]}
        raise InputError(ErrorCode.HOOK_ADDRESS if "url" in fields else ErrorCode.MALFORMED) from error


def _record(transaction: AsyncSession, action: Action, endpoint: Endpoint, *, enabled: bool) -> None:
    host = urlsplit(endpoint.url.get_secret_value()).hostname
    record(transaction, action, endpoint.name, host=host, events=sorted(endpoint.events), enabled=enabled)
