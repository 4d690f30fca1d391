"""Collects updates for desks while the last batch is being sent, so that the same update is sent once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import (
    AgentsChanged,
    Event,
    QueueChanged,
    Read,
    TicketChanged,
    UserPresence,
    UserTyping,
    Whispered,
)

_log = structlog.get_logger()


@dataclass(slots=True)
class PendingUpdates:
    """Updates that desks have not been sent yet.

    Attributes:
        tickets: Ids of tickets that are new or have changed, in order.
        visits: Conversations whose user has connected or disconnected, in order.
        user_signals: Typing and read marks of users: conversation, Socket.IO event, its fields; in order.
        queue_reason: Why the queue changed last; None if it did not.
        agents: Whether the presence or the load of any agent changed.
        whispers: What supervisors have left for agents, in order.
    """

    tickets: dict[int, None] = field(default_factory=dict)
    visits: dict[str, None] = field(default_factory=dict)
    user_signals: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    queue_reason: str | None = None
    agents: bool = False
    whispers: list[Whispered] = field(default_factory=list)

    def add(self, event: Event) -> bool:
        """Adds an event. Returns whether it is for desks."""
        match event:
            case TicketChanged():
                self.tickets[event.ticket_id] = None
            case QueueChanged():
                self.queue_reason = event.reason
            case AgentsChanged():
                self.agents = True
            case Whispered():
                self.whispers.append(event)
            case UserPresence():
                self.visits[event.conversation_id] = None
            case UserTyping():
                self.user_signals.append((event.conversation_id, "user_typing", {"typing": event.typing}))
            case Read(reader="user"):
                self.user_signals.append((event.conversation_id, "read", {"user_read_id": event.message_id}))
            case _:
                return False
        return True


class DeskUpdater:
    """Listens to all conversations, and sends updates in one task."""

    def __init__(self, event_bus: EventBus, send: Callable[[PendingUpdates], Awaitable[None]]) -> None:
        """Listens to nothing yet."""
        self._event_bus = event_bus
        self._send = send
        self._pending = PendingUpdates()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins; nothing happens if it has begun."""
        if self._task is None:
            self._event_bus.add_to_all(self._hear)
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends; nothing happens if it has not begun."""
        self._event_bus.remove_from_all(self._hear)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _hear(self, event: Event) -> None:
        if self._pending.add(event):
            self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            updates, self._pending = self._pending, PendingUpdates()
            try:
                await self._send(updates)
            except Exception:
                # Desks poll now and then, and will read what could not be sent now.
                _log.exception("desk.not_told")
