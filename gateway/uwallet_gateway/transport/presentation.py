"""Messages as clients see them (docs/protocol.md)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from uwallet_gateway.clock import to_text
from uwallet_gateway.conversation.messages import Message, Picture
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.settings import Settings
from uwallet_gateway.support.models import SupportState
from uwallet_gateway.texts import Texts

API = "/api/v1"
DESK_API = "/desk/api"
ATTACHMENT_TYPES = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")


class ButtonShown(BaseModel):
    """A quick reply."""

    title: str
    payload: str


class AttachmentShown(BaseModel):
    """A picture; `url` is relative to the gateway and readable for a while without a token."""

    id: str
    url: str
    content_type: str
    width: int
    height: int
    size: int


class MessageShown(BaseModel):
    """One line of a transcript."""

    id: int = Field(ge=1)
    author: Literal["user", "bot", "agent", "system"]
    text: str
    buttons: list[ButtonShown]
    attachment: AttachmentShown | None
    metadata: dict[str, Any]
    created_at: str
    in_reply_to: int | None
    client_id: str | None


class LimitsShown(BaseModel):
    """What a client may send."""

    max_length: int
    attachment_bytes: int
    attachment_types: list[str]


class TicketShown(BaseModel):
    """What a user knows of their ticket."""

    number: str
    status: Literal["queued", "active", "message", "closed"]


class AgentShown(BaseModel):
    """The agent who has the conversation."""

    name: str


class SupportShown(BaseModel):
    """How human support stands for a conversation (docs/support.md)."""

    owner: Literal["bot", "queued", "agent", "closed"]
    ticket: TicketShown | None
    position: int | None = Field(description="Place in the queue, from 1")
    wait_minutes: int | None = Field(description="Estimated; null while there is nothing to estimate from")
    agent: AgentShown | None
    agent_read_id: int = Field(description="The last message that the agent has seen, 0 if none")
    can_leave_message: bool
    rating_wanted: str | None = Field(description="Number of a ticket that was just closed and can be rated")


class ErrorShown(BaseModel):
    """Why something was refused; `message` is Chinese and can be shown, `retry_after` are seconds."""

    code: str
    message: str
    retry_after: int | None = None
    details: dict[str, Any] | None = None


class Presentation:
    """Makes what is sent of what is stored."""

    def __init__(self, settings: Settings, keys: Keys, texts: Texts) -> None:
        """Keeps what it works with."""
        self._keys = keys
        self._texts = texts
        self._base = settings.public_url
        self.limits = LimitsShown(
            max_length=settings.max_length,
            attachment_bytes=settings.attachment_bytes,
            attachment_types=list(ATTACHMENT_TYPES),
        )

    def message(self, message: Message) -> MessageShown:
        """A message of the protocol."""
        return MessageShown(
            id=message.id,
            author=message.author,
            text=message.text,
            buttons=[ButtonShown(**button) for button in message.buttons],
            attachment=self.attachment(message.attachment) if message.attachment else None,
            metadata=message.metadata,
            created_at=to_text(message.created_at),
            in_reply_to=message.in_reply_to,
            client_id=message.client_id,
        )

    def support(self, state: SupportState) -> SupportShown:
        """How human support stands."""
        return SupportShown(
            owner=state.owner,
            ticket=TicketShown(number=state.ticket.number, status=state.ticket.status) if state.ticket else None,
            position=state.position,
            wait_minutes=state.wait_minutes,
            agent=AgentShown(name=state.agent_name) if state.agent_name is not None else None,
            agent_read_id=state.agent_read_id,
            can_leave_message=state.can_leave_message,
            rating_wanted=state.rating_wanted,
        )

    def attachment(self, picture: Picture) -> AttachmentShown:
        """A picture with a fresh address."""
        return AttachmentShown(
            id=picture.id,
            url=f"{API}/attachments/{picture.id}?signature={self._keys.sign_attachment(picture.id)}",
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
        )

    def bot_uttered(self, message: Message) -> dict[str, Any]:
        """A message in the shape of Rasa's channel.

        Widgets made for Rasa look at which keys there are: none is sent that has nothing in it.
        """
        shown = self.message(message)
        found: dict[str, Any] = {"text": message.text}
        if shown.buttons:
            found["quick_replies"] = [{**button.model_dump(), "content_type": "text"} for button in shown.buttons]
        if shown.attachment:
            source = {"src": self._base + shown.attachment.url}
            found["attachment"] = {"type": "image", "payload": source, **shown.attachment.model_dump()}
        found["metadata"] = {
            **message.metadata,
            "id": message.id,
            "author": message.author,
            "created_at": shown.created_at,
            "in_reply_to": message.in_reply_to,
        }
        return found

    def rasa_rest(self, message: Message, recipient_id: str) -> dict[str, Any]:
        """A message in the shape of Rasa's REST channel."""
        shown = self.message(message)
        found: dict[str, Any] = {"recipient_id": recipient_id, "text": message.text}
        if shown.buttons:
            found["buttons"] = [button.model_dump() for button in shown.buttons]
        if shown.attachment:
            found["image"] = self._base + shown.attachment.url
        if "handoff" in message.metadata:
            found["custom"] = {"type": "handoff", **message.metadata["handoff"]}
        return found

    def error(self, error: InputError) -> dict[str, Any]:
        """What a client is told; the message names the seconds to wait where they are known."""
        text = self._texts.error(error.code, max_length=self.limits.max_length, retry_after=error.retry_after)
        details = dict(error.details) if error.details else None
        shown = ErrorShown(code=error.code, message=text, retry_after=error.retry_after, details=details)
        return shown.model_dump(exclude_none=True)
