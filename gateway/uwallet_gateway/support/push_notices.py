"""Tells agents on their devices what must not wait: a chat that is given to them, a follow-up that is due.

A notice is sent by the process that did it, once, after the commit. One that is lost is no harm: the chat and the
follow-up stand in the agent's lists. It never says what a user wrote, as it stays on locked screens.
"""

from __future__ import annotations

import asyncio
import json

import structlog
from sqlalchemy import delete, func, select

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update
from uwallet_gateway.hooks.push import PushAddress, PushOutcome, PushSender
from uwallet_gateway.texts import PushTexts
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentCalled, Event

_log = structlog.get_logger()


class PushNotices:
    """Keeps the browsers of agents, and sends to them."""

    def __init__(self, database: Database, event_bus: EventBus, sender: PushSender, texts: PushTexts) -> None:
        """Listens to nothing yet."""
        self._database = database
        self._event_bus = event_bus
        self._sender = sender
        self._texts = texts
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def public_key(self) -> str | None:
        """What browsers need to subscribe; None: this gateway sends no pushes."""
        return self._sender.public_key

    def start(self) -> None:
        """Begins to send."""
        self._event_bus.add_to_all(self._hear)

    async def stop(self) -> None:
        """Ends, after what is on its way."""
        self._event_bus.remove_from_all(self._hear)
        await self.settled()
        await self._sender.close()

    async def settled(self) -> None:
        """Waits for what is on its way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def subscribe(self, session_id: str, agent_id: int, address: PushAddress) -> None:
        """Sends what is for an agent to this browser from now on, until its session is over."""
        row = tables.PushSubscription(
            session_id=session_id,
            agent_id=agent_id,
            endpoint=address.endpoint,
            public_key=address.public_key,
            auth_secret=address.auth_secret,
            created_at=now(),
        )
        async with self._database.write() as session:
            # The same browser, in which somebody was signed in before.
            await session.execute(
                delete(tables.PushSubscription).where(tables.PushSubscription.endpoint == address.endpoint)
            )
            await insert_or_update(session, [row], {"endpoint", "public_key", "auth_secret", "created_at"})

    async def unsubscribe(self, session_id: str) -> None:
        """Sends nothing more to this browser."""
        async with self._database.write() as session:
            await session.execute(
                delete(tables.PushSubscription).where(tables.PushSubscription.session_id == session_id)
            )

    async def devices(self, agent_id: int) -> int:
        """How many browsers of an agent are subscribed."""
        row = tables.PushSubscription
        async with self._database.read() as session:
            return await session.scalar(select(func.count()).where(row.agent_id == agent_id)) or 0

    def _hear(self, event: Event) -> None:
        if isinstance(event, AgentCalled) and self.public_key is not None:
            task = asyncio.get_running_loop().create_task(self._send(event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, event: AgentCalled) -> None:
        row = tables.PushSubscription
        try:
            async with self._database.read() as session:
                subscriptions = (await session.scalars(select(row).where(row.agent_id == event.agent_id))).all()
            text = self._texts.given if event.kind == "given" else self._texts.due
            notice = {
                "title": text,
                "body": self._texts.body.format(number=event.number),
                "tag": f"{event.kind}-{event.ticket_id}",
                "ticket_id": event.ticket_id,
            }
            data = json.dumps(notice, ensure_ascii=False).encode()
            for subscription in subscriptions:
                address = PushAddress(subscription.endpoint, subscription.public_key, subscription.auth_secret)
                outcome = await self._sender.send(address, data)
                if outcome is PushOutcome.GONE:
                    await self.unsubscribe(subscription.session_id)
                elif outcome is PushOutcome.FAILED:
                    _log.warning("push.failed", agent_id=event.agent_id)
        except Exception:
            _log.exception("push.failed", agent_id=event.agent_id)
