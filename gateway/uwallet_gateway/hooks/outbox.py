"""Transactional outbox: an event is stored in the transaction that causes it, and sent if and only if that commits."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import event as database_event
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.hooks.events import HookEvent, described, needs_hook, told_feedback, told_message
from uwallet_gateway.hooks.stream import StreamRecorder
from uwallet_gateway.transcript.messages import Message

_LONGEST_ERROR = 500


class Listener(Protocol):
    """What the outbox needs to know of an endpoint."""

    @property
    def name(self) -> str:
        """Its name, which is stored with each delivery."""

    @property
    def events(self) -> frozenset[HookEvent]:
        """The events that it receives."""

    @property
    def site(self) -> str | None:
        """Key of the only site of which it is told; None for all."""


class Outbox:
    """What is on its way to endpoints.

    Attributes:
        desk_url: Where agents work, if that is known.
    """

    def __init__(
        self,
        database: Database,
        listeners: Sequence[Listener] | Callable[[], Sequence[Listener]],
        desk_url: str | None = None,
        show: Callable[[Message], dict[str, Any]] | None = None,
    ) -> None:
        """Stores nothing yet.

        Args:
            database: Where deliveries are kept.
            listeners: The endpoints, or what knows them now; without any, nothing is ever stored.
            desk_url: Where agents work, told to endpoints.
            show: Makes the JSON of a message; without it, no messages are told.
        """
        self._show = show
        # Set by whoever builds both.
        self.stream: StreamRecorder | None = None
        self._waiting: list[asyncio.Event] = []
        self._database = database
        self._known = listeners
        self.desk_url = desk_url

    @property
    def _listeners(self) -> Sequence[Listener]:
        return self._known() if callable(self._known) else self._known

    async def record(
        self, transaction: AsyncSession, event: HookEvent, ticket: tables.Ticket, target: str | None = None
    ) -> None:
        """Queues an event for all endpoints that want it, as part of `transaction`.

        To be called in the transaction that changes the ticket, after the change: with `HookEvent.CREATED` when a
        ticket is made, with `QUEUED` each time its status becomes `queued` (also right after `CREATED`), with `CLOSED`
        when its status becomes `closed`. Nothing else has to be done; the sender wakes up by itself.

        Args:
            transaction: As `Database.write` gives it.
            event: What happened.
            ticket: As it is now; it is flushed if it has no id yet.
            target: The service target that was missed; with `SLA_BREACHED` only.
        """
        if self.stream:
            await self.stream.ticket(transaction, event, ticket)
        if not any(event in listener.events for listener in self._listeners):
            return
        await transaction.flush()
        site: tables.Site | None = await transaction.scalar(
            select(tables.Site)
            .join(tables.Conversation, tables.Conversation.site_key == tables.Site.key)
            .where(tables.Conversation.id == ticket.conversation_id)
        )
        body = described(event, str(uuid.uuid4()), ticket, site.name if site else None, self.desk_url, now(), target)
        self._queue(transaction, event, ticket.conversation_id, site.key if site else None, [body])

    async def record_messages(self, transaction: AsyncSession, messages: Sequence[Message]) -> None:
        """Queues messages for users of a site's backend that no answer to the backend can carry.

        Args:
            transaction: That in which they are stored.
            messages: Of one conversation.
        """
        if self.stream:
            await self.stream.messages(transaction, messages)
        show = self._show
        if show is None or not any(HookEvent.MESSAGE_CREATED in listener.events for listener in self._listeners):
            return
        conversation = await transaction.get(tables.Conversation, messages[0].conversation_id)
        if conversation is None or conversation.kind != "backend":
            return
        replied_to = {message.in_reply_to for message in messages if message.in_reply_to is not None}
        late = set(
            await transaction.scalars(
                select(tables.Message.id).where(
                    tables.Message.conversation_id == conversation.id,
                    tables.Message.id.in_(replied_to),
                    tables.Message.noticed,
                )
            )
        )
        moment = now()
        bodies = [
            told_message(str(uuid.uuid4()), conversation, show(message), moment)
            for message in messages
            if needs_hook(message, late)
        ]
        self._queue(transaction, HookEvent.MESSAGE_CREATED, conversation.id, conversation.site_key, bodies)

    async def record_feedback(self, transaction: AsyncSession, feedback: tables.AnswerFeedback) -> None:
        """Queues a user's 赞 or 踩 of an answer, as part of the transaction that stores it."""
        if self.stream:
            await self.stream.feedback(transaction, feedback)
        if not any(HookEvent.ANSWER_RATED in listener.events for listener in self._listeners):
            return
        conversation = await transaction.get(tables.Conversation, feedback.conversation_id)
        site = conversation.site_key if conversation else None
        body = told_feedback(str(uuid.uuid4()), feedback, site, now())
        self._queue(transaction, HookEvent.ANSWER_RATED, feedback.conversation_id, site, [body])

    def _queue(
        self,
        transaction: AsyncSession,
        event: HookEvent,
        conversation_id: str,
        site_key: str | None,
        bodies: Sequence[dict[str, Any]],
    ) -> None:
        names = [
            listener.name
            for listener in self._listeners
            if event in listener.events and listener.site in {None, site_key}
        ]
        if not names or not bodies:
            return
        moment = now()
        transaction.add_all(
            tables.HookDelivery(
                event_id=body["event_id"],
                event=event.value,
                endpoint=name,
                conversation_id=conversation_id,
                body=body,
                state="waiting",
                next_attempt_at=moment,
                created_at=moment,
            )
            for body in bodies
            for name in names
        )
        self.wake_after(transaction)

    def wake_after(self, transaction: AsyncSession) -> None:
        """Has the senders look after the commit."""
        database_event.listen(transaction.sync_session, "after_commit", self._wake, once=True)

    def listen(self) -> asyncio.Event:
        """An event that is set whenever this process commits a delivery; the listener clears it."""
        event = asyncio.Event()
        self._waiting.append(event)
        return event

    async def lease(self, endpoint: str, seconds: float) -> tables.HookDelivery | None:
        """Leases the oldest due delivery: no other process gets it for so many seconds, even if this one dies.

        The attempt is counted at once.
        """
        moment = now()
        due = (
            select(tables.HookDelivery.id)
            .where(
                tables.HookDelivery.state == "waiting",
                tables.HookDelivery.endpoint == endpoint,
                tables.HookDelivery.next_attempt_at <= moment,
            )
            .order_by(tables.HookDelivery.id)
            .limit(1)
            # PostgreSQL: what another process is about to take is left to it. SQLite has one writer at a time anyway.
            .with_for_update(skip_locked=True)
        )
        async with self._database.write() as transaction:
            delivery_id = await transaction.scalar(due)
            if delivery_id is None:
                return None
            return await transaction.scalar(
                update(tables.HookDelivery)
                .where(tables.HookDelivery.id == delivery_id)
                .values(next_attempt_at=moment + timedelta(seconds=seconds), attempts=tables.HookDelivery.attempts + 1)
                .returning(tables.HookDelivery)
            )

    async def delivered(self, delivery: tables.HookDelivery) -> None:
        """Marks it as delivered."""
        await self._set(delivery.id, state="delivered", last_error=None)

    async def postpone(self, delivery: tables.HookDelivery, until: datetime, error: str) -> None:
        """Schedules another attempt."""
        await self._set(delivery.id, next_attempt_at=until, last_error=error[:_LONGEST_ERROR])

    async def give_up(self, delivery: tables.HookDelivery, error: str) -> None:
        """Marks it as given up."""
        await self._set(delivery.id, state="failed", last_error=error[:_LONGEST_ERROR])

    async def next_due(self, endpoint: str) -> datetime | None:
        """When the next delivery to an endpoint is due; None if there is none."""
        async with self._database.read() as transaction:
            attempt_at: datetime | None = await transaction.scalar(
                select(func.min(tables.HookDelivery.next_attempt_at)).where(
                    tables.HookDelivery.state == "waiting", tables.HookDelivery.endpoint == endpoint
                )
            )
            return attempt_at

    def _wake(self, _session: object) -> None:
        for event in self._waiting:
            event.set()

    async def _set(self, delivery_id: int, **values: object) -> None:
        async with self._database.write() as transaction:
            await transaction.execute(
                update(tables.HookDelivery)
                # Another process may have ended it after the lease.
                .where(tables.HookDelivery.id == delivery_id, tables.HookDelivery.state == "waiting")
                .values(**values)
            )
