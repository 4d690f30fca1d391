"""Notices to users about human support: `system` messages with `metadata.support`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from uwallet_gateway.texts import Texts
from uwallet_gateway.transcript.messages import Draft, Message
from uwallet_gateway.transcript.transaction import ConversationTransaction

Kind = Literal[
    "queued",
    "next_in_queue",
    "claimed",
    "transferred",
    "requeued",
    "returned_to_bot",
    "closed",
    "left_queue",
    "timeout",
    "nobody_there",
    "message_wanted",
    "contact_wanted",
    "message_taken",
    "user_reminder",
    "user_left",
    "ticket_status",
    "rated",
]
# Notices that ask for something: the next text of the user is an offline message, or the contact for one.
ASKING_KINDS = ("message_wanted", "contact_wanted")

PAYLOAD_PREFIX = "/support_"
LEAVE_QUEUE = "/support_leave_queue"
KEEP_WAITING = "/support_keep_waiting"
LEAVE_MESSAGE = "/support_leave_message"
RATE = "/support_rate"
_RATINGS = range(1, 6)


class SupportNotices:
    """Appends system messages to a conversation."""

    def __init__(self, texts: Texts) -> None:
        """Keeps the texts."""
        self.texts = texts

    async def say(
        self,
        transaction: ConversationTransaction,
        kind: Kind,
        name: str,
        *,
        buttons: tuple[str, ...] = (),
        rates: str | None = None,
        in_reply_to: int | None = None,
        metadata: dict[str, Any] | None = None,
        **values: object,
    ) -> Message:
        """Appends a notice.

        Args:
            transaction: The conversation.
            kind: `metadata.support` of the message.
            name: Name of the text in texts.yml, under `support`.
            buttons: Payloads; texts.yml has their titles under the same names.
            rates: Number of a ticket: adds the buttons to rate it.
            in_reply_to: The user's message that it answers.
            metadata: More metadata.
            values: Values for the placeholders of the text.
        """
        button_views = [
            {"title": self.texts.button(payload.removeprefix(PAYLOAD_PREFIX)), "payload": payload}
            for payload in buttons
        ]
        if rates is not None:
            button_views += [
                {"title": self.texts.button("rate", rating=rating), "payload": rate_payload(rates, rating)}
                for rating in _RATINGS
            ]
        return await transaction.append(
            Draft(
                "system",
                self.texts.about_support(name, **values),
                buttons=tuple(button_views),
                metadata={"support": kind, **(metadata or {})},
                in_reply_to=in_reply_to,
            )
        )

    async def say_position(
        self,
        transaction: ConversationTransaction,
        position: int,
        minutes: int | None,
        *,
        again: bool,
        in_reply_to: int | None,
    ) -> None:
        """Tells a queued user their position and the estimated wait."""
        name = ("queued_again" if again else "queued") + ("" if minutes is None else "_with_wait")
        await self.say(
            transaction,
            "queued",
            name,
            buttons=(LEAVE_QUEUE,),
            in_reply_to=in_reply_to,
            position=position,
            minutes=minutes,
        )

    async def say_nobody_there(
        self,
        transaction: ConversationTransaction,
        opening: datetime | None,
        moment: datetime,
        *,
        in_reply_to: int | None,
    ) -> None:
        """Says that no agent is there, and when support opens if that is known. Both times have the same time zone."""
        time = None if opening is None else self.texts.moment(opening, moment)
        name = "nobody_there" if opening is None else "nobody_there_until"
        await self.say(transaction, "nobody_there", name, buttons=(LEAVE_MESSAGE,), in_reply_to=in_reply_to, time=time)


def rate_payload(number: str, rating: int) -> str:
    """The payload of the button that gives a ticket a rating."""
    return RATE + json.dumps({"ticket": number, "rating": rating})
