"""Rows of the database as messages."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.transcript.messages import Author, Feedback, Message, Picture, State

Selected = Select[tuple[tables.Message, tables.Attachment, tables.AnswerFeedback]]


def select_messages() -> Selected:
    """The statement for messages with their pictures and what the user says of them, without conditions."""
    message, feedback = tables.Message, tables.AnswerFeedback
    return (
        select(message, tables.Attachment, feedback)
        .outerjoin(tables.Attachment, tables.Attachment.id == message.attachment_id)
        .outerjoin(
            feedback, and_(feedback.conversation_id == message.conversation_id, feedback.message_id == message.id)
        )
    )


async def read_messages(session: AsyncSession, statement: Selected) -> list[Message]:
    """The messages that a statement selects."""
    return [_message(row) for row in await session.execute(statement)]


async def read_newest(session: AsyncSession, conversation_id: str, limit: int) -> tuple[list[Message], bool]:
    """The last messages of a conversation, in order, and whether there are older ones."""
    statement = (
        select_messages()
        .where(tables.Message.conversation_id == conversation_id)
        .order_by(tables.Message.id.desc())
        .limit(limit + 1)
    )
    messages = await read_messages(session, statement)
    return messages[:limit][::-1], len(messages) > limit


async def read_after(session: AsyncSession, conversation_id: str, after: int, limit: int) -> tuple[list[Message], bool]:
    """The first messages of a conversation after an id, in order, and whether there are more."""
    statement = (
        select_messages()
        .where(tables.Message.conversation_id == conversation_id, tables.Message.id > after)
        .order_by(tables.Message.id)
        .limit(limit + 1)
    )
    messages = await read_messages(session, statement)
    return messages[:limit], len(messages) > limit


async def read_message(session: AsyncSession, statement: Selected) -> Message | None:
    """The one message that a statement selects, or None."""
    row = (await session.execute(statement)).one_or_none()
    return _message(row) if row else None


def _message(row: Row[tuple[tables.Message, tables.Attachment, tables.AnswerFeedback]]) -> Message:
    stored, attachment = row[0], cast("tables.Attachment | None", row[1])
    feedback = cast("tables.AnswerFeedback | None", row[2])
    return Message(
        conversation_id=stored.conversation_id,
        id=stored.id,
        author=cast("Author", stored.author),
        text=stored.text,
        created_at=stored.created_at,
        buttons=tuple(stored.buttons),
        attachment=picture_of(attachment) if attachment else None,
        metadata=stored.details,
        in_reply_to=stored.in_reply_to,
        client_id=stored.client_id,
        payload=stored.payload,
        state=cast("State | None", stored.state),
        noticed=stored.noticed,
        turn_id=stored.turn_id,
        reading=stored.reading,
        feedback=Feedback(feedback.helpful, tuple(feedback.reasons), feedback.comment) if feedback else None,
    )


def picture_of(row: tables.Attachment) -> Picture:
    """The picture of a row."""
    return Picture(row.id, row.content_type, row.width, row.height, row.size)
