"""Events for a company's warehouse: through the outbox to a Redis Stream (docs/events.md).

An event is a row of the transaction that causes it, and is deleted once Redis has it. A process that dies in between,
or a Redis that does not answer, leaves the row: it is sent again, with the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database, DatabaseUnavailableError
from uwallet_gateway.engine.client import EngineReply
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.stream_events import (
    AnswerRated,
    ConversationStarted,
    MessageStored,
    StreamEvent,
    TicketChanged,
    TurnAnswered,
    TurnEvent,
)
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.transcript.messages import Message

# In place of an endpoint's name; no endpoint can be called so.
_ENDPOINT = ">stream"
# Events that are sent at a time, and seconds for which they are this process's.
_AT_ONCE, _LEASE = 200, 30.0
# Seconds between two looks for what is due; Redis is asked again after a second, later after a minute.
_LOOK_EVERY, _FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 1.0, 60.0
_log = structlog.get_logger()


class StreamRecorder:
    """Writes events into the outbox, as part of the transaction that causes them."""

    def __init__(self, *, enabled: bool, texts: bool, wake: Callable[[AsyncSession], None]) -> None:
        """Records nothing yet.

        Args:
            enabled: Whether there is a stream.
            texts: Whether events have the texts of messages, as they are stored.
            wake: Has the sender look after the commit.
        """
        self._enabled = enabled
        self._texts = texts
        self._wake = wake

    async def messages(self, transaction: AsyncSession, messages: Sequence[Message]) -> None:
        """Records messages of one conversation."""
        if not self._enabled or not messages:
            return
        conversation_id = messages[0].conversation_id
        row = tables.Conversation
        found = (
            await transaction.execute(select(row.site_key, row.kind).where(row.id == conversation_id))
        ).one_or_none()
        if found is None:
            return
        events: list[StreamEvent] = []
        if messages[0].id == 1:
            events.append(ConversationStarted(conversation_id=conversation_id, site=found.site_key, kind=found.kind))
        events += [self._message(message, found.site_key) for message in messages]
        self._add(transaction, events)

    async def turn(self, transaction: AsyncSession, message: Message, reply: EngineReply) -> None:
        """Records the bot's answer to a message."""
        if not self._enabled:
            return
        understood = reply.understood
        event = TurnAnswered(
            conversation_id=message.conversation_id,
            site=await self._site(transaction, message.conversation_id),
            message_id=message.id,
            intent=understood.intent if understood else None,
            confidence=understood.confidence if understood else None,
            answer_band=understood.answer_band if understood else None,
            engine_seconds=round(reply.seconds, 4) if reply.seconds is not None else None,
            events=[TurnEvent(kind=it.kind, topic=it.topic, step=it.step) for it in reply.events or ()],
        )
        self._add(transaction, [event])

    async def ticket(self, transaction: AsyncSession, event: HookEvent | str, ticket: tables.Ticket) -> None:
        """Records what happened to a ticket, after the change."""
        if not self._enabled:
            return
        await transaction.flush()
        times = {
            name: to_text(moment) if (moment := getattr(ticket, name)) else None
            for name in ("created_at", "queued_at", "claimed_at", "closed_at")
        }
        recorded = TicketChanged.model_validate(
            {
                "type": str(event),
                "conversation_id": ticket.conversation_id,
                "site": await self._site(transaction, ticket.conversation_id),
                **{
                    name: getattr(ticket, name)
                    for name in ("number", "status", "priority", "reason", "topic", "disposition", "rating")
                },
                **times,
            }
        )
        self._add(transaction, [recorded])

    async def rated(self, transaction: AsyncSession, ticket: tables.Ticket) -> None:
        """Records that a user has rated their ticket."""
        await self.ticket(transaction, "ticket_rated", ticket)

    async def feedback(self, transaction: AsyncSession, feedback: tables.AnswerFeedback) -> None:
        """Records a user's 赞 or 踩."""
        if not self._enabled:
            return
        event = AnswerRated(
            conversation_id=feedback.conversation_id,
            site=await self._site(transaction, feedback.conversation_id),
            message_id=feedback.message_id,
            helpful=feedback.helpful,
            reasons=list(feedback.reasons),
            topic=feedback.topic,
        )
        self._add(transaction, [event])

    def _message(self, message: Message, site: str | None) -> MessageStored:
        content = "button" if message.payload else "picture" if message.attachment and not message.text else "text"
        return MessageStored.model_validate(
            {
                "conversation_id": message.conversation_id,
                "site": site,
                "message_id": message.id,
                "author": message.author,
                "in_reply_to": message.in_reply_to,
                "content": content,
                "length": len(message.text),
                "text": message.text if self._texts else None,
            }
        )

    async def _site(self, transaction: AsyncSession, conversation_id: str) -> str | None:
        site: str | None = await transaction.scalar(
            select(tables.Conversation.site_key).where(tables.Conversation.id == conversation_id)
        )
        return site

    def _add(self, transaction: AsyncSession, events: Sequence[StreamEvent]) -> None:
        moment = now()
        transaction.add_all(
            tables.HookDelivery(
                event_id=event.id,
                event=event.type,
                endpoint=_ENDPOINT,
                conversation_id=event.conversation_id,
                body=event.model_dump(mode="json"),
                state="waiting",
                next_attempt_at=moment,
                created_at=moment,
            )
            for event in events
        )
        self._wake(transaction)


class StreamSender:
    """Sends what the outbox has for the stream."""

    def __init__(
        self, database: Database, redis: Redis, name: str, most: int, metrics: Metrics, news: asyncio.Event
    ) -> None:
        """Sends nothing yet.

        Args:
            database: With the outbox.
            redis: Where the stream is.
            name: Its key.
            most: Events that it keeps, roughly.
            metrics: What was sent and what waits.
            news: Set when there may be something to send.
        """
        self._database = database
        self._redis = redis
        self._name = name
        self._most = most
        self._metrics = metrics
        self._news = news

    async def run_for_ever(self) -> None:
        """Sends, until it is cancelled."""
        pause = 0.0
        while True:
            try:
                self._news.clear()
                sent = await self.send()
                pause = 0.0
                if sent < _AT_ONCE:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._news.wait(), _LOOK_EVERY)
            except (RedisError, OSError, DatabaseUnavailableError) as error:
                pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
                _log.warning("events.not_sent", reason=type(error).__name__, again_in=pause)
                await asyncio.sleep(pause)

    async def send(self) -> int:
        """Sends the oldest events that are due.

        Returns:
            How many.

        Raises:
            RedisError: Redis does not take them. They are sent later.
        """
        row = tables.HookDelivery
        moment = now()
        waiting = (row.endpoint == _ENDPOINT, row.state == "waiting")
        due = (
            select(row.id)
            .where(*waiting, row.next_attempt_at <= moment)
            .order_by(row.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self._database.read() as transaction:
            oldest = await transaction.scalar(select(func.min(row.created_at)).where(*waiting))
        self._metrics.set_events_age((moment - oldest).total_seconds() if oldest else 0.0)
        if oldest is None:
            return 0
        async with self._database.write() as transaction:
            ids = list(await transaction.scalars(due))
            await transaction.execute(
                update(row)
                .where(row.id.in_(ids))
                .values(next_attempt_at=moment + timedelta(seconds=_LEASE), attempts=row.attempts + 1)
            )
            found = await transaction.execute(
                select(row.id, row.event, row.body).where(row.id.in_(ids)).order_by(row.id)
            )
            events = [(it.id, it.event, it.body) for it in found]
        if not events:
            return 0
        try:
            await self._add(events)
        except (RedisError, OSError):
            async with self._database.write() as transaction:
                # Not after the lease, but when Redis is back.
                await transaction.execute(update(row).where(row.id.in_(ids)).values(next_attempt_at=moment))
            raise
        async with self._database.write() as transaction:
            await transaction.execute(delete(row).where(row.id.in_(ids)))
        for _, event, _ in events:
            self._metrics.count_event(event)
        return len(events)

    async def _add(self, events: Sequence[tuple[int, str, dict[str, Any]]]) -> None:
        async with self._redis.pipeline(transaction=True) as pipeline:
            for _, event, body in events:
                fields: dict[Any, Any] = {
                    "id": body["id"],
                    "type": event,
                    "event": json.dumps(body, ensure_ascii=False),
                }
                pipeline.xadd(self._name, fields, maxlen=self._most, approximate=True)
            await pipeline.execute()

    async def close(self) -> None:
        """Closes the connection."""
        await self._redis.aclose()
