"""How long somebody must wait who gives wrong passwords."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents import lockout
from uwallet_gateway.agents.lockout import FREE_ATTEMPTS, Attempts, Source, begin_attempt, begin_stored_attempt, forgive
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import InputError

START = datetime(2026, 11, 23, 6, tzinfo=UTC)


def wait_of(attempts: Attempts, moment: datetime) -> int | None:
    with pytest.raises(InputError, match="locked_out") as refused:
        begin_attempt(attempts, moment)
    return refused.value.retry_after


def test_first_attempts_are_free_and_then_waits_grow() -> None:
    attempts = Attempts()
    for _ in range(FREE_ATTEMPTS):
        begin_attempt(attempts, START)
    moment = START
    for minutes in (1, 2, 4, 8, 15, 15):
        assert wait_of(attempts, moment) == minutes * 60
        moment += timedelta(minutes=minutes)
        begin_attempt(attempts, moment)


def test_nothing_is_counted_while_one_waits() -> None:
    attempts = Attempts()
    for _ in range(FREE_ATTEMPTS):
        begin_attempt(attempts, START)
    for _ in range(100):
        wait_of(attempts, START)
    assert attempts.failed == FREE_ATTEMPTS
    assert wait_of(attempts, START + timedelta(seconds=59.5)) == 1


def test_somebody_who_never_stops() -> None:
    attempts = Attempts(failed=1_000_000)
    begin_attempt(attempts, START)
    assert wait_of(attempts, START) == 15 * 60


async def test_attempt_counts_though_a_sign_in_at_once_takes_the_others_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = [True]

    async def insert_and_lose(transaction: AsyncSession, row: tables.SignInAttempts) -> None:
        await insert_unless_there(transaction, row)
        if at_once:
            at_once.pop()
            await forgive(transaction, "lin")

    monkeypatch.setattr(lockout, "insert_unless_there", insert_and_lose)
    async with database.write() as transaction:
        await begin_stored_attempt(transaction, "lin", Source("address", "10.0.0.1"), START)
        found = (await transaction.scalars(select(tables.SignInAttempts.failed))).all()
    assert sorted(found) == [1, 1]


@pytest.mark.both_databases
async def test_attempt_and_forgiving_at_once_do_not_wait_for_each_other(database: Database) -> None:
    if database.is_sqlite:
        # It has one writer at a time.
        return
    name, office = lockout._digest("lin"), Source("address", "10.0.0.1")
    # In the order in which the server finds them, which is not that of attempts.
    for where in (lockout._EVERYWHERE, lockout._digest("address 10.0.0.1")):
        async with database.write() as transaction:
            transaction.add(tables.SignInAttempts(name=name, source=where, failed=1, updated_at=START))

    async def forgive_it() -> None:
        async with database.write() as transaction:
            await forgive(transaction, "lin", office)

    async with asyncio.TaskGroup() as tasks, database.write() as transaction:
        await lockout._locked_row(transaction, name, lockout._digest("address 10.0.0.1"), START)
        tasks.create_task(forgive_it())
        await asyncio.sleep(0.3)
        await lockout._locked_row(transaction, name, lockout._EVERYWHERE, START)
    async with database.read() as session:
        assert (await session.scalars(select(tables.SignInAttempts.failed))).all() == []
