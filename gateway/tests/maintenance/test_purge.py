"""Retention."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.helpers.pictures import png
from uwallet_gateway.attachments import FolderStore
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.sessions import SessionRules, Sessions
from uwallet_gateway.identity.sites import Sites
from uwallet_gateway.maintenance.purge import Purge, Purged
from uwallet_gateway.maintenance.retention import DataClass, Periods, set_retention
from uwallet_gateway.transcript.messages import Draft, Picture
from uwallet_gateway.transcript.store import Transcript

pytestmark = pytest.mark.both_databases

OLD = timedelta(days=31)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "pictures", 1_000_000)


@pytest.fixture
async def conversation_id(database: Database) -> str:
    keys = Keys(["k" * 32])
    rules = SessionRules(visitor=timedelta(days=30), user=timedelta(days=1), voucher=timedelta(days=1))
    site = await Sites(database, keys).create("S", [], key="site")
    return (await Sessions(database, keys, rules).open(site, None, None)).session.conversation_id


async def count(database: Database, table: type[tables.Table]) -> int:
    async with database.read() as transaction:
        return int(await transaction.scalar(select(func.count()).select_from(table)) or 0)


async def age(database: Database, table: type[tables.Table], column: str, *conditions: object) -> None:
    async with database.write() as transaction:
        await transaction.execute(update(table).where(*conditions).values({column: now() - OLD}))  # type: ignore[arg-type]  # conditions of any table


def ticket(conversation_id: str, number: int, status: str) -> tables.Ticket:
    moment = now()
    return tables.Ticket(
        number=f"T{number}",
        conversation_id=conversation_id,
        status=status,
        priority=2,
        reason="user_request",
        handoff={},
        created_at=moment,
        closed_at=moment if status == "closed" else None,
    )


async def test_old_messages_pictures_and_closed_tickets_go(
    database: Database, store: FolderStore, conversation_id: str
) -> None:
    transcript = Transcript(database)
    saved = await store.save(png())
    await transcript.add_picture(
        conversation_id, Picture(saved.id, saved.content_type, saved.width, saved.height, saved.size)
    )
    async with transcript.writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "很久以前", state="answered"))
        await transaction.append(Draft("bot", "旧", buttons=({"title": "x", "payload": "/old"},)))
        transaction.session.add(ticket(conversation_id, 1, "closed"))
        await transaction.append(Draft("user", "昨天", state="answered"))
        await transaction.append(Draft("bot", "新", buttons=({"title": "y", "payload": "/new"},)))
    await age(database, tables.Message, "created_at", tables.Message.id < 3)
    await age(database, tables.Attachment, "created_at")
    await age(database, tables.Ticket, "closed_at")

    assert await Purge(database, store, Periods(30)).run() == Purged(conversations=0, messages=2, attachments=1)

    messages, _ = await transcript.after(conversation_id, 0, 10)
    assert [message.id for message in messages] == [3, 4]
    assert await count(database, tables.Ticket) == 0
    assert await transcript.picture(saved.id) is None
    assert not store.path(saved.id).exists()
    async with transcript.writing(conversation_id) as transaction:
        assert await transaction.offered_title("/old") is None
        assert await transaction.offered_title("/new") == "y"
        assert (await transaction.append(Draft("user", "z"))).id == 5


async def test_conversation_in_which_nothing_is_left_goes_with_its_sessions(
    database: Database, store: FolderStore, conversation_id: str
) -> None:
    async with Transcript(database).writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="failed"))
    await age(database, tables.Message, "created_at")
    await age(database, tables.Conversation, "active_at")
    assert (await Purge(database, store, Periods(30)).run()).conversations == 1
    for table in (tables.Conversation, tables.Session, tables.Message, tables.Offer):
        assert await count(database, table) == 0


async def test_open_ticket_keeps_its_conversation(database: Database, store: FolderStore, conversation_id: str) -> None:
    async with Transcript(database).writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="answered"))
        transaction.session.add(ticket(conversation_id, 1, "message"))
    await age(database, tables.Message, "created_at")
    await age(database, tables.Conversation, "active_at")
    await age(database, tables.Ticket, "created_at")
    assert await Purge(database, store, Periods(30)).run() == Purged(conversations=0, messages=1, attachments=0)
    assert await count(database, tables.Ticket) == 1


async def test_what_waits_for_its_answer_stays(database: Database, store: FolderStore, conversation_id: str) -> None:
    async with Transcript(database).writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="received"))
    await age(database, tables.Message, "created_at")
    await age(database, tables.Conversation, "active_at")
    assert await Purge(database, store, Periods(30)).run() == Purged(0, 0, 0)


async def test_visitor_who_never_said_anything_goes_soon(
    database: Database, store: FolderStore, conversation_id: str
) -> None:
    purge = Purge(database, store, Periods(0))
    assert await purge.run() == Purged(0, 0, 0)
    await age(database, tables.Conversation, "active_at")
    assert await purge.run() == Purged(1, 0, 0)


async def test_zero_days_keep_for_ever(database: Database, store: FolderStore, conversation_id: str) -> None:
    async with Transcript(database).writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="answered"))
    await age(database, tables.Message, "created_at")
    await age(database, tables.Conversation, "active_at")
    assert await Purge(database, store, Periods(0)).run() == Purged(0, 0, 0)
    assert await count(database, tables.Message) == 1


async def test_what_the_statistics_are_made_of_goes_with_the_messages(
    database: Database, store: FolderStore, conversation_id: str
) -> None:
    old, new = now() - OLD, now()
    async with database.write() as transaction:
        for number, moment in enumerate((old, new), 1):
            told = {"conversation_id": conversation_id, "message_id": number, "created_at": moment}
            transaction.add_all(
                [
                    tables.Understanding(**told),
                    tables.BotEvent(kind="solved", **told),
                    tables.HookDelivery(
                        event_id=str(number),
                        event="ticket_created",
                        endpoint="crm",
                        body={},
                        state="delivered",
                        next_attempt_at=moment,
                        created_at=moment,
                    ),
                ]
            )
    await Purge(database, store, Periods(30)).run()
    for table in (tables.Understanding, tables.BotEvent, tables.HookDelivery):
        assert await count(database, table) == 1


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({}, (0, 1, 1)),
        ({DataClass.MESSAGES: 60}, (1, 1, 1)),
        ({DataClass.PICTURES: 10, DataClass.TICKETS: 10}, (0, 0, 0)),
        ({DataClass.MESSAGES: 0, DataClass.TICKETS: 30}, (1, 1, 0)),
    ],
)
async def test_each_class_has_its_period_and_a_site_its_own(
    database: Database, store: FolderStore, conversation_id: str, own: dict[DataClass, int], left: tuple[int, ...]
) -> None:
    transcript = Transcript(database)
    saved = await store.save(png())
    await transcript.add_picture(
        conversation_id, Picture(saved.id, saved.content_type, saved.width, saved.height, saved.size)
    )
    async with transcript.writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="answered"))
        transaction.session.add(ticket(conversation_id, 1, "closed"))
    for table, column in (
        (tables.Message, "created_at"),
        (tables.Attachment, "created_at"),
        (tables.Ticket, "closed_at"),
        (tables.Conversation, "active_at"),
    ):
        await age(database, table, column)
    await Sites(database, Keys(["k" * 32])).create("Another", [], key="another")
    # Another site's periods change nothing here.
    await set_retention(database, "another", {DataClass.PICTURES: 1})
    await set_retention(database, "site", own)
    await Purge(database, store, Periods(30, pictures=90, tickets=90)).run()
    counted = [await count(database, table) for table in (tables.Message, tables.Attachment, tables.Ticket)]
    assert tuple(counted) == left
    assert store.path(saved.id).exists() == bool(left[1])
    assert await count(database, tables.Conversation) == int(any(left))


async def test_hold_keeps_every_class_whatever_the_period_of_the_site(
    database: Database, store: FolderStore, conversation_id: str
) -> None:
    async with Transcript(database).writing(conversation_id) as transaction:
        await transaction.append(Draft("user", "x", state="answered"))
        transaction.session.add(ticket(conversation_id, 1, "closed"))
        transaction.session.add(tables.LegalHold(conversation_id=conversation_id, reason="7", created_at=now()))
    await age(database, tables.Message, "created_at")
    await age(database, tables.Ticket, "closed_at")
    await set_retention(database, "site", dict.fromkeys(DataClass, 1))
    await Purge(database, store, Periods(1)).run()
    assert [await count(database, table) for table in (tables.Message, tables.Ticket)] == [1, 1]


KILLED_BEFORE_UNLINK = """
import asyncio, os, signal, sys
from pathlib import Path
from sqlalchemy.engine import make_url
from uwallet_gateway.attachments import FolderStore
from uwallet_gateway.database.connection import Database
from uwallet_gateway.maintenance.purge import Purge
from uwallet_gateway.maintenance.retention import Periods

class Store(FolderStore):
    def delete(self, attachment_id):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(Purge(Database(make_url(sys.argv[1])), Store(Path(sys.argv[2]), 1_000_000), Periods(30)).run())
"""


def grow_old(path: Path) -> None:
    past = time.time() - OLD.total_seconds()
    os.utime(path, (past, past))


async def test_picture_of_a_purge_that_was_killed_before_the_unlink_goes_with_the_next_one(
    database: Database, store: FolderStore, conversation_id: str, tmp_path: Path
) -> None:
    saved = await store.save(png())
    await Transcript(database).add_picture(
        conversation_id, Picture(saved.id, saved.content_type, saved.width, saved.height, saved.size)
    )
    await age(database, tables.Attachment, "created_at")
    grow_old(store.path(saved.id))
    url = database.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_BEFORE_UNLINK, url, str(tmp_path / "pictures"), cwd=Path(__file__).parents[2]
    )
    assert await process.wait() == -signal.SIGKILL
    assert await count(database, tables.Attachment) == 0
    assert store.path(saved.id).exists()

    assert await Purge(database, store, Periods(30)).run() == Purged(0, 0, 0, orphans=1)
    assert not store.path(saved.id).exists()


async def test_orphans_go_after_a_while_whatever_the_retention_and_pictures_with_a_row_stay(
    database: Database, store: FolderStore, conversation_id: str, tmp_path: Path
) -> None:
    kept, orphan, young = [await store.save(png()) for _ in range(3)]
    await Transcript(database).add_picture(
        conversation_id, Picture(kept.id, kept.content_type, kept.width, kept.height, kept.size)
    )
    parts = [tmp_path / "pictures" / f"{digit * 32}.part" for digit in "ab"]
    for part in parts:
        part.write_bytes(b"half of a picture")
    for path in (store.path(kept.id), store.path(orphan.id), parts[0]):
        grow_old(path)

    assert await Purge(database, store, Periods(0)).run() == Purged(0, 0, 0, orphans=2)

    assert store.path(kept.id).exists()
    assert not store.path(orphan.id).exists()
    # An upload may be under way: the row comes after the file.
    assert store.path(young.id).exists()
    assert [part.exists() for part in parts] == [False, True]
