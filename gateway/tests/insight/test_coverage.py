"""The report of what users ask about, and how much of it is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.tickets import add_conversation
from tests.insight.rows import add, said, understood
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.coverage import coverage

pytestmark = pytest.mark.both_databases

# A Wednesday; in Shanghai the week began on Sunday, 16:00 UTC.
NOW = datetime(2026, 3, 4, 4, tzinfo=UTC)


async def test_questions_by_topic_and_week(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uwallet_gateway.insight.coverage.now", lambda: NOW)
    conversation = await add_conversation(database, "a" * 32)
    sunday = datetime(2026, 3, 1, 15, tzinfo=UTC)
    turns = [
        ("忘了密码", "forgot_password", None, NOW),
        ("没用", "forgot_password", "unhelpful", NOW),
        ("怎么开票", None, "out_of_scope", NOW),
        ("你好", None, None, NOW),
        ("忘了密码", "forgot_password", "chosen", sunday),
        ("太久以前", "forgot_password", None, NOW - timedelta(days=20)),
    ]
    for number, (text, topic, trouble, moment) in enumerate(turns, 1):
        await add(
            database,
            said(conversation, number, text, moment),
            understood(conversation, number, moment, trouble=trouble),
        )
        if topic:
            opened = tables.BotEvent(
                conversation_id=conversation, message_id=number, kind="topic_opened", topic=topic, created_at=moment
            )
            await add(database, opened)
    found = await coverage(database, 2, ZoneInfo("Asia/Shanghai"))
    assert [str(week) for week in found.weeks] == ["2026-02-23", "2026-03-02"]
    assert [(cell.asked, cell.answered) for cell in found.total] == [(1, 1), (3, 1)]
    told = {row.topic: [(cell.asked, cell.answered) for cell in row.weeks] for row in found.topics}
    assert told == {"forgot_password": [(1, 1), (2, 1)], None: [(0, 0), (1, 0)]}
