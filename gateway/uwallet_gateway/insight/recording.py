"""Records a turn for the statistics, in the transaction that stores its reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.engine.client import EngineEvent, EngineReply, Understood
from uwallet_gateway.protocol.insight import MisunderstandingKind
from uwallet_gateway.transcript.messages import Message

# Characters that the columns take.
_LONGEST_NAME, _LONGEST_BAND, _LONGEST_KIND = 64, 16, 32
# What Rasa calls an intent that is none.
_NO_INTENT = "nlu_fallback"
# The intent of what the bot knows nothing about.
_OUTSIDE = "out_of_scope"


def misunderstanding_of(
    understood: Understood | None, events: Sequence[EngineEvent] | None
) -> MisunderstandingKind | None:
    """Why the message that was answered is worth a look, or None if it is not.

    「都不是」 is not, nor is a choice: what they say was understood; the message that led to the choices was not
    (`record_turn`).

    Args:
        understood: How the bot understood the message.
        events: What happened in the turn; None of an engine that does not tell.
    """
    if events is None:
        unsure = understood is not None and understood.answer_band == MisunderstandingKind.NOT_UNDERSTOOD
        return MisunderstandingKind.NOT_UNDERSTOOD if unsure else None
    # What the bot did counts, not how sure it was: the answer to a question for an amount is no intent of any kind.
    kinds = {event.kind for event in events}
    if MisunderstandingKind.NOT_UNDERSTOOD in kinds and understood is not None and understood.intent == _OUTSIDE:
        # It was understood, and nothing is known about it.
        return MisunderstandingKind.OUT_OF_SCOPE
    return next(
        (
            kind
            for kind in (
                MisunderstandingKind.OUT_OF_SCOPE,
                MisunderstandingKind.NOT_UNDERSTOOD,
                MisunderstandingKind.STEP_PROBLEM,
            )
            if kind in kinds
        ),
        None,
    )


async def record_turn(transaction: AsyncSession, message: Message, reply: EngineReply) -> None:
    """Keeps what was understood of a message, and what happened in the turn.

    To be called once for each turn that is stored, in its transaction.

    Args:
        transaction: That of the reply.
        message: The user's.
        reply: What the engine answered.
    """
    moment = now()
    if _is_typed(message) and reply.understood is not None:
        transaction.add(
            _row(
                message.conversation_id,
                message.id,
                moment,
                reply.understood,
                misunderstanding_of(reply.understood, reply.events),
            )
        )
    for event in reply.events or ():
        transaction.add(
            tables.BotEvent(
                conversation_id=message.conversation_id,
                message_id=message.id,
                kind=event.kind[:_LONGEST_KIND],
                topic=event.topic[:_LONGEST_NAME] if event.topic else None,
                step=event.step[:_LONGEST_NAME] if event.step else None,
                step_number=event.step_number,
                value=event.value,
                created_at=moment,
            )
        )
    kinds = {event.kind for event in reply.events or ()}
    for answer in (MisunderstandingKind.NOT_MEANT, MisunderstandingKind.CHOSEN):
        if answer in kinds:
            await _mark_asked_about(transaction, message, answer)


async def note_unhelpful(transaction: AsyncSession, answer: tables.Message, *, unhelpful: bool) -> None:
    """Lists the message whose answer got a 踩, or no longer; what is known of it already says more."""
    if answer.in_reply_to is None:
        return
    key = (answer.conversation_id, answer.in_reply_to)
    asked = await transaction.get(tables.Message, key)
    row = await transaction.get(tables.Understanding, key)
    if asked is None or asked.author != "user" or asked.payload is not None or not asked.text:
        return
    if unhelpful and row is None:
        transaction.add(_row(*key, asked.created_at, None, MisunderstandingKind.UNHELPFUL))
    elif unhelpful and row is not None:
        row.trouble = row.trouble or MisunderstandingKind.UNHELPFUL
    elif row is not None and row.trouble == MisunderstandingKind.UNHELPFUL:
        row.trouble = None


async def _mark_asked_about(transaction: AsyncSession, message: Message, kind: MisunderstandingKind) -> None:
    """Marks the message that the user had typed before the bot asked which of several meanings is meant.

    That one of them was chosen says less than what is known of the message already; that none was says more.
    """
    message_id = await transaction.scalar(
        select(tables.Message.in_reply_to)
        .where(
            tables.Message.conversation_id == message.conversation_id,
            tables.Message.id < message.id,
            tables.Message.author == "bot",
            tables.Message.details["ask"].as_string() == "choice",
        )
        .order_by(tables.Message.id.desc())
        .limit(1)
    )
    meant = (
        await transaction.get(tables.Message, (message.conversation_id, message_id)) if message_id is not None else None
    )
    if meant is None or meant.author != "user" or meant.payload is not None or not meant.text:
        return
    existing = await transaction.get(tables.Understanding, (meant.conversation_id, meant.id))
    if existing is None:
        # Answered before the gateway kept any of this.
        transaction.add(_row(meant.conversation_id, meant.id, meant.created_at, None, kind))
    elif kind is MisunderstandingKind.NOT_MEANT or existing.trouble is None:
        existing.trouble = kind.value


def _is_typed(message: Message) -> bool:
    return message.payload is None and bool(message.text)


def _row(
    conversation_id: str,
    message_id: int,
    moment: datetime,
    understood: Understood | None,
    kind: MisunderstandingKind | None,
) -> tables.Understanding:
    intent, confidence = (understood.intent, understood.confidence) if understood else (None, None)
    if intent == _NO_INTENT:
        intent = confidence = None
    band = understood.answer_band if understood else None
    return tables.Understanding(
        conversation_id=conversation_id,
        message_id=message_id,
        intent=intent[:_LONGEST_NAME] if intent else None,
        confidence=confidence,
        answer_band=band[:_LONGEST_BAND] if band else None,
        trouble=kind.value if kind else None,
        created_at=moment,
    )
