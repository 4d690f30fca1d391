"""Notices to users about human support: `system` messages with `metadata.support`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from uwallet_gateway.support.queue import Wait
from uwallet_gateway.texts import Texts
from uwallet_gateway.transcript.messages import Draft, Message
from uwallet_gateway.transcript.transaction import ConversationTransaction

Kind = Literal[
    "queued",
    "next_in_queue",
    "claimed",
    "transferred",
    "supervisor_joined",
    "requeued",
    "returned_to_bot",
    "closed",
    "left_queue",
    "timeout",
    "nobody_there",
    "message_wanted",
    "contact_wanted",
    "message_taken",
    "contact_taken",
    "contact_kept",
    "user_reminder",
    "user_left",
    "ticket_status",
    "rated",
]
# Notices that ask for something: the next text of the user is an offline message, or the contact for one.
ASKING_KINDS = ("message_wanted", "contact_wanted")

_PREFIX = "/support_"
LEAVE_QUEUE = "/support_leave_queue"
KEEP_WAITING = "/support_keep_waiting"
LEAVE_MESSAGE = "/support_leave_message"
RATE = "/support_rate"
_RATINGS = range(1, 6)
_OWN_PAYLOADS = frozenset({LEAVE_QUEUE, KEEP_WAITING, LEAVE_MESSAGE})


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
            {"title": self.texts.button(payload.removeprefix(_PREFIX)), "payload": payload} for payload in buttons
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

    def names_button(self, payload: str, text: str, *, by_sound: bool) -> bool:
        """Whether a text is the title of one of these buttons, or another name of it (texts.yml, `typed_buttons`).

        Args:
            payload: One of the gateway's own.
            text: What was typed.
            by_sound: Whether it is enough to sound like it: another character, or pinyin.
        """
        if payload.startswith(RATE):
            rating = int(json.loads(payload.removeprefix(RATE))["rating"])
            return self.texts.names_rating(rating, text, is_asked=by_sound)
        return self.texts.names_button(payload.removeprefix(_PREFIX), text, by_sound=by_sound)

    async def say_position(
        self,
        transaction: ConversationTransaction,
        position: int,
        wait: Wait | None,
        *,
        again: bool,
        in_reply_to: int | None,
    ) -> None:
        """Tells a queued user their position and the estimated wait."""
        name = ("queued_again" if again else "queued") + ("" if wait is None else "_with_wait")
        minutes = None
        if wait is not None:
            is_range = wait.least < wait.most
            range_of = self.texts.about_support("wait_range", least=wait.least, most=wait.most)
            minutes = range_of if is_range else wait.most
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
        was_told: bool,
        in_reply_to: int | None,
    ) -> None:
        """Says that no agent is there, and when support opens if that is known. Both times have the same time zone.

        With `was_told` the bot has said that nobody is there; then only what it cannot know is said.
        """
        time = None if opening is None else self.texts.moment(opening, moment)
        name = "nobody_there" if opening is None else "nobody_there_until"
        name += "_told" if was_told else ""
        await self.say(transaction, "nobody_there", name, buttons=(LEAVE_MESSAGE,), in_reply_to=in_reply_to, time=time)


def is_own_payload(payload: str | None) -> bool:
    """Whether a payload is of one of the gateway's own buttons. The bot has intents that begin alike."""
    return payload is not None and (payload in _OWN_PAYLOADS or payload.startswith(RATE + "{"))


def rate_payload(number: str, rating: int) -> str:
    """The payload of the button that gives a ticket a rating."""
    return RATE + json.dumps({"ticket": number, "rating": rating})
