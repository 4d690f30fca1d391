"""Collects what desks are to be told while the last of it is still being told: the same thing twice is told once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from uwallet_gateway.conversation.hub import (
    AgentsChanged,
    Event,
    Hub,
    QueueChanged,
    Read,
    TicketChanged,
    UserPresence,
    UserTyping,
)

_log = structlog.get_logger()


@dataclass(slots=True)
class News:
    """What has happened.

    Attributes:
        tickets: Tickets that are new or have changed, in order.
        visits: Conversations whose user has come or gone, in order.
        signs: Of the user: conversation, event of the namespace, its fields; in order.
        queue_reason: Why the queue has changed last; None if it has not.
        agents: Somebody has come, gone, or has more or fewer chats.
    """

    tickets: dict[int, None] = field(default_factory=dict)
    visits: dict[str, None] = field(default_factory=dict)
    signs: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    queue_reason: str | None = None
    agents: bool = False

    def add(self, event: Event) -> bool:
        """Adds an event; returns whether it is one for desks."""
        match event:
            case TicketChanged():
                self.tickets[event.ticket_id] = None
            case QueueChanged():
                self.queue_reason = event.reason
            case AgentsChanged():
                self.agents = True
            case UserPresence():
                self.visits[event.conversation_id] = None
            case UserTyping():
                self.signs.append((event.conversation_id, "user_typing", {"typing": event.typing}))
            case Read(reader="user"):
                self.signs.append((event.conversation_id, "read", {"user_read_id": event.message_id}))
            case _:
                return False
        return True


class Newsroom:
    """Listens to all conversations, and has one task that tells."""

    def __init__(self, hub: Hub, tell: Callable[[News], Awaitable[None]]) -> None:
        """Listens to nothing yet."""
        self._hub = hub
        self._tell = tell
        self._news = News()
        self._there = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins; nothing happens if it has begun."""
        if self._task is None:
            self._hub.add_to_all(self._hear)
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends; nothing happens if it has not begun."""
        self._hub.remove_from_all(self._hear)
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _hear(self, event: Event) -> None:
        if self._news.add(event):
            self._there.set()

    async def _run(self) -> None:
        while True:
            await self._there.wait()
            self._there.clear()
            news, self._news = self._news, News()
            try:
                await self._tell(news)
            except Exception:
                # What could not be told now is read by the desks, which ask again now and then.
                _log.exception("desk.not_told")
