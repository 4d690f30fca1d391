"""What became of each answer of the knowledge: shown, judged, solved after it, handed over after it.

Whatever follows an answer counts for the day on which the answer was shown, so that a share is one of what was shown:

- A 赞 or 踩 counts for all answers of the turn that it was given to, whenever it was given.
- What follows soon counts if it comes in one of the next `TURNS` turns of the user, or while the answer is still the
  last one; in both cases within `SOON`. The turn of the answer itself does not count.
- A walkthrough that is solved counts for all that was shown of it before within `SOON`, however many turns ago.
- The user's next message, if it could not be answered, within `SOON`, too.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, null, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import AnswerFeedback, BotEvent, Message, Ticket
from uwallet_gateway.insight.days import Period, PeriodError
from uwallet_gateway.insight.statistics import days_table, within
from uwallet_gateway.protocol.answer_figures import AnswerComment, AnswerCounts, Granularity

# Topic, and the place in it; None: the whole of it.
Address = tuple[str, str | None]
TURNS = 3
SOON = timedelta(days=1)
# What the bot notes when it gives an answer.
_SHOWN = ("topic_opened", "answered", "step_shown")
_UNANSWERED = ("not_understood", "out_of_scope", "not_meant")
_MOST_COMMENTS = 50
_WEEK = 7
# In front of all that is counted: the number of the span of days.
_Cell = tuple[int, Address]


@dataclass(slots=True)
class _Tally:
    shown: int = 0
    conversations: int = 0
    feedback: Counter[bool] = field(default_factory=Counter)
    # Each conversation, or turn, once.
    after: defaultdict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))

    def counts(self) -> AnswerCounts:
        return AnswerCounts(
            shown=self.shown,
            conversations=self.conversations,
            helpful=self.feedback[True],
            unhelpful=self.feedback[False],
            solved=len(self.after["solved"]),
            handed_off=len(self.after["handed_off"]),
            not_understood=len(self.after["not_understood"]),
        )


NOTHING = _Tally().counts()


@dataclass(frozen=True, slots=True)
class _After:
    """Something that counts for an answer: what, whose, for which answer, shown in which turn and when, and itself."""

    kind: str
    conversation_id: str
    topic: str
    place: str | None
    message_id: int
    shown_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class _Judged:
    """A 赞 or 踩 for an answer."""

    conversation_id: str
    message_id: int
    topic: str
    place: str | None
    shown_at: datetime
    helpful: bool
    reasons: Sequence[str]
    comment: str | None
    at: datetime


@dataclass(frozen=True)
class AnswerHistory:
    """One answer.

    Attributes:
        now: In all days.
        before: In as many days before.
        trend: By day or week, with its days and the counts of both.
        reasons: Of the 踩.
        comments: The newest, of 踩 first.
    """

    now: AnswerCounts
    before: AnswerCounts | None
    trend: list[tuple[Period, AnswerCounts, AnswerCounts | None]]
    reasons: dict[str, int]
    comments: list[AnswerComment]


class AnswerFigures:
    """The figures of answers in all conversations that are still kept."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def all(self, period: Period) -> dict[Address, tuple[AnswerCounts, AnswerCounts | None]]:
        """Of each answer that was shown in these days or before: the counts of both."""
        before = _before(period)
        spans = [period, *([before] if before else [])]
        async with self._database.read() as transaction:
            followed = await _followed(transaction, _hull(spans), None)
            counts = await _counts(transaction, spans, None, followed)
        found = dict.fromkeys(address for _, address in counts)
        return {
            address: (
                counts.get((0, address), NOTHING),
                counts.get((1, address), NOTHING) if before else None,
            )
            for address in found
        }

    async def reasons(self, period: Period) -> dict[Address, dict[str, int]]:
        """Why each answer that was shown in these days got its 踩, the most frequent reason first."""
        async with self._database.read() as transaction:
            judged = await _judged(transaction, _hull([period]), None)
        once = {
            (address, row.conversation_id, row.message_id): row
            for row in judged
            for address in ((row.topic, row.place), (row.topic, None))
            if not row.helpful
        }
        found: defaultdict[Address, Counter[str]] = defaultdict(Counter)
        for (address, *_), row in once.items():
            found[address].update(row.reasons)
        return {address: dict(counts.most_common()) for address, counts in found.items()}

    async def one(self, address: Address, period: Period, every: Granularity) -> AnswerHistory:
        """One answer, with its trend."""
        before = _before(period)
        parts = _parts(period, every)
        earlier = _parts(before, every) if before else []
        wholes = [period, *([before] if before else [])]
        async with self._database.read() as transaction:
            followed = await _followed(transaction, _hull(wholes), address)
            whole = await _counts(transaction, wholes, address, followed)
            counts = await _counts(transaction, [*parts, *earlier], address, followed)
        judged = [row for row in followed.judged if row.shown_at >= period.start]
        once = {(row.conversation_id, row.message_id): row for row in judged}.values()
        return AnswerHistory(
            whole.get((0, address), NOTHING),
            whole.get((1, address), NOTHING) if before else None,
            [
                (
                    part,
                    counts.get((number, address), NOTHING),
                    counts.get((len(parts) + number, address), NOTHING) if before else None,
                )
                for number, part in enumerate(parts)
            ],
            dict(Counter(reason for row in once if not row.helpful for reason in row.reasons).most_common()),
            _comments(once),
        )


def _before(period: Period) -> Period | None:
    try:
        return period.before
    except PeriodError:
        return None


@dataclass(frozen=True, slots=True)
class _Moments:
    """From when until when; two periods may be longer than one may."""

    start: datetime
    end: datetime


def _hull(spans: Sequence[Period]) -> _Moments:
    return _Moments(min(it.start for it in spans), max(it.end for it in spans))


def _parts(period: Period, every: Granularity) -> list[Period]:
    """The days, or weeks that end with the last day: each has seven, so that it is compared with one like it."""
    if every == "day":
        return [Period(day, day, period.zone) for day in period.days]
    found: list[Period] = []
    last = period.last
    while last >= period.first:
        first = max(period.first, last - timedelta(days=_WEEK - 1))
        found.insert(0, Period(first, last, period.zone))
        last = first - timedelta(days=1)
    return found


def _comments(judged: Iterable[_Judged]) -> list[AnswerComment]:
    newest = sorted((row for row in judged if row.comment), key=lambda row: row.at, reverse=True)
    newest.sort(key=lambda row: row.helpful)
    return [
        AnswerComment(text=row.comment or "", helpful=row.helpful, reasons=list(row.reasons), at=row.at)
        for row in newest[:_MOST_COMMENTS]
    ]


@dataclass(frozen=True)
class _Followed:
    """What was said of answers, and what came after them."""

    judged: list[_Judged]
    after: list[_After]


async def _followed(transaction: AsyncSession, whole: _Moments, address: Address | None) -> _Followed:
    """All that counts for answers that were shown in these days."""
    after = [_After(*row) for statement in _after(whole, address) for row in await transaction.execute(statement)]
    return _Followed(await _judged(transaction, whole, address), after)


async def _counts(
    transaction: AsyncSession, spans: Sequence[Period], address: Address | None, followed: _Followed
) -> dict[_Cell, AnswerCounts]:
    """Counts by span and answer; the whole of a topic has all that is in it."""
    tallies: defaultdict[_Cell, _Tally] = defaultdict(_Tally)
    for number, topic, place, turns, conversations in [
        row for statement in _shown(spans, address) for row in await transaction.execute(statement)
    ]:
        tally = tallies[number, (topic, place)]
        tally.shown, tally.conversations = turns, conversations
    # Many rows are counted beside the loop, which has chats to carry.
    await asyncio.to_thread(_count, tallies, _span_of(spans), followed.judged, followed.after)
    return {cell: tally.counts() for cell, tally in tallies.items() if address in (None, cell[1])}


def _count(
    tallies: defaultdict[_Cell, _Tally],
    span_of: Callable[[datetime], int | None],
    judged: Iterable[_Judged],
    after: Iterable[_After],
) -> None:
    seen: set[tuple[_Cell, str, int]] = set()
    for row in judged:
        number = span_of(row.shown_at)
        if number is None:
            continue
        for address in {(row.topic, row.place), (row.topic, None)}:
            key = (number, address), row.conversation_id, row.message_id
            if key not in seen:
                seen.add(key)
                tallies[number, address].feedback[row.helpful] += 1
    for it in after:
        number = span_of(it.shown_at)
        if number is None or it.at > it.shown_at + SOON:
            continue
        unit: object = it.conversation_id
        if it.kind == "not_understood":
            unit = it.conversation_id, it.message_id
        for address in {(it.topic, it.place), (it.topic, None)}:
            tallies[number, address].after[it.kind].add(unit)


def _span_of(spans: Sequence[Period]) -> Callable[[datetime], int | None]:
    days: dict[date, int] = {day: number for number, span in enumerate(spans) for day in span.days}
    zone = spans[0].zone
    return lambda moment: days.get(moment.astimezone(zone).date())


def _told(address: Address | None) -> ColumnElement[bool]:
    """The events by which an answer is given; of one answer, or of all."""
    topic, place = address or (None, None)
    return and_(
        BotEvent.kind.in_(_SHOWN),
        BotEvent.topic.is_not(None) if topic is None else BotEvent.topic == topic,
        true() if place is None else BotEvent.step == place,
    )


def _shown(spans: Sequence[Period], address: Address | None) -> list[Select[Any]]:
    """Number of the span, topic, place, turns, conversations: of each place, and of each topic as a whole."""
    days = days_table([(number, span.start, span.end) for number, span in enumerate(spans)])
    of_topic = (days.c.day, BotEvent.topic)
    found: list[Select[Any]] = []
    for is_whole in (True, False):
        if address is not None and is_whole != (address[1] is None):
            continue
        turns = (
            select(*of_topic, null().label("step") if is_whole else BotEvent.step)
            .add_columns(BotEvent.conversation_id, BotEvent.message_id)
            .select_from(days)
            .join(BotEvent, within(days, BotEvent.created_at))
            .where(_told(address), true() if is_whole else BotEvent.step.is_not(None))
            .distinct()
            .subquery()
        )
        columns = (turns.c.day, turns.c.topic, turns.c.step)
        found.append(select(*columns, func.count(), func.count(turns.c.conversation_id.distinct())).group_by(*columns))
    return found


async def _judged(transaction: AsyncSession, period: _Moments, address: Address | None) -> list[_Judged]:
    """What was said of answers that were shown in these days, once for each answer of the turn."""
    row = AnswerFeedback
    statement = (
        select(
            row.conversation_id,
            row.message_id,
            BotEvent.topic,
            BotEvent.step,
            BotEvent.created_at,
            row.helpful,
            row.reasons,
            row.comment,
            row.updated_at,
        )
        .join(Message, and_(Message.conversation_id == row.conversation_id, Message.id == row.message_id))
        .join(
            BotEvent,
            and_(BotEvent.conversation_id == row.conversation_id, BotEvent.message_id == Message.in_reply_to),
        )
        # Nothing is judged before it is shown.
        .where(row.created_at >= period.start, *_shown_in(period), _told(address))
    )
    return [_Judged(*found) for found in await transaction.execute(statement)]


def _after(period: _Moments, address: Address | None) -> list[Select[Any]]:
    """What followed answers that were shown in these days, as rows of `_After`."""
    until = period.end + SOON
    noted = aliased(BotEvent)
    solved = (
        select(
            noted.conversation_id,
            noted.message_id,
            noted.created_at,
            noted.topic.label("topic"),
            *_marks(noted.conversation_id, noted.message_id),
        )
        .where(noted.kind == "solved", noted.created_at >= period.start, noted.created_at < until)
        .cte("solved")
    )
    tickets = _ticket_turns(period.start, until)
    failed = (
        select(
            noted.conversation_id,
            noted.message_id,
            noted.created_at,
            _earlier_turn(noted.conversation_id, noted.message_id, 0).label("previous"),
        )
        .where(noted.kind.in_(_UNANSWERED), noted.created_at >= period.start, noted.created_at < until)
        .cte("failed")
    )

    def rows(kind: str, what: Any, condition: ColumnElement[bool]) -> Select[Any]:
        return (
            select(
                literal(kind, String),
                what.c.conversation_id,
                BotEvent.topic,
                BotEvent.step,
                BotEvent.message_id,
                BotEvent.created_at,
                what.c.created_at,
            )
            .select_from(what)
            .join(BotEvent, and_(BotEvent.conversation_id == what.c.conversation_id, condition))
            .where(*_shown_in(period), _told(address))
        )

    def is_soon(what: Any) -> ColumnElement[bool]:
        return or_(BotEvent.message_id >= func.coalesce(what.c.boundary, 0), BotEvent.message_id == what.c.latest)

    return [
        rows(
            "solved",
            solved,
            and_(BotEvent.message_id < solved.c.message_id, or_(is_soon(solved), BotEvent.topic == solved.c.topic)),
        ),
        rows("handed_off", tickets, and_(BotEvent.message_id < tickets.c.message_id, is_soon(tickets))),
        rows("not_understood", failed, BotEvent.message_id == failed.c.previous),
    ]


def _ticket_turns(start: datetime, until: datetime) -> Any:
    """Tickets with the turn that made them: the user's last message before."""
    turn = (
        select(func.max(Message.id))
        .where(
            Message.conversation_id == Ticket.conversation_id,
            Message.created_at <= Ticket.created_at,
            *_of_user(Message),
        )
        .correlate(Ticket)
        .scalar_subquery()
    )
    made = (
        select(Ticket.conversation_id, turn.label("message_id"), Ticket.created_at)
        .where(Ticket.created_at >= start, Ticket.created_at < until)
        .cte("made")
    )
    return select(
        made.c.conversation_id,
        made.c.message_id,
        made.c.created_at,
        *_marks(made.c.conversation_id, made.c.message_id),
    ).cte("tickets_made")


def _marks(conversation_id: Any, message_id: Any) -> tuple[Any, Any]:
    """Where the last turns before a message begin, and in which one an answer was given last."""
    event = aliased(BotEvent)
    latest = (
        select(func.max(event.message_id))
        .where(
            event.conversation_id == conversation_id,
            event.message_id < message_id,
            event.kind.in_(_SHOWN),
            event.topic.is_not(None),
        )
        .scalar_subquery()
    )
    return _earlier_turn(conversation_id, message_id, TURNS - 1).label("boundary"), latest.label("latest")


def _earlier_turn(conversation_id: Any, message_id: Any, skipped: int) -> Any:
    """The user's message before another one, with some in between."""
    message = aliased(Message)
    return (
        select(message.id)
        .where(message.conversation_id == conversation_id, message.id < message_id, *_of_user(message))
        .order_by(message.id.desc())
        .limit(1)
        .offset(skipped)
        .scalar_subquery()
    )


def _of_user(message: Any) -> tuple[ColumnElement[bool], ...]:
    # The request to be greeted is nobody's word.
    return message.author == "user", or_(message.text != "", message.attachment_id.is_not(None))


def _shown_in(period: _Moments) -> tuple[ColumnElement[bool], ...]:
    moment: InstrumentedAttribute[datetime] = BotEvent.created_at
    return moment >= period.start, moment < period.end
