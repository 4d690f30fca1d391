"""What transports call: users' side and agents' side of human support."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import Hub, Read, SupportChanged, TicketChanged, Typing, UserTyping
from uwallet_gateway.conversation.messages import Message
from uwallet_gateway.conversation.transcript import ConversationGoneError, Page, Transcript
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.support.desk import Desk
from uwallet_gateway.support.lists import Lists
from uwallet_gateway.support.models import AgentStatus, DeskQueue, QueueCounts, SupportState, Ticket, TicketDetails
from uwallet_gateway.support.presence import Presence
from uwallet_gateway.support.users import Users

# A user who types is not silent; written down at most so often.
_TYPING_COUNTS_AFTER = timedelta(seconds=30)


class Support:
    """Human support.

    Every change is made on a page of the conversation (`Transcript.writing`), told over the hub after it is stored,
    and is done once however often it is asked for.

    Attributes:
        presence: Which agents are there.
    """

    def __init__(
        self,
        database: Database,
        transcript: Transcript,
        hub: Hub,
        users: Users,
        desk: Desk,
        lists: Lists,
        presence: Presence,
    ) -> None:
        """Keeps what it works with; `support.assembly` puts it together."""
        self.presence = presence
        self._database = database
        self._transcript = transcript
        self._hub = hub
        self._users = users
        self._desk = desk
        self._lists = lists

    # The bot's side, within the transaction that stores its reply.

    async def request(self, page: Page, handoff: dict[str, Any], *, reason: str, in_reply_to: int | None) -> None:
        """Opens a ticket, or adds to the open one, and says on the page what happens now.

        Args:
            page: The conversation; what is said stands after what is on it already.
            handoff: The bot's payload, whole (docs/handoff.md).
            reason: Why, for the ticket; the bot's reason, or one of the gateway's.
            in_reply_to: The user's message that led to it.
        """
        await self._users.request(page, handoff, reason, in_reply_to)

    # What users type and press, within the transaction that stores it.

    async def said(self, page: Page, message: Message) -> None:
        """Notes what a message of the user means for support: an agent is to answer, or the bot from now on."""
        await self._users.said(page, message)

    async def is_asked_for_message(self, page: Page, text: str) -> bool:
        """Whether what the user types now is a message for support, because they were just asked for one."""
        return await self._users.is_asked_for_message(page, text)

    async def take_typed(self, page: Page, message: Message) -> None:
        """Takes a message for support that was typed in the chat."""
        await self._users.take_typed(page, message, message.text)

    async def execute(self, page: Page, payload: str, in_reply_to: int) -> None:
        """Executes a payload of support's own buttons, which the conversation has offered."""
        await self._users.execute(page, payload, in_reply_to)

    async def answer_request(self, page: Page, request: str, in_reply_to: int) -> None:
        """Does what the bot has understood that the user wants: `leave_queue` or `ticket_status`."""
        await self._users.answer_request(page, request, in_reply_to)

    # Users' side.

    async def state(self, conversation_id: str) -> SupportState:
        """What a user's client shows.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        return await self._lists.state(conversation_id)

    async def leave_queue(self, conversation_id: str) -> SupportState:
        """The user does not want to wait any more; nothing happens if they do not wait.

        Raises:
            InputError: bad_token, when the conversation is gone.
        """
        async with self._users_page(conversation_id) as page:
            await self._users.leave_queue(page, in_reply_to=None)
        return await self.state(conversation_id)

    async def leave_message(
        self, conversation_id: str, *, text: object, contact: object, client_id: object = None
    ) -> SupportState:
        """Takes a message for later; the same `client_id` again does nothing.

        Args:
            conversation_id: Whose.
            text: What it is about; redacted.
            contact: A telephone number or an e-mail address; kept as it is.
            client_id: The client's own id of it.

        Raises:
            InputError: malformed, empty, too_long, contact_invalid, conflict (an agent is there), bad_token.
        """
        async with self._users_page(conversation_id) as page:
            await self._users.leave_message(page, text, contact, client_id)
        return await self.state(conversation_id)

    async def rate(
        self, conversation_id: str, *, ticket: object, rating: object, comment: object = None
    ) -> SupportState:
        """Takes the rating of a closed ticket, 1 to 5.

        Raises:
            InputError: malformed, too_long, not_found, already_rated, bad_token.
        """
        async with self._users_page(conversation_id) as page:
            await self._users.rate(page, ticket, rating, comment)
        return await self.state(conversation_id)

    async def user_typing(self, conversation_id: str, *, typing: bool) -> None:
        """Tells the agent that the user has begun or ended to type; who types is not silent."""
        row = tables.Ticket
        async with self._database.read() as transaction:
            ticket = await transaction.scalar(
                select(row).where(row.conversation_id == conversation_id, row.status == "active")
            )
        if ticket is None:
            return
        self._hub.publish(UserTyping(conversation_id, typing=typing))
        if typing and ticket.agent_waits_since and now() - ticket.agent_waits_since > _TYPING_COUNTS_AFTER:
            async with self._database.write() as transaction:
                await transaction.execute(
                    update(row)
                    .where(row.id == ticket.id, row.agent_waits_since == ticket.agent_waits_since)
                    .values(agent_waits_since=now(), reminded_at=None)
                )

    async def user_read(self, conversation_id: str, message_id: int) -> None:
        """The user has seen everything up to this message; never goes back."""
        if await self._advance(conversation_id, "user_read_id", message_id):
            self._hub.publish(Read(conversation_id, "user", message_id))

    # Agents' side. Whether somebody may do it by their role is the transport's to know.

    async def claim(self, ticket_id: int, agent_id: int) -> Ticket:
        """Takes over a conversation; again by the same agent does nothing. Also takes up a message that was left.

        Raises:
            InputError: not_found; conflict, when another agent has it (`details` = `{"agent"}`) or it is closed.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.claim(page, ticket, agent_id)
        return await self.ticket(ticket_id)

    async def assign(self, ticket_id: int, agent_id: int, *, by: int) -> Ticket:
        """A supervisor gives a ticket to an agent, whoever has it.

        Raises:
            InputError: not_found (also of the agent); conflict, when it is closed.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.assign(page, ticket, agent_id, by)
        return await self.ticket(ticket_id)

    async def say(
        self,
        ticket_id: int,
        agent_id: int,
        *,
        text: object = None,
        attachment_id: object = None,
        client_id: object = None,
    ) -> Message:
        """Stores what an agent writes, which the user's clients are then sent; idempotent by `client_id`.

        Args:
            ticket_id: Where.
            agent_id: Who; must have the ticket.
            text: What, or None with a picture alone.
            attachment_id: A picture that was uploaded for this conversation.
            client_id: The desk's own id of it; the same one again returns the message of then.

        Raises:
            InputError: not_found, conflict (no longer theirs), malformed, empty, too_long, attachment_unknown.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            return await self._desk.say(page, ticket, agent_id, text, attachment_id, client_id)

    async def transfer(self, ticket_id: int, agent_id: int, *, to: int | None, memo: object = None) -> Ticket:
        """Gives a chat to another agent, or back to the queue.

        Args:
            ticket_id: Which.
            agent_id: Who has it.
            to: The other agent; None for the queue.
            memo: For whoever takes it; users never see it.

        Raises:
            InputError: not_found (also of the other agent), conflict, malformed, too_long.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.transfer(page, ticket, agent_id, to, memo)
        return await self.ticket(ticket_id)

    async def return_to_bot(
        self, ticket_id: int, agent_id: int, *, disposition: object = None, note: object = None
    ) -> Ticket:
        """Ends the chat; the bot answers from now on. Closes the ticket as `solved` unless told otherwise.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.return_to_bot(page, ticket, agent_id, disposition, note)
        return await self.ticket(ticket_id)

    async def close(self, ticket_id: int, agent_id: int, *, disposition: object, note: object = None) -> Ticket:
        """Closes a ticket; of those with the status `message` any agent may. Again by the same agent does nothing.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.close(page, ticket, agent_id, disposition, note)
        return await self.ticket(ticket_id)

    async def note(self, ticket_id: int, agent_id: int, *, text: object) -> Ticket:
        """Adds an internal note, which users never see.

        Raises:
            InputError: not_found, malformed, empty, too_long.
        """
        async with self._tickets_page(ticket_id) as (page, ticket):
            await self._desk.note(page, ticket, agent_id, text)
        return await self.ticket(ticket_id)

    async def typing(self, ticket_id: int, agent_id: int, *, typing: bool) -> None:
        """Tells the user that the agent has begun or ended to type; of others than the owner nothing is told."""
        conversation_id = await self._conversation_of(ticket_id, agent_id)
        if conversation_id is not None:
            self._hub.publish(Typing(conversation_id, typing=typing, author="agent"))

    async def read(self, ticket_id: int, agent_id: int, message_id: int) -> None:
        """The agent who has the ticket has seen everything up to this message; of others nothing is noted."""
        conversation_id = await self._conversation_of(ticket_id, agent_id)
        if conversation_id is not None and await self._advance(conversation_id, "agent_read_id", message_id):
            self._hub.publish(Read(conversation_id, "agent", message_id))
            self._hub.publish(SupportChanged(conversation_id))
            self._hub.publish(TicketChanged(conversation_id, ticket_id))

    async def release(self, agent_id: int) -> None:
        """Gives all chats of an agent back to the queue: they were disabled."""
        async with self._database.read() as transaction:
            found = await transaction.scalars(
                select(tables.Ticket.id).where(tables.Ticket.agent_id == agent_id, tables.Ticket.status == "active")
            )
            ticket_ids = found.all()
        for ticket_id in ticket_ids:
            async with self._tickets_page(ticket_id) as (page, ticket):
                if ticket.status == "active" and ticket.agent_id == agent_id:
                    await self._desk.requeue(page, ticket, "requeued", None)

    # What agents look at.

    async def ticket(self, ticket_id: int) -> Ticket:
        """One ticket.

        Raises:
            InputError: not_found.
        """
        return await self._lists.ticket(ticket_id)

    async def open_ticket(self, conversation_id: str) -> int | None:
        """The id of the ticket of a conversation that is not closed."""
        async with self._database.read() as transaction:
            found: int | None = await transaction.scalar(
                select(tables.Ticket.id).where(
                    tables.Ticket.conversation_id == conversation_id, tables.Ticket.status != "closed"
                )
            )
        return found

    async def details(self, ticket_id: int) -> TicketDetails:
        """One ticket with all that belongs to it.

        Raises:
            InputError: not_found.
        """
        return await self._lists.details(ticket_id)

    async def counts(self, agent_id: int) -> QueueCounts:
        """The counts of `queue` alone, which cost less."""
        return await self._lists.counts(agent_id)

    async def queue(self, agent_id: int) -> DeskQueue:
        """What an agent has in front of them."""
        return await self._lists.queue(agent_id)

    async def tickets(
        self,
        *,
        status: str | None = None,
        query: str | None = None,
        agent_id: int | None = None,
        visible_to: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Ticket], bool]:
        """Tickets, newest first, and whether there are more.

        Args:
            status: Only those; None for all.
            query: Part of the number, summary, message, contact or of the user's name.
            agent_id: Only those that this agent has or had last.
            visible_to: Only those that this agent may see by the rules for the role `agent`.
            before: Only those with a lower id.
            limit: How many at most.
        """
        return await self._lists.tickets(status, query, agent_id, visible_to, before, limit)

    async def may_see(self, ticket_id: int, agent_id: int) -> bool:
        """Whether the role `agent` lets this agent see a ticket.

        It does if it waits, if a message was left, if it is or was theirs, or if they now serve the same user.
        """
        return await self._lists.may_see(ticket_id, agent_id)

    async def agents(self) -> list[AgentStatus]:
        """All agents that are enabled, by name."""
        return await self.presence.all()

    @contextlib.asynccontextmanager
    async def _users_page(self, conversation_id: str) -> AsyncIterator[Page]:
        try:
            async with self._transcript.writing(conversation_id) as page:
                yield page
        except ConversationGoneError as error:
            raise InputError(ErrorCode.BAD_TOKEN) from error
        self._hub.publish_page(page)

    @contextlib.asynccontextmanager
    async def _tickets_page(self, ticket_id: int) -> AsyncIterator[tuple[Page, tables.Ticket]]:
        async with self._database.read() as transaction:
            conversation_id = await transaction.scalar(
                select(tables.Ticket.conversation_id).where(tables.Ticket.id == ticket_id)
            )
        if conversation_id is None:
            raise InputError(ErrorCode.NOT_FOUND)
        try:
            async with self._transcript.writing(conversation_id) as page:
                ticket = await page.transaction.get(tables.Ticket, ticket_id)
                if ticket is None:
                    raise InputError(ErrorCode.NOT_FOUND)
                yield page, ticket
        except ConversationGoneError as error:
            raise InputError(ErrorCode.NOT_FOUND) from error
        self._hub.publish_page(page)

    async def _conversation_of(self, ticket_id: int, agent_id: int) -> str | None:
        async with self._database.read() as transaction:
            conversation_id: str | None = await transaction.scalar(
                select(tables.Ticket.conversation_id).where(
                    tables.Ticket.id == ticket_id,
                    tables.Ticket.agent_id == agent_id,
                    tables.Ticket.status == "active",
                )
            )
        return conversation_id

    async def _advance(self, conversation_id: str, name: str, message_id: int) -> bool:
        """Sets a read mark; False if it stands there or further, or there is no such message."""
        column = getattr(tables.Conversation, name)
        async with self._database.write() as transaction:
            changed = await transaction.execute(
                update(tables.Conversation)
                .where(
                    tables.Conversation.id == conversation_id,
                    column < message_id,
                    tables.Conversation.last_id >= message_id,
                )
                .values({name: message_id})
                .returning(tables.Conversation.id)
            )
            return changed.one_or_none() is not None
