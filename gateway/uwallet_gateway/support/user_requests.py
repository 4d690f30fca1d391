"""What users ask of support in the chat: handoffs, the queue, offline messages, ratings.

Everything here runs in the transaction that stores the message or the bot's reply.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.redaction import redact
from uwallet_gateway.support.configuration import Configuration
from uwallet_gateway.support.contacts import (
    OfferedContact,
    checked_contact,
    contact_hint,
    find_contact,
    offered_contact,
)
from uwallet_gateway.support.customers import is_blocked
from uwallet_gateway.support.notices import (
    ASKING_KINDS,
    KEEP_WAITING,
    LEAVE_MESSAGE,
    LEAVE_QUEUE,
    RATE,
    is_own_payload,
)
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.presence import is_staffed
from uwallet_gateway.support.queue import URGENT, is_crisis, position_of, priority_of, waiting_count
from uwallet_gateway.support.ticket_steps import TicketSteps
from uwallet_gateway.transcript.events import SupportChanged, TicketChanged
from uwallet_gateway.transcript.messages import Draft, Message
from uwallet_gateway.transcript.transaction import ConversationTransaction

# Reason of a ticket that an offline message opened.
MESSAGE = "message"
# Reason of a ticket that records a complaint, and the bot's alarm of that name.
COMPLAINT = "complaint"
_COMMENT_LENGTH = 500
_QUOTE_LENGTH = 60
# Messages back for which a button of the gateway can still be typed.
_BUTTONS_STAY = 20


class UserRequests:
    """Requests of users, within the transaction of their conversation."""

    def __init__(self, steps: TicketSteps, configuration: Configuration, *, max_length: int) -> None:
        """Keeps the steps and the limit of the queue; `max_length` is that of a message in characters."""
        self._steps = steps
        self._configuration = configuration
        self._notices = steps.notices
        self._max_length = max_length

    async def hand_off(
        self,
        transaction: ConversationTransaction,
        handoff: dict[str, Any],
        *,
        reason: str,
        in_reply_to: int | None,
        told_available: bool | None = None,
    ) -> None:
        """Opens a ticket, or adds to the open one, and tells the user what happens now.

        Args:
            transaction: The conversation.
            handoff: The bot's payload, whole (docs/handoff.md).
            reason: Reason for the ticket: the bot's, or one of the gateway's.
            in_reply_to: The user's message that led to it.
            told_available: Whether the bot knew that somebody is there, and has told the user so; None if it did not
                know. What the user has just been told is not told again.
        """
        # In a crisis the bot's own words are enough: no form, no menu, no number in the queue.
        is_quiet = is_crisis(reason, handoff) and told_available is not None
        ticket = await self._steps.find_open(transaction)
        if ticket is None and priority_of(reason, handoff) != URGENT and await self._is_blocked(transaction):
            await self._notices.say(transaction, "nobody_there", "blocked", in_reply_to=in_reply_to)
            return
        events: list[HookEvent] = [] if ticket else [HookEvent.CREATED]
        if ticket is None:
            ticket = await self._steps.create(transaction, handoff, reason, "bot")
        else:
            await self._steps.add_request(transaction, ticket, handoff, reason)
        if ticket.status == "queued":
            if not is_quiet:
                await self._steps.say_position(transaction, ticket, again=True, in_reply_to=in_reply_to)
        elif ticket.priority != URGENT and await self._is_full(transaction):
            await self._notices.say(
                transaction, "nobody_there", "queue_full", buttons=(LEAVE_MESSAGE,), in_reply_to=in_reply_to
            )
        elif await is_staffed(transaction.session, self._steps.hours):
            await self._steps.enqueue(transaction, ticket, EventKind.QUEUED, "bot", None)
            events.append(HookEvent.QUEUED)
            if not (is_quiet and told_available):
                await self._steps.say_position(transaction, ticket, again=False, in_reply_to=in_reply_to)
        elif not is_quiet or told_available:
            await self._say_nobody_there(transaction, in_reply_to, was_told=told_available is False)
        transaction.emit(SupportChanged(transaction.conversation_id))
        await self._steps.announce(transaction, ticket, *events)

    async def _is_blocked(self, transaction: ConversationTransaction) -> bool:
        return await is_blocked(transaction.session, transaction.conversation_id)

    async def _is_full(self, transaction: ConversationTransaction) -> bool:
        """Whether somebody is there, and as many wait as may."""
        limit = self._configuration.queue_limit
        if limit is None or not await is_staffed(transaction.session, self._steps.hours):
            return False
        return await waiting_count(transaction.session) >= limit

    async def _say_nobody_there(
        self, transaction: ConversationTransaction, in_reply_to: int | None, *, was_told: bool
    ) -> None:
        hours = self._steps.hours
        moment = now().astimezone(hours.zone)
        opening = None if hours.is_open(moment) else hours.next_opening(moment)
        await self._notices.say_nobody_there(transaction, opening, moment, was_told=was_told, in_reply_to=in_reply_to)

    async def note_message(self, transaction: ConversationTransaction, message: Message) -> None:
        """Notes that the user wrote: reopens a closed conversation for the bot, or makes an agent's turn begin."""
        if transaction.owner == "closed":
            await change_owner(transaction, "bot")
        if transaction.owner == "agent" and (ticket := await self._steps.find_open(transaction)):
            ticket.user_waits_since = ticket.user_waits_since or message.created_at
            ticket.agent_waits_since, ticket.reminded_at = None, None
            transaction.emit(TicketChanged(transaction.conversation_id, ticket.id))

    async def expects_message(self, transaction: ConversationTransaction, text: str) -> bool:
        """Whether the user's text is an offline message, because the last notice asked for one."""
        if transaction.owner == "agent" or self._notices.texts.declines_to_leave_message(text):
            return False
        last = await transaction.last_told("bot", "agent", "system")
        return last is not None and last.metadata.get("support") in ASKING_KINDS

    async def typed_button(self, transaction: ConversationTransaction, text: str) -> str | None:
        """The payload of the gateway's own button that the user has typed instead of pressing it, or None.

        A label counts while the notice that shows it is near. What only sounds like a label counts until the bot has
        asked something else, and so does a rating: the bot asks for one, too.
        """
        if transaction.owner == "agent":
            return None
        is_latest = True
        for message in await transaction.recent(_BUTTONS_STAY, "bot", "system"):
            own = [button["payload"] for button in message.buttons if is_own_payload(button["payload"])]
            for payload in own:
                if payload.startswith(RATE) and not is_latest:
                    continue
                if self._notices.names_button(payload, text, by_sound=is_latest):
                    return payload
            if message.author == "bot" and (message.buttons or "ask" in message.metadata):
                is_latest = False
        return None

    async def offered_contact(self, transaction: ConversationTransaction, text: str) -> OfferedContact | None:
        """What the user gives to be reached by, in words of their own; None if they do not."""
        if find_contact(text) is None:
            return None
        ticket = await self._steps.find_open(transaction)
        return offered_contact(text, self._notices.texts.contact_words, is_awaited=ticket is not None)

    async def take_contact(
        self, transaction: ConversationTransaction, message: Message, offered: OfferedContact
    ) -> None:
        """Keeps a contact given in words, in the ticket or for the next one, and says so.

        Args:
            transaction: The conversation.
            message: As stored; the contact is masked in it.
            offered: The contact itself.
        """
        ticket = await self._steps.find_open(transaction)
        if ticket is None:
            await self._steps.keep_contact(transaction, offered.contact)
            await self._notices.say(transaction, "contact_kept", "contact_kept", in_reply_to=message.id)
            return
        self._steps.set_contact(ticket, offered.contact)
        if ticket.status == "message" and not offered.is_alone:
            # Nobody is there: what is told along with the contact is the message.
            ticket.message = _joined(ticket.message, message.text)
        if ticket.status == "message" and ticket.message is not None:
            await self._confirm_message(transaction, ticket, message.id)
            return
        await self._steps.note_event(transaction, ticket, EventKind.CONTACT_GIVEN, "user")
        if transaction.owner == "agent":
            # They are talking; the desk shows it.
            return
        await self._notices.say(
            transaction, "contact_taken", "contact_taken", in_reply_to=message.id, number=ticket.number
        )

    async def answers_contact(self, transaction: ConversationTransaction, offered: OfferedContact) -> bool:
        """Whether the gateway's confirmation answers such a message, so that the bot is not asked."""
        ticket = await self._steps.find_open(transaction)
        return ticket is not None and (offered.is_alone or ticket.status == "message")

    async def note_contact(self, transaction: ConversationTransaction, contact: str) -> None:
        """Keeps a contact that the bot has asked for, in the ticket or for the next one; the bot answers."""
        ticket = await self._steps.find_open(transaction)
        if ticket is None:
            await self._steps.keep_contact(transaction, contact)
        else:
            self._steps.set_contact(ticket, contact)

    async def take_message(
        self, transaction: ConversationTransaction, message: Message, offered: OfferedContact | None
    ) -> None:
        """Takes an offline message that was typed in the chat, or the contact that was missing in it.

        Args:
            transaction: The conversation.
            message: As stored; the contact is masked in it.
            offered: The contact itself.
        """
        text = message.text
        ticket = await self._ticket_for_message(transaction, text)
        contact = offered.contact if offered else None
        if offered is None or not offered.is_alone or ticket.message is None:
            ticket.message = _joined(ticket.message, text)
        if contact is None and ticket.contact is None:
            await self._notices.say(
                transaction, "contact_wanted", "contact_wanted", in_reply_to=message.id, metadata=_ASK
            )
            return
        if contact is not None:
            self._steps.set_contact(ticket, contact)
        await self._confirm_message(transaction, ticket, message.id)

    async def execute(self, transaction: ConversationTransaction, payload: str, in_reply_to: int) -> None:
        """Executes the payload of one of support's own buttons, which the conversation has offered."""
        if payload == LEAVE_QUEUE:
            await self.leave_queue(transaction, in_reply_to=in_reply_to)
        elif payload == KEEP_WAITING:
            await self._keep_waiting(transaction, in_reply_to)
        elif payload == LEAVE_MESSAGE:
            await self._notices.say(
                transaction, "message_wanted", "message_wanted", in_reply_to=in_reply_to, metadata=_ASK
            )
        elif payload.startswith(RATE):
            fields = json.loads(payload.removeprefix(RATE))
            try:
                await self.rate(transaction, fields["ticket"], fields["rating"], None, in_reply_to=in_reply_to)
            except InputError as error:
                # The button was pressed again. Buttons get no error reply, so the user is told in the chat.
                text = self._notices.texts.error(error.code, max_length=self._max_length)
                await transaction.append(Draft("system", text, metadata={"support": "rated"}, in_reply_to=in_reply_to))

    async def answer_request(self, transaction: ConversationTransaction, request: str, message: Message) -> None:
        """Does what the bot understood: `leave_queue`, `ticket_status` or `complaint`."""
        if request == "leave_queue":
            await self.leave_queue(transaction, in_reply_to=message.id)
        elif request == "complaint":
            await self._record_complaint(transaction, message)
        else:
            await self._tell_status(transaction, message.id)

    async def _record_complaint(self, transaction: ConversationTransaction, message: Message) -> None:
        """Records a complaint as a ticket, whether or not the user wants to talk to a human about it now."""
        complaint = {"alarms": [{"kind": COMPLAINT, "text": message.text[:_QUOTE_LENGTH]}]}
        ticket = await self._steps.find_open(transaction)
        if ticket is not None:
            await self._steps.add_request(transaction, ticket, complaint, COMPLAINT)
            return
        summary = self._notices.texts.notice("complaint_summary").format(text=complaint["alarms"][0]["text"])
        ticket = await self._steps.create(transaction, {**complaint, "summary": summary}, COMPLAINT, "user")
        transaction.emit(SupportChanged(transaction.conversation_id))
        await self._steps.announce(transaction, ticket, HookEvent.CREATED)

    async def leave_queue(self, transaction: ConversationTransaction, *, in_reply_to: int | None) -> None:
        """Leaves the queue. No-op if the user is not queued, except that a request in words always gets a reply."""
        ticket = await self._steps.find_open(transaction) if transaction.owner == "queued" else None
        if ticket is not None:
            await change_owner(transaction, "bot")
            await self._steps.note_event(transaction, ticket, EventKind.LEFT_QUEUE, "user")
            if ticket.due_at is None:
                await self._steps.finish(transaction, ticket, "cancelled", "user", None)
            else:
                # What was promised before they came to ask stays promised.
                self._steps.set_aside(ticket)
                transaction.emit(SupportChanged(transaction.conversation_id))
            await self._notices.say(transaction, "left_queue", "left_queue", in_reply_to=in_reply_to)
        elif in_reply_to is not None:
            await self._notices.say(transaction, "left_queue", "not_waiting", in_reply_to=in_reply_to)

    async def leave_message(
        self, transaction: ConversationTransaction, text: object, contact: object, client_id: object
    ) -> None:
        """Stores an offline message that was sent by a form (`UserCommands.leave_message`)."""
        key = checked_client_id(client_id)
        if key is not None and await transaction.find_by_client_id(key):
            return
        cleaned = redact(clean(text, self._max_length)).text
        checked = checked_contact(contact)
        if transaction.owner == "agent":
            raise InputError(ErrorCode.CONFLICT)
        if await self._steps.find_open(transaction) is None and await self._is_blocked(transaction):
            raise InputError(ErrorCode.BLOCKED)
        message = await transaction.append(
            Draft("user", cleaned, client_id=key, metadata={"support": "message", "contact": contact_hint(checked)})
        )
        await self.note_message(transaction, message)
        ticket = await self._ticket_for_message(transaction, cleaned)
        ticket.message = _joined(ticket.message, cleaned)
        self._steps.set_contact(ticket, checked)
        await self._confirm_message(transaction, ticket, message.id)

    async def rate(
        self,
        transaction: ConversationTransaction,
        number: object,
        rating: object,
        comment: object,
        *,
        in_reply_to: int | None = None,
    ) -> None:
        """Rates a closed ticket (`UserCommands.rate`)."""
        if not isinstance(number, str) or isinstance(rating, bool) or not isinstance(rating, int):
            raise InputError(ErrorCode.MALFORMED)
        if not 1 <= rating <= 5:
            raise InputError(ErrorCode.MALFORMED)
        cleaned = None if comment in (None, "") else redact(clean(comment, _COMMENT_LENGTH)).text
        ticket = await transaction.session.scalar(
            select(tables.Ticket).where(
                tables.Ticket.number == number, tables.Ticket.conversation_id == transaction.conversation_id
            )
        )
        if ticket is None or ticket.claimed_at is None or ticket.status != "closed":
            raise InputError(ErrorCode.NOT_FOUND)
        if ticket.rating is not None:
            raise InputError(ErrorCode.ALREADY_RATED)
        ticket.rating, ticket.rating_comment = rating, cleaned
        await self._steps.note_event(transaction, ticket, EventKind.RATED, "user", rating=rating, comment=cleaned)
        await self._steps.announce_rating(transaction, ticket)
        self._steps.count_rating(rating)
        await self._notices.say(transaction, "rated", "rated", in_reply_to=in_reply_to)
        transaction.emit(SupportChanged(transaction.conversation_id))

    async def _keep_waiting(self, transaction: ConversationTransaction, in_reply_to: int) -> None:
        ticket = await self._steps.find_open(transaction)
        if ticket is None or ticket.status != "queued":
            await self._notices.say(transaction, "queued", "not_waiting", in_reply_to=in_reply_to)
            return
        position = await position_of(transaction.session, ticket)
        await self._notices.say(
            transaction, "queued", "keep_waiting", buttons=(LEAVE_QUEUE,), in_reply_to=in_reply_to, position=position
        )

    async def _ticket_for_message(self, transaction: ConversationTransaction, text: str) -> tables.Ticket:
        ticket = await self._steps.find_open(transaction)
        if ticket is None:
            ticket = await self._steps.create(transaction, {"summary": text}, MESSAGE, "user")
            await self._steps.announce(transaction, ticket, HookEvent.CREATED)
        return ticket

    async def _confirm_message(
        self, transaction: ConversationTransaction, ticket: tables.Ticket, in_reply_to: int
    ) -> None:
        if ticket.status == "queued":
            self._steps.set_aside(ticket)
            await change_owner(transaction, "bot")
        await self._steps.note_event(transaction, ticket, EventKind.MESSAGE_LEFT, "user")
        await self._notices.say(
            transaction,
            "message_taken",
            "message_taken",
            in_reply_to=in_reply_to,
            metadata={"ticket": {"number": ticket.number, "status": ticket.status}},
            number=ticket.number,
        )
        transaction.emit(SupportChanged(transaction.conversation_id))

    async def _tell_status(self, transaction: ConversationTransaction, in_reply_to: int) -> None:
        ticket = await transaction.session.scalar(
            select(tables.Ticket)
            .where(tables.Ticket.conversation_id == transaction.conversation_id)
            .order_by(tables.Ticket.id.desc())
            .limit(1)
        )
        if ticket is None:
            await self._notices.say(transaction, "ticket_status", "no_ticket", in_reply_to=in_reply_to)
            return
        buttons: tuple[str, ...] = ()
        values: dict[str, object] = {}
        if ticket.status == "queued":
            name, buttons = "queued", (LEAVE_QUEUE,)
            values = {"position": await position_of(transaction.session, ticket)}
        elif ticket.status == "active":
            agent = await transaction.session.get(tables.Agent, ticket.agent_id)
            name, values = "active", {"agent": agent.name if agent else ""}
        elif ticket.status == "message":
            name = "message" if ticket.message else "waiting_for_message"
            buttons = () if ticket.message else (LEAVE_MESSAGE,)
        elif ticket.status == "pending":
            agent = await transaction.session.get(tables.Agent, ticket.agent_id) if ticket.agent_id else None
            name, values = "follow_up", {"agent": agent.name if agent else ""}
            if ticket.due_at is not None and ticket.due_at > now():
                name, values = "follow_up_at", {**values, "time": self._steps.moment_in_words(ticket.due_at)}
        else:
            name = "solved" if ticket.disposition == "solved" else "ended"
        status = self._notices.texts.ticket_status(name, **values)
        await self._notices.say(
            transaction,
            "ticket_status",
            "ticket_status",
            buttons=buttons,
            in_reply_to=in_reply_to,
            metadata={"ticket": {"number": ticket.number, "status": ticket.status}},
            number=ticket.number,
            status=status,
        )


# A contact in the next message of the user is one.
_ASK = {"ask": "contact"}


def _joined(previous: str | None, text: str) -> str:
    return f"{previous}\n{text}" if previous else text
