"""Quality checks: which tickets to look at, the score sheet, and what supervisors say of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import ColumnElement, Select, Text, and_, cast, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update
from uwallet_gateway.database.tables import Agent, QualityReview, Ticket
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.days import Period
from uwallet_gateway.protocol.quality import Criterion, Review, SampleRule
from uwallet_gateway.protocol.tickets import AgentName
from uwallet_gateway.yaml_files import load_yaml

PATH = Path(__file__).with_name("quality.yml")
_LOW = 2
# Reasons and alarms of a handoff (docs/handoff.md).
_STOLEN, _STOLEN_ALARMS = ("account_compromised", "fraud"), ("victim", "fraud_underway")
_MOST_REVIEWS = 200


class QualityFileError(Exception):
    """quality.yml is wrong."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", str_min_length=1)

    id: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    title: str
    hint: str
    points: Annotated[int, Field(ge=1, le=100)]


@lru_cache
def load_criteria(path: Path = PATH) -> tuple[Criterion, ...]:
    """Reads the score sheet.

    Raises:
        QualityFileError: The file is not what it should be, or names a criterion twice.
    """
    lines = load_yaml(path, TypeAdapter(list[_Line]), QualityFileError)[0]
    if len({line.id for line in lines}) < len(lines):
        raise QualityFileError(f"{path}: a criterion stands twice")
    return tuple(Criterion(**line.model_dump()) for line in lines)


class Quality:
    """Samples of tickets that nobody has reviewed, and reviews."""

    def __init__(self, database: Database, criteria: tuple[Criterion, ...]) -> None:
        """Keeps the score sheet."""
        self._database = database
        self.criteria = criteria

    async def sample(self, rule: SampleRule, period: Period, *, agent_id: int | None, limit: int) -> list[int]:
        """Ids of tickets that were closed in some days, that a rule finds, and that nobody has reviewed.

        `long` gives the longest first, `random` any, the others the newest first.
        """
        conditions: list[ColumnElement[bool]] = [
            Ticket.closed_at >= period.start,
            Ticket.closed_at < period.end,
            Ticket.agent_id.is_not(None),
            Ticket.claimed_at.is_not(None),
            ~exists().where(QualityReview.ticket_id == Ticket.id),
        ]
        if agent_id is not None:
            conditions.append(Ticket.agent_id == agent_id)
        statement: Select[Any] = select(Ticket.id)
        order: ColumnElement[Any] = Ticket.closed_at.desc()
        match rule:
            case "stolen":
                conditions.append(or_(Ticket.reason.in_(_STOLEN), *(_has_alarm(kind) for kind in _STOLEN_ALARMS)))
            case "low_rating":
                conditions.append(Ticket.rating <= _LOW)
            case "complaint":
                conditions.append(or_(Ticket.reason == "complaint", _has_alarm("complaint")))
            case "long":
                order = self._duration().desc()
            case "random":
                order = func.random()
        async with self._database.read() as transaction:
            return list(await transaction.scalars(statement.where(and_(*conditions)).order_by(order).limit(limit)))

    async def review(self, ticket_id: int, reviewer_id: int, points: dict[str, int], comment: str | None) -> Review:
        """Stores what a supervisor says of a ticket; another one before is replaced, and the agent sees it as new.

        Raises:
            InputError: not_found; conflict, of a ticket that no agent has served or that is not closed; malformed, if
                the points are not those of the sheet.
        """
        sheet = {criterion.id: criterion.points for criterion in self.criteria}
        if set(points) != set(sheet) or any(not 0 <= points[name] <= most for name, most in sheet.items()):
            raise InputError(ErrorCode.MALFORMED)
        score = round(100 * sum(points.values()) / sum(sheet.values()))
        async with self._database.write() as transaction:
            ticket = await transaction.get(Ticket, ticket_id)
            if ticket is None:
                raise InputError(ErrorCode.NOT_FOUND)
            if ticket.status != "closed" or ticket.agent_id is None or ticket.agent_id == reviewer_id:
                agent = await transaction.get(Agent, ticket.agent_id) if ticket.agent_id is not None else None
                name = AgentName(id=agent.id, name=agent.name).model_dump() if agent else None
                raise InputError(ErrorCode.CONFLICT, details={"agent": name, "status": ticket.status})
            row = QualityReview(
                ticket_id=ticket_id,
                agent_id=ticket.agent_id,
                reviewer_id=reviewer_id,
                points=points,
                score=score,
                comment=comment,
                created_at=now(),
                seen_at=None,
            )
            changed = {"agent_id", "reviewer_id", "points", "score", "comment", "created_at", "seen_at"}
            await insert_or_update(transaction, [row], changed)
            record(transaction, Action.QUALITY_REVIEWED, ticket.number, score=score)
        async with self._database.read() as transaction:
            return (await _reviews(transaction, QualityReview.ticket_id == ticket_id))[0]

    async def of_ticket(self, ticket_id: int) -> Review | None:
        """What was said of a ticket; None: nothing yet."""
        async with self._database.read() as transaction:
            found = await _reviews(transaction, QualityReview.ticket_id == ticket_id)
        return found[0] if found else None

    async def reviews(self, period: Period, agent_id: int | None) -> list[Review]:
        """The reviews of some days, the newest first."""
        conditions = [QualityReview.created_at >= period.start, QualityReview.created_at < period.end]
        if agent_id is not None:
            conditions.append(QualityReview.agent_id == agent_id)
        async with self._database.read() as transaction:
            return await _reviews(transaction, *conditions)

    async def of_agent(self, agent_id: int) -> list[Review]:
        """What was said of an agent's tickets, the newest first."""
        async with self._database.read() as transaction:
            return await _reviews(transaction, QualityReview.agent_id == agent_id)

    async def see(self, agent_id: int) -> None:
        """The agent has seen all reviews of their tickets."""
        async with self._database.write() as transaction:
            await transaction.execute(
                update(QualityReview)
                .where(QualityReview.agent_id == agent_id, QualityReview.seen_at.is_(None))
                .values(seen_at=now())
            )

    def _duration(self) -> ColumnElement[Any]:
        if self._database.is_sqlite:
            return func.julianday(Ticket.closed_at) - func.julianday(Ticket.claimed_at)
        return func.extract("epoch", Ticket.closed_at - Ticket.claimed_at)


def _has_alarm(kind: str) -> ColumnElement[bool]:
    """Whether the bot noted such an alarm. Quotes in what users wrote are escaped: none of it looks like one."""
    return cast(Ticket.handoff, Text).contains(f'"kind": "{kind}"', autoescape=True)


async def _reviews(transaction: AsyncSession, *conditions: ColumnElement[bool]) -> list[Review]:
    agent, reviewer = Agent, Agent.__table__.alias("reviewer")
    rows = await transaction.execute(
        select(QualityReview, Ticket, agent.name, reviewer.c.name)
        .join(Ticket, Ticket.id == QualityReview.ticket_id)
        .join(agent, agent.id == QualityReview.agent_id)
        .join(reviewer, reviewer.c.id == QualityReview.reviewer_id)
        .where(*conditions)
        .order_by(QualityReview.created_at.desc())
        .limit(_MOST_REVIEWS)
    )
    return [
        Review(
            ticket_id=ticket.id,
            number=ticket.number,
            topic=(ticket.handoff.get("topic") or {}).get("title"),
            rating=ticket.rating,
            agent=AgentName(id=review.agent_id, name=name),
            reviewer=reviewer_name,
            points=review.points,
            score=review.score,
            comment=review.comment,
            created_at=review.created_at,
            is_new=review.seen_at is None,
        )
        for review, ticket, name, reviewer_name in rows
    ]
