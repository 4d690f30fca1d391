"""Steps in the life of a ticket, each within a conversation transaction.

The caller has read the ticket in this transaction and has checked that the step is allowed.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from common.opening_hours import OpeningHours
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.protocol.tickets import ActorKind, EventKind
from uwallet_gateway.support.contacts import contact_hint
from uwallet_gateway.support.groups import route
from uwallet_gateway.support.notices import LEAVE_QUEUE, SupportNotices
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.queue import estimated_wait, position_of, priority_of
from uwallet_gateway.support.rules import DeskRules
from uwallet_gateway.support.targets import TargetClock
from uwallet_gateway.transcript.events import (
    AgentCalled,
    AgentsChanged,
    QueueChanged,
    Settled,
    SupportChanged,
    TicketChanged,
    Typing,
)
from uwallet_gateway.transcript.transaction import ConversationTransaction

Target = Literal["first_reply", "resolution"]
# Records a hook event for other systems, in the same transaction: event, ticket, the target that was missed.
RatingRecorder = Callable[[AsyncSession, tables.Ticket], Awaitable[None]]
Recorder = Callable[[AsyncSession, HookEvent, tables.Ticket, Target | None], Awaitable[None]]
# Reason of a handoff that the gateway makes without the engine. It adds nothing to what the bot has collected.
ENGINE_TROUBLE = "engine_trouble"
# What agents do to tickets that the audit log has, too.
_AUDITED = {
    EventKind.CLAIMED: Action.TICKET_CLAIMED,
    EventKind.ASSIGNED: Action.TICKET_ASSIGNED,
    EventKind.TRANSFERRED: Action.TICKET_TRANSFERRED,
    EventKind.REQUEUED: Action.TICKET_REQUEUED,
    EventKind.RETURNED_TO_BOT: Action.TICKET_RETURNED_TO_BOT,
    EventKind.CLOSED: Action.TICKET_CLOSED,
    EventKind.FOLLOW_UP_SET: Action.TICKET_PUT_OFF,
    EventKind.MOVED: Action.TICKET_CHANGED,
    EventKind.PRIORITY_SET: Action.TICKET_CHANGED,
}
_EMPTY: tuple[object, ...] = (None, "", [], {})
_log = structlog.get_logger()


class TicketSteps:
    """Creates, queues, gives and closes tickets."""

    def __init__(
        self,
        notices: SupportNotices,
        hours: OpeningHours,
        metrics: Metrics,
        keys: Keys,
        rules: DeskRules,
        record: Recorder | None = None,
        record_rating: RatingRecorder | None = None,
    ) -> None:
        """Keeps what the steps work with.

        Args:
            notices: Writes system messages to the user.
            hours: Opening hours, and the time zone for the day in ticket numbers.
            metrics: Counts tickets and waits.
            keys: Encrypts contacts.
            rules: The service targets.
            record: Called when a ticket is created, queued and closed.
            record_rating: Called when its user has rated it.
        """
        self._record_rating = record_rating
        self.notices = notices
        self.hours = hours
        self._metrics = metrics
        self._keys = keys
        self._rules = rules
        self._record = record

    async def find_open(self, transaction: ConversationTransaction) -> tables.Ticket | None:
        """The open ticket of this conversation, if any."""
        ticket: tables.Ticket | None = await transaction.session.scalar(
            select(tables.Ticket).where(
                tables.Ticket.conversation_id == transaction.conversation_id, tables.Ticket.status != "closed"
            )
        )
        return ticket

    async def create(
        self, transaction: ConversationTransaction, handoff: dict[str, Any], reason: str, actor: ActorKind
    ) -> tables.Ticket:
        """Creates a ticket that is not queued yet (status `message`)."""
        moment = now()
        ticket = tables.Ticket(
            number=uuid.uuid4().hex,
            conversation_id=transaction.conversation_id,
            status="message",
            version=1,
            priority=priority_of(reason, handoff),
            reason=reason,
            topic=(handoff.get("topic") or {}).get("id"),
            handoff=handoff,
            preferred_agent_id=await self._last_agent(transaction),
            created_at=moment,
        )
        kept = await transaction.take_contact()
        if kept is not None:
            self.set_contact(ticket, self._keys.contacts.open(kept))
        await route(transaction.session, ticket)
        (await self._target_clock(transaction)).begin(ticket)
        transaction.session.add(ticket)
        await transaction.session.flush()
        # Day in the organisation's time zone, then the id: short to say, and sorted by time.
        ticket.number = f"T{moment.astimezone(self.hours.zone):%y%m%d}{ticket.id:06d}"
        await self.note_event(transaction, ticket, EventKind.CREATED, actor, reason=reason)
        self._metrics.count_ticket(reason)
        _log.info(
            "support.ticket_created", conversation_id=transaction.conversation_id, ticket=ticket.number, reason=reason
        )
        return ticket

    def set_contact(self, ticket: tables.Ticket, contact: str) -> None:
        """Stores how the user can be reached: encrypted, and masked for lists."""
        ticket.contact, ticket.contact_hint = self._keys.contacts.seal(contact), contact_hint(contact)

    async def keep_contact(self, transaction: ConversationTransaction, contact: str) -> None:
        """Stores how the user can be reached until there is a ticket."""
        await transaction.keep_contact(self._keys.contacts.seal(contact))

    async def announce(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        *events: HookEvent,
        target: Target | None = None,
    ) -> None:
        """Records hook events about the ticket as it is now; `target` is the one that was missed."""
        if self._record is not None:
            for event in events:
                await self._record(transaction.session, event, ticket, target)

    async def announce_rating(self, transaction: ConversationTransaction, ticket: tables.Ticket) -> None:
        """Records that the user has rated the ticket."""
        if self._record_rating is not None:
            await self._record_rating(transaction.session, ticket)

    async def add_request(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, handoff: dict[str, Any], reason: str
    ) -> None:
        """Merges another handoff request into the ticket. The more urgent reason wins."""
        existing = ticket.handoff
        additions = {name: value for name, value in handoff.items() if value not in _EMPTY}
        if reason == ENGINE_TROUBLE and existing:
            additions = {}
        collected = {**(existing.get("collected") or {}), **(additions.get("collected") or {})}
        alarms = _united(existing.get("alarms"), additions.get("alarms"))
        ticket.handoff = {**existing, **additions, "collected": collected, **({"alarms": alarms} if alarms else {})}
        about = ticket.topic, ticket.reason
        ticket.topic = (ticket.handoff.get("topic") or {}).get("id")
        priority = priority_of(reason, handoff)
        if priority < ticket.priority:
            ticket.priority, ticket.reason = priority, reason
            (await self._target_clock(transaction)).begin(ticket)
        if (ticket.topic, ticket.reason) != about:
            await route(transaction.session, ticket)
        await self.note_event(transaction, ticket, EventKind.REQUEST_REPEATED, "user", reason=reason)

    async def enqueue(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        kind: EventKind,
        actor: ActorKind,
        agent_id: int | None,
        **details: Any,
    ) -> int:
        """Puts a ticket into the queue, for the first time (`queued`) or again (`requeued`). Returns its position."""
        moment = now()
        if ticket.status == "pending":
            # Who was to come back to it knows it.
            ticket.preferred_agent_id = ticket.agent_id
        ticket.status, ticket.agent_id, ticket.kept_open = "queued", None, False
        # A requeued ticket keeps its original place.
        ticket.queued_at = ticket.queued_at or moment
        ticket.user_waits_since, ticket.agent_waits_since, ticket.reminded_at = moment, None, None
        ticket.timeout_offered_at = None
        if ticket.reply_due_at is None:
            (await self._target_clock(transaction)).begin(ticket)
        await change_owner(transaction, "queued")
        await transaction.session.flush()
        position = await position_of(transaction.session, ticket)
        ticket.told_position, ticket.told_at = position, moment
        await self.note_event(transaction, ticket, kind, actor, agent_id, **details)
        transaction.emit(AgentsChanged())
        return position

    async def say_position(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, *, again: bool, in_reply_to: int | None
    ) -> None:
        """Tells the user their place in the queue."""
        position = await position_of(transaction.session, ticket)
        wait = await estimated_wait(transaction.session, position, ticket.group_id)
        ticket.told_position, ticket.told_at = position, now()
        await self.notices.say_position(transaction, position, wait, again=again, in_reply_to=in_reply_to)
        transaction.emit(SupportChanged(transaction.conversation_id))

    async def give(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent: tables.Agent,
        kind: EventKind,
        by: tables.Agent | None,
        **details: Any,
    ) -> None:
        """Makes an agent the owner of the conversation, and tells the user who it is.

        Messages that still wait for the engine go to the agent instead.

        Args:
            transaction: The conversation.
            ticket: Its open ticket.
            agent: The new owner.
            kind: `claimed`, `assigned` or `transferred`.
            by: The agent who gives it; None for the gateway itself.
            details: Stored with the event.
        """
        moment = now()
        previous_status = ticket.status
        has_offline_message = previous_status == "message" and ticket.message is not None
        was_put_off = previous_status == "pending"
        if was_put_off and ticket.due_at is not None and ticket.due_at > moment:
            # Somebody came back to it sooner.
            (await self._target_clock(transaction)).pause(ticket, ticket.due_at, moment)
        for message in await transaction.waiting():
            await transaction.set_state(message.id, "answered")
            transaction.emit(Settled(transaction.conversation_id, message.id))
        await change_owner(transaction, "agent")
        if ticket.claimed_at is None and ticket.queued_at is not None:
            self._metrics.observe_wait((moment - ticket.queued_at).total_seconds())
        ticket.status, ticket.agent_id = "active", agent.id
        ticket.claimed_at = ticket.claimed_at or moment
        # Who left a message or was put off has gone. Who was asked for a message and left none may still be there.
        ticket.user_waits_since = None if has_offline_message or was_put_off else moment
        ticket.agent_waits_since, ticket.reminded_at = None, None
        await self.note_event(
            transaction, ticket, kind, "agent" if by else "system", by.id if by else None, to=agent.name, **details
        )
        name = "claimed"
        if was_put_off:
            name = "follow_up_claimed"
        elif has_offline_message:
            name = "message_claimed"
        elif previous_status == "active":
            name = "transferred"
        metadata = {"agent": {"name": agent.name}}
        await self.notices.say(
            transaction,
            "transferred" if name == "transferred" else "claimed",
            name,
            metadata=metadata,
            agent=agent.name,
        )
        transaction.emit(Typing(transaction.conversation_id, typing=False), AgentsChanged())
        if by is None or by.id != agent.id:
            transaction.emit(AgentCalled(transaction.conversation_id, ticket.id, ticket.number, agent.id, kind="given"))
        _log.info(
            "support.given",
            conversation_id=transaction.conversation_id,
            ticket=ticket.number,
            kind=kind,
            agent_id=agent.id,
        )

    async def requeue(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        notice: str,
        by: tables.Agent | None,
        memo: str | None = None,
        **details: Any,
    ) -> None:
        """Puts an agent's ticket back into the queue, and tells the user.

        Args:
            transaction: The conversation.
            ticket: Its ticket, which an agent has.
            notice: Name of the text, `requeued` or `transferred_to_queue`.
            by: The agent who gives it back; None for the gateway itself.
            memo: For the next agent.
            details: Stored with the event.
        """
        previous_agent_id = ticket.agent_id
        # Do not give it straight back to the same agent.
        if ticket.preferred_agent_id == previous_agent_id:
            ticket.preferred_agent_id = None
        actor: ActorKind = "agent" if by else "system"
        position = await self.enqueue(
            transaction,
            ticket,
            EventKind.REQUEUED,
            actor,
            by.id if by else None,
            memo=memo,
            from_agent_id=previous_agent_id,
            **details,
        )
        await self.announce(transaction, ticket, HookEvent.QUEUED)
        await self.notices.say(transaction, "requeued", notice, buttons=(LEAVE_QUEUE,), position=position)

    async def put_off(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        agent: tables.Agent,
        due_at: datetime,
        *,
        by: int,
        note: str | None,
    ) -> None:
        """Makes a ticket wait for an agent to come back to it. The caller changes the owner of the conversation."""
        targets, moment = await self._target_clock(transaction), now()
        if ticket.status == "closed":
            targets.reopen(ticket, due_at)
        else:
            was_until = ticket.due_at if ticket.status == "pending" else None
            targets.pause(ticket, max(moment, was_until or moment), due_at)
        ticket.status, ticket.agent_id, ticket.due_at = "pending", agent.id, due_at
        ticket.user_waits_since, ticket.agent_waits_since, ticket.reminded_at = None, None, None
        ticket.disposition, ticket.closed_at, ticket.kept_open = None, None, False
        ticket.note = note or ticket.note
        await self.note_event(
            transaction,
            ticket,
            EventKind.FOLLOW_UP_SET,
            "agent",
            by,
            due_at=to_text(due_at),
            to=None if agent.id == by else agent.name,
            note=note,
        )
        transaction.emit(SupportChanged(transaction.conversation_id), AgentsChanged())
        _log.info("support.put_off", conversation_id=transaction.conversation_id, ticket=ticket.number)

    async def prioritise(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, priority: int, *, by: int
    ) -> None:
        """Changes how pressing a ticket is, and its service targets with it."""
        ticket.priority = priority
        (await self._target_clock(transaction)).begin(ticket)
        await self.note_event(transaction, ticket, EventKind.PRIORITY_SET, "agent", by, priority=priority)

    def moment_in_words(self, moment: datetime) -> str:
        """A moment as users are told it."""
        zone = self.hours.zone
        return self.notices.texts.moment(moment.astimezone(zone), now().astimezone(zone))

    def set_aside(self, ticket: tables.Ticket) -> None:
        """Takes a ticket out of the queue without closing it: back to its follow-up, or among the messages."""
        if ticket.due_at is None:
            ticket.status = "message"
        else:
            ticket.status, ticket.agent_id = "pending", ticket.preferred_agent_id
        ticket.user_waits_since = None

    async def finish(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        disposition: str,
        actor: ActorKind,
        agent_id: int | None,
        **details: Any,
    ) -> None:
        """Closes a ticket. The caller changes the owner of the conversation."""
        ticket.status, ticket.disposition, ticket.closed_at = "closed", disposition, now()
        ticket.due_at, ticket.kept_open = None, False
        ticket.user_waits_since, ticket.agent_waits_since = None, None
        await self.note_event(
            transaction, ticket, EventKind.CLOSED, actor, agent_id, disposition=disposition, **details
        )
        await self.announce(transaction, ticket, HookEvent.CLOSED)
        self._metrics.count_ticket_closed(disposition)
        transaction.emit(SupportChanged(transaction.conversation_id), AgentsChanged())
        _log.info(
            "support.ticket_closed",
            conversation_id=transaction.conversation_id,
            ticket=ticket.number,
            disposition=disposition,
        )

    def count_rating(self, rating: int) -> None:
        """Counts a rating."""
        self._metrics.count_support_rating(rating)

    async def note_event(
        self,
        transaction: ConversationTransaction,
        ticket: tables.Ticket,
        kind: EventKind,
        actor: ActorKind,
        agent_id: int | None = None,
        **details: Any,
    ) -> None:
        """Stores an event of the ticket and notifies desks."""
        ticket.version += 1
        transaction.session.add(
            tables.TicketEvent(
                ticket_id=ticket.id,
                kind=kind.value,
                actor=actor,
                agent_id=agent_id,
                details={name: value for name, value in details.items() if value is not None},
                created_at=now(),
            )
        )
        await transaction.session.flush()
        if actor == "agent" and (action := _AUDITED.get(kind)):
            told = {name: details.get(name) for name in ("to", "disposition", "priority")}
            record(transaction.session, action, ticket.number, **told)
        transaction.emit(
            TicketChanged(transaction.conversation_id, ticket.id), QueueChanged(transaction.conversation_id, kind.value)
        )

    async def miss(self, transaction: ConversationTransaction, ticket: tables.Ticket, target: Target) -> None:
        """Tells once that a service target of a ticket was missed."""
        if target == "first_reply":
            ticket.reply_missed = True
        else:
            ticket.resolve_missed = True
        await self.note_event(transaction, ticket, EventKind.TARGET_MISSED, "system", target=target)
        await self.announce(transaction, ticket, HookEvent.SLA_BREACHED, target=target)
        _log.info("support.target_missed", ticket=ticket.number, target=target)

    async def _target_clock(self, transaction: ConversationTransaction) -> TargetClock:
        return TargetClock(await self._rules.targets(transaction.session), self.hours)

    async def _last_agent(self, transaction: ConversationTransaction) -> int | None:
        agent_id: int | None = await transaction.session.scalar(
            select(tables.Ticket.agent_id)
            .join(tables.Agent, tables.Agent.id == tables.Ticket.agent_id)
            .where(tables.Ticket.conversation_id == transaction.conversation_id, tables.Agent.enabled.is_(True))
            .order_by(tables.Ticket.id.desc())
            .limit(1)
        )
        return agent_id


def _united(existing: object, added: object) -> list[dict[str, Any]]:
    """The alarms of two requests, each kind once with the words in which it was told first."""
    alarms = [alarm for alarms in (existing, added) if isinstance(alarms, list) for alarm in alarms]
    return list({alarm.get("kind"): alarm for alarm in reversed(alarms)}.values())[::-1]
