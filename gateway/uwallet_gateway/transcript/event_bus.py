"""The event bus: tells listeners in this process, and through the relay in other ones, what happens."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from uwallet_gateway.transcript.events import Event, Listener, Said, UserPresence
from uwallet_gateway.transcript.messages import Message


class CommittedTransaction(Protocol):
    """What the bus needs of a `ConversationTransaction` after its commit."""

    conversation_id: str
    written: list[Message]
    events: list[Event]


class EventBus:
    """Publishes events in this process, and through `relay` in other ones."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.relay: Listener | None = None
        # Tuples, as most have one member, of which a set would be several times the size.
        self._listeners: dict[str, tuple[Listener, ...]] = {}
        self._listeners_to_all: set[Listener] = set()
        # Users' connections per conversation; agents listen to the same conversations but do not count.
        self._users: Counter[str] = Counter()
        # Other processes that have connections of the user. A killed process cannot report that they are gone.
        self._users_elsewhere: dict[str, set[str]] = {}
        self._process = uuid.uuid4().hex

    @contextlib.contextmanager
    def listening(self, conversation_id: str, listener: Listener) -> Iterator[None]:
        """Calls the listener with every event of a conversation within the block. It must not block."""
        self.add(conversation_id, listener)
        try:
            yield
        finally:
            self.remove(conversation_id, listener)

    @contextlib.contextmanager
    def recording(self) -> Iterator[list[Event]]:
        """Keeps every event of every conversation within the block."""
        events: list[Event] = []
        keep = events.append
        self.add_to_all(keep)
        try:
            yield events
        finally:
            self.remove_from_all(keep)

    def add_to_all(self, listener: Listener) -> None:
        """Adds a listener to every event of every conversation. It must not block."""
        self._listeners_to_all.add(listener)

    def remove_from_all(self, listener: Listener) -> None:
        """Removes such a listener."""
        self._listeners_to_all.discard(listener)

    def user_came(self, conversation_id: str) -> None:
        """A client of the user has connected. Each call needs one of `user_went`."""
        self._users[conversation_id] += 1
        if self._users[conversation_id] == 1:
            self.publish(UserPresence(conversation_id, self._process, here=True))

    def user_went(self, conversation_id: str) -> None:
        """A client of the user has disconnected."""
        self._users[conversation_id] -= 1
        if self._users[conversation_id] <= 0:
            del self._users[conversation_id]
            self.publish(UserPresence(conversation_id, self._process, here=False))

    def is_user_there(self, conversation_id: str) -> bool:
        """Whether a client of the user is connected to any process."""
        return conversation_id in self._users or conversation_id in self._users_elsewhere

    def add(self, conversation_id: str, listener: Listener) -> None:
        """Adds a listener to one conversation."""
        self._listeners[conversation_id] = (*self._listeners.get(conversation_id, ()), listener)

    def remove(self, conversation_id: str, listener: Listener) -> None:
        """Removes a listener. No-op if it was not added."""
        listeners = tuple(it for it in self._listeners.get(conversation_id, ()) if it != listener)
        if listeners:
            self._listeners[conversation_id] = listeners
        else:
            self._listeners.pop(conversation_id, None)

    def publish_committed(self, transaction: CommittedTransaction, origin: str | None = None) -> None:
        """Publishes the messages and events of a transaction. Call it after the commit."""
        if transaction.written:
            self.publish(Said(transaction.conversation_id, tuple(transaction.written), origin))
        for event in transaction.events:
            self.publish(event)

    def publish(self, event: Event) -> None:
        """Publishes an event in all processes."""
        self.deliver(event)
        if self.relay:
            self.relay(event)

    def deliver(self, event: Event) -> None:
        """Publishes an event in this process only."""
        if isinstance(event, UserPresence) and event.process != self._process:
            self._note_elsewhere(event)
        for listener in (*self._listeners.get(event.conversation_id, ()), *self._listeners_to_all):
            listener(event)

    def _note_elsewhere(self, event: UserPresence) -> None:
        processes = self._users_elsewhere.setdefault(event.conversation_id, set())
        if event.here:
            processes.add(event.process)
        else:
            processes.discard(event.process)
        if not processes:
            del self._users_elsewhere[event.conversation_id]
