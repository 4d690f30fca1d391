"""Commands of supervisors in a chat that an agent has: a word to the agent, and a word to the user beside them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.protocol.tickets import EventKind, Ticket
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.support.ticket_steps import TicketSteps
from uwallet_gateway.support.transactions import SupportTransactions
from uwallet_gateway.transcript.events import TicketChanged, Whispered
from uwallet_gateway.transcript.messages import Draft, Message
from uwallet_gateway.transcript.transaction import ConversationTransaction

_WHISPER_LENGTH = 500


class Supervision:
    """What transports call for supervisors, by the id of a ticket. Checking roles is the transport's task."""

    def __init__(
        self, transactions: SupportTransactions, steps: TicketSteps, queries: TicketQueries, *, max_length: int
    ) -> None:
        """Keeps what the commands work with; `max_length` is the limit of a message in characters."""
        self._transactions = transactions
        self._steps = steps
        self._queries = queries
        self._max_length = max_length

    async def whisper(self, ticket_id: int, supervisor_id: int, text: object) -> Ticket:
        """Leaves a word for the agent who has a chat. The user never sees it.

        Raises:
            InputError: not_found; conflict, when no other agent has the chat; malformed, empty, too_long.
        """
        cleaned = clean(text, _WHISPER_LENGTH)
        async with self._transactions.ticket(ticket_id) as (transaction, ticket):
            agent, supervisor = await _both(transaction.session, ticket, supervisor_id)
            await self._steps.note_event(
                transaction, ticket, EventKind.WHISPER, "agent", supervisor_id, to=agent.name, text=cleaned
            )
            record(transaction.session, Action.WHISPERED, ticket.number, to=agent.name)
            transaction.emit(Whispered(transaction.conversation_id, ticket.id, agent.id, supervisor.name))
        return await self._queries.ticket(ticket_id)

    async def barge_in(self, ticket_id: int, supervisor_id: int, *, text: object, client_id: object) -> Message:
        """Says something to the user beside the agent, who keeps the chat. The first time the user is told who it is.

        Args:
            ticket_id: The ticket.
            supervisor_id: The author.
            text: The text.
            client_id: Idempotency key: the same one again returns the message that was stored before.

        Raises:
            InputError: not_found; conflict, when no other agent has the chat; malformed, empty, too_long.
        """
        cleaned, key = clean(text, self._max_length), checked_client_id(client_id)
        async with self._transactions.ticket(ticket_id) as (transaction, ticket):
            existing = await transaction.find_by_client_id(key) if key is not None else None
            if existing is not None:
                if existing.author != "agent":
                    raise InputError(ErrorCode.MALFORMED)
                return existing
            agent, supervisor = await _both(transaction.session, ticket, supervisor_id)
            if not await _was_introduced(transaction, ticket, supervisor):
                await self._steps.note_event(transaction, ticket, EventKind.BARGED_IN, "agent", supervisor.id)
                record(transaction.session, Action.BARGED_IN, ticket.number, to=agent.name)
                await self._steps.notices.say(
                    transaction, "supervisor_joined", "supervisor_joined", supervisor=supervisor.name, agent=agent.name
                )
            shown = {"name": supervisor.name, "role": "supervisor"}
            message = await transaction.append(Draft("agent", cleaned, client_id=key, metadata={"agent": shown}))
            # The user has an answer; it is no first reply of the agent. Who is away is not waited for.
            is_there = ticket.user_waits_since is not None or ticket.agent_waits_since is not None
            ticket.user_waits_since, ticket.reminded_at = None, None
            ticket.agent_waits_since = message.created_at if is_there else None
            transaction.emit(TicketChanged(transaction.conversation_id, ticket.id))
            return message


async def _both(session: AsyncSession, ticket: tables.Ticket, supervisor_id: int) -> tuple[tables.Agent, tables.Agent]:
    """The agent who has the chat, and the supervisor."""
    agent = await session.get(tables.Agent, ticket.agent_id) if ticket.status == "active" else None
    supervisor = await session.get(tables.Agent, supervisor_id)
    if agent is None or supervisor is None or agent.id == supervisor_id:
        raise InputError(ErrorCode.CONFLICT, details={"agent": None, "status": ticket.status})
    return agent, supervisor


async def _was_introduced(
    transaction: ConversationTransaction, ticket: tables.Ticket, supervisor: tables.Agent
) -> bool:
    """Whether the user has been told of this supervisor since the agent has the chat."""
    events = tables.TicketEvent
    given = (EventKind.CLAIMED.value, EventKind.ASSIGNED.value, EventKind.TRANSFERRED.value)
    last = await transaction.session.scalar(
        select(events.kind)
        .where(
            events.ticket_id == ticket.id,
            events.kind.in_(given) | ((events.kind == EventKind.BARGED_IN.value) & (events.agent_id == supervisor.id)),
        )
        .order_by(events.id.desc())
        .limit(1)
    )
    return last == EventKind.BARGED_IN.value
