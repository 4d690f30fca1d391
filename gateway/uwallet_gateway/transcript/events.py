"""What can happen in a conversation: the events that the event bus carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from uwallet_gateway.transcript.messages import Message


@dataclass(frozen=True, slots=True)
class Said:
    """Messages were stored. From another process the event comes without them: read the transcript.

    `origin` is the connection that sent them, which has them already.
    """

    conversation_id: str
    messages: tuple[Message, ...] = ()
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A user's message has got its reply, or the user was told that the reply takes longer or fails."""

    conversation_id: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Typing:
    """The bot or the agent starts or stops writing."""

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
    """The user starts or stops typing, while an agent has the conversation."""

    conversation_id: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Read:
    """The user or the agent has read everything up to a message."""

    conversation_id: str
    reader: Literal["user", "agent"]
    message_id: int


@dataclass(frozen=True, slots=True)
class UserPresence:
    """The user has connected to a process, or disconnected from it. For desks."""

    conversation_id: str
    process: str
    here: bool


@dataclass(frozen=True, slots=True)
class SupportChanged:
    """The state of support in a conversation has changed (`TicketQueries.support_state`)."""

    conversation_id: str


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A ticket is new or has changed (`TicketQueries.ticket`). For desks."""

    conversation_id: str
    ticket_id: int


@dataclass(frozen=True, slots=True)
class Whispered:
    """A supervisor has left a word for the agent who has a ticket; the ticket's history has it. For desks."""

    conversation_id: str
    ticket_id: int
    agent_id: int
    by: str


@dataclass(frozen=True, slots=True)
class AgentCalled:
    """An agent was given a chat by somebody else, or a follow-up of theirs is due. In this process only."""

    conversation_id: str
    ticket_id: int
    number: str
    agent_id: int
    kind: Literal["given", "due"]


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """The queue or the agent of a ticket has changed; `reason` is the kind of the ticket's event. For desks."""

    conversation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgentsChanged:
    """The presence or the load of an agent has changed. For desks; belongs to no conversation."""

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
    | Whispered
    | AgentCalled
    | QueueChanged
    | AgentsChanged
)
Listener = Callable[[Event], None]
