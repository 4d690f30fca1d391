"""What agents did in some days, and how it was judged; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add
from uwallet_gateway.clock import set_time
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.performance import PerformanceReports, covered
from uwallet_gateway.insight.quality import Quality, load_criteria
from uwallet_gateway.protocol.quality import SampleRule

pytestmark = pytest.mark.both_databases
DAY = date(2026, 3, 2)
PERIOD = Period(DAY, DAY, ZoneInfo("Asia/Shanghai"))
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
FULL = {criterion.id: criterion.points for criterion in load_criteria()}


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.fixture
async def agents(database: Database) -> list[int]:
    made = [
        tables.Agent(
            username=name,
            name=name,
            role="agent",
            password_hash="-",
            enabled=True,
            max_chats=5,
            presence="away",
            created_at=NOON,
        )
        for name in ("lin", "wang", "chen")
    ]
    await add(database, *made)
    return [agent.id for agent in made]


async def closed(database: Database, agent_id: int, number: int, at: datetime, **more: object) -> int:
    conversation = await add_conversation(database, str(number) * 32)
    async with database.write() as transaction:
        times = {"queued_at": at - timedelta(minutes=12), "claimed_at": at - timedelta(minutes=10)}
        ticket = add_ticket(
            transaction,
            conversation,
            **{"status": "closed", "agent_id": agent_id, "closed_at": at, "disposition": "solved", **times, **more},
        )
        await transaction.flush()
        return ticket.id


async def test_figures_of_agents_with_the_days_before(database: Database, agents: list[int]) -> None:
    lin, wang, _ = agents
    first = await closed(database, lin, 1, minutes(0), first_reply_at=minutes(-9), rating=5)
    await closed(database, lin, 2, minutes(5), rating=2)
    await closed(database, lin, 3, PERIOD.start - timedelta(minutes=1))
    await closed(database, wang, 4, minutes(0), claimed_at=None, disposition="cancelled")
    # Goes on: its first reply counts already.
    await closed(
        database,
        wang,
        5,
        minutes(0),
        status="active",
        closed_at=None,
        disposition=None,
        claimed_at=minutes(-10),
        first_reply_at=minutes(-8),
    )
    event = {"ticket_id": first, "actor": "agent", "details": {}, "created_at": NOON}
    shift = {"agent_id": lin, "presence": "online"}
    await add(
        database,
        tables.TicketEvent(kind="transferred", agent_id=lin, **event),
        tables.TicketEvent(kind="left_queue", **(event | {"actor": "user"})),
        # Two processes may have begun one each; one began on the day before.
        tables.AgentShift(started_at=minutes(0), ended_at=minutes(60), **shift),
        tables.AgentShift(started_at=minutes(30), ended_at=minutes(90), **shift),
        tables.AgentShift(
            started_at=PERIOD.start - timedelta(hours=1), ended_at=PERIOD.start + timedelta(hours=1), **shift
        ),
    )
    found = await PerformanceReports(database).read(PERIOD)
    figures = found.agents[lin]
    assert (figures.handled, figures.transfers, figures.rating.average) == (2, 1, 3.5)
    assert (figures.first_reply.median, figures.handling.median) == (60.0, 600.0)
    assert (found.agents[wang].first_reply.median, found.team.agent.first_reply.median) == (120.0, 90.0)
    assert (figures.online_seconds, figures.away_seconds) == (9000, 0)
    assert (found.agents[wang].handled, found.team.agent.handled, found.team.abandoned) == (0, 2, 1)
    assert (await PerformanceReports(database).read(PERIOD.before)).agents[lin].handled == 1


def test_what_lies_within_another_span_counts_once() -> None:
    spans = [(minutes(0), minutes(10)), (minutes(2), minutes(4)), (minutes(8), minutes(12)), (minutes(20), minutes(21))]
    assert covered(spans) == timedelta(minutes=13)


async def test_samples_by_rule_until_they_are_reviewed(database: Database, agents: list[int]) -> None:
    lin, _, chen = agents
    stolen = await closed(database, lin, 1, minutes(0), reason="account_compromised")
    low = await closed(database, lin, 2, minutes(1), rating=1)
    long = await closed(database, lin, 3, minutes(2), claimed_at=minutes(-300))
    alarm = {"summary": '"kind": "victim"', "alarms": [{"kind": "complaint", "text": "我要投诉"}]}
    complaint = await closed(database, lin, 4, minutes(3), handoff=alarm)
    quality = Quality(database, load_criteria())

    async def sample(rule: SampleRule) -> list[int]:
        return await quality.sample(rule, PERIOD, agent_id=lin, limit=10)

    # What a user wrote is no alarm.
    assert (await sample("stolen"), await sample("low_rating"), await sample("complaint")) == (
        [stolen],
        [low],
        [complaint],
    )
    assert (await sample("long"))[0] == long
    assert sorted(await sample("random")) == sorted([stolen, low, long, complaint])
    set_time(NOON)
    review = await quality.review(low, chen, FULL | {"manner": 0}, "下次先安抚")
    assert (review.score, review.agent.name, review.reviewer, review.is_new) == (80, "lin", "chen", True)
    assert await sample("low_rating") == []
    await quality.see(lin)
    assert [seen.is_new for seen in await quality.of_agent(lin)] == [False]
    # Said anew, it is news again, and the first one is gone.
    await quality.review(low, chen, FULL, None)
    assert [(seen.score, seen.is_new) for seen in await quality.reviews(PERIOD, lin)] == [(100, True)]
    assert (await PerformanceReports(database).read(PERIOD)).agents[lin].quality == 100
    for wrong in ({}, FULL | {"manner": 21}, FULL | {"more": 1}):
        with pytest.raises(InputError, match="malformed"):
            await quality.review(low, chen, wrong, None)
    # Nobody reviews themselves.
    with pytest.raises(InputError, match="conflict"):
        await quality.review(low, lin, FULL, None)
    set_time(None)
