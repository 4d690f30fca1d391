"""Rows of the database as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Row, Select, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.transcript.messages import Author, Feedback, Message, Picture, State

Selected = Select[Any]
# Columns rather than objects of the ORM, and what each message asks made once: making a statement takes longer than
# asking it.
MESSAGES = tables.Message.__table__.c
_picture, _feedback = tables.Attachment.__table__.c, tables.AnswerFeedback.__table__.c
_SELECTED = (
    select(
        *MESSAGES,
        *(_picture[name].label(f"picture_{name}") for name in ("id", "content_type", "width", "height", "size")),
        *(_feedback[name].label(f"feedback_{name}") for name in ("helpful", "reasons", "comment")),
    )
    .select_from(tables.Message.__table__)
    .outerjoin(tables.Attachment.__table__, _picture.id == MESSAGES.attachment_id)
    .outerjoin(
        tables.AnswerFeedback.__table__,
        and_(_feedback.conversation_id == MESSAGES.conversation_id, _feedback.message_id == MESSAGES.id),
    )
)
# Of the conversation that is given as `conversation`.
OF_CONVERSATION = _SELECTED.where(MESSAGES.conversation_id == bindparam("conversation"))
_NEWEST = OF_CONVERSATION.order_by(MESSAGES.id.desc()).limit(bindparam("most"))
_AFTER = OF_CONVERSATION.where(MESSAGES.id > bindparam("after")).order_by(MESSAGES.id).limit(bindparam("most"))


def select_messages() -> Selected:
    """The statement for messages with their pictures and what the user says of them, without conditions."""
    return _SELECTED


async def read_messages(
    session: AsyncSession, statement: Selected, parameters: Mapping[str, Any] | None = None
) -> list[Message]:
    """The messages that a statement selects.

    What the session has not written yet is not among them.
    """
    return [message_of(row) for row in await session.execute(statement, parameters)]


async def read_newest(session: AsyncSession, conversation_id: str, limit: int) -> tuple[list[Message], bool]:
    """The last messages of a conversation, in order, and whether there are older ones."""
    messages = await read_messages(session, _NEWEST, {"conversation": conversation_id, "most": limit + 1})
    return messages[:limit][::-1], len(messages) > limit


async def read_after(session: AsyncSession, conversation_id: str, after: int, limit: int) -> tuple[list[Message], bool]:
    """The first messages of a conversation after an id, in order, and whether there are more."""
    parameters = {"conversation": conversation_id, "after": after, "most": limit + 1}
    messages = await read_messages(session, _AFTER, parameters)
    return messages[:limit], len(messages) > limit


async def read_message(
    session: AsyncSession, statement: Selected, parameters: Mapping[str, Any] | None = None
) -> Message | None:
    """As `read_messages`, of a statement that selects one message at most."""
    row = (await session.execute(statement, parameters)).one_or_none()
    return message_of(row) if row else None


def message_of(row: Row[Any]) -> Message:
    """The message of a row of such a statement."""
    has_picture, is_judged = row.picture_id is not None, row.feedback_helpful is not None
    return Message(
        conversation_id=row.conversation_id,
        id=row.id,
        author=cast("Author", row.author),
        text=row.text,
        created_at=row.created_at,
        buttons=tuple(row.buttons),
        attachment=Picture(
            row.picture_id, row.picture_content_type, row.picture_width, row.picture_height, row.picture_size
        )
        if has_picture
        else None,
        metadata=row.details,
        in_reply_to=row.in_reply_to,
        client_id=row.client_id,
        payload=row.payload,
        state=cast("State | None", row.state),
        noticed=row.noticed,
        turn_id=row.turn_id,
        reading=row.reading,
        feedback=Feedback(row.feedback_helpful, tuple(row.feedback_reasons), row.feedback_comment)
        if is_judged
        else None,
    )


def picture_of(row: tables.Attachment) -> Picture:
    """The picture of a row."""
    return Picture(row.id, row.content_type, row.width, row.height, row.size)
