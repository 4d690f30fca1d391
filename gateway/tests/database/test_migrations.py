"""Migrations make what the tables say, on both databases."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add, event
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.migrate import configuration, is_current, migrate, newest_revision
from uwallet_gateway.database.tables import BotEvent, Table, UtcTime
from uwallet_gateway.transcript.store import Transcript

# The newest migration that the changelog names in version 0.1.0.
FIRST_RELEASE = "0011"


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            # What each database has of its own for full text, beside the table that both have (migration 0022).
            "include_name": lambda name, kind, _parents: kind != "table" or not str(name).startswith("search_index"),
            "compare_type": lambda _c, _i, _m, found, wanted: False if isinstance(wanted, UtcTime) else None,
        },
    )
    return list(compare_metadata(context, Table.metadata))


async def test_migrated_tables_are_those_of_the_code(empty_database: Database) -> None:
    await migrate(empty_database)
    async with empty_database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    assert await is_current(empty_database)


def test_the_newest_is_known_by_its_name() -> None:
    assert newest_revision() == ScriptDirectory.from_config(configuration()).get_current_head()


def test_a_start_without_migrations_does_without_alembic() -> None:
    code = "import sys, uwallet_gateway.app; print([name for name in sys.modules if name.startswith('alembic')])"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_migrating_again_does_nothing(empty_database: Database) -> None:
    await migrate(empty_database)
    await migrate(empty_database)
    assert await is_current(empty_database)


async def test_migrations_can_be_undone(empty_database: Database) -> None:
    await migrate(empty_database)

    def undo(connection: Connection) -> list[str]:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        return list(inspect(connection).get_table_names())

    async with empty_database.engine.execution_options(writes=True).begin() as connection:
        assert await connection.run_sync(undo) == ["alembic_version"]
    assert not await is_current(empty_database)
    await migrate(empty_database)
    assert await is_current(empty_database)


async def test_steps_that_were_kept_by_number_get_their_ids(empty_database: Database) -> None:
    await migrate(empty_database)
    conversation = await add_conversation(empty_database)
    places = [("forgot_password", 2), ("forgot_password", 9), ("gone", 1), ("forgot_password", None), (None, None)]
    kept = [event(conversation, "step_shown", now(), topic=topic, step_number=number) for topic, number in places]
    await add(empty_database, *kept)

    def migrate_again(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
        assert list(connection.scalars(text("SELECT step FROM bot_events ORDER BY id"))) == [2, 9, 1, None, None]
        command.upgrade(config, "head")

    async with empty_database.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(migrate_again)
    async with empty_database.read() as transaction:
        rows = list(await transaction.execute(select(BotEvent.step, BotEvent.step_number).order_by(BotEvent.id)))
    assert [tuple(row) for row in rows] == [
        ("enter_bound_account", 2),
        # What the knowledge does not have stays what it was.
        ("9", 9),
        ("1", 1),
        (None, None),
        (None, None),
    ]


async def test_what_refers_to_a_table_that_is_made_anew_stays(empty_database: Database) -> None:
    await migrate(empty_database)
    conversation = await add_conversation(empty_database)
    agent = tables.Agent(
        username="lin",
        name="小林",
        role="agent",
        password_hash="-",
        enabled=True,
        max_chats=5,
        presence="away",
        created_at=now(),
    )
    await add(empty_database, agent, event(conversation, "step_shown", now(), topic=None, step_number=None))
    [agent_id] = await _ids(empty_database, tables.Agent)
    signed_in = tables.AgentSession(
        id="-", agent_id=agent_id, csrf="-", created_at=now(), expires_at=now(), method="password"
    )
    await add(empty_database, signed_in)

    def undo(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")

    async with empty_database.reshape() as connection:
        await connection.run_sync(undo)
    await migrate(empty_database)
    kept = (tables.Conversation, tables.BotEvent, tables.Agent, tables.AgentSession)
    assert [len(await _ids(empty_database, table)) for table in kept] == [1, 1, 1, 1]


async def test_first_release_and_back_keeps_conversations_messages_and_tickets(empty_database: Database) -> None:
    await migrate(empty_database)
    conversation = await add_conversation(empty_database)
    async with empty_database.write() as transaction:
        add_ticket(transaction, conversation)
        for number, author in enumerate(("user", "bot"), 1):
            row = {"conversation_id": conversation, "id": number, "author": author, "text": f"第{number}条"}
            transaction.add(tables.Message(**row, buttons=[], details={}, created_at=now()))
    before = await _told(empty_database, conversation)

    def take_back(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, FIRST_RELEASE)

    async with empty_database.reshape() as connection:
        await connection.run_sync(take_back)
    assert not await is_current(empty_database)
    await migrate(empty_database)
    assert await _told(empty_database, conversation) == before
    assert [text for text, *_ in before] == ["第1条", "第2条", "请打13800138000"]


async def _told(database: Database, conversation: str) -> list[tuple[Any, ...]]:
    """What users and agents see, by the code of this version."""
    messages, _ = await Transcript(database).newest(conversation, 10)
    async with database.read() as transaction:
        ticket = (await transaction.scalars(select(tables.Ticket))).one()
    told: list[tuple[Any, ...]] = [(message.text, message.author, message.created_at) for message in messages]
    return [*told, (ticket.message, ticket.status, ticket.handoff, ticket.contact)]


async def _ids(database: Database, table: type[Table]) -> list[Any]:
    async with database.read() as transaction:
        return list(await transaction.scalars(select(inspect(table).primary_key[0])))
