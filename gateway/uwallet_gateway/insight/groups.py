"""The list of what users asked in vain, by meaning; and what is done about it. grouping.py makes the groups."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import Agent, GroupedMessage, Message, QuestionGroup, Ticket, Understanding
from uwallet_gateway.insight.grouping import is_unanswered
from uwallet_gateway.insight.label_export import normalised
from uwallet_gateway.insight.misunderstood import LABEL, LabelError
from uwallet_gateway.protocol.insight import (
    MisunderstandingKind,
    NearAnswerView,
    QuestionGroupRequest,
    QuestionGroupsPage,
    QuestionGroupState,
    QuestionGroupView,
)

# Example messages that are told, their length, and the newest of a group among which they are chosen.
_EXAMPLES, _LONGEST, _LOOKED_AT = 5, 200, 50


class QuestionGroups:
    """All of them."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def page(
        self,
        *,
        days: int,
        state: QuestionGroupState = "open",
        kind: MisunderstandingKind | None = None,
        handed_over: bool = False,
        offset: int = 0,
        limit: int,
    ) -> QuestionGroupsPage:
        """Groups, those with the most messages first.

        Args:
            days: Messages of so many days count, and those of as many days before are told beside them.
            state: Open ones, with those that were handled and are asked again; handled, or ignored ones.
            kind: Only messages of this kind count.
            handed_over: Only messages after which the conversation was handed over count.
            offset: So many groups are left out.
            limit: So many groups at most.
        """
        start = now() - timedelta(days=days)
        counted = [*_counted(state, kind), *([_handed_over()] if handed_over else [])]
        async with self._database.read() as session:
            rows = (await session.execute(_figures(start, days, counted, offset, limit))).all()
            shown = rows[:limit]
            ids = [row[0].id for row in shown]
            kinds, examples = await _kinds(session, ids, start, counted), await _examples(session, ids, counted)
            waiting = await session.scalar(_waiting())
        return QuestionGroupsPage(
            groups=[
                QuestionGroupView(
                    id=group.id,
                    state="open" if state == "open" else group.state,
                    count=count,
                    before=before,
                    handed_over=given,
                    kinds=kinds.get(group.id, {}),
                    last_at=last,
                    examples=examples.get(group.id, []),
                    nearest=[NearAnswerView(**answer) for answer in group.nearest or ()],
                    handled_as=group.handled_as,
                    answer=group.answer,
                    handled_by=name,
                    handled_at=group.handled_at,
                )
                for group, name, count, before, given, last in shown
            ],
            next=offset + limit if len(rows) > limit else None,
            waiting=waiting or 0,
        )

    async def change(self, group_id: int, change: QuestionGroupRequest, agent_id: int) -> bool:
        """Keeps what was done about a group. Returns whether there is such a group."""
        is_open = change.state == "open"
        async with self._database.write() as session:
            group = await session.get(QuestionGroup, group_id)
            if group is None:
                return False
            group.state = change.state
            group.handled_as = None if is_open else change.handled_as
            group.answer = None if is_open else change.answer
            group.handled_by = None if is_open else agent_id
            group.handled_at = None if is_open else now()
            record(
                session,
                Action.QUESTIONS_SETTLED,
                str(group_id),
                state=change.state,
                handled_as=group.handled_as,
                answer=group.answer,
            )
            return True

    async def label(self, group_id: int, intent: str, agent_id: int) -> int | None:
        """Says what all messages of a group mean that have no label yet, which settles it.

        Returns:
            How many messages; None if there is no such group.

        Raises:
            LabelError: No intent can have this name.
        """
        if not LABEL.fullmatch(intent):
            raise LabelError(intent)
        moment = now()
        async with self._database.write() as session:
            group = await session.get(QuestionGroup, group_id)
            if group is None:
                return None
            labelled = await session.execute(
                update(Understanding)
                .where(
                    exists().where(
                        GroupedMessage.conversation_id == Understanding.conversation_id,
                        GroupedMessage.message_id == Understanding.message_id,
                        GroupedMessage.group_id == group_id,
                    ),
                    is_unanswered(),
                    Understanding.label.is_(None),
                )
                .values(label=intent, labelled_by=agent_id, labelled_at=moment)
                .returning(Understanding.message_id)
                .execution_options(synchronize_session=False)
            )
            count = len(labelled.all())
            group.state, group.handled_as, group.answer = "handled", "label", intent
            group.handled_by, group.handled_at = agent_id, moment
            record(session, Action.QUESTIONS_LABELLED, str(group_id), intent=intent, messages=count)
            return count


def _of_message() -> ColumnElement[bool]:
    return and_(
        GroupedMessage.conversation_id == Understanding.conversation_id,
        GroupedMessage.message_id == Understanding.message_id,
    )


def _counted(state: QuestionGroupState, kind: MisunderstandingKind | None) -> list[ColumnElement[bool]]:
    conditions = [is_unanswered() if kind is None else Understanding.trouble == kind.value]
    if state == "open":
        is_new = or_(QuestionGroup.handled_at.is_(None), Understanding.created_at > QuestionGroup.handled_at)
        return [*conditions, QuestionGroup.state != "ignored", Understanding.label.is_(None), is_new]
    return [*conditions, QuestionGroup.state == state]


def _handed_over() -> ColumnElement[bool]:
    return exists().where(
        Ticket.conversation_id == Understanding.conversation_id, Ticket.created_at >= Understanding.created_at
    )


def _figures(
    start: datetime, days: int, counted: Iterable[ColumnElement[bool]], offset: int, limit: int
) -> Select[Any]:
    is_new = Understanding.created_at >= start
    count = func.sum(case((is_new, 1), else_=0))
    last = func.max(Understanding.created_at)
    figures = (
        select(
            GroupedMessage.group_id,
            count.label("count"),
            func.sum(case((is_new, 0), else_=1)).label("before"),
            func.sum(case((and_(is_new, _handed_over()), 1), else_=0)).label("handed_over"),
            last.label("last"),
        )
        .join(Understanding, _of_message())
        .join(QuestionGroup, QuestionGroup.id == GroupedMessage.group_id)
        .where(Understanding.created_at >= start - timedelta(days=days), *counted)
        .group_by(GroupedMessage.group_id)
        .having(count > 0)
        .order_by(count.desc(), last.desc(), GroupedMessage.group_id)
        .offset(offset)
        .limit(limit + 1)
        .subquery()
    )
    return (
        select(QuestionGroup, Agent.name, *(figures.c[name] for name in ("count", "before", "handed_over", "last")))
        .join(figures, figures.c.group_id == QuestionGroup.id)
        .outerjoin(Agent, Agent.id == QuestionGroup.handled_by)
        .order_by(figures.c["count"].desc(), figures.c.last.desc(), QuestionGroup.id)
    )


async def _kinds(
    session: AsyncSession, ids: Sequence[int], start: datetime, counted: Iterable[ColumnElement[bool]]
) -> dict[int, dict[MisunderstandingKind, int]]:
    statement = (
        select(GroupedMessage.group_id, Understanding.trouble, func.count())
        .join(Understanding, _of_message())
        .join(QuestionGroup, QuestionGroup.id == GroupedMessage.group_id)
        .where(GroupedMessage.group_id.in_(ids), Understanding.created_at >= start, *counted)
        .group_by(GroupedMessage.group_id, Understanding.trouble)
        .order_by(func.count().desc())
    )
    kinds: defaultdict[int, dict[MisunderstandingKind, int]] = defaultdict(dict)
    for group_id, trouble, count in await session.execute(statement):
        kinds[group_id][MisunderstandingKind(trouble)] = count
    return kinds


async def _examples(
    session: AsyncSession, ids: Sequence[int], counted: Iterable[ColumnElement[bool]]
) -> dict[int, list[str]]:
    """Different messages of each group; what is only spelt otherwise is told once."""
    number = func.row_number().over(partition_by=GroupedMessage.group_id, order_by=Understanding.created_at.desc())
    newest = (
        select(GroupedMessage.group_id, Message.text, number.label("number"))
        .join(Understanding, _of_message())
        .join(QuestionGroup, QuestionGroup.id == GroupedMessage.group_id)
        .join(
            Message,
            and_(Message.conversation_id == Understanding.conversation_id, Message.id == Understanding.message_id),
        )
        .where(GroupedMessage.group_id.in_(ids), *counted)
        .subquery()
    )
    statement = select(newest.c.group_id, newest.c.text).where(newest.c.number <= _LOOKED_AT).order_by(newest.c.number)
    texts: defaultdict[int, list[str]] = defaultdict(list)
    for group_id, text in await session.execute(statement):
        texts[group_id].append(text)
    return {group_id: _different(found) for group_id, found in texts.items()}


def _different(texts: Sequence[str]) -> list[str]:
    shown: dict[str, str] = {}
    for text in texts:
        shown.setdefault(normalised(text) or text, text)
    frequent = Counter(normalised(text) or text for text in texts).most_common(_EXAMPLES)
    return [shown[key][:_LONGEST] for key, _ in frequent]


def _waiting() -> Select[Any]:
    return (
        select(func.count())
        .select_from(Understanding)
        .outerjoin(GroupedMessage, _of_message())
        .join(
            Message,
            and_(Message.conversation_id == Understanding.conversation_id, Message.id == Understanding.message_id),
        )
        .where(is_unanswered(), Message.text != "", GroupedMessage.group_id.is_(None))
    )
