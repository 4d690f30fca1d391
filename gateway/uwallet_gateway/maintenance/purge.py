"""Retention: what is older than the settings allow is removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.attachments import AttachmentStore
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import (
    Attachment,
    BotEvent,
    Conversation,
    HookDelivery,
    Message,
    Offer,
    Session,
    Table,
    Ticket,
    Understanding,
)

# Days for which it is kept what was told to endpoints.
_HOOKS_FOR = timedelta(days=30)
# A visitor who never says anything leaves a row; its token is then refused and the widget asks for a new one.
_EMPTY_FOR = timedelta(days=2)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows went."""

    conversations: int
    messages: int
    attachments: int


class Purge:
    """Removes old messages, pictures and closed tickets, and conversations in which nothing is left."""

    def __init__(self, database: Database, attachments: AttachmentStore, retention_days: int) -> None:
        """Takes the days for which messages are kept; 0 keeps them for ever."""
        self._database = database
        self._attachments = attachments
        self._days = retention_days

    async def run(self) -> Purged:
        """Purges once. What was said in a conversation that goes on is removed message by message."""
        gone: list[str] = []
        async with self._database.write() as transaction:
            moment = now()
            messages = 0
            if self._days:
                before = moment - timedelta(days=self._days)
                gone += await transaction.scalars(
                    delete(Attachment).where(Attachment.created_at < before).returning(Attachment.id)
                )
                # A message that still waits for its answer is never old enough.
                messages = await _delete(
                    transaction, Message, Message.created_at < before, Message.state.is_distinct_from("received")
                )
                await _delete(transaction, Ticket, Ticket.closed_at < before)
                await _delete(transaction, Understanding, Understanding.created_at < before)
                await _delete(transaction, BotEvent, BotEvent.created_at < before)
            else:
                before = None
            await _delete(transaction, HookDelivery, HookDelivery.created_at < moment - _HOOKS_FOR)
            idle = [Conversation.last_id == 0, Conversation.active_at < moment - _EMPTY_FOR]
            conversations = await self._delete_conversations(transaction, gone, *idle)
            if before is not None:
                empty = ~exists().where(Message.conversation_id == Conversation.id)
                # A ticket that is still open is somebody's work to be done.
                done = ~exists().where(Ticket.conversation_id == Conversation.id)
                conversations += await self._delete_conversations(
                    transaction, gone, Conversation.active_at < before, empty, done
                )
                # Buttons of messages that are gone are offered no more.
                await _delete(
                    transaction,
                    Offer,
                    ~exists().where(Message.conversation_id == Offer.conversation_id, Message.id == Offer.message_id),
                )
                await _delete(transaction, Session, Session.closed_at < before)
        for attachment_id in gone:
            await asyncio.to_thread(self._attachments.delete, attachment_id)
        purged = Purged(conversations, messages, len(gone))
        _log.info("purge.done", conversations=conversations, messages=messages, attachments=len(gone))
        return purged

    async def run_every(self, hours: float) -> None:
        """Purges now and then again and again; a failure is logged and tried at the next time."""
        while True:
            try:
                await self.run()
            except Exception:
                _log.exception("purge.failed")
            await asyncio.sleep(hours * 3600)

    async def _delete_conversations(
        self, transaction: AsyncSession, gone: list[str], *conditions: ColumnElement[bool]
    ) -> int:
        ids = select(Conversation.id).where(*conditions)
        gone += await transaction.scalars(select(Attachment.id).where(Attachment.conversation_id.in_(ids)))
        return await _delete(transaction, Conversation, *conditions)


async def _delete(transaction: AsyncSession, table: type[Table], *conditions: ColumnElement[bool]) -> int:
    result = await transaction.execute(delete(table).where(*conditions).execution_options(synchronize_session=False))
    return int(getattr(result, "rowcount", 0))
