"""What became of the conversations of a pilot, and of all others in the same time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, select

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import (
    AnswerFeedback,
    BotEvent,
    KnowledgePilot,
    Message,
    PilotTalk,
    Ticket,
    Understanding,
)
from uwallet_gateway.protocol.insight import UNANSWERED
from uwallet_gateway.protocol.knowledge_pilots import PilotFigures

# With fewer, what differs is chance rather than anything else.
_ENOUGH = 30


@dataclass(frozen=True, slots=True)
class PilotReport:
    """The figures of both versions; `mixed` conversations were answered by both and count for neither."""

    pilot: PilotFigures
    others: PilotFigures
    mixed: int

    @property
    def is_few(self) -> bool:
        """Whether one side has too few conversations to say anything."""
        return min(self.pilot.conversations, self.others.conversations) < _ENOUGH


class PilotReports:
    """The same counts as in the statistics, by the version that has answered."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def read(self, pilot: KnowledgePilot) -> PilotReport:
        """The figures of a pilot, from when each conversation was first answered in its time."""
        until = pilot.ended_at or now()
        counts: dict[str, dict[bool, int]] = {}
        async with self._database.read() as transaction:
            for name, statement in _statements(pilot.id, until).items():
                counts[name] = {row[0]: row[1] for row in await transaction.execute(statement)}
            mixed = await transaction.scalar(
                select(func.count()).where(PilotTalk.pilot_id == pilot.id, PilotTalk.is_mixed)
            )
        figures = [
            PilotFigures(version=number, **{name: found.get(is_pilot, 0) for name, found in counts.items()})
            for number, is_pilot in ((pilot.version, True), (pilot.against, False))
        ]
        return PilotReport(figures[0], figures[1], mixed or 0)


def _statements(pilot_id: int, until: datetime) -> dict[str, Select[Any]]:
    def of(table: type[Any], *conditions: ColumnElement[bool], each: bool = False) -> Select[Any]:
        """Counts conversations, or each row, by the version that has answered."""
        what = func.count() if each else func.count(distinct(table.conversation_id))
        return (
            select(PilotTalk.is_pilot, what)
            .select_from(table)
            .join(PilotTalk, PilotTalk.conversation_id == table.conversation_id)
            .where(
                PilotTalk.pilot_id == pilot_id,
                ~PilotTalk.is_mixed,
                table.created_at >= PilotTalk.started_at,
                table.created_at < until,
                *conditions,
            )
            .group_by(PilotTalk.is_pilot)
        )

    return {
        "conversations": of(
            Message, Message.author == "user", (Message.text != "") | Message.attachment_id.is_not(None)
        ),
        "solved": of(BotEvent, BotEvent.kind == "solved"),
        "not_solved": of(BotEvent, BotEvent.kind == "not_solved"),
        "handed_off": of(Ticket),
        "helpful": of(AnswerFeedback, AnswerFeedback.helpful.is_(True), each=True),
        "unhelpful": of(AnswerFeedback, AnswerFeedback.helpful.is_(False), each=True),
        "not_understood": of(Understanding, Understanding.trouble.in_([kind.value for kind in UNANSWERED])),
    }
