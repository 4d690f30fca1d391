"""Makes protocol models of stored messages and of errors (docs/protocol.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from uwallet_gateway.clock import to_text
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.keys import Keys, PictureReader
from uwallet_gateway.identity.notice import NoticeState
from uwallet_gateway.protocol.base import API
from uwallet_gateway.protocol.messages import (
    ATTACHMENT_TYPES,
    AttachmentView,
    ButtonView,
    ErrorView,
    FeedbackView,
    Limits,
    MessageView,
)
from uwallet_gateway.protocol.notices import NoticeView
from uwallet_gateway.protocol.tickets import DeskMessageView
from uwallet_gateway.settings import Settings
from uwallet_gateway.texts import Texts
from uwallet_gateway.transcript.messages import Message, Picture


class Presentation:
    """Signs the addresses of pictures, and knows the texts of errors."""

    def __init__(self, settings: Settings, keys: Keys, texts: Texts) -> None:
        """Keeps what it works with."""
        self._keys = keys
        self._texts = texts
        self._base = settings.public_url
        self.limits = Limits(
            max_length=settings.max_length,
            attachment_bytes=settings.attachment_bytes,
            attachment_types=list(ATTACHMENT_TYPES),
        )

    def message(self, message: Message, reader: PictureReader) -> MessageView:
        """A message of the protocol, with the address of its picture for this reader."""
        return MessageView(
            id=message.id,
            author=message.author,
            text=message.text,
            buttons=[ButtonView(**button) for button in message.buttons],
            attachment=self.attachment(message.attachment, reader) if message.attachment else None,
            metadata=message.metadata,
            created_at=message.created_at,
            in_reply_to=message.in_reply_to,
            client_id=message.client_id,
            feedback=FeedbackView(**asdict(message.feedback)) if message.feedback else None,
        )

    def desk_message(self, message: Message, reader: PictureReader) -> DeskMessageView:
        """A message as agents see it: with why the bot said it."""
        return DeskMessageView(**self.message(message, reader).model_dump(), reading=message.reading)

    def attachment(self, picture: Picture, reader: PictureReader) -> AttachmentView:
        """A picture with a freshly signed address, which ends with the reader's session."""
        return AttachmentView(
            id=picture.id,
            url=f"{API}/attachments/{picture.id}?signature={self._keys.sign_attachment(picture.id, reader)}",
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
        )

    def notice(self, state: NoticeState) -> NoticeView:
        """The notice on stored chats as one user meets it."""
        notice = state.notice
        return NoticeView(
            version=notice.version,
            text=notice.text,
            policy_url=notice.policy_url,
            policy_unknown=notice.policy_unknown,
            mode="consent" if state.mode == "consent" else "shown",
            answer=state.answer.value if state.answer else None,
        )

    def bot_uttered(self, message: Message, reader: PictureReader) -> dict[str, Any]:
        """A message in the shape of Rasa's Socket.IO channel, without empty keys.

        Widgets made for Rasa decide by which keys are there.
        """
        view = self.message(message, reader)
        body: dict[str, Any] = {"text": message.text}
        if view.buttons:
            body["quick_replies"] = [
                {**button.model_dump(exclude_defaults=True), "content_type": "text"} for button in view.buttons
            ]
        if view.attachment:
            source = {"src": self._base + view.attachment.url}
            body["attachment"] = {"type": "image", "payload": source, **view.attachment.model_dump()}
        body["metadata"] = {
            **message.metadata,
            "id": message.id,
            "author": message.author,
            "created_at": to_text(message.created_at),
            "in_reply_to": message.in_reply_to,
        }
        return body

    def hook_message(self, message: Message) -> dict[str, Any]:
        """A message for the backend of a site, as JSON; the address of a picture is whole."""
        body = self.message(message, PictureReader("backend", message.conversation_id)).model_dump(mode="json")
        if body["attachment"]:
            body["attachment"]["url"] = self._base + body["attachment"]["url"]
        return body

    def rasa_rest(self, message: Message, recipient_id: str, reader: PictureReader) -> dict[str, Any]:
        """A message in the shape of Rasa's REST channel."""
        view = self.message(message, reader)
        body: dict[str, Any] = {"recipient_id": recipient_id, "text": message.text}
        if view.buttons:
            body["buttons"] = [button.model_dump(exclude_defaults=True) for button in view.buttons]
        if view.attachment:
            body["image"] = self._base + view.attachment.url
        body["metadata"] = {"id": message.id, "author": message.author}
        if "handoff" in message.metadata:
            body["custom"] = {"type": "handoff", **message.metadata["handoff"]}
        return body

    def error(self, error: InputError) -> dict[str, Any]:
        """The body of a refusal. Its message names the seconds to wait where they are known."""
        text = self._texts.error(error.code, max_length=self.limits.max_length, retry_after=error.retry_after)
        details = dict(error.details) if error.details else None
        view = ErrorView(code=error.code, message=text, retry_after=error.retry_after, details=details)
        return view.model_dump(exclude_none=True)
