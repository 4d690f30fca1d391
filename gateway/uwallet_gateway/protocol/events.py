"""Socket.IO events of widgets and desks (docs/protocol.md, docs/support/desk-api.md).

`WidgetEvents` and `DeskEvents` list what the gateway sends, one field per event. `make protocol` writes TypeScript
types from these models.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from uwallet_gateway.protocol.base import View
from uwallet_gateway.protocol.messages import ErrorView, Limits, MessageView
from uwallet_gateway.protocol.notices import NoticeView
from uwallet_gateway.protocol.support import SupportState
from uwallet_gateway.protocol.tickets import DeskMessageView, QueueCounts, Ticket


class NoData(View):
    """An event without data."""


class SessionConfirmation(View):
    """Answer to `session_request` of our own widget. Rasa's widgets get the token alone."""

    session_id: str = Field(description="Token of the session")
    identity: Literal["visitor", "user"]
    last_id: int
    messages: list[MessageView]
    has_more: bool
    limits: Limits
    support: SupportState
    notice: NoticeView | None = Field(description="The notice on stored chats; null where the site wants none")


class SessionClosed(View):
    """The session has ended."""

    reason: str


class BotTyping(View):
    """The bot, or the agent, starts or stops writing."""

    typing: bool
    author: Literal["agent"] | None = None


class WidgetEvents(View):
    """Events that the gateway sends to widgets."""

    session_confirm: SessionConfirmation
    session_error: ErrorView
    session_closed: SessionClosed
    message: MessageView = Field(description="A new message; only to clients that connected with `messages: true`")
    bot_uttered: dict[str, Any] = Field(description="A message in the shape of Rasa's Socket.IO channel; to all others")
    user_message: MessageView = Field(description="What the user wrote elsewhere; to all others")
    bot_typing: BotTyping
    support_changed: SupportState


class TicketMessage(View):
    """A new message in the conversation of a watched ticket."""

    ticket_id: int
    message: DeskMessageView


class TicketUserTyping(View):
    """The user of a watched ticket starts or stops typing."""

    ticket_id: int
    typing: bool


class TicketUserRead(View):
    """The user of a watched ticket has read everything up to a message."""

    ticket_id: int
    user_read_id: int


class Whisper(View):
    """A supervisor has left a word for the agent; the ticket's events have it."""

    ticket_id: int
    by: str


class QueueChange(QueueCounts):
    """The counts after a change of the queue; `reason` is the kind of the ticket's event."""

    reason: str


class WatchResult(View):
    """Acknowledgement of `watch`: the messages so far, and how far the user has read."""

    messages: list[DeskMessageView]
    has_more: bool
    user_read_id: int


class DeskEvents(View):
    """Events that the gateway sends to desks."""

    queue_changed: QueueChange
    ticket_changed: Ticket
    message: TicketMessage
    user_typing: TicketUserTyping
    read: TicketUserRead
    whispered: Whisper = Field(description="Only to the agent who has the ticket")
    agents_changed: NoData
    signed_out: NoData
