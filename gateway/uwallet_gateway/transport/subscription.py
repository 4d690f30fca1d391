"""Delivers a conversation to one connection: in order, each message exactly once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

import structlog

from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Closed, Event, Said, SupportChanged, Typing
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transcript.store import Transcript

# Messages read at a time when some are missing between what was delivered and what came.
_PAGE = 100
_log = structlog.get_logger()

Deliver = Callable[[Message | Typing | SupportChanged | Closed], Awaitable[None]]


class Subscription:
    """Listens to a conversation for one connection.

    It listens before the history is read and delivers afterwards, so no message falls in between. It reads from
    the transcript whatever it was not told of. Most are idle: a task and a queue are made when there is something to
    deliver, and let go afterwards.
    """

    __slots__ = (
        "_begun",
        "_cursor",
        "_deliver",
        "_event_bus",
        "_events",
        "_of_user",
        "_origin",
        "_own",
        "_task",
        "_transcript",
        "conversation_id",
        "session_id",
    )

    def __init__(
        self,
        conversation_id: str,
        session_id: str,
        event_bus: EventBus,
        transcript: Transcript,
        deliver: Deliver,
        origin: str,
        *,
        of_user: bool = False,
    ) -> None:
        """Begins to listen.

        Args:
            conversation_id: What to listen to.
            session_id: Whose right it is; the subscription ends with the session.
            event_bus: Where it is told.
            transcript: Where missing messages are.
            deliver: Sends one message, typing, that support has changed, or the end.
            origin: The connection; its own messages are not delivered to it.
            of_user: The user, who is there as long as it lasts; not an agent.
        """
        self.conversation_id = conversation_id
        self.session_id = session_id
        self._event_bus = event_bus
        self._transcript = transcript
        self._deliver = deliver
        self._origin = origin
        self._events: deque[Event] | None = None
        self._own: set[int] | None = None
        self._cursor = 0
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self._of_user = of_user
        event_bus.add(conversation_id, self._hear)
        if of_user:
            event_bus.user_came(conversation_id)

    def begin(self, cursor: int, *, catch_up: bool = False, missed: Iterable[Event] = ()) -> None:
        """Delivers what comes after a message.

        Args:
            cursor: The message.
            catch_up: Also what has come already.
            missed: What has happened since the cursor was read and before this listened; of other conversations, too.
        """
        self._cursor = cursor
        for event in missed:
            if event.conversation_id == self.conversation_id:
                self._hear(event)
        self._begun = True
        if catch_up:
            self._add(Said(self.conversation_id, ()))
        elif self._events:
            self._start()

    async def end(self) -> None:
        """Delivers nothing any more."""
        self._begun = False
        self._event_bus.remove(self.conversation_id, self._hear)
        if self._of_user:
            self._of_user = False
            self._event_bus.user_went(self.conversation_id)
        if self._task and self._task is not asyncio.current_task():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _hear(self, event: Event) -> None:
        if isinstance(event, Said) and event.origin == self._origin:
            own = [message.id for message in event.messages if message.author == "user"]
            self._own = (self._own or set()).union(own)
        if isinstance(event, Said | Typing | SupportChanged) or (
            isinstance(event, Closed) and event.session_id == self.session_id
        ):
            self._add(event)

    def _add(self, event: Event) -> None:
        if self._events is None:
            self._events = deque()
        self._events.append(event)
        if self._begun:
            self._start()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._events:
            event = self._events.popleft()
            try:
                if isinstance(event, Said):
                    await self._catch_up(event.messages)
                elif isinstance(event, Typing | SupportChanged | Closed):
                    await self._deliver(event)
            except Exception:
                # One event that cannot be delivered must not end all; the next one catches up.
                _log.exception("subscription.failed", conversation_id=self.conversation_id)
        # Nothing is awaited between the last look and this, so no event is left behind.
        self._events = self._task = None

    async def _catch_up(self, messages: tuple[Message, ...]) -> None:
        if not messages or messages[0].id > self._cursor + 1:
            await self._deliver_missing()
        for message in messages:
            await self._deliver_once(message)

    async def _deliver_missing(self) -> None:
        more = True
        while more:
            missing, more = await self._transcript.after(self.conversation_id, self._cursor, _PAGE)
            for message in missing:
                await self._deliver_once(message)

    async def _deliver_once(self, message: Message) -> None:
        if message.id <= self._cursor:
            return
        if not self._own or message.id not in self._own:
            await self._deliver(message)
        else:
            self._own.discard(message.id)
            self._own = self._own or None
        self._cursor = message.id
