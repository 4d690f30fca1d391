"""What users ask about, week by week, and how much of it is answered.

A question is a typed message of which the bot has opened a topic, or that it could not answer. It counts as answered
unless somebody has said otherwise: the bot itself, the user by 踩 or 都不是, an agent by a mark.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, null, or_, select

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import BotEvent, Message, Understanding
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.figures import OPENED
from uwallet_gateway.protocol.insight import UNANSWERED, CoverageCell, CoverageRow, CoverageView

_DAYS = 7


async def coverage(database: Database, weeks: int, zone: ZoneInfo) -> CoverageView:
    """Returns the figures of the last weeks; titles are not known here."""
    today = now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(days=_DAYS * number) for number in range(weeks - 1, -1, -1)]
    period = Period(mondays[0], today, zone)
    asked: Counter[tuple[str | None, date]] = Counter()
    answered: Counter[tuple[str | None, date]] = Counter()
    async with database.read() as session:
        for topic, moment, trouble in await session.execute(_questions(period)):
            cell = topic, _monday(moment, zone)
            asked[cell] += 1
            answered[cell] += trouble is None
    by_topic: defaultdict[str | None, int] = defaultdict(int)
    for (topic, _), count in asked.items():
        by_topic[topic] += count

    def cell_of(topic: str | None, week: date) -> CoverageCell:
        return CoverageCell(asked=asked[topic, week], answered=answered[topic, week])

    return CoverageView(
        time_zone=zone.key,
        weeks=mondays,
        total=[
            CoverageCell(
                asked=sum(asked[topic, week] for topic in by_topic),
                answered=sum(answered[topic, week] for topic in by_topic),
            )
            for week in mondays
        ],
        topics=[
            CoverageRow(topic=topic, title=None, weeks=[cell_of(topic, week) for week in mondays])
            for topic in sorted(by_topic, key=lambda topic: (-by_topic[topic], topic or ""))
        ],
    )


def _questions(period: Period) -> Select[Any]:
    """Topic, moment and trouble of each question; a message that opens two topics asks two."""
    opened = and_(
        BotEvent.conversation_id == Understanding.conversation_id,
        BotEvent.message_id == Understanding.message_id,
        BotEvent.kind == OPENED,
    )
    trouble = Understanding.trouble.in_([kind.value for kind in UNANSWERED])
    return (
        select(BotEvent.topic, Understanding.created_at, case((trouble, Understanding.trouble), else_=null()))
        .outerjoin(BotEvent, opened)
        .join(
            Message,
            and_(Message.conversation_id == Understanding.conversation_id, Message.id == Understanding.message_id),
        )
        .where(
            Understanding.created_at >= period.start,
            Understanding.created_at < period.end,
            or_(BotEvent.id.is_not(None), trouble),
        )
    )


def _monday(moment: datetime, zone: ZoneInfo) -> date:
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
