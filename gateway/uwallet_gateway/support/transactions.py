"""Opens the transaction of a conversation or a ticket, and publishes what was done in it after the commit."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import select, update

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript
from uwallet_gateway.transcript.transaction import ConversationTransaction


class SupportTransactions:
    """The way from a command to the database and to the event bus."""

    def __init__(self, database: Database, transcript: Transcript, event_bus: EventBus) -> None:
        """Keeps the database, the conversations in it, and the bus that is told of every change."""
        self.database = database
        self.event_bus = event_bus
        self._transcript = transcript

    @contextlib.asynccontextmanager
    async def conversation(self, conversation_id: str) -> AsyncIterator[ConversationTransaction]:
        """The transaction of a user's conversation.

        Raises:
            InputError: bad_token, when the conversation is gone.
        """
        try:
            async with self._transcript.writing(conversation_id) as transaction:
                yield transaction
        except ConversationGoneError as error:
            raise InputError(ErrorCode.BAD_TOKEN) from error
        self.event_bus.publish_committed(transaction)

    @contextlib.asynccontextmanager
    async def ticket(self, ticket_id: int) -> AsyncIterator[tuple[ConversationTransaction, tables.Ticket]]:
        """The transaction of a ticket's conversation, and the ticket as read in it.

        Raises:
            InputError: not_found.
        """
        async with self.database.read() as session:
            conversation_id = await session.scalar(
                select(tables.Ticket.conversation_id).where(tables.Ticket.id == ticket_id)
            )
        if conversation_id is None:
            raise InputError(ErrorCode.NOT_FOUND)
        try:
            async with self._transcript.writing(conversation_id) as transaction:
                ticket = await transaction.session.get(tables.Ticket, ticket_id)
                if ticket is None:
                    raise InputError(ErrorCode.NOT_FOUND)
                yield transaction, ticket
        except ConversationGoneError as error:
            raise InputError(ErrorCode.NOT_FOUND) from error
        self.event_bus.publish_committed(transaction)

    async def advance_read_mark(self, conversation_id: str, column_name: str, message_id: int) -> bool:
        """Moves a read mark forward. Returns False if it is there already or there is no such message.

        Args:
            conversation_id: Whose mark.
            column_name: `user_read_id` or `agent_read_id`.
            message_id: The last message that was read.
        """
        column = getattr(tables.Conversation, column_name)
        async with self.database.write() as session:
            changed = await session.execute(
                update(tables.Conversation)
                .where(
                    tables.Conversation.id == conversation_id,
                    column < message_id,
                    tables.Conversation.last_id >= message_id,
                )
                .values({column_name: message_id})
                .returning(tables.Conversation.id)
            )
            return changed.one_or_none() is not None
