"""What is read from the database, on both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add, event, said, understood
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.statistics import Statistics
from uwallet_gateway.protocol.insight import Misunderstandings, Rating, Seconds, StepFigures

pytestmark = pytest.mark.both_databases

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
PERIOD = Period(MONDAY, TUESDAY, ZONE)
# A minute before and after midnight in Shanghai.
LATE = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
EARLY = datetime(2026, 3, 2, 16, 1, tzinfo=UTC)


@pytest.fixture
async def conversations(database: Database) -> list[str]:
    return [await add_conversation(database, letter * 32) for letter in "abcd"]


async def test_conversations_by_day_of_the_time_zone(database: Database, conversations: list[str]) -> None:
    a, b, c, d = conversations
    await add(
        database,
        said(a, 1, "", LATE, details={"hidden": True}, payload="/session_start"),
        said(a, 2, "你好", LATE, author="bot"),
        said(b, 1, "你好", LATE),
        said(b, 2, "还在吗", LATE),
        said(b, 3, "喂", EARLY),
        said(c, 1, "你好", EARLY),
        said(d, 1, "太早", PERIOD.start - timedelta(seconds=1)),
        said(d, 2, "太晚", PERIOD.end),
    )
    found = (await Statistics(database).read(PERIOD)).overview
    assert [(day, figures.conversations) for day, figures in found.days] == [(MONDAY, 1), (TUESDAY, 2)]
    assert found.total.conversations == 2


async def test_outcomes_ratings_and_steps(database: Database, conversations: list[str]) -> None:
    a, b, c, d = conversations
    topic = "forgot_password"
    await add(
        database,
        *(event(it, "topic_opened", LATE, topic=topic) for it in (a, b, c, d)),
        *(event(it, "step_shown", LATE, topic=topic, step="open", step_number=1) for it in (a, b, c, d, a)),
        event(a, "step_shown", LATE, topic=topic, step="enter", step_number=2),
        event(a, "solved", LATE, topic=topic, step="enter", step_number=2),
        event(a, "rated", LATE, topic=topic, value=5),
        event(b, "step_problem", EARLY, topic=topic, step="open", step_number=1),
        event(b, "abandoned", EARLY, topic=topic, step="open", step_number=1),
        event(b, "rated", EARLY, topic=None, value=2),
        # c just goes; d asks for a human there.
    )
    async with database.write() as transaction:
        add_ticket(
            transaction,
            d,
            created_at=LATE - timedelta(seconds=1),
            handoff={"topic": {"id": topic, "title": "找回登录密码"}, "step": {"id": "open", "number": 1, "count": 5}},
        )
        add_ticket(
            transaction, a, created_at=EARLY, topic=None, handoff={"topic": None, "step": None}, reason="message"
        )
    insight = await Statistics(database).read(PERIOD)
    total = insight.overview.total
    assert (total.solved, total.not_solved, total.abandoned, total.left) == (1, 0, 1, 1)
    assert total.conversations_handed_off <= total.conversations
    assert (total.handed_off, total.reasons) == (2, {"user_request": 1, "message": 1})
    assert total.bot_rating == Rating(2, 3.5, [0, 1, 0, 0, 1])
    assert insight.titles == {topic: "找回登录密码"}
    assert insight.steps == [
        StepFigures(topic, "open", number=1, shown=4, problems=1, abandoned=1, left=1, handed_off=1),
        StepFigures(topic, "enter", number=2, shown=1),
    ]
    assert [(day, it, figures.left) for day, it, figures in insight.overview.rows] == [
        (MONDAY, topic, 1),
        (TUESDAY, topic, 0),
        (TUESDAY, None, 0),
    ]


async def test_a_step_with_another_number_is_the_same_step(database: Database, conversations: list[str]) -> None:
    a, b, *_ = conversations
    await add(
        database,
        event(a, "step_shown", LATE, topic="t", step="enter", step_number=2),
        event(a, "solved", LATE, topic="t", step="enter", step_number=2),
        event(b, "step_shown", EARLY, topic="t", step="inserted", step_number=2),
        event(b, "step_shown", EARLY, topic="t", step="enter", step_number=3),
        event(b, "solved", EARLY, topic="t", step="enter", step_number=3),
    )
    assert (await Statistics(database).read(PERIOD)).steps == [
        StepFigures("t", "inserted", number=2, shown=1),
        StepFigures("t", "enter", number=3, shown=2),
    ]


async def test_who_goes_on_has_not_left(database: Database, conversations: list[str]) -> None:
    a, b, c, d = conversations
    moment = now()
    await add(
        database,
        event(a, "step_shown", LATE, topic="t", step="1"),
        # Asked something else and was gone.
        event(a, "topic_opened", LATE, topic="support_hours"),
        event(b, "step_shown", LATE, topic="t", step="1"),
        # Came back much later.
        event(b, "solved", PERIOD.end + timedelta(days=3), topic="t", step="5"),
        event(c, "step_shown", LATE, topic="t", step="1"),
        event(c, "step_shown", PERIOD.end + timedelta(days=3), topic="t", step="2"),
        event(d, "step_shown", moment, topic="t", step="1"),
    )
    insight = await Statistics(database).read(PERIOD)
    assert insight.overview.total.left == 1
    today = moment.astimezone(ZONE).date()
    assert (await Statistics(database).read(Period(today, today, ZONE))).overview.total.left == 0


async def test_waits_belong_to_the_day_of_the_ticket(database: Database, conversations: list[str]) -> None:
    a, b, *_ = conversations
    second = timedelta(seconds=1)
    async with database.write() as transaction:
        add_ticket(
            transaction,
            a,
            created_at=LATE,
            queued_at=LATE,
            claimed_at=LATE + 90 * second,
            first_reply_at=LATE + 100 * second,
            rating=4,
        )
        add_ticket(transaction, b, created_at=EARLY, queued_at=None, status="message")
    monday, tuesday = (figures for _, figures in (await Statistics(database).read(PERIOD)).overview.days)
    assert (monday.waiting, monday.first_reply) == (Seconds(1, 90.0, 90.0), Seconds(1, 10.0, 10.0))
    assert monday.agent_rating == Rating(1, 4.0, [0, 0, 0, 1, 0])
    assert tuesday.waiting == Seconds(0, None, None)
    assert tuesday.handed_off == 1


async def test_misunderstandings_are_counted(database: Database, conversations: list[str]) -> None:
    a, *_ = conversations
    await add(
        database,
        understood(a, 1, LATE, trouble="not_understood"),
        understood(a, 2, LATE, trouble="not_understood", label="greet"),
        understood(a, 3, EARLY, trouble="step_problem"),
        understood(a, 4, EARLY),
        understood(a, 5, PERIOD.end, trouble="not_meant"),
    )
    insight = await Statistics(database).read(PERIOD)
    assert insight.misunderstood == Misunderstandings(
        not_understood=2, out_of_scope=0, not_meant=0, chosen=0, step_problem=1, unhelpful=0, marked=0, labelled=1
    )


async def test_a_whole_year_of_nothing(database: Database) -> None:
    insight = await Statistics(database).read(Period(date(2024, 1, 1), date(2024, 12, 31), ZONE))
    assert len(insight.overview.days) == 366
    assert insight.overview.total.conversations == 0
