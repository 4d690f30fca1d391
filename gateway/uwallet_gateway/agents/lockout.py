"""Lockout after wrong passwords, for longer each time.

Counted by name and where the attempts come from: an address, a browser that has signed in before, a session. So a
stranger locks nobody out but themselves. Attempts from everywhere together lock a name only when they are very many,
and never for a browser that is known.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError

# Wrong passwords in a row before the first wait; people mistype and forget that caps lock is on.
FREE_ATTEMPTS = 5
# From everywhere together. Against one who has many addresses; fewer than argon2id and zxcvbn's score can bear.
FREE_ATTEMPTS_EVERYWHERE = 100
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(minutes=15)
# After so long without an attempt nothing is remembered.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attempt comes from.

    Attributes:
        kind: `address`, `device` for a browser that has signed in with the name before, or `session`.
        id: Which one.
    """

    kind: str
    id: str

    @property
    def is_known(self) -> bool:
        """Whether the agent was there before, so that what strangers do does not count."""
        return self.kind != "address"


@dataclass(slots=True)
class Attempts:
    """Wrong passwords since the last right one, and until when there is to be no other."""

    failed: int = 0
    locked_until: datetime | None = None


def begin_attempt(attempts: Attempts, moment: datetime, free: int = FREE_ATTEMPTS) -> None:
    """Counts an attempt as wrong before the password is looked at, so that many at once count as many.

    Args:
        attempts: Changed; set it to what `Attempts()` is when the password was right.
        moment: Now.
        free: Attempts before the first wait.

    Raises:
        InputError: locked_out; nothing is counted then, and the password is not to be looked at.
    """
    if attempts.locked_until is not None and attempts.locked_until > moment:
        left = (attempts.locked_until - moment).total_seconds()
        raise InputError(ErrorCode.LOCKED_OUT, retry_after=max(1, math.ceil(left)))
    attempts.failed += 1
    over = attempts.failed - free
    # Bounded before it is a power: somebody may go on for years.
    attempts.locked_until = moment + min(_FIRST * 2 ** min(over, 10), _LONGEST) if over >= 0 else None


async def begin_stored_attempt(transaction: AsyncSession, username: str, source: Source, moment: datetime) -> None:
    """As `begin_attempt`, of the rows for this name. A name that nobody has is treated as any other.

    Raises:
        InputError: locked_out.
    """
    limits = [(_digest(f"{source.kind} {source.id}"), FREE_ATTEMPTS)]
    if not source.is_known:
        limits.append((_EVERYWHERE, FREE_ATTEMPTS_EVERYWHERE))
    for where, free in limits:
        row = await _locked_row(transaction, _digest(username), where, moment)
        attempts = Attempts(row.failed, row.locked_until)
        begin_attempt(attempts, moment, free)
        row.failed, row.locked_until, row.updated_at = attempts.failed, attempts.locked_until, moment


async def forgive(transaction: AsyncSession, username: str, source: Source | None = None) -> None:
    """Forgets the attempts from one place and those from everywhere, or, without a place, all with this name."""
    row = tables.SignInAttempts
    one_place = row.source != _EVERYWHERE if source is None else row.source == _digest(f"{source.kind} {source.id}")
    # In the order in which an attempt locks them: else the two wait for each other, and PostgreSQL ends one.
    for place in (one_place, row.source == _EVERYWHERE):
        await transaction.execute(delete(row).where(row.name == _digest(username), place))


async def _locked_row(transaction: AsyncSession, name: str, where: str, moment: datetime) -> tables.SignInAttempts:
    statement = select(tables.SignInAttempts).where(
        tables.SignInAttempts.name == name, tables.SignInAttempts.source == where
    )
    row = None
    # A sign-in at the same moment may take the row away before it is locked.
    while row is None:
        fresh = tables.SignInAttempts(name=name, source=where, failed=0, locked_until=None, updated_at=moment)
        await insert_unless_there(transaction, fresh)
        row = (await transaction.scalars(statement.with_for_update())).one_or_none()
    if row.updated_at < moment - FORGOTTEN_AFTER:
        row.failed, row.locked_until = 0, None
    return row


def _digest(text: str) -> str:
    # What is typed as a name may be a password in the wrong field.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


_EVERYWHERE = _digest("everywhere")
