"""Keeps messages that the bot could not answer in groups that mean the same, behind the conversations.

The engine has the sentence vectors and the clustering. A new message joins the nearest group, or begins one; from time
to time the newest messages are grouped anew as a whole. What somebody has done about a group stays: only groups that
are open are made anew, and the new ones keep the ids of those with which they share the most messages.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.database.tables import GroupedMessage, Message, QuestionGroup, Understanding
from uwallet_gateway.engine.assistant import MOST_GROUPED, MOST_TEXTS, EngineAssistant
from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.vectors import mean_of, to_bytes, to_told
from uwallet_gateway.protocol.insight import UNANSWERED

# Seconds between two looks for new messages, and between two requests while there are more: users come first.
_PAUSE, _BREATH = 20.0, 0.5
# Everything is grouped anew after so many new messages, or a tenth of all.
_FRESH, _FRESH_SHARE = 100, 0.1
# Groups whose nearest answers are asked for at once, after this time again: answers are added meanwhile.
_ASKED_AT_ONCE, _ASKED_AGAIN = 10, timedelta(days=1)
# Messages of a group among which the most typical one is looked for.
_LOOKED_AT = 20
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Member:
    conversation_id: str
    message_id: int
    group_id: int
    vector: bytes

    @property
    def key(self) -> tuple[str, int]:
        return self.conversation_id, self.message_id


class Grouper:
    """Does it in the background."""

    def __init__(self, database: Database, assistant: EngineAssistant) -> None:
        """Reads nothing yet."""
        self._database = database
        self._assistant = assistant
        # After a start all is grouped anew: the engine may be another one.
        self._fresh = _FRESH

    async def run_for_ever(self) -> None:
        """Looks now and then. A failure is logged; the next look tries again."""
        while True:
            has_more = False
            try:
                has_more = await self.run_once()
            except InputError:
                # The engine is away, and the client has said so.
                pass
            except Exception:
                _log.exception("insight.grouping_failed")
            await asyncio.sleep(_BREATH if has_more else _PAUSE)

    async def run_once(self) -> bool:
        """Groups some new messages; or all anew if it is time for it. Returns whether there may be more to do.

        Raises:
            InputError: unavailable.
        """
        added = await self._add()
        self._fresh += added
        if added == MOST_TEXTS:
            return True
        async with self._database.read() as session:
            total = await session.scalar(select(func.count()).select_from(GroupedMessage)) or 0
        if total and self._fresh >= max(_FRESH, total * _FRESH_SHARE):
            await self._regroup()
            self._fresh = 0
        return await self._ask_nearest() == _ASKED_AT_ONCE

    async def _add(self) -> int:
        """Reads new messages and puts them into groups. Returns how many."""
        async with self._database.read() as session:
            messages = (await session.execute(_ungrouped().limit(MOST_TEXTS))).tuples().all()
            if not messages:
                return 0
            known = await _groups(session)
        grouping = await self._assistant.groups(
            [text for _, _, text in messages], (), [(to_told(group.mean), group.count) for group in known]
        )
        members: defaultdict[int, list[tuple[str, int, bytes]]] = defaultdict(list)
        for (conversation_id, message_id, _), told, number in zip(
            messages, grouping.vectors, grouping.groups, strict=True
        ):
            members[number].append((conversation_id, message_id, to_bytes(told)))
        async with self._database.write() as session:
            for number, rows in members.items():
                vectors = [vector for *_, vector in rows]
                group = await session.get(QuestionGroup, known[number].id) if number < len(known) else None
                if group is None:
                    group = await _new_group(session, vectors)
                else:
                    group.mean = mean_of(vectors, group.mean, group.count)
                    group.count += len(vectors)
                    group.updated_at = now()
                for conversation_id, message_id, vector in rows:
                    await _insert(session, _Member(conversation_id, message_id, group.id, vector))
        return len(messages)

    async def _regroup(self) -> None:
        """Groups the newest messages of all open groups anew."""
        async with self._database.read() as session:
            fixed = [group for group in await _groups(session) if group.state != "open"]
            newest = await session.execute(_newest_in_open_groups().limit(MOST_GROUPED))
            members = [_Member(*row) for row in newest.tuples()]
        if not members:
            return
        grouping = await self._assistant.groups(
            (),
            [to_told(member.vector) for member in members],
            [(to_told(group.mean), group.count) for group in fixed],
        )
        together: defaultdict[int, list[_Member]] = defaultdict(list)
        for member, number in zip(members, grouping.groups, strict=True):
            together[number].append(member)
        ids = _ids_kept({number: rows for number, rows in together.items() if number >= len(fixed)})
        ids |= {number: group.id for number, group in enumerate(fixed)}
        means = await asyncio.to_thread(
            lambda: {
                number: mean_of(member.vector for member in rows)
                for number, rows in together.items()
                if number >= len(fixed)
            }
        )
        async with self._database.write() as session:
            for number, rows in together.items():
                group_id = ids.get(number)
                if number in means:
                    group = await session.get(QuestionGroup, group_id) if group_id is not None else None
                    if group is None:
                        group = await _new_group(session, [member.vector for member in rows])
                    group.mean, group.count, group_id = means[number], len(rows), group.id
                moved = [member.key for member in rows if member.group_id != group_id]
                for start in range(0, len(moved), _FRESH):
                    await session.execute(
                        update(GroupedMessage)
                        .where(_key().in_(moved[start : start + _FRESH]))
                        .values(group_id=group_id)
                        .execution_options(synchronize_session=False)
                    )
            await session.execute(
                delete(QuestionGroup)
                .where(
                    QuestionGroup.state == "open",
                    ~exists().where(GroupedMessage.group_id == QuestionGroup.id),
                )
                .execution_options(synchronize_session=False)
            )

    async def _ask_nearest(self) -> int:
        """Asks for the known answers near to some groups that have none yet. Returns how many."""
        old = now() - _ASKED_AGAIN
        async with self._database.read() as session:
            groups = (
                await session.scalars(
                    select(QuestionGroup.id)
                    .where(
                        QuestionGroup.state == "open",
                        or_(QuestionGroup.nearest_at.is_(None), QuestionGroup.nearest_at < old),
                    )
                    .order_by(QuestionGroup.nearest_at.is_not(None), QuestionGroup.count.desc())
                    .limit(_ASKED_AT_ONCE)
                )
            ).all()
            typical = {group_id: most_typical(await _texts(session, group_id)) for group_id in groups}
        for group_id, text in typical.items():
            answers = await self._assistant.nearest(text) if text else []
            async with self._database.write() as session:
                await session.execute(
                    update(QuestionGroup)
                    .where(QuestionGroup.id == group_id)
                    .values(nearest=[answer.model_dump() for answer in answers], nearest_at=now())
                )
        return len(groups)


def is_unanswered() -> ColumnElement[bool]:
    """Whether a message belongs into a group."""
    return Understanding.trouble.in_([kind.value for kind in UNANSWERED])


def most_typical(texts: Sequence[str]) -> str:
    """The text that is most like the others; empty without any."""
    return max(texts, key=lambda text: sum(fuzz.ratio(text, other) for other in texts), default="")


def _key() -> ColumnElement[tuple[str, int]]:
    return tuple_(GroupedMessage.conversation_id, GroupedMessage.message_id)


def _same() -> ColumnElement[bool]:
    return and_(Message.conversation_id == Understanding.conversation_id, Message.id == Understanding.message_id)


def _ungrouped() -> Select[tuple[str, int, str]]:
    return (
        select(Understanding.conversation_id, Understanding.message_id, Message.text)
        .join(Message, _same())
        .outerjoin(
            GroupedMessage,
            and_(
                GroupedMessage.conversation_id == Understanding.conversation_id,
                GroupedMessage.message_id == Understanding.message_id,
            ),
        )
        .where(is_unanswered(), Message.text != "", GroupedMessage.group_id.is_(None))
        .order_by(Understanding.created_at.desc())
    )


def _newest_in_open_groups() -> Select[tuple[str, int, int, bytes]]:
    return (
        select(
            GroupedMessage.conversation_id, GroupedMessage.message_id, GroupedMessage.group_id, GroupedMessage.vector
        )
        .join(QuestionGroup, QuestionGroup.id == GroupedMessage.group_id)
        .join(
            Understanding,
            and_(
                GroupedMessage.conversation_id == Understanding.conversation_id,
                GroupedMessage.message_id == Understanding.message_id,
            ),
        )
        .where(QuestionGroup.state == "open", is_unanswered())
        .order_by(Understanding.created_at.desc())
    )


async def _groups(session: AsyncSession) -> list[QuestionGroup]:
    """The groups that messages can join: those that something was done about, and the ones that were added to last."""
    statement = (
        select(QuestionGroup)
        .order_by(QuestionGroup.state == "open", QuestionGroup.updated_at.desc(), QuestionGroup.id)
        .limit(MOST_GROUPED)
    )
    return list(await session.scalars(statement))


async def _texts(session: AsyncSession, group_id: int) -> list[str]:
    statement = (
        select(Message.text)
        .join(
            GroupedMessage,
            and_(GroupedMessage.conversation_id == Message.conversation_id, GroupedMessage.message_id == Message.id),
        )
        .where(GroupedMessage.group_id == group_id)
        .order_by(Message.created_at.desc())
        .limit(_LOOKED_AT)
    )
    return list(await session.scalars(statement))


async def _new_group(session: AsyncSession, vectors: Sequence[bytes]) -> QuestionGroup:
    group = QuestionGroup(mean=mean_of(vectors), count=len(vectors), updated_at=now())
    session.add(group)
    await session.flush()
    return group


async def _insert(session: AsyncSession, member: _Member) -> None:
    """Keeps the group of a message, unless it was erased meanwhile or another process was quicker."""
    there = await session.get(Understanding, member.key)
    if there is not None:
        await insert_unless_there(
            session,
            GroupedMessage(
                conversation_id=member.conversation_id,
                message_id=member.message_id,
                group_id=member.group_id,
                vector=member.vector,
            ),
        )


def _ids_kept(together: dict[int, list[_Member]]) -> dict[int, int]:
    """The id that each new group takes over: that of the former group with which it shares the most messages."""
    shared = [
        (count, number, group_id)
        for number, rows in together.items()
        for group_id, count in Counter(member.group_id for member in rows).items()
    ]
    ids: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, group_id in sorted(shared, key=lambda it: (-it[0], it[2])):
        if number not in ids and group_id not in taken:
            ids[number] = group_id
            taken.add(group_id)
    return ids
