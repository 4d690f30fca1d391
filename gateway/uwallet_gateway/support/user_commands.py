"""Commands of users: leave the queue, leave a message, rate, typing, read marks."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.identity.notice import Notices
from uwallet_gateway.protocol.support import SupportState
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.support.transactions import SupportTransactions
from uwallet_gateway.support.user_requests import UserRequests
from uwallet_gateway.transcript.events import Read, TicketChanged, UserTyping

# Typing counts as activity of the user; it is stored at most this often.
_TYPING_STORED_EVERY = timedelta(seconds=30)


class UserCommands:
    """What transports call for users. Every command may be repeated without further effect."""

    def __init__(
        self, transactions: SupportTransactions, requests: UserRequests, queries: TicketQueries, notices: Notices
    ) -> None:
        """Keeps what the commands work with."""
        self._transactions = transactions
        self._requests = requests
        self._queries = queries
        self._notices = notices

    async def leave_queue(self, conversation_id: str) -> SupportState:
        """Leaves the queue. No-op if the user is not queued.

        Raises:
            InputError: bad_token.
        """
        async with self._transactions.conversation(conversation_id) as transaction:
            await self._requests.leave_queue(transaction, in_reply_to=None)
        return await self._queries.support_state(conversation_id)

    async def leave_message(
        self, conversation_id: str, *, text: object, contact: object, client_id: object = None
    ) -> SupportState:
        """Stores a message to answer later. The same `client_id` again is a no-op.

        Args:
            conversation_id: The user's conversation.
            text: The message; stored redacted.
            contact: A telephone number or an e-mail address; stored as it is.
            client_id: The client's own id of the message.

        Raises:
            InputError: malformed, empty, too_long, contact_invalid, conflict (an agent is there), bad_token,
                consent_required, blocked.
        """
        async with self._transactions.conversation(conversation_id) as transaction:
            await self._notices.check(transaction.session, conversation_id)
            await self._requests.leave_message(transaction, text, contact, client_id)
        return await self._queries.support_state(conversation_id)

    async def rate(
        self, conversation_id: str, *, ticket: object, rating: object, comment: object = None
    ) -> SupportState:
        """Rates a closed ticket from 1 to 5.

        Raises:
            InputError: malformed, too_long, not_found, already_rated, bad_token.
        """
        async with self._transactions.conversation(conversation_id) as transaction:
            await self._requests.rate(transaction, ticket, rating, comment)
        return await self._queries.support_state(conversation_id)

    async def typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tells the agent that the user starts or stops typing. A user who types is not silent."""
        row = tables.Ticket
        async with self._transactions.database.read() as session:
            ticket = await session.scalar(
                select(row).where(row.conversation_id == conversation_id, row.status == "active")
            )
        if ticket is None:
            return
        self._transactions.event_bus.publish(UserTyping(conversation_id, typing=typing))
        if typing and ticket.agent_waits_since and now() - ticket.agent_waits_since > _TYPING_STORED_EVERY:
            async with self._transactions.database.write() as session:
                await session.execute(
                    update(row)
                    .where(row.id == ticket.id, row.agent_waits_since == ticket.agent_waits_since)
                    .values(agent_waits_since=now(), reminded_at=None)
                )

    async def delivered(self, conversation_id: str, message_id: int) -> None:
        """Notes what a site's backend has been handed for its user.

        What a backend does not fetch its user cannot answer, so the user's silence counts from here.
        """
        if not await self._transactions.advance_read_mark(conversation_id, "user_read_id", message_id):
            return
        self._transactions.event_bus.publish(Read(conversation_id, "user", message_id))
        row = tables.Ticket
        async with self._transactions.database.write() as session:
            await session.execute(
                update(row)
                .where(row.conversation_id == conversation_id, row.status == "active", row.agent_waits_since < now())
                .values(agent_waits_since=now())
            )

    async def tell_context(self, conversation_id: str, context: dict[str, str]) -> None:
        """Stores what the site tells of the user's page, and shows it to the agent. The same again is a no-op.

        Args:
            conversation_id: The user's conversation.
            context: As `checked_context` returns it.

        Raises:
            InputError: consent_required.
        """
        async with self._transactions.database.write() as session:
            await self._notices.check(session, conversation_id)
            conversation = await session.get(tables.Conversation, conversation_id)
            if conversation is None or (conversation.context or {}) == context:
                return
            conversation.context = context
        ticket_id = await self._queries.open_ticket_id(conversation_id)
        if ticket_id is not None:
            self._transactions.event_bus.publish(TicketChanged(conversation_id, ticket_id))

    async def read(self, conversation_id: str, message_id: int) -> None:
        """Moves the user's read mark forward; it never moves back."""
        if await self._transactions.advance_read_mark(conversation_id, "user_read_id", message_id):
            self._transactions.event_bus.publish(Read(conversation_id, "user", message_id))
