"""The same done to many tickets, each in a transaction of its own: one that is refused does not keep the others.

What the single commands refuse is refused here, too: a chat that a colleague has is neither closed nor put off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.bulk import BulkRefusal, BulkRequest, BulkResult
from uwallet_gateway.protocol.tickets import Ticket, cleaned_labels
from uwallet_gateway.support.agent_commands import AgentCommands
from uwallet_gateway.support.queries import TicketQueries


class BulkCommands:
    """Does what agents ask of many tickets at once."""

    def __init__(self, commands: AgentCommands, queries: TicketQueries, message: Callable[[InputError], str]) -> None:
        """Keeps what it works with; `message` is what agents are told of a refusal."""
        self._commands = commands
        self._queries = queries
        self._message = message

    async def run(self, wanted: BulkRequest, agent_id: int, *, sees_all: bool) -> BulkResult:
        """Does it.

        Args:
            wanted: What, and to which tickets.
            agent_id: Who asks.
            sees_all: Whether they may see every ticket.

        Raises:
            InputError: malformed, empty, too_long: it cannot be done to any ticket.
        """
        _check(wanted)
        done, refused = 0, []
        for ticket_id, conversation_id in _named(wanted):
            ticket: Ticket | None = None
            try:
                ticket = await self._find(ticket_id, conversation_id, agent_id, sees_all=sees_all)
                await self._do(wanted, ticket, agent_id)
                done += 1
            except InputError as error:
                refused.append(
                    BulkRefusal(
                        ticket_id=ticket.id if ticket else ticket_id,
                        conversation_id=conversation_id,
                        number=ticket.number if ticket else None,
                        code=error.code,
                        message=self._message(error),
                        details=dict(error.details or {}),
                    )
                )
        return BulkResult(done=done, refused=refused)

    async def _find(
        self, ticket_id: int | None, conversation_id: str | None, agent_id: int, *, sees_all: bool
    ) -> Ticket:
        if ticket_id is None and conversation_id is not None:
            ticket_id = await self._queries.newest_visible(conversation_id, None if sees_all else agent_id)
        if ticket_id is None:
            raise InputError(ErrorCode.NO_TICKET)
        ticket = await self._queries.ticket(ticket_id)
        if not sees_all and not await self._queries.may_see(ticket_id, agent_id):
            raise InputError(ErrorCode.FORBIDDEN)
        return ticket

    async def _do(self, wanted: BulkRequest, ticket: Ticket, agent_id: int) -> None:
        commands = self._commands
        match wanted.action:
            case "label":
                labels = [*ticket.labels, *(label for label in wanted.labels if label not in ticket.labels)]
                await commands.label(ticket.id, agent_id, labels=labels)
            case "unlabel":
                gone = cleaned_labels(wanted.labels)
                await commands.label(
                    ticket.id, agent_id, labels=[label for label in ticket.labels if label not in gone]
                )
            case "assign":
                await commands.assign(ticket.id, wanted.agent_id or agent_id, by=agent_id)
            case "group":
                await commands.move(ticket.id, agent_id, group_id=wanted.group_id)
            case "priority":
                await commands.prioritise(ticket.id, agent_id, priority=wanted.priority or 0)
            case "follow_up":
                await self._put_off(wanted, ticket, agent_id, wanted.due_at or now())
            case "close":
                note = ticket.note if wanted.note is None else wanted.note
                if ticket.status == "closed":
                    raise _in_the_way(ticket)
                await commands.close(ticket.id, agent_id, disposition=wanted.disposition, note=note)
            case "reopen":
                if ticket.status != "closed":
                    raise _in_the_way(ticket)
                await self._put_off(wanted, ticket, agent_id, now())

    async def _put_off(self, wanted: BulkRequest, ticket: Ticket, agent_id: int, due_at: datetime) -> None:
        was_theirs = ticket.agent.id if ticket.status == "pending" and ticket.agent else agent_id
        await self._commands.follow_up(
            ticket.id, agent_id, due_at=due_at, to=wanted.agent_id or was_theirs, note=wanted.note
        )


def _in_the_way(ticket: Ticket) -> InputError:
    details = {"agent": None, "status": ticket.status, "number": ticket.number}
    return InputError(ErrorCode.CONFLICT, details=details)


def _check(wanted: BulkRequest) -> None:
    needed = {
        "label": bool(wanted.labels),
        "unlabel": bool(wanted.labels),
        "assign": wanted.agent_id is not None,
        "priority": wanted.priority is not None,
        "follow_up": wanted.due_at is not None,
    }
    if not needed.get(wanted.action, True) or not (wanted.tickets or wanted.conversations):
        raise InputError(ErrorCode.MALFORMED)
    cleaned_labels(wanted.labels)


def _named(wanted: BulkRequest) -> Iterable[tuple[int | None, str | None]]:
    """Each once, by its id or by its conversation."""
    yield from ((ticket_id, None) for ticket_id in dict.fromkeys(wanted.tickets))
    yield from ((None, conversation_id) for conversation_id in dict.fromkeys(wanted.conversations))
