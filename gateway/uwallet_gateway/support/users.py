"""Users' side: a human is wanted, not wanted any more, not there; messages that are left; ratings."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.conversation.hub import SupportChanged, TicketChanged
from uwallet_gateway.conversation.messages import Draft, Message
from uwallet_gateway.conversation.transcript import Page
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.redaction import redact
from uwallet_gateway.support.contacts import checked_contact, find_contact
from uwallet_gateway.support.models import EventKind
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.presence import is_anybody_online
from uwallet_gateway.support.queue import position_of
from uwallet_gateway.support.tickets import Tickets
from uwallet_gateway.support.voice import ASKING, KEEP_WAITING, LEAVE_MESSAGE, LEAVE_QUEUE, RATE

# The reason of a ticket that was opened by a message alone.
MESSAGE = "message"
_COMMENT_LENGTH = 500


class Users:
    """What users can do, each within a page of their conversation."""

    def __init__(self, tickets: Tickets, *, max_length: int) -> None:
        """Takes the steps, and the characters that a message may have."""
        self._tickets = tickets
        self._voice = tickets.voice
        self._max_length = max_length

    async def request(self, page: Page, handoff: dict[str, Any], reason: str, in_reply_to: int | None) -> None:
        """See `Support.request`."""
        ticket = await self._tickets.find_open(page)
        events: list[HookEvent] = [] if ticket else [HookEvent.CREATED]
        if ticket is None:
            ticket = await self._tickets.create(page, handoff, reason, "bot")
        else:
            await self._tickets.add_request(page, ticket, handoff, reason)
        if ticket.status == "queued":
            await self._tickets.say_position(page, ticket, again=True, in_reply_to=in_reply_to)
        elif await self._is_somebody_there(page.transaction):
            await self._tickets.enqueue(page, ticket, EventKind.QUEUED, "bot", None)
            events.append(HookEvent.QUEUED)
            await self._tickets.say_position(page, ticket, again=False, in_reply_to=in_reply_to)
        else:
            moment = now().astimezone(self._tickets.hours.zone)
            hours = self._tickets.hours
            opening = None if hours.is_open(moment) else hours.next_opening(moment)
            await self._voice.say_nobody_there(page, opening, moment, in_reply_to=in_reply_to)
            page.tell(SupportChanged(page.conversation_id))
        await self._tickets.announce(page, ticket, *events)

    async def said(self, page: Page, message: Message) -> None:
        """What a message of the user, which is on the page, means for support."""
        if page.owner == "closed":
            await change_owner(page, "bot")
        if page.owner == "agent" and (ticket := await self._tickets.find_open(page)):
            ticket.user_waits_since = ticket.user_waits_since or message.created_at
            ticket.agent_waits_since, ticket.reminded_at = None, None
            page.tell(TicketChanged(page.conversation_id, ticket.id))

    async def is_asked_for_message(self, page: Page, text: str) -> bool:
        """Whether what the user types now is a message for support, because they were just asked for one."""
        if page.owner == "agent" or self._voice.texts.declines_to_leave_message(text):
            return False
        last = await page.last_told("bot", "agent", "system")
        return last is not None and last.metadata.get("support") in ASKING

    async def take_typed(self, page: Page, message: Message, text: str) -> None:
        """Takes a message, or the contact that was missing in it, from somebody who knows no form.

        Args:
            page: The conversation, with the message on it.
            message: As stored, redacted except for contacts.
            text: The same text.
        """
        ticket = await self._ticket_for_message(page, text)
        contact = find_contact(text)
        if contact != text.strip() or ticket.message is None:
            ticket.message = _joined(ticket.message, text)
        if contact is None and ticket.contact is None:
            await self._voice.say(page, "contact_wanted", "contact_wanted", in_reply_to=message.id, metadata=_ASK)
            return
        ticket.contact = contact or ticket.contact
        await self._message_left(page, ticket, message.id)

    async def execute(self, page: Page, payload: str, in_reply_to: int) -> None:
        """Executes a payload of one of our own buttons, which the conversation has offered."""
        if payload == LEAVE_QUEUE:
            await self.leave_queue(page, in_reply_to=in_reply_to)
        elif payload == KEEP_WAITING:
            await self._keep_waiting(page, in_reply_to)
        elif payload == LEAVE_MESSAGE:
            await self._voice.say(page, "message_wanted", "message_wanted", in_reply_to=in_reply_to, metadata=_ASK)
        elif payload.startswith(RATE):
            wanted = json.loads(payload.removeprefix(RATE))
            try:
                await self.rate(page, wanted["ticket"], wanted["rating"], None, in_reply_to=in_reply_to)
            except InputError as error:
                # Pressed again: there is nobody to tell an error to.
                text = self._voice.texts.error(error.code, max_length=self._max_length)
                await page.append(Draft("system", text, metadata={"support": "rated"}, in_reply_to=in_reply_to))

    async def answer_request(self, page: Page, request: str, in_reply_to: int) -> None:
        """Does what the bot has understood that the user wants of support."""
        if request == "leave_queue":
            await self.leave_queue(page, in_reply_to=in_reply_to)
        else:
            await self._tell_status(page, in_reply_to)

    async def leave_queue(self, page: Page, *, in_reply_to: int | None) -> None:
        """Back to the bot, if the user waits; whoever asks in words is answered in any case."""
        ticket = await self._tickets.find_open(page) if page.owner == "queued" else None
        if ticket is not None:
            await change_owner(page, "bot")
            await self._tickets.note_event(page, ticket, EventKind.LEFT_QUEUE, "user")
            await self._tickets.finish(page, ticket, "cancelled", "user", None)
            await self._voice.say(page, "left_queue", "left_queue", in_reply_to=in_reply_to)
        elif in_reply_to is not None:
            await self._voice.say(page, "left_queue", "not_waiting", in_reply_to=in_reply_to)

    async def leave_message(self, page: Page, text: object, contact: object, client_id: object) -> None:
        """See `Support.leave_message`."""
        key = checked_client_id(client_id)
        if key is not None and await page.find_by_client_id(key):
            return
        cleaned = redact(clean(text, self._max_length)).text
        reachable = checked_contact(contact)
        if page.owner == "agent":
            raise InputError(ErrorCode.CONFLICT)
        message = await page.append(
            Draft("user", cleaned, client_id=key, metadata={"support": "message", "contact": reachable})
        )
        await self.said(page, message)
        ticket = await self._ticket_for_message(page, cleaned)
        ticket.message, ticket.contact = _joined(ticket.message, cleaned), reachable
        await self._message_left(page, ticket, message.id)

    async def rate(
        self, page: Page, number: object, rating: object, comment: object, *, in_reply_to: int | None = None
    ) -> None:
        """See `Support.rate`."""
        if not isinstance(number, str) or isinstance(rating, bool) or not isinstance(rating, int):
            raise InputError(ErrorCode.MALFORMED)
        if not 1 <= rating <= 5:
            raise InputError(ErrorCode.MALFORMED)
        kept = None if comment in (None, "") else redact(clean(comment, _COMMENT_LENGTH)).text
        ticket = await page.transaction.scalar(
            select(tables.Ticket).where(
                tables.Ticket.number == number, tables.Ticket.conversation_id == page.conversation_id
            )
        )
        if ticket is None or ticket.claimed_at is None or ticket.status != "closed":
            raise InputError(ErrorCode.NOT_FOUND)
        if ticket.rating is not None:
            raise InputError(ErrorCode.ALREADY_RATED)
        ticket.rating, ticket.rating_comment = rating, kept
        await self._tickets.note_event(page, ticket, EventKind.RATED, "user", rating=rating, comment=kept)
        self._tickets.count_rating(rating)
        await self._voice.say(page, "rated", "rated", in_reply_to=in_reply_to)
        page.tell(SupportChanged(page.conversation_id))

    async def _is_somebody_there(self, transaction: AsyncSession) -> bool:
        # Hours that are not filled in forbid nothing.
        return self._tickets.hours.is_open(now()) is not False and await is_anybody_online(transaction)

    async def _keep_waiting(self, page: Page, in_reply_to: int) -> None:
        ticket = await self._tickets.find_open(page)
        if ticket is None or ticket.status != "queued":
            await self._voice.say(page, "queued", "not_waiting", in_reply_to=in_reply_to)
            return
        position = await position_of(page.transaction, ticket)
        await self._voice.say(
            page, "queued", "keep_waiting", buttons=(LEAVE_QUEUE,), in_reply_to=in_reply_to, position=position
        )

    async def _ticket_for_message(self, page: Page, text: str) -> tables.Ticket:
        ticket = await self._tickets.find_open(page)
        if ticket is None:
            ticket = await self._tickets.create(page, {"summary": text}, MESSAGE, "user")
            await self._tickets.announce(page, ticket, HookEvent.CREATED)
        return ticket

    async def _message_left(self, page: Page, ticket: tables.Ticket, in_reply_to: int) -> None:
        if ticket.status == "queued":
            ticket.status = "message"
            await change_owner(page, "bot")
        await self._tickets.note_event(page, ticket, EventKind.MESSAGE_LEFT, "user")
        await self._voice.say(
            page,
            "message_taken",
            "message_taken",
            in_reply_to=in_reply_to,
            metadata={"ticket": {"number": ticket.number, "status": ticket.status}},
            number=ticket.number,
        )
        page.tell(SupportChanged(page.conversation_id))

    async def _tell_status(self, page: Page, in_reply_to: int) -> None:
        ticket = await page.transaction.scalar(
            select(tables.Ticket)
            .where(tables.Ticket.conversation_id == page.conversation_id)
            .order_by(tables.Ticket.id.desc())
            .limit(1)
        )
        if ticket is None:
            await self._voice.say(page, "ticket_status", "no_ticket", in_reply_to=in_reply_to)
            return
        buttons: tuple[str, ...] = ()
        values: dict[str, object] = {}
        if ticket.status == "queued":
            name, buttons = "queued", (LEAVE_QUEUE,)
            values = {"position": await position_of(page.transaction, ticket)}
        elif ticket.status == "active":
            agent = await page.transaction.get(tables.Agent, ticket.agent_id)
            name, values = "active", {"agent": agent.name if agent else ""}
        elif ticket.status == "message":
            name = "message" if ticket.message else "waiting_for_message"
            buttons = () if ticket.message else (LEAVE_MESSAGE,)
        else:
            name = ticket.disposition if ticket.disposition in {"solved", "follow_up"} else "ended"
        status = self._voice.texts.ticket_status(name, **values)
        await self._voice.say(
            page,
            "ticket_status",
            "ticket_status",
            buttons=buttons,
            in_reply_to=in_reply_to,
            metadata={"ticket": {"number": ticket.number, "status": ticket.status}},
            number=ticket.number,
            status=status,
        )


# What is typed next is not masked where it tells how to reach the user.
_ASK = {"ask": "contact"}


def _joined(before: str | None, text: str) -> str:
    return f"{before}\n{text}" if before else text
