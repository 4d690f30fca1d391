"""Users beside their tickets: notes that stay, the block list, what they had with the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.customers import Block, BlockedUser, BotTopic, Customer, CustomerNote, VisitorMerge
from uwallet_gateway.protocol.tickets import AgentName

_NOTE_LENGTH, _REASON_LENGTH = 1000, 200
_MOST_NOTES, _MOST_TOPICS, _MOST_BLOCKED = 100, 20, 500
_OUTCOMES = ("solved", "not_solved", "abandoned")


class Customers:
    """A user is one conversation: what a site calls the same stays the same one."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def read(self, conversation_id: str) -> Customer:
        """What is kept about a user.

        Raises:
            InputError: not_found.
        """
        async with self._database.read() as session:
            conversation = await session.get(tables.Conversation, conversation_id)
            if conversation is None:
                raise InputError(ErrorCode.NOT_FOUND)
            tickets = await session.scalar(select(func.count()).where(tables.Ticket.conversation_id == conversation_id))
            notes = await session.execute(
                select(tables.CustomerNote, tables.Agent.name)
                .join(tables.Agent, tables.Agent.id == tables.CustomerNote.agent_id)
                .where(tables.CustomerNote.conversation_id == conversation_id)
                .order_by(tables.CustomerNote.id.desc())
                .limit(_MOST_NOTES)
            )
            block = await session.get(tables.BlockedUser, conversation_id)
            return Customer(
                first_seen_at=conversation.created_at,
                attributes=dict(conversation.attributes or {}),
                attributes_at=conversation.attributes_at,
                tickets=tickets or 0,
                notes=[
                    CustomerNote(
                        id=note.id,
                        text=note.text,
                        by=AgentName(id=note.agent_id, name=name),
                        created_at=note.created_at,
                    )
                    for note, name in notes
                ],
                block=_block(block) if block is not None and _holds(block) else None,
                topics=await _topics(session, conversation_id),
                merges=await _merges(session, conversation_id),
            )

    async def add_note(self, conversation_id: str, agent_id: int, text: object) -> None:
        """Adds a note.

        Raises:
            InputError: empty, too_long, malformed; conflict, if there are too many.
        """
        cleaned, note = clean(text, _NOTE_LENGTH), tables.CustomerNote
        async with self._database.write() as session:
            count = await session.scalar(select(func.count()).where(note.conversation_id == conversation_id))
            if (count or 0) >= _MOST_NOTES:
                raise InputError(ErrorCode.CONFLICT)
            session.add(note(conversation_id=conversation_id, agent_id=agent_id, text=cleaned, created_at=now()))

    async def remove_note(self, conversation_id: str, note_id: int, *, agent_id: int | None) -> None:
        """Removes a note, of this agent only if one is given. No-op if it is gone."""
        note = tables.CustomerNote
        conditions: list[ColumnElement[bool]] = [note.id == note_id, note.conversation_id == conversation_id]
        if agent_id is not None:
            conditions.append(note.agent_id == agent_id)
        async with self._database.write() as session:
            await session.execute(delete(note).where(*conditions))

    async def block(self, conversation_id: str, by: str, reason: object, days: int | None) -> None:
        """Stops handing a user over. The bot goes on answering, and urgent matters go through.

        Raises:
            InputError: empty, too_long, malformed.
        """
        cleaned = clean(reason, _REASON_LENGTH)
        moment = now()
        until = None if days is None else moment + timedelta(days=days)
        row = tables.BlockedUser(
            conversation_id=conversation_id, reason=cleaned, until=until, blocked_by=by, created_at=moment
        )
        async with self._database.write() as session:
            await insert_or_update(session, [row], {"reason", "until", "blocked_by", "created_at"})
            record(session, Action.USER_BLOCKED, conversation_id, until=to_text(until) if until else None)

    async def unblock(self, conversation_id: str) -> None:
        """Hands a user over again. No-op if they are not blocked."""
        async with self._database.write() as session:
            row = await session.get(tables.BlockedUser, conversation_id)
            if row is None:
                return
            await session.delete(row)
            record(session, Action.USER_UNBLOCKED, conversation_id)

    async def blocked(self) -> list[BlockedUser]:
        """Who is not handed over now, the newest first."""
        row, conversation = tables.BlockedUser, tables.Conversation
        async with self._database.read() as session:
            rows = await session.execute(
                select(row, conversation.kind, conversation.external_id, tables.Site.name)
                .join(conversation, conversation.id == row.conversation_id)
                .join(tables.Site, tables.Site.key == conversation.site_key)
                .where(or_(row.until.is_(None), row.until > now()))
                .order_by(row.created_at.desc())
                .limit(_MOST_BLOCKED)
            )
            return [
                BlockedUser(
                    conversation_id=blocked.conversation_id, site=site, kind=kind, name=name, block=_block(blocked)
                )
                for blocked, kind, name, site in rows
            ]


async def is_blocked(session: AsyncSession, conversation_id: str) -> bool:
    """Whether a user is on the block list now."""
    row = await session.get(tables.BlockedUser, conversation_id)
    return row is not None and _holds(row)


def _holds(row: tables.BlockedUser) -> bool:
    return row.until is None or row.until > now()


def _block(row: tables.BlockedUser) -> Block:
    return Block(reason=row.reason, until=row.until, by=row.blocked_by, created_at=row.created_at)


async def _merges(session: AsyncSession, conversation_id: str) -> list[VisitorMerge]:
    row = tables.MergedVisitor
    rows = await session.scalars(
        select(row).where(row.conversation_id == conversation_id).order_by(row.id.desc()).limit(_MOST_TOPICS)
    )
    return [
        VisitorMerge(
            visitor=merged.visitor_id[-4:].upper(),
            messages=merged.messages,
            tickets=merged.tickets,
            by=merged.merged_by,
            at=merged.created_at,
        )
        for merged in rows
    ]


async def _topics(session: AsyncSession, conversation_id: str) -> list[BotTopic]:
    """What the user had with the bot: each opening of a topic, with the outcome that came next of it."""
    event = tables.BotEvent
    rows = await session.execute(
        select(event.kind, event.topic, event.created_at)
        .where(
            event.conversation_id == conversation_id,
            event.topic.is_not(None),
            event.kind.in_(("topic_opened", *_OUTCOMES)),
        )
        .order_by(event.id.desc())
        .limit(10 * _MOST_TOPICS)
    )
    found: list[BotTopic] = []
    outcomes: dict[str, str] = {}
    titles = await _titles(session, conversation_id)
    for kind, topic, at in rows:
        if kind == "topic_opened":
            outcome = outcomes.pop(topic, None)
            found.append(BotTopic(topic=topic, title=titles.get(topic), outcome=outcome, at=at))
        else:
            # The first outcome after an opening is the last one that is seen on the way back.
            outcomes[topic] = kind
    return found[:_MOST_TOPICS]


async def _titles(session: AsyncSession, conversation_id: str) -> dict[str, str]:
    """Titles of topics, as far as the user's own tickets know them."""
    handoffs: Sequence[dict[str, object]] = (
        await session.scalars(select(tables.Ticket.handoff).where(tables.Ticket.conversation_id == conversation_id))
    ).all()
    topics = [handoff.get("topic") for handoff in handoffs]
    return {str(topic["id"]): str(topic["title"]) for topic in topics if isinstance(topic, dict) and topic.get("id")}
