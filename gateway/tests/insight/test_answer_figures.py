"""What became of each answer of the knowledge: what counts for it, what does not, and on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.tickets import add_conversation, add_ticket
from tests.insight.rows import add, said
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.insight.answer_figures import NOTHING, TURNS, AnswerFigures
from uwallet_gateway.insight.days import Period
from uwallet_gateway.protocol.answer_figures import AnswerCounts

pytestmark = pytest.mark.both_databases

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 4)
PERIOD = Period(date(2026, 2, 26), DAY, ZONE)
# Noon there.
NOW = datetime(2026, 3, 4, 4, tzinfo=UTC)
FAQ = ("faq/fees", None)


class Talk:
    """A conversation that is written turn by turn, a minute each."""

    def __init__(self, database: Database, name: str, moment: datetime = NOW) -> None:
        """Begins at this moment."""
        self.database = database
        self.name = name * 32
        self.moment = moment
        self.last = 0

    async def begin(self) -> Talk:
        """Makes the conversation."""
        await add_conversation(self.database, self.name)
        return self

    async def says(self, *events: tuple[str, str | None, str | None], after: timedelta = timedelta(minutes=1)) -> int:
        """The user writes something, and the bot answers; returns the number of the answer."""
        self.moment += after
        asked, answer = self.last + 1, self.last + 2
        self.last = answer
        await add(
            self.database,
            said(self.name, asked, "问", self.moment),
            said(self.name, answer, "答", self.moment, author="bot", in_reply_to=asked),
            *(
                tables.BotEvent(
                    conversation_id=self.name,
                    message_id=asked,
                    kind=kind,
                    topic=topic,
                    step=step,
                    created_at=self.moment,
                )
                for kind, topic, step in events
            ),
        )
        return answer

    async def hands_over(self) -> None:
        """The user asks for a human, and gets a ticket."""
        await self.says()
        async with self.database.write() as transaction:
            moment = self.moment + timedelta(seconds=1)
            add_ticket(transaction, self.name, created_at=moment, status="closed")

    async def judges(self, answer: int, *, helpful: bool, moment: datetime | None = None, **more: Any) -> None:
        """The user gives a 赞 or a 踩."""
        moment = moment or self.moment
        row = {"reasons": [], "comment": None, "topic": None, "created_at": moment, "updated_at": moment} | more
        feedback = tables.AnswerFeedback(conversation_id=self.name, message_id=answer, helpful=helpful, **row)
        await add(self.database, feedback)


async def counts(database: Database, topic: str, place: str | None = None) -> AnswerCounts:
    """Of an answer in the period."""
    found = await AnswerFigures(database).all(PERIOD)
    return found.get((topic, place), (NOTHING, None))[0]


async def test_what_is_shown_is_counted_by_turn_and_conversation(database: Database) -> None:
    for name in "ab":
        talk = await Talk(database, name).begin()
        await talk.says(("topic_opened", "forgot", None), ("step_shown", "forgot", "open"))
        await talk.says(("step_shown", "forgot", "open"), ("step_shown", "forgot", "open"))
        await talk.says(("answered", "forgot", "open/where"))
        await talk.says(("step_problem", "forgot", "open"))
    whole = await counts(database, "forgot")
    step = await counts(database, "forgot", "open")
    answer = await counts(database, "forgot", "open/where")
    assert (whole.shown, whole.conversations) == (6, 2)
    assert (step.shown, step.conversations) == (4, 2)
    assert (answer.shown, answer.conversations) == (2, 2)


async def test_judgements_count_for_all_answers_of_the_turn_once(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    step = await talk.says(("topic_opened", "forgot", None), ("step_shown", "forgot", "open"))
    faq = await talk.says(("topic_opened", "faq/fees", None))
    later = NOW + timedelta(days=9)
    await talk.judges(step, helpful=False, reasons=["unclear", "differs"], comment="看不懂")
    await talk.judges(faq, helpful=True, moment=later)
    for place in (None, "open"):
        found = await counts(database, "forgot", place)
        assert (found.helpful, found.unhelpful) == (0, 1)
    found = await counts(database, *FAQ)
    assert (found.helpful, found.unhelpful) == (1, 0)
    reasons = await AnswerFigures(database).reasons(PERIOD)
    assert reasons == {("forgot", None): {"unclear": 1, "differs": 1}, ("forgot", "open"): {"unclear": 1, "differs": 1}}


@pytest.mark.parametrize(("turns", "counted"), [(0, 1), (TURNS - 1, 1), (TURNS, 0)])
async def test_a_handoff_counts_for_what_was_shown_in_the_turns_before(
    database: Database, turns: int, counted: int
) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/fees", None))
    for _ in range(turns):
        await talk.says(("topic_opened", "faq/other", None))
    await talk.hands_over()
    assert (await counts(database, *FAQ)).handed_off == counted


async def test_a_handoff_counts_for_the_last_answer_however_long_was_chatted(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/other", None))
    await talk.says(("topic_opened", "faq/fees", None))
    for _ in range(TURNS + 2):
        await talk.says(("out_of_scope", None, None))
    await talk.hands_over()
    assert (await counts(database, *FAQ)).handed_off == 1
    assert (await counts(database, "faq/other")).handed_off == 0


async def test_neither_another_day_nor_the_same_turn_is_after_it(database: Database) -> None:
    late = await Talk(database, "a").begin()
    await late.says(("topic_opened", "faq/fees", None))
    late.moment += timedelta(days=1)
    await late.hands_over()
    same = await Talk(database, "b").begin()
    await same.hands_over()
    await add(
        database,
        tables.BotEvent(
            conversation_id=same.name, message_id=1, kind="topic_opened", topic="faq/fees", created_at=same.moment
        ),
    )
    found = await counts(database, *FAQ)
    assert (found.shown, found.handed_off) == (2, 0)


async def test_the_request_to_be_greeted_is_no_turn(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/fees", None))
    for _ in range(TURNS):
        talk.last += 1
        await add(database, said(talk.name, talk.last, "", talk.moment))
    await talk.says(("topic_opened", "faq/other", None))
    await talk.hands_over()
    assert (await counts(database, *FAQ)).handed_off == 1


async def test_a_walkthrough_that_is_solved_counts_for_all_its_steps(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/fees", None))
    for step in ("one", "two", "three", "four", "five"):
        await talk.says(("step_shown", "forgot", step))
    await talk.says(("solved", "forgot", "five"))
    for place in (None, "one", "five"):
        assert (await counts(database, "forgot", place)).solved == 1
    assert (await counts(database, *FAQ)).solved == 0


async def test_only_the_next_message_is_not_understood_after_it(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/fees", None))
    await talk.says(("topic_opened", "faq/other", None))
    await talk.says(("not_understood", None, None))
    await talk.says(("topic_opened", "faq/other", None))
    await talk.says(("not_meant", None, None), ("not_understood", None, None))
    assert (await counts(database, *FAQ)).not_understood == 0
    assert (await counts(database, "faq/other")).not_understood == 2


async def test_what_follows_counts_for_the_day_of_the_answer(database: Database) -> None:
    # Ten minutes before midnight there, so that what follows is on the next day, after the period.
    evening = datetime(2026, 3, 4, 15, 50, tzinfo=UTC)
    talk = await Talk(database, "a", evening).begin()
    answer = await talk.says(("topic_opened", "faq/fees", None))
    talk.moment += timedelta(minutes=20)
    await talk.judges(answer, helpful=False, reasons=["not_solved"], comment="没用")
    await talk.hands_over()
    before = await Talk(database, "b", evening - timedelta(days=7)).begin()
    await before.says(("topic_opened", "faq/fees", None))
    await before.hands_over()
    figures = AnswerFigures(database)
    now, earlier = (await figures.all(PERIOD))[FAQ]
    assert (now.shown, now.unhelpful, now.handed_off) == (1, 1, 1)
    assert earlier is not None
    assert (earlier.shown, earlier.unhelpful, earlier.handed_off) == (1, 0, 1)
    one = await figures.one(FAQ, PERIOD, "day")
    assert (one.now, one.before) == (now, earlier)
    assert [part.first for part, *_ in one.trend] == PERIOD.days
    assert [(it.handed_off, before and before.handed_off) for _, it, before in one.trend] == [*[(0, 0)] * 6, (1, 1)]
    assert one.reasons == {"not_solved": 1}
    assert [(it.text, it.helpful) for it in one.comments] == [("没用", False)]


async def test_weeks_end_with_the_last_day(database: Database) -> None:
    talk = await Talk(database, "a").begin()
    await talk.says(("topic_opened", "faq/fees", None))
    one = await AnswerFigures(database).one(FAQ, Period(date(2026, 2, 19), DAY, ZONE), "week")
    assert [(part.first, part.last, it.shown) for part, it, _ in one.trend] == [
        (date(2026, 2, 19), date(2026, 2, 25), 0),
        (date(2026, 2, 26), DAY, 1),
    ]


async def test_before_there_were_days_nothing_is_compared(database: Database) -> None:
    first = Period(date(2000, 1, 1), date(2000, 1, 7), ZONE)
    figures = AnswerFigures(database)
    assert await figures.all(first) == {}
    one = await figures.one(FAQ, first, "day")
    assert (one.now, one.before) == (NOTHING, None)


async def test_a_year_is_compared_with_the_year_before(database: Database) -> None:
    talk = await Talk(database, "a", NOW - timedelta(days=400)).begin()
    await talk.says(("topic_opened", "faq/fees", None))
    await talk.hands_over()
    year = Period(DAY - timedelta(days=365), DAY, ZONE)
    figures = AnswerFigures(database)
    now, before = (await figures.all(year))[FAQ]
    assert (now.shown, before and before.handed_off) == (0, 1)
    one = await figures.one(FAQ, year, "week")
    assert (one.now, one.before, len(one.trend)) == (now, before, 53)
