"""Tells whoever listens to a conversation what happens in it."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

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
    """The bot or the agent has begun or ended to answer."""

    conversation_id: str
    typing: bool
    author: Literal["bot", "agent"] = "bot"


@dataclass(frozen=True, slots=True)
class Closed:
    """A session has ended."""

    conversation_id: str
    session_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class UserTyping:
    """The user has begun or ended to type, while an agent has the conversation."""

    conversation_id: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Read:
    """The user or the agent has seen everything up to a message."""

    conversation_id: str
    reader: Literal["user", "agent"]
    message_id: int


@dataclass(frozen=True, slots=True)
class UserPresence:
    """The user has opened the conversation at a process, or is gone from there; for desks."""

    conversation_id: str
    process: str
    here: bool


@dataclass(frozen=True, slots=True)
class SupportChanged:
    """What the user's client shows of human support has changed (`Support.state`)."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A ticket is new or has changed (`Support.ticket`); for desks."""

    conversation_id: str
    ticket_id: int


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """What waits, or who has it, has changed; `reason` is the kind of the ticket's event. For desks."""

    conversation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgentsChanged:
    """An agent has come, gone, or has more or fewer chats; for desks. Belongs to no conversation."""

    conversation_id: str = ""


Event = (
    Said
    | Settled
    | Typing
    | Closed
    | UserTyping
    | Read
    | UserPresence
    | SupportChanged
    | TicketChanged
    | QueueChanged
    | AgentsChanged
)
Listener = Callable[[Event], None]


class StoredPage(Protocol):
    """A page of a conversation (`transcript.Page`) after it was stored."""

    conversation_id: str
    written: list[Message]
    news: list[Event]


class Hub:
    """Passes events on within this process, and to `relay` for other ones."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.relay: Listener | None = None
        self._listeners: dict[str, set[Listener]] = {}
        self._listeners_to_all: set[Listener] = set()
        # Connections of users by conversation; agents listen to the same conversations.
        self._users: Counter[str] = Counter()
        # At which other processes users are. One that is killed cannot say that they are gone.
        self._users_elsewhere: dict[str, set[str]] = {}
        self._process = uuid.uuid4().hex

    @contextlib.contextmanager
    def listening(self, conversation_id: str, listener: Listener) -> Iterator[None]:
        """Calls the listener, which must not block, with every event of a conversation within the block."""
        self.add(conversation_id, listener)
        try:
            yield
        finally:
            self.remove(conversation_id, listener)

    def add_to_all(self, listener: Listener) -> None:
        """Begins to call the listener, which must not block, with every event of every conversation."""
        self._listeners_to_all.add(listener)

    def remove_from_all(self, listener: Listener) -> None:
        """Stops it."""
        self._listeners_to_all.discard(listener)

    def user_came(self, conversation_id: str) -> None:
        """A user's client has connected; call `user_went` as often."""
        self._users[conversation_id] += 1
        if self._users[conversation_id] == 1:
            self.publish(UserPresence(conversation_id, self._process, here=True))

    def user_went(self, conversation_id: str) -> None:
        """A connection of a user is gone."""
        self._users[conversation_id] -= 1
        if self._users[conversation_id] <= 0:
            del self._users[conversation_id]
            self.publish(UserPresence(conversation_id, self._process, here=False))

    def is_user_there(self, conversation_id: str) -> bool:
        """Whether a client of the user is connected, to whatever process."""
        return conversation_id in self._users or conversation_id in self._users_elsewhere

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

    def publish_page(self, page: StoredPage, origin: str | None = None) -> None:
        """Tells what was written on a page, and its other news; call it when the page is stored."""
        if page.written:
            self.publish(Said(page.conversation_id, tuple(page.written), origin))
        for event in page.news:
            self.publish(event)

    def publish(self, event: Event) -> None:
        """Tells everybody."""
        self.deliver(event)
        if self.relay:
            self.relay(event)

    def deliver(self, event: Event) -> None:
        """Tells everybody in this process."""
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
