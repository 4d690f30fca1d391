"""Reads the input of the statistics from the database; figures.py counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    and_,
    column,
    distinct,
    func,
    literal,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import AnswerFeedback, BotEvent, Message, Ticket, Understanding, UtcTime
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.figures import (
    OPENED,
    BotRating,
    GivenFeedback,
    Overview,
    Talk,
    TicketFacts,
    answers,
    overview,
)
from uwallet_gateway.protocol.insight import AnswerFigures, MisunderstandingKind, Misunderstandings, StepFigures

# Who has said nothing for so long after a step is not coming back to it.
GONE_AFTER = timedelta(minutes=30)
# A ticket that the same turn made may be stamped a little earlier than what led to it.
_SAME_TURN = timedelta(minutes=1)
# Answers with the most 踩 that are told, and the newest words of users to each.
_MOST_ANSWERS, _MOST_COMMENTS = 30, 5
_OUTCOMES = ("solved", "not_solved", "abandoned")
_AT_STEP = ("step_shown", "step_problem")


@dataclass(frozen=True)
class Insight:
    """Everything that the page shows of some days.

    Attributes:
        period: The days.
        overview: By day and topic.
        steps: By topic and step.
        answers: With the most 踩.
        misunderstood: In the period.
        titles: Of topics, as far as tickets know them.
    """

    period: Period
    overview: Overview
    steps: list[StepFigures]
    answers: list[AnswerFigures]
    misunderstood: Misunderstandings
    titles: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Left:
    at: datetime
    conversation_id: str
    topic: str | None
    step: str | None
    step_number: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A step, and the number that the user saw."""

    topic: str
    step: str
    number: int | None


class Statistics:
    """The statistics of all conversations that are still kept."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def read(self, period: Period) -> Insight:
        """The figures of some days."""
        async with self._database.read() as transaction:
            days = _days(period)
            left = await _left(transaction, period)
            talks = await _talks(transaction, days)
            talks += [Talk(period.day_of(it.at), it.conversation_id, it.topic, "left") for it in left]
            tickets, steps_of_tickets, titles = await _tickets(transaction, period)
            feedback = await _feedback(transaction, period)
            return Insight(
                period,
                overview(period.days, talks, await _ratings(transaction, days), tickets, feedback),
                await _steps(transaction, period, left, steps_of_tickets),
                answers(feedback, _MOST_ANSWERS, _MOST_COMMENTS),
                await _misunderstandings(transaction, period),
                titles,
            )


def _days(period: Period) -> CTE:
    return days_table(list(period.spans()), Date())


def days_table(spans: Sequence[tuple[Any, datetime, datetime]], name_type: TypeEngine[Any] | None = None) -> CTE:
    """Spans of days as a table (`day`, `start`, `finish`), since not every database knows time zones.

    Args:
        spans: What each is called, when it begins and when it has ended.
        name_type: Of what they are called, a number by default.
    """
    columns = (column("day", name_type or Integer()), column("start", UtcTime()), column("finish", UtcTime()))
    return values(*columns, name="spans").data(list(spans)).cte("days")


async def _talks(transaction: AsyncSession, days: CTE) -> list[Talk]:
    written = (
        select(
            days.c.day, Message.conversation_id, literal(None, Text).label("topic"), literal(None, Text).label("kind")
        )
        .select_from(days)
        .join(Message, within(days, Message.created_at))
        # The request to be greeted is nobody's word.
        .where(Message.author == "user", (Message.text != "") | Message.attachment_id.is_not(None))
        .distinct()
    )
    noted = (
        select(days.c.day, BotEvent.conversation_id, BotEvent.topic, BotEvent.kind)
        .select_from(days)
        .join(BotEvent, within(days, BotEvent.created_at))
        .where(BotEvent.kind.in_((OPENED, *_OUTCOMES)))
        .distinct()
    )
    return [Talk(*row) for statement in (written, noted) for row in await transaction.execute(statement)]


async def _ratings(transaction: AsyncSession, days: CTE) -> list[BotRating]:
    statement: Select[Any] = (
        select(days.c.day, BotEvent.topic, BotEvent.value, func.count())
        .select_from(days)
        .join(BotEvent, within(days, BotEvent.created_at))
        .where(BotEvent.kind == "rated", BotEvent.value.is_not(None))
        .group_by(days.c.day, BotEvent.topic, BotEvent.value)
    )
    return [BotRating(*row) for row in await transaction.execute(statement)]


async def _left(transaction: AsyncSession, period: Period) -> list[_Left]:
    """Conversations that stopped at a step of a walkthrough long ago, without a ticket."""
    last = (
        select(func.max(BotEvent.id).label("id"))
        .where(BotEvent.created_at >= period.start, BotEvent.kind.in_((*_AT_STEP, *_OUTCOMES)))
        .group_by(BotEvent.conversation_id)
        .subquery()
    )
    statement = (
        select(BotEvent.created_at, BotEvent.conversation_id, BotEvent.topic, BotEvent.step, BotEvent.step_number)
        .join(last, last.c.id == BotEvent.id)
        .where(
            BotEvent.kind.in_(_AT_STEP),
            BotEvent.created_at < min(period.end, now() - GONE_AFTER),
        )
    )
    candidates = [_Left(*row) for row in await transaction.execute(statement)]
    if not candidates:
        return []
    last_tickets: dict[str, datetime] = {
        row[0]: row[1]
        for row in await transaction.execute(
            select(Ticket.conversation_id, func.max(Ticket.created_at))
            .where(Ticket.created_at >= period.start - _SAME_TURN)
            .group_by(Ticket.conversation_id)
        )
    }
    never = period.start - 2 * _SAME_TURN
    return [row for row in candidates if last_tickets.get(row.conversation_id, never) < row.at - _SAME_TURN]


async def _tickets(transaction: AsyncSession, period: Period) -> tuple[list[TicketFacts], list[_Place], dict[str, str]]:
    """Tickets made in the period; of how many the bot was at which step; what topics are called."""
    statement = (
        select(
            Ticket.created_at,
            Ticket.topic,
            Ticket.reason,
            Ticket.queued_at,
            Ticket.claimed_at,
            Ticket.first_reply_at,
            Ticket.rating,
            Ticket.conversation_id,
            Ticket.handoff["step"]["id"].as_string(),
            Ticket.handoff["step"]["number"].as_integer(),
            Ticket.handoff["topic"]["title"].as_string(),
        )
        .where(Ticket.created_at >= period.start, Ticket.created_at < period.end)
        .order_by(Ticket.id)
    )
    facts: list[TicketFacts] = []
    places: list[_Place] = []
    titles: dict[str, str] = {}
    for created_at, topic, *others, step, number, title in await transaction.execute(statement):
        facts.append(TicketFacts(period.day_of(created_at), topic, *others))
        if topic is not None and step is not None:
            places.append(_Place(topic, step, number))
        if topic is not None and title:
            titles[topic] = title
    return facts, places, titles


async def _feedback(transaction: AsyncSession, period: Period) -> list[GivenFeedback]:
    """What was said of answers, the newest first."""
    row = AnswerFeedback
    statement = (
        select(row.created_at, row.topic, row.helpful, Message.text, row.reasons, row.comment)
        .join(Message, and_(Message.conversation_id == row.conversation_id, Message.id == row.message_id))
        .where(row.created_at >= period.start, row.created_at < period.end)
        .order_by(row.updated_at.desc())
    )
    return [GivenFeedback(period.day_of(at), *others) for at, *others in await transaction.execute(statement)]


async def _steps(
    transaction: AsyncSession, period: Period, left: list[_Left], handed_off: list[_Place]
) -> list[StepFigures]:
    # A step that has got another number goes on being the same step.
    statement: Select[Any] = (
        select(
            BotEvent.topic,
            BotEvent.step,
            BotEvent.kind,
            func.count(distinct(BotEvent.conversation_id)),
            func.max(BotEvent.id),
        )
        .where(
            BotEvent.created_at >= period.start,
            BotEvent.created_at < period.end,
            BotEvent.kind.in_((*_AT_STEP, "abandoned")),
        )
        .group_by(BotEvent.topic, BotEvent.step, BotEvent.kind)
    )
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    numbers = {(it.topic, it.step): it.number for it in handed_off}
    latest: dict[tuple[str, str], int] = {}
    for topic, step, kind, count, event_id in await transaction.execute(statement):
        place = topic or "", step or ""
        counts[place][kind] += count
        latest[place] = max(event_id, latest.get(place, 0))
    for it in left:
        counts[it.topic or "", it.step or ""]["left"] += 1
        numbers[it.topic or "", it.step or ""] = it.step_number
    for seen in handed_off:
        counts[seen.topic, seen.step]["handed_off"] += 1
    rows = await transaction.execute(
        select(BotEvent.topic, BotEvent.step, BotEvent.step_number).where(BotEvent.id.in_(latest.values()))
    )
    numbers |= {(topic or "", step or ""): number for topic, step, number in rows}
    return [
        StepFigures(
            topic,
            step,
            number=numbers.get((topic, step)),
            shown=counter["step_shown"],
            problems=counter["step_problem"],
            abandoned=counter["abandoned"],
            left=counter["left"],
            handed_off=counter["handed_off"],
        )
        for (topic, step), counter in sorted(counts.items(), key=lambda it: (it[0][0], numbers.get(it[0]) or 0, it[0]))
        if topic
    ]


async def _misunderstandings(transaction: AsyncSession, period: Period) -> Misunderstandings:
    statement: Select[Any] = (
        select(Understanding.trouble, func.count(), func.count(Understanding.label))
        .where(
            Understanding.trouble.is_not(None),
            Understanding.created_at >= period.start,
            Understanding.created_at < period.end,
        )
        .group_by(Understanding.trouble)
    )
    counts = {row[0]: (row[1], row[2]) for row in await transaction.execute(statement)}
    return Misunderstandings(
        **{kind.value: counts.get(kind.value, (0, 0))[0] for kind in MisunderstandingKind},
        labelled=sum(labelled for _, labelled in counts.values()),
    )


def within(days: CTE, moment: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """Whether a moment is in a span of `days_table`."""
    return and_(moment >= days.c.start, moment < days.c.finish)
