"""Tells whoever listens to a conversation what happens in it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from uwallet_gateway.conversation.messages import Message


@dataclass(frozen=True, slots=True)
class Said:
    """Messages were stored. From another process they come empty: they are in the transcript.

    `origin` is the connection that sent them, which knows them already.
    """

    conversation_id: str
    messages: tuple[Message, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A user's message has got its answer, or the user was told that it takes longer or fails."""

    conversation_id: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot has begun or ended to answer."""

    conversation_id: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A session has ended."""

    conversation_id: str
    session_id: str
    reason: str


Event = Said | Settled | Typing | Closed
Listener = Callable[[Event], None]


class Hub:
    """Passes events on within this process, and to `relay` for other ones."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.relay: Listener | None = None
        self._listeners: dict[str, set[Listener]] = {}

    @contextlib.contextmanager
    def listening(self, conversation_id: str, listener: Listener) -> Iterator[None]:
        """Calls the listener, which must not block, with every event of a conversation within the block."""
        self.add(conversation_id, listener)
        try:
            yield
        finally:
            self.remove(conversation_id, listener)

    def add(self, conversation_id: str, listener: Listener) -> None:
        """Begins to call the listener."""
        self._listeners.setdefault(conversation_id, set()).add(listener)

    def remove(self, conversation_id: str, listener: Listener) -> None:
        """Stops it; nothing happens if it does not listen."""
        listeners = self._listeners.get(conversation_id)
        if listeners:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[conversation_id]

    def publish(self, event: Event) -> None:
        """Tells everybody."""
        self.deliver(event)
        if self.relay:
            self.relay(event)

    def deliver(self, event: Event) -> None:
        """Tells everybody in this process."""
        for listener in tuple(self._listeners.get(event.conversation_id, ())):
            listener(event)
