"""Answers that agents have given, by meaning of what was asked, for whoever makes answers of the bot of them.

Read from closed chats each time that somebody looks: nothing is copied, so what is erased is gone from here, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.database.tables import Message, SettledAnswer, Ticket
from uwallet_gateway.engine.assistant import MOST_TEXTS, EngineAssistant
from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.agent_answers import Line, Pair, pairs_of, same_answer
from uwallet_gateway.insight.label_export import normalised
from uwallet_gateway.protocol.insight import (
    AgentAnswersPage,
    AgentAnswerView,
    NearAnswerView,
    PairKey,
    QuestionGroupState,
    SettledPairsRequest,
)

# Chats that are read, the newest first; and how long before an agent came the user may have asked.
_MOST_CHATS, _ASKED_BEFORE = 500, timedelta(minutes=30)
_WORST_RATING = 3
_MOST_QUESTIONS, _MOST_ANSWERS = 8, 3


@dataclass(frozen=True, slots=True)
class _Found:
    conversation_id: str
    at: datetime
    pair: Pair

    @property
    def key(self) -> tuple[str, int]:
        return self.conversation_id, self.pair.message_id


class Proposals:
    """All of them."""

    def __init__(self, database: Database, assistant: EngineAssistant) -> None:
        """Reads nothing yet."""
        self._database = database
        self._assistant = assistant
        self._vectors: dict[str, str] = {}

    async def page(self, *, days: int, state: QuestionGroupState, offset: int, limit: int) -> AgentAnswersPage:
        """Proposals, those that agents have answered the same most often first.

        Raises:
            InputError: unavailable.
        """
        async with self._database.read() as session:
            chats = await _chats(session, now() - timedelta(days=days))
            found = [it for chat in chats for it in await _found(session, chat)]
            states = await _states(session, [it.key for it in found])
        wanted = [it for it in found if states.get(it.key, "open") == state]
        groups = await self._grouped(wanted)
        views = sorted((_view(*found) for found in _by_answer(groups)), key=_rank, reverse=True)
        shown = [await self._with_nearest(view) for view in views[offset : offset + limit]]
        return AgentAnswersPage(
            answers=shown, chats=len(chats), next=offset + limit if len(views) > offset + limit else None
        )

    async def settle(self, change: SettledPairsRequest) -> None:
        """Keeps what was done about questions; what is not there any more is left out."""
        moment, row = now(), SettledAnswer
        keys = [(it.conversation_id, it.message_id) for it in change.pairs]
        async with self._database.write() as session:
            await session.execute(delete(row).where(tuple_(row.conversation_id, row.message_id).in_(keys)))
            for conversation_id, message_id in dict.fromkeys(keys) if change.state != "open" else ():
                if await session.get(Message, (conversation_id, message_id)) is not None:
                    settled = row(
                        conversation_id=conversation_id,
                        message_id=message_id,
                        state=change.state,
                        handled_as=change.handled_as,
                        answer=change.answer,
                        handled_at=moment,
                    )
                    await insert_unless_there(session, settled)
            record(
                session,
                Action.AGENT_ANSWERS_SETTLED,
                change.answer or change.state,
                state=change.state,
                handled_as=change.handled_as,
                pairs=len(keys),
            )

    async def _grouped(self, found: Sequence[_Found]) -> list[list[_Found]]:
        texts = list(dict.fromkeys(it.pair.question for it in found))
        # What is erased, or too old, is not kept in memory either.
        self._vectors = {text: self._vectors[text] for text in texts if text in self._vectors}
        unread = [text for text in texts if text not in self._vectors]
        for start in range(0, len(unread), MOST_TEXTS):
            part = unread[start : start + MOST_TEXTS]
            self._vectors.update(zip(part, (await self._assistant.groups(part, (), ())).vectors, strict=True))
        if not found:
            return []
        vectors = [self._vectors[it.pair.question] for it in found]
        numbers = (await self._assistant.groups((), vectors, ())).groups
        together: defaultdict[int, list[_Found]] = defaultdict(list)
        for it, number in zip(found, numbers, strict=True):
            together[number].append(it)
        return list(together.values())

    async def _with_nearest(self, view: AgentAnswerView) -> AgentAnswerView:
        try:
            answers = await self._assistant.nearest(view.question)
        except InputError:
            return view
        return view.model_copy(update={"nearest": [NearAnswerView(**answer.model_dump()) for answer in answers]})


async def _chats(session: AsyncSession, since: datetime) -> list[Ticket]:
    """Closed chats that somebody has served and that ended well, as far as anybody has said so."""
    statement = (
        select(Ticket)
        .where(
            Ticket.status == "closed",
            Ticket.first_reply_at.is_not(None),
            Ticket.closed_at >= since,
            or_(Ticket.disposition.is_(None), Ticket.disposition == "solved"),
            or_(Ticket.rating.is_(None), Ticket.rating >= _WORST_RATING),
        )
        .order_by(Ticket.closed_at.desc())
        .limit(_MOST_CHATS)
    )
    return list(await session.scalars(statement))


async def _found(session: AsyncSession, chat: Ticket) -> list[_Found]:
    statement = (
        select(Message.id, Message.author, Message.text, Message.created_at)
        .where(
            Message.conversation_id == chat.conversation_id,
            Message.author.in_(("user", "agent")),
            # A button says what the bot has offered.
            and_(Message.payload.is_(None), Message.text != ""),
            Message.created_at >= chat.created_at - _ASKED_BEFORE,
            Message.created_at <= chat.closed_at,
        )
        .order_by(Message.id)
    )
    rows = (await session.execute(statement)).tuples().all()
    begins = chat.claimed_at or chat.first_reply_at
    first = next((number for number, _, _, at in rows if begins is not None and at >= begins), None)
    if first is None:
        return []
    times = {number: at for number, _, _, at in rows}
    lines = [Line(number, author, text) for number, author, text, _ in rows]
    return [_Found(chat.conversation_id, times[it.message_id], it) for it in pairs_of(lines, first)]


async def _states(session: AsyncSession, keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    conversations = {conversation_id for conversation_id, _ in keys}
    row = SettledAnswer
    rows = await session.execute(
        select(row.conversation_id, row.message_id, row.state).where(row.conversation_id.in_(conversations))
    )
    return {(conversation_id, message_id): state for conversation_id, message_id, state in rows.tuples()}


def _by_answer(groups: Sequence[Sequence[_Found]]) -> list[tuple[list[_Found], list[_Found]]]:
    """Questions that were answered the same, each with those of about the same meaning that were answered otherwise.

    What is asked in other words is often known by its answer only; and questions that only look alike by theirs.
    """
    alike: list[list[_Found]] = []
    for it in (it for group in groups for it in group):
        known = next((same for same in alike if same_answer(same[0].pair.answer, it.pair.answer)), None)
        if known is None:
            alike.append([it])
        else:
            known.append(it)
    number_of = {it.key: number for number, group in enumerate(groups) for it in group}
    found = []
    for same in alike:
        keys, numbers = {it.key for it in same}, {number_of[it.key] for it in same}
        near = [it for number in sorted(numbers) for it in groups[number]]
        found.append((same, [it for it in near if it.key not in keys]))
    return found


def _view(same: Sequence[_Found], otherwise: Sequence[_Found]) -> AgentAnswerView:
    # The one that has helped is the best to begin with.
    first = max(same, key=lambda it: (it.pair.helped, it.at))
    questions = {normalised(it.pair.question): it.pair.question for it in (first, *same)}
    others = list(dict.fromkeys(it.pair.answer for it in otherwise))
    return AgentAnswerView(
        question=first.pair.question,
        questions=list(questions.values())[1 : 1 + _MOST_QUESTIONS],
        answer=first.pair.answer,
        others=others[:_MOST_ANSWERS],
        count=len(same),
        helped=sum(it.pair.helped for it in same),
        last_at=max(it.at for it in same),
        nearest=[],
        pairs=[PairKey(conversation_id=it.conversation_id, message_id=it.pair.message_id) for it in same],
    )


def _rank(view: AgentAnswerView) -> tuple[int, int, datetime]:
    return view.count, view.helped, view.last_at
