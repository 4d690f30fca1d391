"""Events are stored with what causes them, and taken by one process at a time."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.helpers.tickets import add_conversation, add_ticket
from tests.hooks.samples import endpoint
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.outbox import Outbox

pytestmark = pytest.mark.both_databases

ALL = endpoint(name="all")
CLOSED = endpoint("wecom", name="closed", events=["ticket_closed"])


async def stored(database: Database) -> list[tables.HookDelivery]:
    async with database.read() as transaction:
        return list(await transaction.scalars(select(tables.HookDelivery).order_by(tables.HookDelivery.id)))


async def record(database: Database, outbox: Outbox, *events: HookEvent) -> None:
    conversation_id = await add_conversation(database)
    async with database.write() as transaction:
        ticket = add_ticket(transaction, conversation_id)
        for event in events:
            await outbox.record(transaction, event, ticket)


async def test_each_endpoint_is_told_what_it_wants_with_one_event_id(database: Database) -> None:
    outbox = Outbox(database, [ALL, CLOSED], "https://chat.example.com/desk")
    news = outbox.listen()
    await record(database, outbox, HookEvent.QUEUED, HookEvent.CLOSED)
    assert news.is_set()
    queued, *closed = await stored(database)
    assert (queued.endpoint, queued.event) == ("all", "ticket_queued")
    assert [(row.endpoint, row.event) for row in closed] == [("all", "ticket_closed"), ("closed", "ticket_closed")]
    assert closed[0].event_id == closed[1].event_id != queued.event_id
    assert queued.body["event_id"] == queued.event_id
    assert queued.body["ticket"]["site"] == "商城"
    assert queued.body["ticket"]["topic"] == {"id": "forgot_password", "title": "找回登录密码"}
    assert queued.body["ticket"]["id"] is not None


async def test_nothing_says_who_the_user_is(database: Database) -> None:
    outbox = Outbox(database, [ALL])
    await record(database, outbox, HookEvent.CREATED)
    (row,) = await stored(database)
    assert "13800138000" not in json.dumps(row.body)
    assert "c" * 32 not in json.dumps(row.body)


async def test_what_is_rolled_back_is_told_to_nobody(database: Database) -> None:
    outbox = Outbox(database, [ALL])
    news = outbox.listen()
    conversation_id = await add_conversation(database)

    async def change() -> None:
        async with database.write() as transaction:
            await outbox.record(transaction, HookEvent.CREATED, add_ticket(transaction, conversation_id))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change()
    assert await stored(database) == []
    assert not news.is_set()


async def test_without_endpoints_nothing_is_stored(database: Database) -> None:
    await record(database, Outbox(database, []), HookEvent.CREATED)
    assert await stored(database) == []


async def test_one_delivery_is_leased_to_one_process(database: Database) -> None:
    first, second = Outbox(database, [ALL]), Outbox(database, [ALL])
    await record(database, first, HookEvent.CREATED, HookEvent.QUEUED)
    taken = await asyncio.gather(*(outbox.lease("all", 60) for outbox in (first, second, first, second)))
    ids = sorted(delivery.id for delivery in taken if delivery)
    # PostgreSQL passes over a row that another process is just taking; nobody gets one twice.
    assert len(ids) == len(set(ids)) >= 1
    while delivery := await first.lease("all", 60):
        ids.append(delivery.id)
    assert sorted(ids) == [row.id for row in await stored(database)]
    assert [row.attempts for row in await stored(database)] == [1, 1]
    due = await first.next_due("all")
    assert due is not None
    assert due > now() + timedelta(seconds=30)


async def test_after_the_lease_it_is_taken_again(database: Database) -> None:
    outbox = Outbox(database, [ALL])
    await record(database, outbox, HookEvent.CREATED)
    for attempt in (1, 2):
        delivery = await outbox.lease("all", 0)
        assert delivery is not None
        assert delivery.attempts == attempt
    assert delivery is not None
    await outbox.delivered(delivery)
    assert await outbox.lease("all", 0) is None
    assert await outbox.next_due("all") is None


async def test_what_another_process_delivered_stays_delivered(database: Database) -> None:
    outbox = Outbox(database, [ALL])
    await record(database, outbox, HookEvent.CREATED)
    late = await outbox.lease("all", 0)
    again = await outbox.lease("all", 0)
    assert late is not None
    assert again is not None
    await outbox.delivered(again)
    await outbox.postpone(late, now(), "too late")
    await outbox.give_up(late, "too late")
    (row,) = await stored(database)
    assert (row.state, row.last_error) == ("delivered", None)


async def test_long_reasons_are_cut(database: Database) -> None:
    outbox = Outbox(database, [ALL])
    await record(database, outbox, HookEvent.CREATED)
    delivery = await outbox.lease("all", 0)
    assert delivery is not None
    await outbox.give_up(delivery, "x" * 5000)
    (row,) = await stored(database)
    assert (row.state, row.last_error) == ("failed", "x" * 500)
