"""Messages, their attachments, limits and errors, as every client sees them (docs/protocol.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.notices import NoticeView
from uwallet_gateway.transcript.messages import Author

ATTACHMENT_TYPES = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")


class ButtonView(View):
    """A quick reply. A client sends its payload back when the user presses it; `role` says how much it weighs."""

    title: str
    payload: str
    role: Literal["primary", "normal", "danger"] = "normal"


class AttachmentView(View):
    """A picture. `url` is relative to the gateway and works for a while without a token."""

    id: str
    url: str
    content_type: str
    width: int
    height: int
    size: int


# Why an answer did not help: it solves nothing, is unclear, answers something else, or is not what the app shows.
FeedbackReason = Literal["not_solved", "unclear", "not_meant", "differs"]


class FeedbackView(View):
    """What the user says of an answer: 赞 or 踩, and why."""

    helpful: bool
    reasons: list[str]
    comment: str | None


class FeedbackRequest(Request):
    """What the user says of an answer; the next one replaces it. Null takes it back."""

    helpful: bool | None
    reasons: Annotated[list[FeedbackReason], Field(max_length=8)] = Field(
        default_factory=list, description="Only where it did not help"
    )
    comment: str | None = Field(default=None, max_length=2000)


class MessageView(View):
    """One message of a transcript."""

    id: int = Field(ge=1)
    author: Author
    text: str
    buttons: list[ButtonView]
    attachment: AttachmentView | None
    metadata: dict[str, Any]
    created_at: Moment
    in_reply_to: int | None
    client_id: str | None
    feedback: FeedbackView | None = None


class Limits(View):
    """What a client may send."""

    max_length: int
    attachment_bytes: int
    attachment_types: list[str]


class ErrorView(View):
    """Why a request was refused. `message` is Chinese and can be shown; `retry_after` is in seconds."""

    code: str
    message: str
    retry_after: int | None = None
    details: dict[str, Any] | None = None


class UserClaim(BaseModel):
    """The identity of a user, vouched for by the site: `hash` as in docs/protocol.md."""

    # Socket.IO takes numbers, too.
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1, max_length=255)
    hash: str = Field(max_length=200)
    attributes: str | None = Field(
        default=None, max_length=8192, description="What the site tells of the user, signed: as in docs/protocol.md"
    )


class SessionRequest(BaseModel):
    """A request for a session."""

    site: str = Field(max_length=64, description="Public key of the site")
    token: str | None = Field(default=None, description="Token of an earlier session, to continue it")
    user: UserClaim | None = None
    lang: str | None = Field(
        default=None, max_length=35, description="Language of the window, such as zh-TW: the characters to begin with"
    )


class SessionView(View):
    """A session."""

    token: str
    identity: str
    last_id: int
    limits: Limits
    notice: NoticeView | None = Field(description="The notice on stored chats; null where the site wants none")


class MessageRequest(Request):
    """A message: text with or without a picture, a picture alone, or the payload of a button."""

    text: str | None = None
    payload: str | None = None
    attachment_id: str | None = None
    client_id: str | None = Field(
        default=None, max_length=64, description="Idempotency key: the same one again has no further effect"
    )
    offered_by: int | None = Field(
        default=None, ge=1, description="Of a payload: id of the message with the button; an older one is not executed"
    )

    @model_validator(mode="after")
    def _one(self) -> MessageRequest:
        if self.payload is not None and (self.text is not None or self.attachment_id is not None):
            msg = "a payload goes alone"
            raise ValueError(msg)
        return self


class MessageResult(View):
    """The stored message and the replies that came within 8 seconds. Fetch later replies with `GET /messages`."""

    message: MessageView
    replies: list[MessageView]


class QuestionView(View):
    """A question that the bot answers; its text is sent when it is chosen."""

    text: str
    topic: str


class HotQuestionView(QuestionView):
    """One of the questions that are asked most."""

    at_welcome: bool = Field(description="Whether it is to stand under the greeting, too")


class HotQuestionsView(View):
    """What is asked most, in the order in which it is to be shown."""

    questions: list[HotQuestionView]


class QuestionsView(View):
    """Questions, the best first. `enabled` is false where the operator has switched suggestions off for the site."""

    questions: list[QuestionView]
    enabled: bool = True


class MessagePage(View):
    """Messages in order."""

    messages: list[MessageView]
    has_more: bool
