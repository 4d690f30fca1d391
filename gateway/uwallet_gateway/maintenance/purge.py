"""Retention: removes what is older than the settings allow, and pictures that no row knows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.lockout import FORGOTTEN_AFTER
from uwallet_gateway.attachments import AttachmentStore
from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.tables import (
    AgentShift,
    Attachment,
    BotEvent,
    Conversation,
    HookDelivery,
    LegalHold,
    Message,
    Offer,
    Session,
    SignInAttempts,
    Table,
    Ticket,
    Understanding,
)
from uwallet_gateway.insight.days import MOST_DAYS
from uwallet_gateway.maintenance.persons import Persons, drop_pictures, forget_in_engine_later
from uwallet_gateway.maintenance.retention import DataClass, Periods, Retention
from uwallet_gateway.search.index import forget_deleted

# How long deliveries to endpoints are kept.
_HOOKS_FOR = timedelta(days=30)
_SHIFTS_FOR = timedelta(days=2 * MOST_DAYS)
# A visitor who never writes leaves a row. Its token is then refused, and the widget asks for a new one.
_EMPTY_FOR = timedelta(days=2)
# Age at which a file without a row is an orphan: a crash came between the file and the row. An upload takes seconds.
_ORPHAN_AFTER = timedelta(hours=1)
# A picture is sent right after it was uploaded; the widget uploads it again if that took longer.
_UNSENT_FOR = timedelta(hours=1)
_UNSENT_EVERY = 600.0
# Ids in one statement; SQLite and PostgreSQL both take more.
_IDS_AT_ONCE = 500
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed.

    Attributes:
        conversations: Rows.
        messages: Rows.
        attachments: Rows, with their files.
        orphans: Files without a row, finished or not.
    """

    conversations: int
    messages: int
    attachments: int
    orphans: int = 0


class Purge:
    """Removes old messages, pictures and closed tickets, and conversations in which nothing is left."""

    def __init__(
        self, database: Database, attachments: AttachmentStore, periods: Periods, persons: Persons | None = None
    ) -> None:
        """Keeps the stores and the periods of the settings. `persons` purges the engine's store, too."""
        self._persons = persons
        self._database = database
        self._attachments = attachments
        self._periods = periods

    async def run(self) -> Purged:
        """Purges once. In conversations that go on, old messages are removed one by one."""
        gone: list[str] = []
        async with self._database.write() as transaction:
            moment = now()
            messages = 0
            kept = await Retention.read(transaction, self._periods, moment)
            gone += await transaction.scalars(
                delete(Attachment)
                .where(
                    kept.expired(DataClass.PICTURES, Attachment.created_at, Attachment.conversation_id),
                    _not_held(Attachment),
                )
                .returning(Attachment.id)
                .execution_options(synchronize_session=False)
            )
            # A message that still waits for its reply is never old enough.
            messages = await _delete(
                transaction,
                Message,
                kept.expired(DataClass.MESSAGES, Message.created_at, Message.conversation_id),
                Message.state.is_distinct_from("received"),
                _not_held(Message),
            )
            closed = kept.expired(DataClass.TICKETS, Ticket.closed_at, Ticket.conversation_id)
            await _delete(transaction, Ticket, closed, _not_held(Ticket))
            for table in (Understanding, BotEvent):
                old = kept.expired(DataClass.MESSAGES, table.created_at, table.conversation_id)
                await _delete(transaction, table, old, _not_held(table))
            await _delete(transaction, SignInAttempts, SignInAttempts.updated_at < moment - FORGOTTEN_AFTER)
            # Of as long as reports of the longest period, with the one before it, look back.
            await _delete(transaction, AgentShift, AgentShift.ended_at < moment - _SHIFTS_FOR)
            await _delete(transaction, HookDelivery, HookDelivery.created_at < moment - _HOOKS_FOR)
            idle = [Conversation.last_id == 0, Conversation.active_at < moment - _EMPTY_FOR]
            conversations = await self._delete_conversations(transaction, gone, *idle)
            # An open ticket keeps its conversation, and so does a picture that is kept longer than the messages.
            nothing_left = (
                ~exists().where(table.conversation_id == Conversation.id) for table in (Message, Ticket, Attachment)
            )
            inactive = kept.expired(DataClass.MESSAGES, Conversation.active_at, Conversation.id)
            conversations += await self._delete_conversations(transaction, gone, inactive, *nothing_left)
            # Buttons of removed messages are not offered any more.
            await _delete(
                transaction,
                Offer,
                ~exists().where(Message.conversation_id == Offer.conversation_id, Message.id == Offer.message_id),
            )
            await _delete(
                transaction, Session, kept.expired(DataClass.MESSAGES, Session.closed_at, Session.conversation_id)
            )
        await drop_pictures(self._attachments, gone)
        orphans = await self._remove_orphans()
        await forget_deleted(self._database)
        if self._persons is not None:
            # An engine that does not answer now is asked by the next run.
            await self._persons.erase_in_engine()
            await self._persons.forget_old_in_engine(kept)
            await self._database.empty_log()
        purged = Purged(conversations, messages, len(gone), orphans)
        _log.info("purge.done", conversations=conversations, messages=messages, attachments=len(gone), orphans=orphans)
        return purged

    async def run_every(self, hours: float) -> None:
        """Purges now and then every so many hours. A failure is logged; the next run tries again."""
        while True:
            try:
                await self.run()
            except Exception:
                _log.exception("purge.failed")
            await asyncio.sleep(hours * 3600)

    async def drop_unsent(self) -> int:
        """Removes pictures that were uploaded an hour ago and that no message names. Returns how many."""
        unsent = ~exists().where(Message.attachment_id == Attachment.id)
        async with self._database.write() as transaction:
            ids = await transaction.scalars(
                delete(Attachment)
                .where(Attachment.created_at < now() - _UNSENT_FOR, unsent)
                .returning(Attachment.id)
                .execution_options(synchronize_session=False)
            )
            gone = list(ids)
        await drop_pictures(self._attachments, gone)
        return len(gone)

    async def drop_unsent_for_ever(self) -> None:
        """Does so every few minutes. A failure is logged; the next time tries again."""
        while True:
            await asyncio.sleep(_UNSENT_EVERY)
            try:
                await self.drop_unsent()
            except Exception:
                _log.exception("purge.failed")

    async def _remove_orphans(self) -> int:
        """Removes files that a crash has left: the row is deleted before the file, and inserted after it."""
        # Files carry the time of the machine, whatever `clock` says.
        before = datetime.now(UTC) - _ORPHAN_AFTER
        removed = await asyncio.to_thread(self._attachments.remove_leftovers, before)
        ids = await asyncio.to_thread(lambda: list(self._attachments.older_than(before)))
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chunk = ids[start : start + _IDS_AT_ONCE]
            async with self._database.read() as session:
                stored = set(await session.scalars(select(Attachment.id).where(Attachment.id.in_(chunk))))
            await drop_pictures(self._attachments, set(chunk) - stored)
            removed += len(set(chunk) - stored)
        return removed

    async def _delete_conversations(
        self, transaction: AsyncSession, gone: list[str], *conditions: ColumnElement[bool]
    ) -> int:
        not_held = ~exists().where(LegalHold.conversation_id == Conversation.id)
        conditions = (*conditions, not_held)
        ids = select(Conversation.id).where(*conditions)
        await forget_in_engine_later(transaction, await transaction.scalars(ids))
        gone += await transaction.scalars(select(Attachment.id).where(Attachment.conversation_id.in_(ids)))
        return await _delete(transaction, Conversation, *conditions)


def _not_held(table: type[Attachment | Message | Ticket | Understanding | BotEvent]) -> ColumnElement[bool]:
    return ~exists().where(LegalHold.conversation_id == table.conversation_id)


async def _delete(transaction: AsyncSession, table: type[Table], *conditions: ColumnElement[bool]) -> int:
    result = await transaction.execute(delete(table).where(*conditions).execution_options(synchronize_session=False))
    return int(getattr(result, "rowcount", 0))
