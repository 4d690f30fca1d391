"""What users say of single answers: kept, changed, taken back, told to hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.insight.recording import note_unhelpful
from uwallet_gateway.protocol.messages import FeedbackRequest
from uwallet_gateway.redaction import redact
from uwallet_gateway.search.index import index_comment
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transcript.rows import read_message, select_messages
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript

_COMMENT_LENGTH = 500
Tell = Callable[[AsyncSession, tables.AnswerFeedback], Awaitable[None]]


class FeedbackStore:
    """Keeps 赞 and 踩."""

    def __init__(self, transcript: Transcript, tell: Tell) -> None:
        """Keeps what it works with.

        Args:
            transcript: Where the answers are.
            tell: Records an event for other systems, in the same transaction.
        """
        self._transcript = transcript
        self._tell = tell

    async def give(self, conversation_id: str, message_id: int, feedback: FeedbackRequest) -> Message:
        """Stores what the user says of an answer, in place of what was said before. Returns the answer with it.

        Raises:
            InputError: not_found, if that is no message of the bot; too_long; bad_token.
        """
        comment = feedback.comment.strip() if feedback.comment and feedback.helpful is not None else ""
        cleaned = redact(clean(comment, _COMMENT_LENGTH)).text if comment else None
        reasons: Sequence[str] = list(dict.fromkeys(feedback.reasons)) if feedback.helpful is False else []
        try:
            async with self._transcript.writing(conversation_id) as transaction:
                await self._set(transaction.session, (conversation_id, message_id), feedback.helpful, reasons, cleaned)
                return await self._answer(transaction.session, conversation_id, message_id)
        except ConversationGoneError as error:
            raise InputError(ErrorCode.BAD_TOKEN) from error

    async def _set(
        self,
        session: AsyncSession,
        key: tuple[str, int],
        helpful: bool | None,
        reasons: Sequence[str],
        comment: str | None,
    ) -> None:
        answer = await session.get(tables.Message, key)
        if answer is None or answer.author != "bot":
            raise InputError(ErrorCode.NOT_FOUND)
        row = await session.get(tables.AnswerFeedback, key)
        if helpful is None:
            if row is not None:
                await session.delete(row)
                await index_comment(session, *key, None)
                await note_unhelpful(session, answer, unhelpful=False)
            return
        moment = now()
        is_new = row is None or row.helpful != helpful
        if row is None:
            topic = await _topic(session, answer)
            row = tables.AnswerFeedback(conversation_id=key[0], message_id=key[1], topic=topic, created_at=moment)
            session.add(row)
        is_new = is_new or row.reasons != reasons
        row.helpful, row.reasons, row.comment, row.updated_at = helpful, list(reasons), comment, moment
        await session.flush()
        await index_comment(session, *key, comment)
        await note_unhelpful(session, answer, unhelpful=not helpful)
        if is_new:
            await self._tell(session, row)

    async def _answer(self, session: AsyncSession, conversation_id: str, message_id: int) -> Message:
        await session.flush()
        session.expire_all()
        message = await read_message(
            session,
            select_messages().where(tables.Message.conversation_id == conversation_id, tables.Message.id == message_id),
        )
        if message is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return message


def read_feedback(fields: Mapping[str, Any]) -> FeedbackRequest:
    """What a client says over Socket.IO, checked.

    Raises:
        InputError: malformed, with the field and the reason.
    """
    try:
        return FeedbackRequest.model_validate(dict(fields))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        details = {"field": ".".join(str(part) for part in fault["loc"]), "reason": fault["msg"]}
        raise InputError(ErrorCode.MALFORMED, details=details) from error


async def _topic(session: AsyncSession, answer: tables.Message) -> str | None:
    """What an answer was about: as the bot noted it in this turn, else the walkthrough that it belongs to."""
    topic: str | None = await session.scalar(
        select(tables.BotEvent.topic)
        .where(
            tables.BotEvent.conversation_id == answer.conversation_id,
            tables.BotEvent.message_id == answer.in_reply_to,
            tables.BotEvent.topic.is_not(None),
        )
        .order_by(tables.BotEvent.id.desc())
        .limit(1)
    )
    progress = answer.details.get("progress")
    return topic or (str(progress["topic"])[:64] if isinstance(progress, dict) and progress.get("topic") else None)
