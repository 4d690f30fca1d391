"""Rows of the database as messages."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.transcript.messages import Author, Message, Picture, State


def select_messages() -> Select[tuple[tables.Message, tables.Attachment]]:
    """The statement for messages with their pictures, without conditions."""
    return select(tables.Message, tables.Attachment).outerjoin(
        tables.Attachment, tables.Attachment.id == tables.Message.attachment_id
    )


async def read_messages(
    session: AsyncSession, statement: Select[tuple[tables.Message, tables.Attachment]]
) -> list[Message]:
    """The messages that a statement selects."""
    return [_message(row) for row in await session.execute(statement)]


async def read_message(
    session: AsyncSession, statement: Select[tuple[tables.Message, tables.Attachment]]
) -> Message | None:
    """The one message that a statement selects, or None."""
    row = (await session.execute(statement)).one_or_none()
    return _message(row) if row else None


def _message(row: Row[tuple[tables.Message, tables.Attachment]]) -> Message:
    stored, attachment = row[0], cast("tables.Attachment | None", row[1])
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
    )


def picture_of(row: tables.Attachment) -> Picture:
    """The picture of a row."""
    return Picture(row.id, row.content_type, row.width, row.height, row.size)
