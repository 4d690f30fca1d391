"""Tickets, the queue and agents, as the desk sees them (docs/support/desk-api.md)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import AwareDatetime, Field, WithJsonSchema

from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.base import Id, Moment, Request, View
from uwallet_gateway.protocol.messages import MessageView
from uwallet_gateway.transcript.messages import Author

TicketStatus = Literal["queued", "active", "message", "pending", "closed"]
ActorKind = Literal["user", "bot", "agent", "system"]
PresenceStatus = Literal["online", "away", "offline"]
# What an agent may close a ticket as; the gateway itself gives others (`user_left`, `cancelled`), and earlier ones gave
# `follow_up`.
Disposition = Literal["solved", "spam"]
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)


# Of one ticket; and characters of one.
MOST_LABELS, MOST_OF_LABEL = 10, 20


def cleaned_labels(labels: Sequence[object]) -> tuple[str, ...]:
    """Labels as they are stored, each once.

    Raises:
        InputError: malformed, empty, too_long (also of too many).
    """
    cleaned = tuple(dict.fromkeys(clean(label, MOST_OF_LABEL).replace("\n", " ") for label in labels))
    if len(cleaned) > MOST_LABELS:
        raise InputError(ErrorCode.TOO_LONG)
    return cleaned


def _documented(model: str, /, **properties: dict[str, Any]) -> WithJsonSchema:
    """A schema for an object of the engine, which is passed on without validation (docs/handoff.schema.json)."""
    known = {"title": model, "type": "object", "properties": properties, "required": list(properties)}
    return WithJsonSchema({"anyOf": [known, {"type": "null"}]})


_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
TopicReference = Annotated[dict[str, Any] | None, _documented("TopicReference", id=_TEXT, title=_TEXT)]
StepReference = Annotated[
    dict[str, Any] | None, _documented("StepReference", number=_NUMBER, count=_NUMBER, id=_TEXT, title=_TEXT)
]
Progress = Annotated[
    dict[str, Any] | None,
    _documented(
        "Progress", title=_TEXT, number=_NUMBER, count=_NUMBER, steps={"type": "array", "items": {"type": "string"}}
    ),
]


class EventKind(StrEnum):
    """What can happen to a ticket."""

    CREATED = "created"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    RETURNED_TO_BOT = "returned_to_bot"
    LEFT_QUEUE = "left_queue"
    MESSAGE_LEFT = "message_left"
    CONTACT_GIVEN = "contact_given"
    NOTE = "note"
    LABELLED = "labelled"
    MERGED = "merged"
    MOVED = "moved"
    PRIORITY_SET = "priority_set"
    WHISPER = "whisper"
    BARGED_IN = "barged_in"
    FOLLOW_UP_SET = "follow_up_set"
    FOLLOW_UP_DUE = "follow_up_due"
    CLOSED = "closed"
    RATED = "rated"
    REQUEST_REPEATED = "request_repeated"
    TIMEOUT_OFFERED = "timeout_offered"
    TARGET_MISSED = "target_missed"


class AgentName(View):
    """An agent as colleagues see them. Users see the name only."""

    id: int
    name: str


class Actor(View):
    """Who did something. `id`, `name` and `role` are set for agents only, the role as it is now."""

    kind: ActorKind
    id: int | None
    name: str | None
    role: Role | None = None


class LastMessage(View):
    """The newest message of a conversation that is not hidden."""

    author: Author
    text: str
    created_at: Moment


class GroupName(View):
    """A skill group."""

    id: int
    name: str


class TicketUser(View):
    """The user of a ticket. `name` is the site's id of an identified user; visitors have none.

    `online` is null of the user of a site's backend: nobody here can know.
    """

    kind: str
    name: str | None
    online: bool | None
    called: str | None = Field(description="How the site says that the user is called: their attribute `name`")
    context: dict[str, str] = Field(description="What the site has told last of the page that the user is on, by name")


class TicketAlarm(View):
    """A danger, a loss or a complaint: its kind, and the user's words, redacted."""

    kind: str
    text: str


class Ticket(View):
    """A ticket. Everything that users and the bot wrote is plain text, never markup."""

    id: int
    number: str
    conversation_id: str
    site: str = Field(description="Name of the site")
    status: TicketStatus
    priority: int = Field(description="0 urgent, 1 high, 2 normal")
    reason: str
    topic: TopicReference
    step: StepReference
    summary: str
    collected: dict[str, Any] = Field(description="What the bot collected, by name")
    mood: str | None = Field(description="calm, frustrated, distressed or in_crisis; null if the bot did not tell")
    alarms: list[TicketAlarm] = Field(description="What the user gave away that must not be missed, oldest first")
    contact: str | None = Field(description="Masked; the whole one by `POST /tickets/{id}/contact`")
    message: str | None
    agent: AgentName | None
    preferred_agent: AgentName | None
    group: GroupName | None = Field(description="The skill group that it waits for, or waited for")
    overflow_at: Moment | None = Field(
        description="While it is queued: when it is offered to everybody, not to its group alone; null: not by time"
    )
    disposition: str | None
    note: str | None
    labels: list[str] = Field(description="By which agents sort it")
    due_at: Moment | None = Field(description="When it is to be followed up; set of a `pending` ticket")
    kept_open: bool = Field(description="Whether the agent waits for the user however long they are silent")
    rating: int | None
    rating_comment: str | None
    version: int
    unread: int = Field(description="Messages of the user that no agent has read")
    last_message: LastMessage | None
    user: TicketUser
    position: int | None = Field(description="Place in the queue of its group, from 1; null if it is not queued")
    created_at: Moment
    queued_at: Moment | None
    claimed_at: Moment | None
    first_reply_at: Moment | None
    reply_due_at: Moment | None = Field(description="Until when there must be a first reply; null: no target")
    resolve_due_at: Moment | None = Field(description="Until when it must be closed; null: no target")
    closed_at: Moment | None


class TicketEvent(View):
    """An event in the history of a ticket."""

    at: Moment
    kind: str
    actor: Actor
    details: dict[str, Any]


class TicketDetails(Ticket):
    """A ticket with its history, the user's earlier tickets, and what the bot last showed and understood."""

    events: list[TicketEvent] = Field(description="Oldest first")
    earlier: list[Ticket] = Field(description="Other tickets of the same user, newest first")
    progress: Progress = Field(description="The procedure that the bot showed last")
    intent: str | None = Field(description="The intent that the bot understood last")


class TicketContact(View):
    """How the user can be reached. That an agent has seen it stands in the audit log."""

    contact: str


class TicketPage(View):
    """Tickets, newest first."""

    tickets: list[Ticket]
    has_more: bool


class QueueCounts(View):
    """How much there is to do: `urgent` of those waiting, `mine` of the agent who asks, `online` agents."""

    waiting: int
    urgent: int
    mine: int
    messages: int
    requests: int = Field(description="Users who wanted a human while nobody was there, and left nothing")
    online: int


class DeskQueue(View):
    """An agent's work: `waiting` in the order of the queue, `follow_ups` by due date, the other lists oldest first.

    `follow_ups` are those of the agent and of nobody; supervisors get all.
    """

    waiting: list[Ticket]
    mine: list[Ticket]
    messages: list[Ticket]
    follow_ups: list[Ticket]
    counts: QueueCounts


class DeskMessageView(MessageView):
    """A message as agents see it."""

    reading: dict[str, Any] | None = Field(
        default=None, description="Of the bot's first message of a turn: why it was given (docs/conversation.md)"
    )


class DeskMessagePage(View):
    """Messages in order."""

    messages: list[DeskMessageView]
    has_more: bool


class AgentStatus(View):
    """An agent, their presence and their open chats; from `username` on, for admins only."""

    id: int
    name: str
    role: Role
    presence: PresenceStatus
    chats: int
    max_chats: int
    groups: list[int] = Field(default=[], description="Ids of the skill groups that they are in")
    on_leave_until: Moment | None = Field(default=None, description="Set while they are off and get nothing")
    username: str | None = None
    enabled: bool | None = None
    second_factor: bool | None = None
    email: str | None = None
    knowledge_role: KnowledgeRole | None = None


class AgentMessageRequest(Request):
    """A message of an agent: text with or without a picture, or a picture alone."""

    text: str | None = None
    attachment_id: str | None = Field(default=None, max_length=64)
    client_id: str = Field(max_length=64, description="Idempotency key: the same one again has no further effect")
    canned_reply_id: Id | None = Field(
        default=None, description="The canned reply that it was made from, to be counted"
    )


class MacroRequest(Request):
    """The text of a macro, as the agent has looked it over."""

    text: str
    client_id: str = Field(max_length=64, description="Idempotency key: the same one again has no further effect")


class LabelsRequest(Request):
    """All labels that a ticket has from now on."""

    labels: list[str]


class LabelUse(View):
    """A label, and on how many tickets it is."""

    label: str
    tickets: int


class TransferRequest(Request):
    """The agent who gets the chat, null for the queue of a group (null: as it was). The memo is for colleagues."""

    agent_id: Id | None = None
    group_id: Id | None = None
    memo: str | None = None


class CloseRequest(Request):
    """How the ticket ended, and a note for colleagues."""

    disposition: Disposition
    note: str | None = None


class ReturnRequest(Request):
    """How the ticket ended (`solved` if absent), and a note for colleagues."""

    disposition: Disposition | None = None
    note: str | None = None


class FollowUpRequest(Request):
    """When somebody comes back to the ticket, who (null for the agent who asks), and a note for them."""

    due_at: AwareDatetime
    agent_id: Id | None = None
    note: str | None = None


class KeepOpenRequest(Request):
    """Whether the agent waits for the user however long they are silent."""

    kept_open: bool


class NoteRequest(Request):
    """An internal note."""

    text: str


class WhisperRequest(Request):
    """A word of a supervisor to the agent who has the chat; the user never sees it."""

    text: str


class BargeInRequest(Request):
    """A message of a supervisor in a chat that an agent has."""

    text: str
    client_id: str = Field(max_length=64, description="Idempotency key: the same one again has no further effect")


class AssignRequest(Request):
    """The agent who gets the ticket."""

    agent_id: Id
