"""The list of misunderstood messages, and labels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add, said, understood
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.misunderstood import CursorError, LabelError, Misunderstood
from uwallet_gateway.protocol.insight import Line, MisunderstandingKind

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


async def agent(database: Database) -> int:
    row = tables.Agent(
        username="lin", name="小林", role="supervisor", password_hash="x", enabled=True, max_chats=5, created_at=now()
    )
    await add(database, row)
    return row.id


async def test_messages_come_with_what_stands_around_them(database: Database) -> None:
    a = await add_conversation(database, "a" * 32)
    b = await add_conversation(database, "b" * 32)
    await add(
        database,
        said(a, 1, "", NOON, details={"hidden": True}),
        said(a, 2, "您好", NOON, author="bot"),
        said(a, 3, "<img src=x>", NOON),
        said(a, 4, "没听懂" * 200, NOON, author="bot"),
        said(a, 5, "喂", NOON),
        said(b, 3, "别人的", NOON),
        understood(a, 3, NOON, trouble="not_understood", intent="greet", confidence=0.25),
        understood(a, 5, NOON),
    )
    messages, following = await Misunderstood(database).page(limit=10)
    (message,) = messages
    assert following is None
    assert message.text == "<img src=x>"
    assert message.context == [Line("bot", "您好"), Line("bot", ("没听懂" * 200)[:300])]
    assert (message.intent, message.confidence, message.kind, message.label) == ("greet", 0.25, "not_understood", None)


@pytest.mark.parametrize("same_moment", [True, False])
async def test_pages_hold_each_message_once_and_newest_first(database: Database, same_moment: bool) -> None:
    expected = []
    for letter in "abc":
        conversation_id = await add_conversation(database, letter * 32)
        for number in range(1, 8):
            moment = NOON if same_moment else NOON + timedelta(microseconds=number)
            await add(
                database,
                said(conversation_id, number, "x", moment),
                understood(conversation_id, number, moment, trouble="not_understood"),
            )
            expected.append((moment, conversation_id, number))
    found, before = [], None
    while True:
        messages, before = await Misunderstood(database).page(before=before, limit=4)
        found += [(it.created_at, it.conversation_id, it.message_id) for it in messages]
        if before is None:
            break
    assert found == sorted(expected, reverse=True)


async def test_filters(database: Database) -> None:
    a = await add_conversation(database, "a" * 32)
    troubles = ["not_understood", "not_meant", "step_problem"]
    for number, trouble in enumerate(troubles, 1):
        moment = NOON + timedelta(minutes=number)
        await add(database, said(a, number, trouble, moment), understood(a, number, moment, trouble=trouble))
    misunderstood = Misunderstood(database)
    assert await misunderstood.label(a, 2, "greet", await agent(database))

    async def texts(**wanted: object) -> list[str]:
        messages, _ = await misunderstood.page(limit=10, **wanted)  # type: ignore[arg-type]  # of each kind
        return [message.text for message in messages]

    assert await texts() == troubles[::-1]
    assert await texts(kind=MisunderstandingKind.NOT_MEANT) == ["not_meant"]
    assert await texts(labelled=True) == ["not_meant"]
    assert await texts(labelled=False) == ["step_problem", "not_understood"]
    assert await texts(before=(NOON + timedelta(minutes=2)).isoformat()) == ["not_understood"]


async def test_labels_are_set_changed_and_taken_back(database: Database) -> None:
    a = await add_conversation(database, "a" * 32)
    await add(database, said(a, 1, "登不上", NOON), said(a, 2, "你好", NOON))
    await add(database, understood(a, 1, NOON, trouble="not_understood"), understood(a, 2, NOON))
    misunderstood, agent_id = Misunderstood(database), await agent(database)
    for label in ("greet", "forgot_password", None, "forgot_password"):
        assert await misunderstood.label(a, 1, label, agent_id)
        messages, _ = await misunderstood.page(limit=1)
        assert messages[0].label == label
    assert [(it.text, it.label) for it in await misunderstood.labelled()] == [("登不上", "forgot_password")]
    # One that was understood is not in the list; another is not there at all.
    assert not await misunderstood.label(a, 2, "greet", agent_id)
    assert not await misunderstood.label(a, 3, "greet", agent_id)


@pytest.mark.parametrize("label", ["", "Greet", "a b", "=1+1", "greet\n", "x" * 65])
async def test_labels_are_names(database: Database, label: str) -> None:
    with pytest.raises(LabelError):
        await Misunderstood(database).label("a", 1, label, 1)


@pytest.mark.parametrize("cursor", ["", "yesterday", "2026-03-02T04:00:00", "2026-03-02T04:00:00Z~a", "a~b~1", "~~"])
async def test_cursors_of_others_are_refused(database: Database, cursor: str) -> None:
    with pytest.raises(CursorError):
        await Misunderstood(database).page(before=cursor, limit=1)


async def test_messages_that_were_purged_are_not_listed(database: Database) -> None:
    a = await add_conversation(database, "a" * 32)
    await add(database, understood(a, 1, NOON, trouble="not_understood"))
    assert await Misunderstood(database).page(limit=1) == ([], None)


async def test_what_an_agent_marks_is_listed(database: Database) -> None:
    a = await add_conversation(database, "a" * 32)
    await add(
        database,
        said(a, 1, "走不通", NOON),
        said(a, 2, "祝您愉快", NOON, author="bot"),
        said(a, 3, "喂", NOON),
        understood(a, 3, NOON, trouble="not_understood"),
    )
    misunderstood = Misunderstood(database)
    assert await misunderstood.mark(a, 1, marked=True)
    # What is listed for another reason stays so.
    assert await misunderstood.mark(a, 3, marked=True)
    messages, _ = await misunderstood.page(limit=10)
    assert [(it.message_id, it.kind) for it in messages] == [(3, "not_understood"), (1, "marked")]
    for number in (1, 3):
        assert await misunderstood.mark(a, number, marked=False)
    messages, _ = await misunderstood.page(limit=10)
    assert [it.message_id for it in messages] == [3]
    assert not await misunderstood.mark(a, 2, marked=True)
    assert not await misunderstood.mark(a, 9, marked=True)


async def test_what_was_handed_over_is_told_with_its_ticket(database: Database) -> None:
    ids = [await add_conversation(database, letter * 32) for letter in "ab"]
    for conversation_id in ids:
        row = understood(conversation_id, 1, NOON, trouble="out_of_scope")
        await add(database, said(conversation_id, 1, "账单怎么导出", NOON), row)
    async with database.write() as session:
        add_ticket(session, ids[0], created_at=NOON - timedelta(days=1), status="closed")
        ticket = add_ticket(session, ids[0], created_at=NOON + timedelta(minutes=1))
    misunderstood = Misunderstood(database)
    messages, _ = await misunderstood.page(limit=10)
    assert {it.conversation_id: it.ticket_id for it in messages} == {ids[0]: ticket.id, ids[1]: None}
    for handed_over, expected in ((True, ids[:1]), (False, ids[1:])):
        messages, _ = await misunderstood.page(limit=10, handed_over=handed_over)
        assert [it.conversation_id for it in messages] == expected
