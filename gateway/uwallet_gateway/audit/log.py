"""The audit log: entries are added in the transaction of what they tell of, and never changed."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, current_actor
from uwallet_gateway.audit.chain import BEGINNING, digest_of, problems
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database

_PENDING = "audit"
# Any number will do that nothing else locks: transactions add entries one after the other.
_POSTGRESQL_LOCK = 7_301_006
_CHUNK = 1000
# Repeated actions that are remembered, and for how long one is not recorded again.
_MOST_REMEMBERED = 10_000
_REPEATED_AFTER = timedelta(hours=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: number and digest. Kept elsewhere, it proves later that nothing before it changed."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of a check.

    Attributes:
        count: Entries looked at.
        head: The newest one.
        problem: The first thing that is wrong, or None.
    """

    count: int
    head: Head
    problem: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None: whatever it is. `first` is included, `end` is not."""

    action: Action | None = None
    actor: str | None = None
    target: str | None = None
    first: datetime | None = None
    end: datetime | None = None


def record(transaction: AsyncSession, action: Action, target: str | None = None, /, **details: Any) -> None:
    """Adds an entry when `transaction` commits, or none if it does not.

    Args:
        transaction: As `Database.write` gives it.
        action: What is done.
        target: What it is done to: a user name, a ticket's number, a site's key. Never what a user wrote.
        details: More, as JSON; None is left out.
    """
    kept = {name: value for name, value in details.items() if value is not None}
    transaction.info.setdefault(_PENDING, []).append((current_actor(), action, target, kept))


class AuditLog:
    """Stores, reads and checks entries."""

    def __init__(self, database: Database, keys: Sequence[bytes]) -> None:
        """Stores what is recorded in transactions of `database`; takes the current key before former ones."""
        self._database = database
        # Last of all, so that the lock of the chain is the last one taken, and nobody waits while holding it.
        database.before_commit.append(self._append)
        self._keys = tuple(keys)
        self._remembered: OrderedDict[tuple[object, ...], datetime] = OrderedDict()

    async def write(self, action: Action, target: str | None = None, /, **details: Any) -> None:
        """Adds an entry at once. What is shown to somebody is recorded before, so that a failure shows nothing.

        Raises:
            DatabaseUnavailableError: It cannot be stored.
        """
        async with self._database.write() as transaction:
            record(transaction, action, target, **details)

    async def write_once(
        self, key: tuple[object, ...], action: Action, target: str | None = None, /, **details: Any
    ) -> None:
        """Adds an entry unless this process has added one with the same key within the last hour."""
        moment = now()
        last = self._remembered.get(key)
        if last is not None and moment - last < _REPEATED_AFTER:
            return
        await self.write(action, target, **details)
        self._remembered[key] = moment
        self._remembered.move_to_end(key)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def page(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int
    ) -> tuple[list[tables.AuditEntry], bool]:
        """Entries, newest first, and whether there are more."""
        row = tables.AuditEntry
        statement = select(row).order_by(row.id.desc()).limit(limit + 1)
        if wanted.action is not None:
            statement = statement.where(row.action == wanted.action)
        if wanted.actor is not None:
            statement = statement.where(row.actor_name == wanted.actor)
        if wanted.target is not None:
            statement = statement.where(row.target == wanted.target)
        if wanted.first is not None:
            statement = statement.where(row.created_at >= wanted.first)
        if wanted.end is not None:
            statement = statement.where(row.created_at < wanted.end)
        if before is not None:
            statement = statement.where(row.id < before)
        async with self._database.read() as transaction:
            entries = list(await transaction.scalars(statement))
        return entries[:limit], len(entries) > limit

    async def last(self, action: Action) -> tables.AuditEntry | None:
        """The newest entry of an action."""
        entries, _ = await self.page(AuditFilter(action=action), limit=1)
        return entries[0] if entries else None

    async def verify(self, expected: Head | None = None) -> Verification:
        """Checks the whole chain, and that it still has the entry `expected` of an earlier check."""
        head, count = Head(0, BEGINNING), 0
        row = tables.AuditEntry
        while True:
            async with self._database.read() as transaction:
                chunk = list(
                    await transaction.scalars(select(row).where(row.id > head.id).order_by(row.id).limit(_CHUNK))
                )
            if not chunk:
                break
            if problem := next(problems(chunk, (head.id, head.digest), self._keys), None):
                return Verification(count, head, problem)
            if expected and any(entry.id == expected.id and entry.digest != expected.digest for entry in chunk):
                return Verification(count, head, f"entry {expected.id} is not the one of the earlier check")
            count += len(chunk)
            head = Head(chunk[-1].id, chunk[-1].digest)
        if expected and head.id < expected.id:
            return Verification(count, head, f"entries after {head.id} are missing: there were {expected.id}")
        return Verification(count, head, None)

    def pseudonym(self, text: str) -> str:
        """A name for an erased user that only a holder of the key can compute again from the user's id."""
        return hmac.new(self._keys[0], b"pseudonym:" + text.encode(), hashlib.sha256).hexdigest()[:32]

    def _append(self, session: Session) -> None:
        pending: list[tuple[Actor, Action, str | None, dict[str, Any]]] = session.info.pop(_PENDING, [])
        if not pending:
            return
        session.flush()
        if not self._database.is_sqlite:
            session.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))
        row = tables.AuditEntry
        newest = session.execute(select(row.id, row.digest).order_by(row.id.desc()).limit(1)).one_or_none()
        number, digest = (newest.id, newest.digest) if newest else (0, BEGINNING)
        for actor, action, target, details in pending:
            number += 1
            entry = tables.AuditEntry(
                id=number,
                created_at=now(),
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
                address=actor.address,
                action=action.value,
                target=target,
                details=details,
                previous=digest,
                digest="",
            )
            entry.digest = digest = digest_of(entry, self._keys[0])
            session.add(entry)
            # The log leaves the machine: what was cut off the end of the table can still be found there.
            _log.info("audit", entry=number, action=action, at=to_text(entry.created_at), digest=digest)
        session.flush()
