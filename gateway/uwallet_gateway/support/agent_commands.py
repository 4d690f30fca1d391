"""Commands of agents: claim, assign, say, transfer, return, close, note, typing, read marks."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Concatenate

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.canned_replies import CannedReply, count_use
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import is_deadlock
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.protocol.tickets import DISPOSITIONS, AgentName, EventKind, Ticket, cleaned_labels
from uwallet_gateway.support.groups import put_into
from uwallet_gateway.support.labels import labels_of, set_labels
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.support.queue import is_crisis
from uwallet_gateway.support.ticket_steps import TicketSteps
from uwallet_gateway.support.transactions import SupportTransactions
from uwallet_gateway.transcript.events import Read, SupportChanged, TicketChanged, Typing
from uwallet_gateway.transcript.messages import Draft, Message
from uwallet_gateway.transcript.transaction import ConversationTransaction

_NOTE_LENGTH = 2000
# How often a command is tried that PostgreSQL ends because of another one.
_ATTEMPTS = 3
# How far a follow-up may lie ahead, and how far the clock of a desk may be behind.
_FURTHEST_FOLLOW_UP, _CLOCK_SKEW = timedelta(days=366), timedelta(minutes=10)


def _changes_ticket[**Arguments](
    command: Callable[
        Concatenate[AgentCommands, ConversationTransaction, tables.Ticket, Arguments],
        Awaitable[None],
    ],
) -> Callable[Concatenate[AgentCommands, int, Arguments], Awaitable[Ticket]]:
    """Runs a command in the transaction of the ticket whose id is given, and returns the ticket afterwards."""

    @functools.wraps(command)
    async def run(
        commands: AgentCommands, ticket_id: int, /, *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Ticket:
        for attempt in range(_ATTEMPTS):
            try:
                async with commands.transactions.ticket(ticket_id) as (transaction, ticket):
                    await command(commands, transaction, ticket, *arguments, **named)
                break
            except DBAPIError as error:
                # Two agents who want the same at one moment may each wait for what the other holds.
                if not is_deadlock(error) or attempt + 1 == _ATTEMPTS:
                    raise
        return await commands.queries.ticket(ticket_id)

    return run


class AgentCommands:
    """What transports call for agents, by the id of a ticket. Checking roles is the transport's task.

    Every command may be repeated without further effect.
    """

    def __init__(
        self, transactions: SupportTransactions, steps: TicketSteps, queries: TicketQueries, *, max_length: int
    ) -> None:
        """Keeps what the commands work with; `max_length` is the limit of a message in characters."""
        self.transactions = transactions
        self.queries = queries
        self._steps = steps
        self._max_length = max_length

    @_changes_ticket
    async def claim(self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int) -> None:
        """Takes over a conversation, also one in which a message was left or that is to be followed up.

        Raises:
            InputError: not_found; conflict, when another agent has it (`details` = `{"agent"}`) or it is closed.
        """
        if ticket.status == "active" and ticket.agent_id == agent_id:
            return
        if ticket.status not in {"queued", "message", "pending"}:
            raise await _conflict(transaction.session, ticket)
        agent = await _enabled_agent(transaction.session, agent_id)
        await self._steps.give(transaction, ticket, agent, EventKind.CLAIMED, by=agent)

    @_changes_ticket
    async def assign(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, by: int
    ) -> None:
        """Gives a ticket to an agent on behalf of the supervisor `by`, whoever has it.

        Raises:
            InputError: not_found (also of the agent); conflict, when it is closed.
        """
        if ticket.status == "active" and ticket.agent_id == agent_id:
            return
        if ticket.status == "closed":
            raise await _conflict(transaction.session, ticket)
        agent = await _enabled_agent(transaction.session, agent_id)
        supervisor = await _enabled_agent(transaction.session, by)
        kind = EventKind.TRANSFERRED if ticket.status == "active" else EventKind.ASSIGNED
        await self._steps.give(transaction, ticket, agent, kind, by=supervisor)

    async def say(
        self,
        ticket_id: int,
        agent_id: int,
        *,
        text: object = None,
        attachment_id: object = None,
        client_id: object = None,
        canned_reply_id: int | None = None,
    ) -> Message:
        """Stores a message of the agent who has the ticket.

        Args:
            ticket_id: The ticket.
            agent_id: The author; must have the ticket.
            text: The text; None for a picture alone.
            attachment_id: A picture that was uploaded for this conversation.
            client_id: Idempotency key: the same one again returns the message that was stored before.
            canned_reply_id: The canned reply that it was made from, whose uses are counted.

        Raises:
            InputError: not_found, conflict (no longer theirs), malformed, empty, too_long, attachment_unknown.
        """
        async with self.transactions.ticket(ticket_id) as (transaction, ticket):
            key = checked_client_id(client_id)
            existing = await _said_before(transaction, key)
            if existing is not None:
                return existing
            if canned_reply_id is not None:
                await count_use(transaction.session, canned_reply_id, agent_id)
            return await self._say(transaction, ticket, agent_id, key, text, attachment_id)

    @_changes_ticket
    async def apply_macro(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        *,
        macro: CannedReply,
        text: object,
        client_id: object,
    ) -> None:
        """Says a text and does what a canned reply does beside: all of it or nothing.

        Args:
            transaction: Opened by the decorator.
            ticket: The ticket; callers give its id.
            agent_id: Who has it.
            macro: The reply, with its labels and its ending.
            text: What it says, as the agent has looked it over.
            client_id: Idempotency key.

        Raises:
            InputError: not_found, conflict (no longer theirs), malformed, empty, too_long (also of too many labels).
        """
        key = checked_client_id(client_id)
        if key is None:
            raise InputError(ErrorCode.MALFORMED)
        if await _said_before(transaction, key) is not None:
            return
        await self._say(transaction, ticket, agent_id, key, text)
        await count_use(transaction.session, macro.id, agent_id)
        existing = (await labels_of(transaction.session, [ticket.id])).get(ticket.id, [])
        await self._label(transaction, ticket, agent_id, cleaned_labels([*existing, *macro.labels]))
        if macro.ending == "close":
            await self._close(transaction, ticket, agent_id, "solved", ticket.note)
        elif macro.ending == "follow_up":
            due_at = now() + timedelta(hours=macro.follow_up_hours or 1)
            await self._follow_up(transaction, ticket, agent_id, due_at, to=None, note=None)

    @_changes_ticket
    async def label(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, labels: Sequence[object]
    ) -> None:
        """Gives a ticket these labels and no others.

        Raises:
            InputError: not_found, malformed, empty, too_long.
        """
        await self._label(transaction, ticket, agent_id, cleaned_labels(labels))

    @_changes_ticket
    async def move(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, group_id: int | None
    ) -> None:
        """Puts a ticket that is not over into a skill group, or into none.

        Raises:
            InputError: not_found (also of the group); conflict, when it is closed.
        """
        if ticket.status == "closed":
            raise await _conflict(transaction.session, ticket)
        if ticket.group_id == group_id:
            return
        group = await transaction.session.get(tables.SkillGroup, group_id) if group_id is not None else None
        if group_id is not None and group is None:
            raise InputError(ErrorCode.NOT_FOUND)
        put_into(ticket, group)
        to = group.name if group else None
        await self._steps.note_event(transaction, ticket, EventKind.MOVED, "agent", agent_id, to=to)

    @_changes_ticket
    async def prioritise(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, priority: int
    ) -> None:
        """Says how pressing a ticket is that is not over.

        Raises:
            InputError: not_found; conflict, when it is closed.
        """
        if ticket.status == "closed":
            raise await _conflict(transaction.session, ticket)
        if ticket.priority != priority:
            await self._steps.prioritise(transaction, ticket, priority, by=agent_id)

    @_changes_ticket
    async def transfer(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        *,
        to: int | None,
        group_id: int | None = None,
        memo: object = None,
    ) -> None:
        """Gives a chat to another agent, or back to the queue.

        Args:
            transaction: Opened by the decorator.
            ticket: The ticket; callers give its id.
            agent_id: The agent who has it.
            to: The other agent; None for the queue.
            group_id: The group that it waits for in the queue; None: as before.
            memo: For the next agent; users never see it.

        Raises:
            InputError: not_found (also of the other agent or the group), conflict, malformed, too_long.
        """
        if to is not None and group_id is not None:
            raise InputError(ErrorCode.MALFORMED)
        cleaned_memo = _cleaned_note(memo)
        await _check_owner(transaction, ticket, agent_id)
        by = await _enabled_agent(transaction.session, agent_id)
        if to == agent_id:
            return
        if to is None:
            group = None
            if group_id is not None:
                group = await transaction.session.get(tables.SkillGroup, group_id)
                if group is None:
                    raise InputError(ErrorCode.NOT_FOUND)
                put_into(ticket, group)
            await self._steps.requeue(
                transaction, ticket, "transferred_to_queue", by, cleaned_memo, to=group.name if group else None
            )
            return
        agent = await _enabled_agent(transaction.session, to)
        details = {} if cleaned_memo is None else {"memo": cleaned_memo}
        await self._steps.give(transaction, ticket, agent, EventKind.TRANSFERRED, by=by, **details)

    @_changes_ticket
    async def return_to_bot(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        *,
        disposition: object = None,
        note: object = None,
    ) -> None:
        """Ends the chat; the bot answers from now on. Closes the ticket as `solved` by default.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        checked_disposition = "solved" if disposition is None else _checked_disposition(disposition)
        cleaned_note = _cleaned_note(note)
        if ticket.status == "closed" and ticket.agent_id == agent_id:
            return
        await _check_owner(transaction, ticket, agent_id)
        agent = await _enabled_agent(transaction.session, agent_id)
        await change_owner(transaction, "bot")
        ticket.note = cleaned_note
        await self._steps.note_event(transaction, ticket, EventKind.RETURNED_TO_BOT, "agent", agent_id)
        await self._steps.finish(transaction, ticket, checked_disposition, "agent", agent_id, note=cleaned_note)
        if is_crisis(ticket.reason, ticket.handoff):
            await self._steps.notices.say(transaction, "returned_to_bot", "returned_to_bot_quietly", agent=agent.name)
            return
        await self._steps.notices.say(
            transaction, "returned_to_bot", "returned_to_bot", rates=ticket.number, agent=agent.name
        )

    @_changes_ticket
    async def close(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        *,
        disposition: object,
        note: object = None,
    ) -> None:
        """Closes a ticket. Any agent may close one with the status `message` or `pending`.

        Raises:
            InputError: not_found, conflict, malformed, too_long.
        """
        await self._close(transaction, ticket, agent_id, _checked_disposition(disposition), _cleaned_note(note))

    @_changes_ticket
    async def follow_up(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        *,
        due_at: datetime,
        to: int | None = None,
        note: object = None,
    ) -> None:
        """Puts a ticket off until somebody comes back to it. Ends the chat; reopens a closed ticket.

        Args:
            transaction: Opened by the decorator.
            ticket: The ticket; callers give its id.
            agent_id: Who puts it off; must have it if somebody has.
            due_at: When; not in the past.
            to: Who comes back to it; None for the agent themselves.
            note: For whoever comes back to it; users never see it.

        Raises:
            InputError: not_found (also of the other agent); conflict, when another agent has it, the user waits in the
                queue or has another open ticket; malformed, too_long.
        """
        await self._follow_up(transaction, ticket, agent_id, due_at, to=to, note=_cleaned_note(note))

    @_changes_ticket
    async def keep_open(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, kept_open: bool
    ) -> None:
        """Waits for the user however long they are silent, or no longer.

        Raises:
            InputError: not_found; conflict, when another agent has it.
        """
        await _check_owner(transaction, ticket, agent_id)
        ticket.kept_open = kept_open
        ticket.version += 1
        if not kept_open and ticket.agent_waits_since is not None:
            # What went by meanwhile does not count.
            ticket.agent_waits_since = now()
        transaction.emit(TicketChanged(transaction.conversation_id, ticket.id))

    @_changes_ticket
    async def note(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, *, text: object
    ) -> None:
        """Adds an internal note, which users never see.

        Raises:
            InputError: not_found, malformed, empty, too_long.
        """
        cleaned = clean(text, _NOTE_LENGTH)
        await self._steps.note_event(transaction, ticket, EventKind.NOTE, "agent", agent_id, text=cleaned)

    async def typing(self, ticket_id: int, agent_id: int, *, typing: bool) -> None:
        """Tells the user that the agent starts or stops typing. No-op for agents who do not have the ticket."""
        conversation_id = await self._conversation_of(ticket_id, agent_id)
        if conversation_id is not None:
            self.transactions.event_bus.publish(Typing(conversation_id, typing=typing, author="agent"))

    async def read(self, ticket_id: int, agent_id: int, message_id: int) -> None:
        """Moves the agent's read mark forward. No-op for agents who do not have the ticket."""
        conversation_id = await self._conversation_of(ticket_id, agent_id)
        if conversation_id is None:
            return
        if await self.transactions.advance_read_mark(conversation_id, "agent_read_id", message_id):
            for event in (
                Read(conversation_id, "agent", message_id),
                SupportChanged(conversation_id),
                TicketChanged(conversation_id, ticket_id),
            ):
                self.transactions.event_bus.publish(event)

    async def release(self, agent_id: int) -> None:
        """Gives all chats of a disabled agent back to the queue, and their follow-ups to everybody."""
        async with self.transactions.database.read() as session:
            rows = await session.scalars(
                select(tables.Ticket.id).where(
                    tables.Ticket.agent_id == agent_id, tables.Ticket.status.in_(("active", "pending"))
                )
            )
            ticket_ids = rows.all()
        for ticket_id in ticket_ids:
            async with self.transactions.ticket(ticket_id) as (transaction, ticket):
                if ticket.agent_id != agent_id:
                    continue
                if ticket.status == "active":
                    await self._steps.requeue(transaction, ticket, "requeued", None)
                elif ticket.status == "pending":
                    ticket.agent_id = None
                    ticket.version += 1
                    transaction.emit(TicketChanged(transaction.conversation_id, ticket.id))

    async def _say(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        key: str | None,
        text: object,
        attachment_id: object = None,
    ) -> Message:
        await _check_owner(transaction, ticket, agent_id)
        picture = None
        if attachment_id is not None:
            picture = await transaction.picture(attachment_id) if isinstance(attachment_id, str) else None
            if picture is None:
                raise InputError(ErrorCode.ATTACHMENT_UNKNOWN)
        cleaned = "" if picture and text in (None, "") else clean(text, self._max_length)
        agent = await _enabled_agent(transaction.session, agent_id)
        message = await transaction.append(
            Draft("agent", cleaned, attachment=picture, client_id=key, metadata={"agent": {"name": agent.name}})
        )
        ticket.first_reply_at = ticket.first_reply_at or message.created_at
        ticket.user_waits_since, ticket.reminded_at = None, None
        # Who left a message or was put off has gone: start timeouts only when they write again.
        was_put_off = ticket.message is not None or ticket.due_at is not None
        absent = was_put_off and not await transaction.has_since("user", transaction.agent_since_id)
        ticket.agent_waits_since = None if absent else message.created_at
        transaction.emit(TicketChanged(transaction.conversation_id, ticket.id))
        return message

    async def _label(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int, labels: Sequence[str]
    ) -> None:
        if await set_labels(transaction.session, ticket.id, labels):
            await self._steps.note_event(
                transaction, ticket, EventKind.LABELLED, "agent", agent_id, labels=list(labels)
            )

    async def _close(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        disposition: str,
        note: str | None,
    ) -> None:
        if ticket.status == "closed" and ticket.agent_id == agent_id:
            return
        if ticket.status in {"message", "pending"}:
            # Settled outside of the chat, which stays with the bot.
            ticket.agent_id, ticket.note = agent_id, note
            await self._steps.finish(transaction, ticket, disposition, "agent", agent_id, note=note)
            return
        await _check_owner(transaction, ticket, agent_id)
        await change_owner(transaction, "closed")
        ticket.note = note
        await self._steps.finish(transaction, ticket, disposition, "agent", agent_id, note=note)
        if disposition == "spam":
            await self._steps.notices.say(transaction, "closed", "closed_as_spam")
        elif is_crisis(ticket.reason, ticket.handoff):
            await self._steps.notices.say(transaction, "closed", "closed_quietly")
        else:
            await self._steps.notices.say(transaction, "closed", "closed", rates=ticket.number)

    async def _follow_up(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent_id: int,
        due_at: datetime,
        *,
        to: int | None,
        note: str | None,
    ) -> None:
        moment = now()
        if not moment - _CLOCK_SKEW <= due_at <= moment + _FURTHEST_FOLLOW_UP:
            raise InputError(ErrorCode.MALFORMED)
        agent = await _enabled_agent(transaction.session, to or agent_id)
        is_chat = ticket.status == "active"
        if is_chat:
            await _check_owner(transaction, ticket, agent_id)
        elif ticket.status == "queued":
            raise await _conflict(transaction.session, ticket)
        elif ticket.status == "closed" and (other := await self._steps.find_open(transaction)) is not None:
            raise await _conflict(transaction.session, other)
        was_due_at = ticket.due_at if ticket.status == "pending" else None
        await self._steps.put_off(transaction, ticket, agent, due_at, by=agent_id, note=note)
        notices, time = self._steps.notices, self._steps.moment_in_words(due_at)
        if is_chat:
            await change_owner(transaction, "closed")
            await notices.say(transaction, "closed", "follow_up", agent=agent.name, time=time)
        elif was_due_at is not None and self._steps.moment_in_words(was_due_at) != time:
            await notices.say(transaction, "closed", "follow_up_moved", time=time)

    async def _conversation_of(self, ticket_id: int, agent_id: int) -> str | None:
        async with self.transactions.database.read() as session:
            conversation_id: str | None = await session.scalar(
                select(tables.Ticket.conversation_id).where(
                    tables.Ticket.id == ticket_id,
                    tables.Ticket.agent_id == agent_id,
                    tables.Ticket.status == "active",
                )
            )
        return conversation_id


async def _said_before(transaction: ConversationTransaction, key: str | None) -> Message | None:
    existing = await transaction.find_by_client_id(key) if key is not None else None
    if existing is not None and existing.author != "agent":
        raise InputError(ErrorCode.MALFORMED)
    return existing


async def _check_owner(transaction: ConversationTransaction, ticket: tables.Ticket, agent_id: int) -> None:
    if ticket.status != "active" or ticket.agent_id != agent_id or transaction.owner != "agent":
        raise await _conflict(transaction.session, ticket)


async def _enabled_agent(session: AsyncSession, agent_id: int) -> tables.Agent:
    agent = await session.scalar(
        select(tables.Agent).where(tables.Agent.id == agent_id, tables.Agent.enabled.is_(True))
    )
    if agent is None:
        raise InputError(ErrorCode.NOT_FOUND)
    return agent


async def _conflict(session: AsyncSession, ticket: tables.Ticket) -> InputError:
    """The refusal when another agent was first; its details name that agent."""
    agent = await session.get(tables.Agent, ticket.agent_id) if ticket.agent_id else None
    name = AgentName(id=agent.id, name=agent.name).model_dump() if agent else None
    return InputError(ErrorCode.CONFLICT, details={"agent": name, "status": ticket.status, "number": ticket.number})


def _checked_disposition(value: object) -> str:
    if not isinstance(value, str) or value not in DISPOSITIONS:
        raise InputError(ErrorCode.MALFORMED)
    return value


def _cleaned_note(value: object) -> str | None:
    return None if value is None or value == "" else clean(value, _NOTE_LENGTH)
