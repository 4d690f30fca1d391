"""When users come: hours of the day by weekdays, in the organisation's time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Text, cast, func, select

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import Message, Ticket
from uwallet_gateway.insight.days import Period
from uwallet_gateway.protocol.insight import BusyHours

_HOUR = "%Y-%m-%d %H"
_HOURS, _WEEKDAYS = 24, 7


async def busy_hours(database: Database, period: Period) -> BusyHours:
    """Counts conversations and handoffs by weekday and hour."""
    hour = _hour_of(is_sqlite=database.is_sqlite).label("hour")
    talks = (
        select(hour, Message.conversation_id)
        .where(
            Message.created_at >= period.start,
            Message.created_at < period.end,
            # The request to be greeted is nobody's word.
            Message.author == "user",
            (Message.text != "") | Message.attachment_id.is_not(None),
        )
        .distinct()
        .subquery()
    )
    async with database.read() as transaction:
        counted = await transaction.execute(select(talks.c.hour, func.count()).group_by(talks.c.hour))
        hours: dict[str, int] = dict(counted.tuples().all())
        tickets = await transaction.scalars(
            select(Ticket.created_at).where(Ticket.created_at >= period.start, Ticket.created_at < period.end)
        )
        handed_over = table(period, ((moment, 1) for moment in tickets))
    conversations = table(
        period, ((datetime.strptime(name, _HOUR).replace(tzinfo=UTC), count) for name, count in hours.items())
    )
    weekdays = Counter(day.weekday() for day in period.days)
    return BusyHours(
        first=period.first,
        last=period.last,
        time_zone=period.zone.key,
        days=[weekdays[number] for number in range(_WEEKDAYS)],
        conversations=conversations,
        handed_over=handed_over,
    )


def table(period: Period, moments: Iterable[tuple[datetime, int]]) -> list[list[int]]:
    """Sums by weekday, Monday first, and by hour."""
    rows = [[0] * _HOURS for _ in range(_WEEKDAYS)]
    for moment, count in moments:
        there = moment.astimezone(period.zone)
        rows[there.weekday()][there.hour] += count
    return rows


def _hour_of(*, is_sqlite: bool) -> ColumnElement[str]:
    """The hour of a message in UTC, as `_HOUR` has it: neither database knows the time zone of the organisation."""
    if is_sqlite:
        return func.substr(cast(Message.created_at, Text), 1, len("2026-11-28 18"))
    return func.to_char(func.timezone("UTC", Message.created_at), "YYYY-MM-DD HH24")
