"""What can happen to a ticket and its conversation, each as one step on a page.

Whoever calls has read the ticket on this page, and has asked whether the step is possible.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import AgentsChanged, QueueChanged, Settled, SupportChanged, TicketChanged, Typing
from uwallet_gateway.conversation.transcript import Page
from uwallet_gateway.database import tables
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.support.hours import OpeningHours
from uwallet_gateway.support.models import ActorKind, EventKind
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.queue import position_of, priority_of, wait_minutes
from uwallet_gateway.support.voice import Voice

# Writes down what other systems are to be told, in the transaction that makes it so: event, ticket.
Recorder = Callable[[AsyncSession, HookEvent, tables.Ticket], Awaitable[None]]
# What the gateway's own request lets the bot's stand as it is: it knows nothing.
ENGINE_TROUBLE = "engine_trouble"
_EMPTY: tuple[object, ...] = (None, "", [], {})
_log = structlog.get_logger()


class Tickets:
    """The steps."""

    def __init__(self, voice: Voice, hours: OpeningHours, metrics: Metrics, record: Recorder | None = None) -> None:
        """Keeps what it works with.

        Args:
            voice: Says what users are told.
            hours: Has the time zone in which tickets are numbered by day.
            metrics: Counted here.
            record: Called when a ticket is created, queued and closed.
        """
        self.voice = voice
        self.hours = hours
        self._metrics = metrics
        self._record = record

    async def find_open(self, page: Page) -> tables.Ticket | None:
        """The ticket of this conversation that is not closed."""
        found: tables.Ticket | None = await page.transaction.scalar(
            select(tables.Ticket).where(
                tables.Ticket.conversation_id == page.conversation_id, tables.Ticket.status != "closed"
            )
        )
        return found

    async def create(self, page: Page, handoff: dict[str, Any], reason: str, actor: ActorKind) -> tables.Ticket:
        """A ticket for which nobody waits yet (`message`)."""
        moment = now()
        ticket = tables.Ticket(
            number=uuid.uuid4().hex,
            conversation_id=page.conversation_id,
            status="message",
            version=1,
            priority=priority_of(reason, handoff),
            reason=reason,
            topic=(handoff.get("topic") or {}).get("id"),
            handoff=handoff,
            preferred_agent_id=await self._last_agent(page),
            created_at=moment,
        )
        page.transaction.add(ticket)
        await page.transaction.flush()
        # The day in the organisation's time zone, then the id: short to say, and in order.
        ticket.number = f"T{moment.astimezone(self.hours.zone):%y%m%d}{ticket.id:06d}"
        await self.note_event(page, ticket, EventKind.CREATED, actor, reason=reason)
        self._metrics.count_ticket(reason)
        _log.info("support.ticket_created", conversation_id=page.conversation_id, ticket=ticket.number, reason=reason)
        return ticket

    async def announce(self, page: Page, ticket: tables.Ticket, *events: HookEvent) -> None:
        """Has other systems told of a ticket as it is now."""
        if self._record is not None:
            for event in events:
                await self._record(page.transaction, event, ticket)

    async def add_request(self, page: Page, ticket: tables.Ticket, handoff: dict[str, Any], reason: str) -> None:
        """Adds what another request for a human knows; the more urgent reason holds."""
        known = ticket.handoff
        news = {name: value for name, value in handoff.items() if value not in _EMPTY}
        if reason == ENGINE_TROUBLE and known:
            news = {}
        collected = {**(known.get("collected") or {}), **(news.get("collected") or {})}
        ticket.handoff = {**known, **news, "collected": collected}
        ticket.topic = (ticket.handoff.get("topic") or {}).get("id")
        priority = priority_of(reason, handoff)
        if priority < ticket.priority:
            ticket.priority, ticket.reason = priority, reason
        await self.note_event(page, ticket, EventKind.REQUEST_REPEATED, "user", reason=reason)

    async def enqueue(
        self, page: Page, ticket: tables.Ticket, kind: EventKind, actor: ActorKind, agent_id: int | None, **details: Any
    ) -> int:
        """Lets a ticket wait, for the first time (`queued`) or again (`requeued`); returns its position."""
        moment = now()
        ticket.status, ticket.agent_id = "queued", None
        # Who was in the queue before keeps the place.
        ticket.queued_at = ticket.queued_at or moment
        ticket.user_waits_since, ticket.agent_waits_since, ticket.reminded_at = moment, None, None
        ticket.timeout_offered_at = None
        await change_owner(page, "queued")
        await page.transaction.flush()
        position = await position_of(page.transaction, ticket)
        ticket.told_position, ticket.told_at = position, moment
        await self.note_event(page, ticket, kind, actor, agent_id, **details)
        page.tell(AgentsChanged())
        return position

    async def say_position(self, page: Page, ticket: tables.Ticket, *, again: bool, in_reply_to: int | None) -> None:
        """Tells the user where in the queue they are."""
        position = await position_of(page.transaction, ticket)
        minutes = await wait_minutes(page.transaction, position)
        ticket.told_position, ticket.told_at = position, now()
        await self.voice.say_position(page, position, minutes, again=again, in_reply_to=in_reply_to)
        page.tell(SupportChanged(page.conversation_id))

    async def give(
        self,
        page: Page,
        ticket: tables.Ticket,
        agent: tables.Agent,
        kind: EventKind,
        by: tables.Agent | None,
        **details: Any,
    ) -> None:
        """Makes an agent the owner: claimed, assigned or transferred; and tells the user who it is.

        What still waits for the engine is the agent's from now on.

        Args:
            page: The conversation.
            ticket: Its open ticket.
            agent: Who gets it.
            kind: `claimed`, `assigned` or `transferred`.
            by: The agent who does it; None for the gateway itself.
            details: For the event.
        """
        moment = now()
        before = ticket.status
        has_left = before == "message" and ticket.message is not None
        for waiting in await page.waiting():
            await page.set_state(waiting.id, "answered")
            page.tell(Settled(page.conversation_id, waiting.id))
        await change_owner(page, "agent")
        if ticket.claimed_at is None and ticket.queued_at is not None:
            self._metrics.observe_wait((moment - ticket.queued_at).total_seconds())
        ticket.status, ticket.agent_id = "active", agent.id
        ticket.claimed_at = ticket.claimed_at or moment
        # Whoever left a message is not waiting in front of it any more; who was asked for one and left none may be.
        ticket.user_waits_since = None if has_left else moment
        ticket.agent_waits_since, ticket.reminded_at = None, None
        await self.note_event(
            page, ticket, kind, "agent" if by else "system", by.id if by else None, to=agent.name, **details
        )
        name = "message_claimed" if has_left else "transferred" if before == "active" else "claimed"
        shown = {"agent": {"name": agent.name}}
        await self.voice.say(
            page, "transferred" if name == "transferred" else "claimed", name, metadata=shown, agent=agent.name
        )
        page.tell(Typing(page.conversation_id, typing=False), AgentsChanged())
        _log.info(
            "support.given", conversation_id=page.conversation_id, ticket=ticket.number, kind=kind, agent_id=agent.id
        )

    async def finish(
        self,
        page: Page,
        ticket: tables.Ticket,
        disposition: str,
        actor: ActorKind,
        agent_id: int | None,
        **details: Any,
    ) -> None:
        """Closes a ticket; who speaks then is the caller's to change."""
        ticket.status, ticket.disposition, ticket.closed_at = "closed", disposition, now()
        ticket.user_waits_since, ticket.agent_waits_since = None, None
        await self.note_event(page, ticket, EventKind.CLOSED, actor, agent_id, disposition=disposition, **details)
        await self.announce(page, ticket, HookEvent.CLOSED)
        self._metrics.count_ticket_closed(disposition)
        page.tell(SupportChanged(page.conversation_id), AgentsChanged())
        _log.info(
            "support.ticket_closed",
            conversation_id=page.conversation_id,
            ticket=ticket.number,
            disposition=disposition,
        )

    def count_rating(self, rating: int) -> None:
        """Counts a rating."""
        self._metrics.count_support_rating(rating)

    async def note_event(
        self,
        page: Page,
        ticket: tables.Ticket,
        kind: EventKind,
        actor: ActorKind,
        agent_id: int | None = None,
        **details: Any,
    ) -> None:
        """Writes down what happened, and tells desks."""
        ticket.version += 1
        page.transaction.add(
            tables.TicketEvent(
                ticket_id=ticket.id,
                kind=kind.value,
                actor=actor,
                agent_id=agent_id,
                details={name: value for name, value in details.items() if value is not None},
                created_at=now(),
            )
        )
        await page.transaction.flush()
        page.tell(TicketChanged(page.conversation_id, ticket.id), QueueChanged(page.conversation_id, kind.value))

    async def _last_agent(self, page: Page) -> int | None:
        agent_id: int | None = await page.transaction.scalar(
            select(tables.Ticket.agent_id)
            .join(tables.Agent, tables.Agent.id == tables.Ticket.agent_id)
            .where(tables.Ticket.conversation_id == page.conversation_id, tables.Agent.enabled.is_(True))
            .order_by(tables.Ticket.id.desc())
            .limit(1)
        )
        return agent_id
