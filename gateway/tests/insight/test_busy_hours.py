"""When users come, by weekday and hour of the organisation's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add, said
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.busy_hours import busy_hours
from uwallet_gateway.insight.days import Period

# A Monday, 23:30 in Shanghai: another day in UTC half an hour later there.
LATE = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


@pytest.mark.both_databases
async def test_conversations_and_handoffs_by_weekday_and_hour(database: Database) -> None:
    first, second = await add_conversation(database, "a" * 32), await add_conversation(database, "b" * 32)
    await add(
        database,
        said(first, 1, "在吗", LATE),
        # Within the hour the same conversation counts once, in the next one again.
        said(first, 2, "还在", LATE + timedelta(minutes=10)),
        said(first, 3, "还在", LATE + timedelta(hours=1)),
        said(second, 1, "", LATE),
        said(second, 2, "您好", LATE, author="bot"),
        said(second, 3, "转人工", LATE + timedelta(minutes=1)),
        said(second, 4, "太晚了", LATE + timedelta(days=7)),
    )
    async with database.write() as transaction:
        add_ticket(transaction, second, created_at=LATE + timedelta(minutes=1))
    found = await busy_hours(database, Period(date(2026, 11, 23), date(2026, 11, 29), ZoneInfo("Asia/Shanghai")))
    assert found.days == [1] * 7
    assert (found.conversations[0][23], found.conversations[1][0]) == (2, 1)
    assert sum(map(sum, found.conversations)) == 3
    assert found.handed_over[0][23] == sum(map(sum, found.handed_over)) == 1
