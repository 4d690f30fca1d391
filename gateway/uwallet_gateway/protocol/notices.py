"""The notice on stored chats, and the answer to it (docs/protocol.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from uwallet_gateway.protocol.base import Request, View

Answer = Literal["shown", "agreed", "refused", "withdrawn"]


class NoticeView(View):
    """What users read before their first message."""

    version: str
    text: str
    policy_url: str | None = Field(description="Address of the privacy policy; null: this deployment has named none")
    policy_unknown: str = Field(description="What stands in place of the link while there is none")
    mode: Literal["shown", "consent"] = Field(description="`consent`: messages are refused without `agreed`")
    answer: Answer | None = Field(description="The user's last answer to this version")


class NoticeAnswerRequest(Request):
    """What the user did: `shown` where the site shows the notice, the others where it asks for consent."""

    version: str = Field(max_length=32)
    answer: Answer


class NoticeResult(View):
    """The notice after an answer."""

    notice: NoticeView
