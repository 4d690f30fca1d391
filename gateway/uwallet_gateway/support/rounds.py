"""What happens by itself, as time goes by: offers, reminders, chats that end or go back, assignment, positions.

One round looks for what is due, and does it on a page of the conversation, where it is asked anew whether it still is.
So every process may make its rounds on the same database, and one that was killed leaves nothing half done.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, or_, select, update

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import AgentsChanged, Event, Hub, QueueChanged, SupportChanged
from uwallet_gateway.conversation.transcript import ConversationGoneError, Page, Transcript
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.support.assignment import next_agent
from uwallet_gateway.support.desk import Desk
from uwallet_gateway.support.lists import Lists
from uwallet_gateway.support.models import AgentStatus, EventKind
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.presence import Presence
from uwallet_gateway.support.queue import in_order
from uwallet_gateway.support.tickets import Tickets
from uwallet_gateway.support.voice import KEEP_WAITING, LEAVE_MESSAGE

# Seconds between two rounds when nothing happens, and at least between any two.
_PAUSE, _SHORTEST_PAUSE = 1.0, 0.1
# Between two times that somebody is told that they have moved forward (docs/support.md).
_TOLD_AGAIN_AFTER = timedelta(seconds=30)
_log = structlog.get_logger()

_Step = Callable[[Page, tables.Ticket], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of time; seconds as timedeltas.

    Attributes:
        automatic: Whether tickets are assigned.
        queue_timeout: After which somebody who waits is offered to leave a message.
        queue_abandoned_after: After which those who wait are asked for one, with no agent online.
        agent_silent_after: After which a chat goes back to the queue.
        user_remind_after: After which a user is reminded.
        user_left_after: After which a chat is closed.
    """

    automatic: bool
    queue_timeout: timedelta
    queue_abandoned_after: timedelta
    agent_silent_after: timedelta
    user_remind_after: timedelta
    user_left_after: timedelta


class Rounds:
    """Makes the rounds of this process."""

    def __init__(
        self,
        database: Database,
        transcript: Transcript,
        hub: Hub,
        tickets: Tickets,
        desk: Desk,
        lists: Lists,
        presence: Presence,
        metrics: Metrics,
        rules: Rules,
    ) -> None:
        """Keeps what it works with."""
        self._database = database
        self._transcript = transcript
        self._hub = hub
        self._tickets = tickets
        self._desk = desk
        self._lists = lists
        self._presence = presence
        self._metrics = metrics
        self._rules = rules
        self._woken = asyncio.Event()
        self._nobody_since: datetime | None = None
        # Places in the queue at the last round, by ticket.
        self._places: dict[int, int] = {}

    async def run_for_ever(self) -> None:
        """Makes a round every second, and soon after the queue or who is there has changed."""
        self._hub.add_to_all(self._hear)
        try:
            while True:
                self._woken.clear()
                try:
                    await self.make_round()
                except Exception:
                    _log.exception("support.round_failed")
                await asyncio.sleep(_SHORTEST_PAUSE)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PAUSE):
                        await self._woken.wait()
        finally:
            self._hub.remove_from_all(self._hear)

    async def make_round(self) -> None:
        """Does what is due now."""
        await self._presence.renew()
        agents = await self._presence.notice_changes()
        online = [agent for agent in agents if agent.presence == "online"]
        rules, row = self._rules, tables.Ticket
        moment = now()
        await self._each(
            [row.status == "active", row.user_waits_since <= moment - rules.agent_silent_after],
            self._requeue_unanswered,
        )
        await self._each(
            [
                row.status == "active",
                row.agent_waits_since <= moment - rules.user_remind_after,
                row.reminded_at.is_(None),
            ],
            self._remind,
        )
        await self._each(
            [
                row.status == "active",
                row.agent_waits_since <= moment - rules.user_left_after,
                row.reminded_at <= moment - (rules.user_left_after - rules.user_remind_after),
            ],
            self._close_left,
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
        if rules.automatic and online:
            await self._assign()
        await self._tell_positions()
        waiting, chats = await self._lists.waiting_and_active()
        self._metrics.set_support(waiting=waiting, chats=chats, agents_online=len(online))

    def _hear(self, event: Event) -> None:
        if isinstance(event, QueueChanged | AgentsChanged):
            self._woken.set()

    def _is_abandoned(self, online: list[AgentStatus], moment: datetime) -> bool:
        # Counted by this process, so that desks have time to come back after it was started.
        if online:
            self._nobody_since = None
            return False
        self._nobody_since = self._nobody_since or moment
        return moment - self._nobody_since >= self._rules.queue_abandoned_after

    async def _each(self, due: list[ColumnElement[bool]], step: _Step) -> None:
        """Takes the step with every ticket for which the conditions hold, also on its page."""
        async with self._database.read() as transaction:
            found = (
                await transaction.execute(
                    select(tables.Ticket.id, tables.Ticket.conversation_id).where(*due).order_by(*in_order())
                )
            ).all()
        for ticket_id, conversation_id in found:
            try:
                async with self._transcript.writing(conversation_id) as page:
                    ticket = await page.transaction.scalar(
                        select(tables.Ticket).where(tables.Ticket.id == ticket_id, *due)
                    )
                    if ticket is not None:
                        await step(page, ticket)
            except ConversationGoneError:
                continue
            except Exception:
                # One that cannot be helped must not keep the others waiting.
                _log.exception("support.step_failed", conversation_id=conversation_id, step=step.__name__)
                continue
            self._hub.publish_page(page)

    async def _requeue_unanswered(self, page: Page, ticket: tables.Ticket) -> None:
        _log.info("support.agent_silent", ticket=ticket.number, agent_id=ticket.agent_id)
        await self._desk.requeue(page, ticket, "requeued", None)

    async def _remind(self, page: Page, ticket: tables.Ticket) -> None:
        ticket.reminded_at = now()
        left = self._rules.user_left_after - self._rules.user_remind_after
        agent = await page.transaction.get(tables.Agent, ticket.agent_id)
        await self._tickets.voice.say(
            page,
            "user_reminder",
            "user_reminder",
            agent=agent.name if agent else "",
            minutes=max(1, round(left.total_seconds() / 60)),
        )

    async def _close_left(self, page: Page, ticket: tables.Ticket) -> None:
        await change_owner(page, "closed")
        await self._tickets.finish(page, ticket, "user_left", "system", None)
        await self._tickets.voice.say(page, "user_left", "user_left")

    async def _ask_for_message(self, page: Page, ticket: tables.Ticket) -> None:
        ticket.status = "message"
        await change_owner(page, "bot")
        await self._tickets.note_event(page, ticket, EventKind.TIMEOUT_OFFERED, "system", reason="nobody_there")
        await self._tickets.voice.say(page, "nobody_there", "nobody_there_any_more", buttons=(LEAVE_MESSAGE,))

    async def _offer_message(self, page: Page, ticket: tables.Ticket) -> None:
        ticket.timeout_offered_at = now()
        await self._tickets.note_event(page, ticket, EventKind.TIMEOUT_OFFERED, "system")
        await self._tickets.voice.say(page, "timeout", "timeout", buttons=(LEAVE_MESSAGE, KEEP_WAITING))
        page.tell(SupportChanged(page.conversation_id))

    async def _assign(self) -> None:
        async def assign(page: Page, ticket: tables.Ticket) -> None:
            agent_id = await next_agent(page.transaction, ticket)
            if agent_id is not None:
                with contextlib.suppress(InputError):
                    await self._desk.assign(page, ticket, agent_id, None)

        await self._each([tables.Ticket.status == "queued"], assign)

    async def _tell_positions(self) -> None:
        async with self._database.read() as transaction:
            waiting = (
                await transaction.scalars(
                    select(tables.Ticket).where(tables.Ticket.status == "queued").order_by(*in_order())
                )
            ).all()
        moment = now()
        moved: list[tuple[tables.Ticket, int]] = []
        for position, ticket in enumerate(waiting, 1):
            told = ticket.told_position
            if told is not None and position >= told:
                # Overtaken by somebody urgent, or no longer: no news, but clients must not show a wrong place.
                if self._places.get(ticket.id, told) != position:
                    self._hub.deliver(SupportChanged(ticket.conversation_id))
                continue
            if position == 1:
                await self._each([tables.Ticket.id == ticket.id, tables.Ticket.status == "queued"], self._tell_next)
            elif ticket.told_at is None or moment - ticket.told_at >= _TOLD_AGAIN_AFTER:
                moved.append((ticket, position))
        self._places = {ticket.id: position for position, ticket in enumerate(waiting, 1)}
        if moved:
            await self._tell_moved(moved, moment)

    async def _tell_next(self, page: Page, ticket: tables.Ticket) -> None:
        if ticket.told_position == 1:
            return
        ticket.told_position, ticket.told_at = 1, now()
        await self._tickets.voice.say(page, "next_in_queue", "next_in_queue")
        page.tell(SupportChanged(page.conversation_id))

    async def _tell_moved(self, moved: list[tuple[tables.Ticket, int]], moment: datetime) -> None:
        # Nothing is said, so it needs no pages; the condition lets one process do it.
        told: list[str] = []
        async with self._database.write() as transaction:
            for ticket, position in moved:
                changed = await transaction.execute(
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
                    told.append(ticket.conversation_id)
        for conversation_id in told:
            self._hub.publish(SupportChanged(conversation_id))
