"""Periodic work of support: timeouts, reminders, automatic assignment, positions in the queue.

Each run finds the tickets that are due, and checks again in the conversation's transaction that they still are. So
every process can run it on the same database, and a killed process leaves nothing half done.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.protocol.routing import AssignmentMode
from uwallet_gateway.protocol.tickets import AgentStatus, EventKind
from uwallet_gateway.support.assignment import assignable_tickets, next_agent
from uwallet_gateway.support.configuration import Configuration
from uwallet_gateway.support.notices import KEEP_WAITING, LEAVE_MESSAGE
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.presence import Presence
from uwallet_gateway.support.queries import TicketQueries, is_reached
from uwallet_gateway.support.queue import URGENT, in_order, positions_of
from uwallet_gateway.support.rules import DeskRules
from uwallet_gateway.support.ticket_steps import TicketSteps
from uwallet_gateway.support.timers import SchedulerRules
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentCalled, AgentsChanged, Event, QueueChanged, SupportChanged
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript
from uwallet_gateway.transcript.transaction import ConversationTransaction

# Seconds between two runs when nothing happens, and at least between any two.
_PAUSE, _SHORTEST_PAUSE = 1.0, 0.1
# Interval between two notices that the user has moved forward in the queue.
_POSITION_TOLD_EVERY = timedelta(seconds=30)
_log = structlog.get_logger()

_Step = Callable[[ConversationTransaction, tables.Ticket], Awaitable[None]]


class SupportScheduler:
    """Runs the periodic work in this process."""

    def __init__(
        self,
        database: Database,
        transcript: Transcript,
        event_bus: EventBus,
        steps: TicketSteps,
        queries: TicketQueries,
        presence: Presence,
        metrics: Metrics,
        configuration: Configuration,
        desk_rules: DeskRules,
    ) -> None:
        """Keeps what the work needs."""
        self._database = database
        self._transcript = transcript
        self._event_bus = event_bus
        self._steps = steps
        self._queries = queries
        self._presence = presence
        self._metrics = metrics
        self._configuration = configuration
        self._desk_rules = desk_rules
        self._woken = asyncio.Event()
        self._unstaffed_since: datetime | None = None
        # When this process ran first: until desks have connected to it, nobody is known to be gone.
        self._began_at: datetime | None = None
        # Position in the queue at the last run, by ticket.
        self._positions: dict[int, int] = {}

    async def run_for_ever(self) -> None:
        """Runs every second, and soon after a change of the queue or of agents' presence."""
        self._event_bus.add_to_all(self._hear)
        try:
            while True:
                self._woken.clear()
                try:
                    await self.run_once()
                except Exception:
                    _log.exception("support.round_failed")
                await asyncio.sleep(_SHORTEST_PAUSE)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE):
                        await self._woken.wait()
        finally:
            self._event_bus.remove_from_all(self._hear)

    @property
    def _rules(self) -> SchedulerRules:
        return self._configuration.rules

    async def run_once(self) -> None:
        """Does everything that is due now."""
        await self._configuration.refresh()
        await self._presence.renew()
        agents = await self._presence.notice_changes()
        online = [agent for agent in agents if agent.presence == "online"]
        rules, row = self._rules, tables.Ticket
        moment = now()
        routing = await self._desk_rules.routing()
        self._began_at = self._began_at or moment
        if routing.gone_after is not None:
            gone_since = moment - timedelta(seconds=routing.gone_after)
            if self._began_at <= gone_since:
                await self._each([row.status == "active", _is_gone(gone_since)], self._requeue_unanswered)
        await self._each(
            [row.status == "active", row.user_waits_since <= moment - rules.agent_silent_after],
            self._requeue_unanswered,
        )
        await self._each(
            [
                row.status == "active",
                row.kept_open.is_(False),
                self._is_overdue(row.agent_waits_since, rules.user_remind_after, moment),
                row.reminded_at.is_(None),
                is_reached(),
            ],
            self._remind,
        )
        await self._each(
            [
                row.status == "active",
                row.kept_open.is_(False),
                self._is_overdue(row.agent_waits_since, rules.user_left_after, moment),
                self._is_overdue(row.reminded_at, rules.user_left_after - rules.user_remind_after, moment),
                is_reached(),
            ],
            self._close_abandoned,
        )
        await self._each(
            [row.status == "pending", row.due_at <= moment, row.reminded_at.is_(None)],
            self._tell_due,
        )
        await self._each(
            [
                row.status != "closed",
                row.reply_due_at < moment,
                row.first_reply_at.is_(None),
                row.reply_missed.is_(False),
            ],
            self._miss_reply,
        )
        await self._each(
            [
                row.status != "closed",
                row.resolve_due_at < moment,
                row.resolve_missed.is_(False),
            ],
            self._miss_resolution,
        )
        if self._is_abandoned(online, moment):
            await self._each([row.status == "queued"], self._ask_for_message)
        await self._each(
            [
                row.status == "queued",
                row.user_waits_since <= moment - rules.queue_timeout,
                row.timeout_offered_at.is_(None),
            ],
            self._offer_message,
        )
        if routing.mode != "manual" and online:
            await self._assign(routing.mode)
        await self._tell_positions()
        waiting, chats = await self._queries.waiting_and_active()
        self._metrics.set_support(waiting=waiting, chats=chats, agents_online=len(online))

    def _is_overdue(
        self, since: InstrumentedAttribute[datetime | None], after: timedelta, moment: datetime
    ) -> ColumnElement[bool]:
        """Whether a time of the user has passed, which is longer for urgent ones."""
        row, patient = tables.Ticket, after * self._rules.urgent_patience
        return or_(
            and_(row.priority > URGENT, since <= moment - after),
            and_(row.priority == URGENT, since <= moment - patient),
        )

    def _hear(self, event: Event) -> None:
        if isinstance(event, QueueChanged | AgentsChanged):
            self._woken.set()

    def _is_abandoned(self, online: list[AgentStatus], moment: datetime) -> bool:
        # Counted since this process started, so that desks have time to reconnect.
        if online:
            self._unstaffed_since = None
            return False
        self._unstaffed_since = self._unstaffed_since or moment
        return moment - self._unstaffed_since >= self._rules.queue_abandoned_after

    async def _each(self, due: list[ColumnElement[bool]], step: _Step) -> None:
        """Takes the step with every ticket that is due, and still is when its transaction is open."""
        async with self._database.read() as session:
            rows = (
                await session.execute(
                    select(tables.Ticket.id, tables.Ticket.conversation_id).where(*due).order_by(*in_order())
                )
            ).all()
        for ticket_id, conversation_id in rows:
            try:
                async with self._transcript.writing(conversation_id) as transaction:
                    ticket = await transaction.session.scalar(
                        select(tables.Ticket).where(tables.Ticket.id == ticket_id, *due)
                    )
                    if ticket is not None:
                        await step(transaction, ticket)
            except ConversationGoneError:
                continue
            except Exception:
                # A ticket that fails must not block the others.
                _log.exception("support.step_failed", conversation_id=conversation_id, step=step.__name__)
                continue
            self._event_bus.publish_committed(transaction)

    async def _requeue_unanswered(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        _log.info("support.agent_silent", ticket=ticket.number, agent_id=ticket.agent_id)
        # Nobody has failed a user who was answered and said nothing since: the chat may have been reassigned meanwhile.
        last_author = await transaction.session.scalar(
            select(tables.Message.author)
            .where(
                tables.Message.conversation_id == ticket.conversation_id,
                tables.Message.author.in_(("user", "agent")),
            )
            .order_by(tables.Message.id.desc())
            .limit(1)
        )
        notice = "transferred_to_queue" if last_author == "agent" else "requeued"
        await self._steps.requeue(transaction, ticket, notice, None)

    async def _remind(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        ticket.reminded_at = now()
        remaining = self._rules.user_left_after - self._rules.user_remind_after
        if ticket.priority == URGENT:
            remaining *= self._rules.urgent_patience
        agent = await transaction.session.get(tables.Agent, ticket.agent_id)
        await self._steps.notices.say(
            transaction,
            "user_reminder",
            "user_reminder",
            agent=agent.name if agent else "",
            minutes=max(1, round(remaining.total_seconds() / 60)),
        )

    async def _close_abandoned(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        await change_owner(transaction, "closed")
        await self._steps.finish(transaction, ticket, "user_left", "system", None)
        await self._steps.notices.say(transaction, "user_left", "user_left")

    async def _tell_due(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        ticket.reminded_at = now()
        await self._steps.note_event(transaction, ticket, EventKind.FOLLOW_UP_DUE, "system")
        if ticket.agent_id is not None:
            transaction.emit(
                AgentCalled(transaction.conversation_id, ticket.id, ticket.number, ticket.agent_id, kind="due")
            )

    async def _miss_reply(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        await self._steps.miss(transaction, ticket, "first_reply")

    async def _miss_resolution(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        await self._steps.miss(transaction, ticket, "resolution")

    async def _ask_for_message(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        self._steps.set_aside(ticket)
        await change_owner(transaction, "bot")
        await self._steps.note_event(transaction, ticket, EventKind.TIMEOUT_OFFERED, "system", reason="nobody_there")
        await self._steps.notices.say(transaction, "nobody_there", "nobody_there_any_more", buttons=(LEAVE_MESSAGE,))

    async def _offer_message(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        ticket.timeout_offered_at = now()
        await self._steps.note_event(transaction, ticket, EventKind.TIMEOUT_OFFERED, "system")
        await self._steps.notices.say(transaction, "timeout", "timeout", buttons=(LEAVE_MESSAGE, KEEP_WAITING))
        transaction.emit(SupportChanged(transaction.conversation_id))

    async def _assign(self, mode: AssignmentMode) -> None:
        async def assign(transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
            agent_id = await next_agent(transaction.session, ticket, mode)
            agent = None if agent_id is None else await transaction.session.get(tables.Agent, agent_id)
            if agent is not None:
                await self._steps.give(transaction, ticket, agent, EventKind.ASSIGNED, by=None)

        async with self._database.read() as session:
            ticket_ids = await assignable_tickets(session)
        if ticket_ids:
            await self._each([tables.Ticket.status == "queued", tables.Ticket.id.in_(ticket_ids)], assign)

    async def _tell_positions(self) -> None:
        async with self._database.read() as session:
            waiting = (
                await session.scalars(
                    select(tables.Ticket).where(tables.Ticket.status == "queued").order_by(*in_order())
                )
            ).all()
        moment = now()
        moved: list[tuple[tables.Ticket, int]] = []
        positions = positions_of((ticket.id, ticket.group_id) for ticket in waiting)
        for ticket in waiting:
            position = positions[ticket.id]
            told_position = ticket.told_position
            if told_position is not None and position >= told_position:
                # An urgent ticket came in front, or left: not worth a notice, but clients must show the right position.
                if self._positions.get(ticket.id, told_position) != position:
                    self._event_bus.deliver(SupportChanged(ticket.conversation_id))
                continue
            if position == 1:
                await self._each([tables.Ticket.id == ticket.id, tables.Ticket.status == "queued"], self._tell_next)
            elif ticket.told_at is None or moment - ticket.told_at >= _POSITION_TOLD_EVERY:
                moved.append((ticket, position))
        self._positions = positions
        if moved:
            await self._tell_moved(moved, moment)

    async def _tell_next(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        if ticket.told_position == 1:
            return
        ticket.told_position, ticket.told_at = 1, now()
        await self._steps.notices.say(transaction, "next_in_queue", "next_in_queue")
        transaction.emit(SupportChanged(transaction.conversation_id))

    async def _tell_moved(self, moved: list[tuple[tables.Ticket, int]], moment: datetime) -> None:
        # No message is stored, so no conversation transaction is needed; the condition lets one process do it.
        notified: list[str] = []
        async with self._database.write() as session:
            for ticket, position in moved:
                changed = await session.execute(
                    update(tables.Ticket)
                    .where(
                        tables.Ticket.id == ticket.id,
                        tables.Ticket.status == "queued",
                        or_(tables.Ticket.told_position > position, tables.Ticket.told_position.is_(None)),
                    )
                    .values(told_position=position, told_at=moment)
                    .returning(tables.Ticket.id)
                )
                if changed.one_or_none() is not None:
                    notified.append(ticket.conversation_id)
        for conversation_id in notified:
            self._event_bus.publish(SupportChanged(conversation_id))


def _is_gone(since: datetime) -> ColumnElement[bool]:
    """Whether the agent of a chat has closed the desk, and its user is or was there lately."""
    row, agent = tables.Ticket, tables.Agent
    is_absent = exists().where(agent.id == row.agent_id, or_(agent.seen_at.is_(None), agent.seen_at <= since))
    # Nobody waits in the chat of somebody who left a message or was put off. And who is given a chat while away may
    # have been called: they have the same time.
    return and_(is_absent, or_(row.user_waits_since <= since, row.agent_waits_since <= since))
