"""Messages that the bot did not understand or guessed wrong, and the labels that supervisors give them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import GroupedMessage, Message, Ticket, Understanding
from uwallet_gateway.insight.days import Period
from uwallet_gateway.protocol.insight import Line, MisunderstandingKind, MisunderstoodMessage

# What an intent can be called.
LABEL = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Messages around the one in question, and characters of each.
_BEFORE, _AFTER, _LONGEST = 2, 1, 300
_CURSOR = re.compile(r"(?P<moment>[^~]{10,40})(~(?P<conversation_id>[0-9a-zA-Z_-]{1,64})~(?P<message_id>\d{1,9}))?")


class CursorError(ValueError):
    """`before` is not a cursor of this list."""


class LabelError(ValueError):
    """A label that no intent can have as its name."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message with the intent that it has."""

    text: str
    label: str


class Misunderstood:
    """All of them."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def page(
        self,
        *,
        kind: MisunderstandingKind | None = None,
        labelled: bool | None = None,
        handed_over: bool | None = None,
        group: int | None = None,
        before: str | None = None,
        limit: int,
    ) -> tuple[list[MisunderstoodMessage], str | None]:
        """The newest messages, and the cursor of those before them, None if there are none.

        Args:
            kind: Only these.
            labelled: Only those that have a label, or have none.
            handed_over: Only those after which the conversation was handed over, or was not.
            group: Only those of a group of messages that mean the same.
            before: A cursor, or a time (ISO 8601).
            limit: So many at most.

        Raises:
            CursorError: `before` is neither.
        """
        statement = _select_misunderstood().order_by(*_newest_first()).limit(limit + 1)
        if kind is not None:
            statement = statement.where(Understanding.trouble == kind.value)
        if labelled is not None:
            statement = statement.where(Understanding.label.is_not(None) if labelled else Understanding.label.is_(None))
        if handed_over is not None:
            statement = statement.where(_handed_over() if handed_over else ~_handed_over())
        if group is not None:
            statement = statement.where(_in_group(group))
        if before is not None:
            statement = statement.where(_before(before))
        async with self._database.read() as transaction:
            rows = (await transaction.execute(statement)).all()
            messages = await _messages(transaction, [(row[0], row[1]) for row in rows[:limit]])
        return messages, _cursor(rows[limit - 1][0]) if len(rows) > limit else None

    async def of(self, period: Period, limit: int) -> list[MisunderstoodMessage]:
        """Those of some days, newest first."""
        statement = (
            _select_misunderstood()
            .where(Understanding.created_at >= period.start, Understanding.created_at < period.end)
            .order_by(*_newest_first())
            .limit(limit)
        )
        async with self._database.read() as transaction:
            return await _messages(transaction, [(row[0], row[1]) for row in await transaction.execute(statement)])

    async def label(self, conversation_id: str, message_id: int, intent: str | None, agent_id: int) -> bool:
        """Says what a message means, or takes that back.

        Args:
            conversation_id: Its conversation.
            message_id: Which one.
            intent: Name of the intent; None to take it back.
            agent_id: Who says so.

        Returns:
            Whether there is such a message.

        Raises:
            LabelError: No intent can have this name.
        """
        if intent is not None and not LABEL.fullmatch(intent):
            raise LabelError(intent)
        async with self._database.write() as transaction:
            changed = await transaction.execute(
                update(Understanding)
                .where(
                    Understanding.conversation_id == conversation_id,
                    Understanding.message_id == message_id,
                    Understanding.trouble.is_not(None),
                )
                .values(
                    label=intent,
                    labelled_by=agent_id if intent else None,
                    labelled_at=now() if intent else None,
                )
                .returning(Understanding.message_id)
            )
            exists = changed.one_or_none() is not None
            if exists:
                record(transaction, Action.MESSAGE_LABELLED, f"{conversation_id}-{message_id}", intent=intent)
            return exists

    async def mark(self, conversation_id: str, message_id: int, *, marked: bool) -> bool:
        """Says that the answer to a user's message was wrong, or takes that back.

        Returns:
            Whether there is such a message.
        """
        async with self._database.write() as session:
            message = await session.get(Message, (conversation_id, message_id))
            if message is None or message.author != "user" or not message.text:
                return False
            row = await session.get(Understanding, (conversation_id, message_id))
            if row is None:
                row = Understanding(
                    conversation_id=conversation_id, message_id=message_id, created_at=message.created_at
                )
                session.add(row)
            if marked:
                row.trouble = row.trouble or MisunderstandingKind.MARKED
            elif row.trouble == MisunderstandingKind.MARKED:
                row.trouble = None
            record(session, Action.MESSAGE_MARKED, f"{conversation_id}-{message_id}", marked=marked)
            return True

    async def labelled(self) -> list[Labelled]:
        """All messages that have a label, those labelled first first."""
        statement = (
            select(Message.text, Understanding.label)
            .join(Message, _same())
            .where(Understanding.label.is_not(None))
            .order_by(Understanding.labelled_at, Understanding.conversation_id, Understanding.message_id)
        )
        async with self._database.read() as transaction:
            return [Labelled(text, label or "") for text, label in await transaction.execute(statement)]


def _same() -> ColumnElement[bool]:
    return and_(Message.conversation_id == Understanding.conversation_id, Message.id == Understanding.message_id)


def _handed_over() -> ColumnElement[bool]:
    return exists().where(
        Ticket.conversation_id == Understanding.conversation_id, Ticket.created_at >= Understanding.created_at
    )


def _in_group(group_id: int) -> ColumnElement[bool]:
    return exists().where(
        GroupedMessage.conversation_id == Understanding.conversation_id,
        GroupedMessage.message_id == Understanding.message_id,
        GroupedMessage.group_id == group_id,
    )


def _select_misunderstood() -> Select[tuple[Understanding, str]]:
    return select(Understanding, Message.text).join(Message, _same()).where(Understanding.trouble.is_not(None))


def _newest_first() -> tuple[ColumnElement[Any], ...]:
    return Understanding.created_at.desc(), Understanding.conversation_id.desc(), Understanding.message_id.desc()


def _cursor(row: Understanding) -> str:
    return f"{row.created_at.isoformat()}~{row.conversation_id}~{row.message_id}"


def _before(cursor: str) -> ColumnElement[bool]:
    match = _CURSOR.fullmatch(cursor)
    try:
        moment = datetime.fromisoformat(match["moment"]) if match else None
    except ValueError:
        moment = None
    if match is None or moment is None or moment.tzinfo is None:
        raise CursorError(cursor)
    if match["message_id"] is None:
        return Understanding.created_at < moment
    return or_(
        Understanding.created_at < moment,
        and_(
            Understanding.created_at == moment,
            tuple_(Understanding.conversation_id, Understanding.message_id)
            < tuple_(literal(match["conversation_id"]), literal(int(match["message_id"]))),
        ),
    )


async def _messages(transaction: AsyncSession, rows: Sequence[tuple[Understanding, str]]) -> list[MisunderstoodMessage]:
    lines = await _lines(transaction, [row for row, _ in rows])
    tickets = await _tickets(transaction, [row for row, _ in rows])
    return [
        MisunderstoodMessage(
            conversation_id=row.conversation_id,
            message_id=row.message_id,
            text=text,
            context=[
                line
                for number in range(row.message_id - _BEFORE, row.message_id + _AFTER + 1)
                if number != row.message_id and (line := lines[row.conversation_id].get(number))
            ],
            intent=row.intent,
            confidence=row.confidence,
            kind=MisunderstandingKind(row.trouble or ""),
            label=row.label,
            created_at=row.created_at,
            ticket_id=tickets.get((row.conversation_id, row.message_id)),
        )
        for row, text in rows
    ]


async def _tickets(transaction: AsyncSession, rows: Sequence[Understanding]) -> dict[tuple[str, int], int]:
    """The first ticket that came of each message, by conversation and message."""
    found: dict[tuple[str, int], int] = {}
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        statement = (
            select(Understanding.conversation_id, Understanding.message_id, func.min(Ticket.id))
            .join(
                Ticket,
                and_(
                    Ticket.conversation_id == Understanding.conversation_id,
                    Ticket.created_at >= Understanding.created_at,
                ),
            )
            .where(or_(*(_is(row) for row in some)))
            .group_by(Understanding.conversation_id, Understanding.message_id)
        )
        found |= {
            (conversation, message): ticket for conversation, message, ticket in await transaction.execute(statement)
        }
    return found


def _is(row: Understanding) -> ColumnElement[bool]:
    return and_(Understanding.conversation_id == row.conversation_id, Understanding.message_id == row.message_id)


async def _lines(transaction: AsyncSession, rows: Sequence[Understanding]) -> dict[str, dict[int, Line]]:
    """What stands around messages, by conversation and id."""
    lines: defaultdict[str, dict[int, Line]] = defaultdict(dict)
    # Together, but no statement with more terms than a database takes.
    for start in range(0, len(rows), 100):
        around = or_(
            *(
                and_(
                    Message.conversation_id == row.conversation_id,
                    Message.id.between(row.message_id - _BEFORE, row.message_id + _AFTER),
                )
                for row in rows[start : start + 100]
            )
        )
        statement = select(Message.conversation_id, Message.id, Message.author, Message.text).where(
            around, Message.text != ""
        )
        for conversation_id, number, author, text in await transaction.execute(statement):
            lines[conversation_id][number] = Line(author, text[:_LONGEST])
    return lines
