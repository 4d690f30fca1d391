"""The transcript in the database.

`Transcript.writing` opens a `ConversationTransaction`. Until it ends nobody else writes in that conversation, so
message ids have no gaps.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.transcript.messages import Message, Origin, Owner, Picture, Script
from uwallet_gateway.transcript.rows import (
    MESSAGES,
    OF_CONVERSATION,
    message_of,
    picture_of,
    read_after,
    read_messages,
    read_newest,
    select_messages,
)
from uwallet_gateway.transcript.transaction import ConversationTransaction

# Each message asks these; making a statement takes longer than asking it.
_conversation = tables.Conversation.__table__.c
_LOCKED = (
    select(
        _conversation.last_id,
        _conversation.owner,
        _conversation.owner_version,
        _conversation.agent_since_id,
        _conversation.script,
    )
    .where(_conversation.id == bindparam("conversation"))
    .with_for_update()
)
_ORIGIN = select(_conversation.site_key, _conversation.kind, _conversation.script).where(
    _conversation.id == bindparam("conversation")
)
_STANDING = _ORIGIN.add_columns(
    _conversation.agent_since_id,
    select(MESSAGES.id)
    .where(
        MESSAGES.conversation_id == _conversation.id,
        MESSAGES.id > _conversation.agent_since_id,
        MESSAGES.id < bindparam("message"),
        MESSAGES.state == "answered",
    )
    .exists()
    .label("was_answered"),
)
_NEXT_WAITING = OF_CONVERSATION.where(MESSAGES.state == "received").order_by(MESSAGES.id).limit(1)
# Beyond them those are left out in which nothing was said for longest.
_MOST_ACTIVE = 20_000
Record = Callable[[AsyncSession, Sequence[Message]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot is told of a conversation with a message.

    Attributes:
        origin: Where it comes from.
        follows_agent: An agent has had it since a message before this one was answered by the bot.
    """

    origin: Origin
    follows_agent: bool


class ConversationGoneError(LookupError):
    """The conversation was purged or removed with its site."""


class Transcript:
    """Reads conversations, and opens transactions on them."""

    def __init__(self, database: Database, record: Record | None = None) -> None:
        """Reads nothing yet; `record` is told of what is written, in the transaction that stores it."""
        self._database = database
        self._record = record

    @contextlib.asynccontextmanager
    async def writing(self, conversation_id: str) -> AsyncIterator[ConversationTransaction]:
        """Opens a transaction. It commits at the end of the block, and rolls back on an exception.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        async with self._database.write() as session:
            # PostgreSQL locks the row; SQLite has one writer at a time anyway.
            row = (await session.execute(_LOCKED, {"conversation": conversation_id})).one_or_none()
            if row is None:
                raise ConversationGoneError(conversation_id)
            owner = cast("Owner", row.owner)
            transaction = ConversationTransaction(
                session,
                conversation_id,
                row.last_id,
                owner,
                row.owner_version,
                row.agent_since_id,
                cast("Script | None", row.script),
            )
            yield transaction
            if transaction.written:
                await transaction.close()
                if self._record:
                    await self._record(session, transaction.written)

    async def last_id(self, conversation_id: str) -> int:
        """The id of the newest message, 0 if there is none.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        async with self._database.read() as session:
            last_id = await session.scalar(
                select(tables.Conversation.last_id).where(tables.Conversation.id == conversation_id)
            )
        if last_id is None:
            raise ConversationGoneError(conversation_id)
        return last_id

    async def active_since(self, moment: datetime) -> dict[str, int]:
        """The conversations in which something was said since then, with the ids of their newest messages."""
        conversation = tables.Conversation
        async with self._database.read() as session:
            rows = await session.execute(
                select(conversation.id, conversation.last_id)
                .where(conversation.active_at >= moment)
                .order_by(conversation.active_at.desc())
                .limit(_MOST_ACTIVE)
            )
            return {row.id: row.last_id for row in rows}

    async def after(self, conversation_id: str, after: int, limit: int) -> tuple[list[Message], bool]:
        """The first messages after an id, in order, and whether there are more."""
        async with self._database.read() as session:
            return await read_after(session, conversation_id, after, limit)

    async def newest(self, conversation_id: str, limit: int) -> tuple[list[Message], bool]:
        """The last messages, in order, and whether there are older ones."""
        async with self._database.read() as session:
            return await read_newest(session, conversation_id, limit)

    async def before(self, conversation_id: str, before: int, limit: int) -> tuple[list[Message], bool]:
        """The last messages before an id, in order, and whether there are older ones."""
        statement = (
            select_messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.id < before)
            .order_by(tables.Message.id.desc())
            .limit(limit + 1)
        )
        async with self._database.read() as session:
            messages = await read_messages(session, statement)
        return messages[:limit][::-1], len(messages) > limit

    async def user_read_id(self, conversation_id: str) -> int:
        """The id of the last message that the user has read, 0 if none."""
        async with self._database.read() as session:
            message_id = await session.scalar(
                select(tables.Conversation.user_read_id).where(tables.Conversation.id == conversation_id)
            )
        return message_id or 0

    async def origin(self, conversation_id: str) -> Origin:
        """Where a conversation comes from, and the characters that the user reads."""
        return _origin_of(await self._database.look_up(_ORIGIN, {"conversation": conversation_id}))

    async def standing(self, message: Message) -> Standing:
        """How it stands with the conversation of a message that waits for the bot."""
        parameters = {"conversation": message.conversation_id, "message": message.id}
        row = await self._database.look_up(_STANDING, parameters)
        follows_agent = row is not None and row.agent_since_id is not None and not row.was_answered
        return Standing(_origin_of(row), follows_agent)

    async def begin_script(self, conversation_id: str, script: Script) -> None:
        """Stores the characters of the user's window, until the bot knows what they write."""
        if (await self.origin(conversation_id)).script is not None:
            return
        async with self._database.write() as session:
            await session.execute(
                update(tables.Conversation)
                .where(tables.Conversation.id == conversation_id, tables.Conversation.script.is_(None))
                .values(script=script)
            )

    async def replies_to(self, conversation_id: str, message_id: int) -> list[Message]:
        """The replies to a message so far, in order."""
        statement = (
            select_messages()
            .where(tables.Message.conversation_id == conversation_id, tables.Message.in_reply_to == message_id)
            .order_by(tables.Message.id)
        )
        async with self._database.read() as session:
            return await read_messages(session, statement)

    async def next_waiting(self, conversation_id: str) -> Message | None:
        """The oldest message that waits for the bot."""
        row = await self._database.look_up(_NEXT_WAITING, {"conversation": conversation_id})
        return message_of(row) if row else None

    async def waiting_conversations(self) -> list[str]:
        """The conversations with messages that wait for the bot, the longest wait first."""
        statement = select(tables.Message.conversation_id).where(tables.Message.state == "received")
        async with self._database.read() as session:
            rows = await session.scalars(statement.order_by(tables.Message.created_at))
            return list(dict.fromkeys(rows))

    async def add_picture(self, conversation_id: str, picture: Picture) -> None:
        """Stores the row of an uploaded picture."""
        async with self._database.write() as session:
            session.add(
                tables.Attachment(
                    id=picture.id,
                    conversation_id=conversation_id,
                    content_type=picture.content_type,
                    width=picture.width,
                    height=picture.height,
                    size=picture.size,
                    created_at=now(),
                )
            )

    async def picture_bytes(self) -> int:
        """How many bytes all pictures have together."""
        async with self._database.read() as session:
            return await session.scalar(select(func.sum(tables.Attachment.size))) or 0

    async def picture(self, attachment_id: str) -> tuple[Picture, str] | None:
        """A picture and the conversation that it belongs to."""
        async with self._database.read() as session:
            row = await session.get(tables.Attachment, attachment_id)
        return (picture_of(row), row.conversation_id) if row else None


def _origin_of(row: Row[Any] | None) -> Origin:
    if row is None:
        return Origin()
    return Origin(row.site_key, "api" if row.kind == "backend" else "widget", cast("Script | None", row.script))
