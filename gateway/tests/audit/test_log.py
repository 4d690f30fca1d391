"""The audit log: chained, append-only, in the transaction of what it tells of."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from uwallet_gateway import clock
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import Actor, set_actor
from uwallet_gateway.audit.log import AuditFilter, AuditLog, Head, record
from uwallet_gateway.database.connection import Database

KEY = b"k" * 32


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return AuditLog(database, [KEY])


async def tamper(database: Database, statement: str) -> None:
    """Changes the table as somebody would who may do everything in the database."""
    async with database.engine.execution_options(writes=True).begin() as connection:
        for name in ("update", "delete"):
            await connection.execute(text(f"DROP TRIGGER audit_entries_no_{name}"))
        await connection.execute(text(statement))


@pytest.mark.both_databases
async def test_entry_says_who_did_what_and_from_where(audit: AuditLog) -> None:
    set_actor(Actor("agent", 7, "lin", "192.0.2.1"))
    await audit.write(Action.TICKET_CLAIMED, "T1", to="小林", memo=None)
    entries, has_more = await audit.page(AuditFilter(), limit=10)
    assert not has_more
    entry = entries[0]
    assert (entry.actor_kind, entry.actor_id, entry.actor_name, entry.address) == ("agent", 7, "lin", "192.0.2.1")
    assert (entry.id, entry.action, entry.target, entry.details) == (1, "ticket_claimed", "T1", {"to": "小林"})
    assert abs(entry.created_at - clock.now()) < timedelta(minutes=1)


@pytest.mark.both_databases
async def test_nothing_is_recorded_of_what_did_not_happen(audit: AuditLog, database: Database) -> None:
    with contextlib.suppress(RuntimeError):
        async with database.write() as transaction:
            record(transaction, Action.SITE_REMOVED, "demo")
            raise RuntimeError
    assert (await audit.verify()).count == 0
    async with database.write() as transaction:
        record(transaction, Action.SITE_CREATED, "demo")
        record(transaction, Action.SITE_CHANGED, "demo")
    assert [entry.action for entry in (await audit.page(AuditFilter(), limit=10))[0]] == [
        "site_changed",
        "site_created",
    ]


@pytest.mark.both_databases
async def test_entries_at_the_same_moment_make_one_chain(audit: AuditLog) -> None:
    await asyncio.gather(*(audit.write(Action.SIGNED_IN, f"agent{number}") for number in range(12)))
    checked = await audit.verify()
    assert (checked.count, checked.head.id, checked.problem) == (12, 12, None)


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET target = 'x'", "DELETE FROM audit_entries"])
async def test_database_refuses_to_change_entries(audit: AuditLog, database: Database, statement: str) -> None:
    await audit.write(Action.SIGNED_IN, "lin")
    with pytest.raises(DBAPIError, match="never changed"):
        async with database.engine.execution_options(writes=True).begin() as connection:
            await connection.execute(text(statement))
    assert (await audit.verify()).count == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_entries SET target = 'other' WHERE id = 2", "entry 2 was changed"),
        ("UPDATE audit_entries SET address = NULL WHERE id = 3", "entry 3 was changed"),
        ("DELETE FROM audit_entries WHERE id = 2", "entry 2 is missing"),
        ("DELETE FROM audit_entries WHERE id = 1", "entry 1 is missing"),
        (
            "UPDATE audit_entries SET previous = (SELECT digest FROM audit_entries WHERE id = 1) WHERE id = 3",
            "entry 3 is not chained",
        ),
    ],
)
async def test_what_was_tampered_with_is_found(
    any_database_url: str, audit: AuditLog, database: Database, statement: str, problem: str
) -> None:
    if not any_database_url.startswith("sqlite"):
        pytest.skip("triggers have other names there")
    set_actor(Actor("agent", 7, "lin", "192.0.2.1"))
    for number in range(4):
        await audit.write(Action.TICKET_CLAIMED, f"T{number}")
    assert (await audit.verify()).problem is None
    await tamper(database, statement)
    assert problem in str((await audit.verify()).problem)


async def test_what_was_cut_off_is_missed_by_who_kept_the_head(
    any_database_url: str, audit: AuditLog, database: Database
) -> None:
    if not any_database_url.startswith("sqlite"):
        pytest.skip("triggers have other names there")
    for number in range(3):
        await audit.write(Action.TICKET_CLAIMED, f"T{number}")
    head = (await audit.verify()).head
    await tamper(database, "DELETE FROM audit_entries WHERE id = 3")
    assert (await audit.verify()).problem is None
    assert "entries after 2 are missing" in str((await audit.verify(head)).problem)
    assert "is not the one" in str((await audit.verify(Head(2, "f" * 64))).problem)


async def test_former_keys_still_verify_and_no_other(audit: AuditLog, database: Database) -> None:
    await audit.write(Action.SIGNED_IN, "lin")
    database.before_commit.clear()
    renewed = AuditLog(database, [b"n" * 32, KEY])
    await renewed.write(Action.SIGNED_OUT, "lin")
    assert (await renewed.verify()).problem is None
    assert "entry 1 was changed, or sealed under a key" in str((await AuditLog(database, [b"n" * 32]).verify()).problem)


async def test_filters(audit: AuditLog) -> None:
    set_actor(Actor("agent", 7, "lin"))
    await audit.write(Action.TICKET_CLAIMED, "T1")
    set_actor(Actor("command", name="root"))
    await audit.write(Action.SITE_CREATED, "demo")
    moment = clock.now() + timedelta(seconds=1)

    async def targets(**wanted: object) -> list[str | None]:
        entries, _ = await audit.page(AuditFilter(**wanted), limit=10)  # type: ignore[arg-type]  # one filter at a time
        return [entry.target for entry in entries]

    assert await targets() == ["demo", "T1"]
    assert await targets(action=Action.SITE_CREATED) == ["demo"]
    assert await targets(actor="lin") == ["T1"]
    assert await targets(target="T1") == ["T1"]
    assert await targets(first=moment) == []
    assert await targets(end=moment) == ["demo", "T1"]
    assert ([entry.id for entry in (await audit.page(AuditFilter(), limit=1))[0]]) == [2]
    assert ([entry.id for entry in (await audit.page(AuditFilter(), before=2, limit=1))[0]]) == [1]


async def test_repeated_action_is_recorded_once_an_hour(audit: AuditLog) -> None:
    for _ in range(3):
        await audit.write_once(("session", 1), Action.CONVERSATION_READ, "T1")
    await audit.write_once(("session", 2), Action.CONVERSATION_READ, "T2")
    assert (await audit.verify()).count == 2
    try:
        clock.set_time(clock.now() + timedelta(hours=2))
        await audit.write_once(("session", 1), Action.CONVERSATION_READ, "T1")
    finally:
        clock.set_time(None)
    assert (await audit.verify()).count == 3
