"""What the gateway says to users about human support: `system` messages with `metadata.support`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from uwallet_gateway.conversation.messages import Draft, Message
from uwallet_gateway.conversation.transcript import Page
from uwallet_gateway.texts import Texts

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
# The kinds after which what the user types next is taken as a message for support, or as the contact for it.
ASKING = ("message_wanted", "contact_wanted")

PAYLOAD_PREFIX = "/support_"
LEAVE_QUEUE = "/support_leave_queue"
KEEP_WAITING = "/support_keep_waiting"
LEAVE_MESSAGE = "/support_leave_message"
RATE = "/support_rate"
_RATINGS = range(1, 6)


class Voice:
    """Puts messages of the gateway on a page."""

    def __init__(self, texts: Texts) -> None:
        """Takes the texts."""
        self.texts = texts

    async def say(
        self,
        page: Page,
        kind: Kind,
        name: str,
        *,
        buttons: tuple[str, ...] = (),
        rates: str | None = None,
        in_reply_to: int | None = None,
        metadata: dict[str, Any] | None = None,
        **values: object,
    ) -> Message:
        """Says something.

        Args:
            page: Where.
            kind: What clients are told that it is.
            name: Of the text in texts.yml, under `support`.
            buttons: Payloads; their titles stand in texts.yml under the same name.
            rates: Number of a ticket: buttons to rate it.
            in_reply_to: The user's message that it answers.
            metadata: What else clients are told.
            values: What is filled into the text.
        """
        shown = [
            {"title": self.texts.button(payload.removeprefix(PAYLOAD_PREFIX)), "payload": payload}
            for payload in buttons
        ]
        if rates is not None:
            shown += [
                {"title": self.texts.button("rate", rating=rating), "payload": rate_payload(rates, rating)}
                for rating in _RATINGS
            ]
        return await page.append(
            Draft(
                "system",
                self.texts.about_support(name, **values),
                buttons=tuple(shown),
                metadata={"support": kind, **(metadata or {})},
                in_reply_to=in_reply_to,
            )
        )

    async def say_position(
        self, page: Page, position: int, minutes: int | None, *, again: bool, in_reply_to: int | None
    ) -> None:
        """Tells somebody who waits where they are."""
        name = ("queued_again" if again else "queued") + ("" if minutes is None else "_with_wait")
        await self.say(
            page,
            "queued",
            name,
            buttons=(LEAVE_QUEUE,),
            in_reply_to=in_reply_to,
            position=position,
            minutes=minutes,
        )

    async def say_nobody_there(
        self, page: Page, opening: datetime | None, moment: datetime, *, in_reply_to: int | None
    ) -> None:
        """Says that nobody is there, and when somebody will be if that is known; both in the same time zone."""
        time = None if opening is None else self.texts.moment(opening, moment)
        name = "nobody_there" if opening is None else "nobody_there_until"
        await self.say(page, "nobody_there", name, buttons=(LEAVE_MESSAGE,), in_reply_to=in_reply_to, time=time)


def rate_payload(number: str, rating: int) -> str:
    """The payload of the button that gives a ticket a rating."""
    return RATE + json.dumps({"ticket": number, "rating": rating})
