"""Agents' side: claim, assign, say, transfer, return, close, note; each within a page of the conversation."""

from __future__ import annotations

import dataclasses

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.conversation.hub import TicketChanged
from uwallet_gateway.conversation.messages import Draft, Message
from uwallet_gateway.conversation.transcript import Page
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.input_text import checked_client_id, clean
from uwallet_gateway.support.models import DISPOSITIONS, ActorKind, AgentName, EventKind
from uwallet_gateway.support.ownership import change_owner
from uwallet_gateway.support.tickets import Tickets
from uwallet_gateway.support.voice import LEAVE_QUEUE

_NOTE_LENGTH = 2000


class Desk:
    """What agents can do with a ticket that was read on the page."""

    def __init__(self, tickets: Tickets, *, max_length: int) -> None:
        """Takes the steps, and the characters that a message may have."""
        self._tickets = tickets
        self._max_length = max_length

    async def claim(self, page: Page, ticket: tables.Ticket, agent_id: int) -> None:
        """See `Support.claim`."""
        if ticket.status == "active" and ticket.agent_id == agent_id:
            return
        if ticket.status not in {"queued", "message"}:
            raise await conflict(page.transaction, ticket)
        agent = await self._enabled(page.transaction, agent_id)
        await self._tickets.give(page, ticket, agent, EventKind.CLAIMED, by=agent)

    async def assign(self, page: Page, ticket: tables.Ticket, agent_id: int, by: int | None) -> None:
        """See `Support.assign`; `by` is None when the gateway does it itself."""
        if ticket.status == "active" and ticket.agent_id == agent_id:
            return
        if ticket.status == "closed":
            raise await conflict(page.transaction, ticket)
        agent = await self._enabled(page.transaction, agent_id)
        supervisor = None if by is None else await self._enabled(page.transaction, by)
        kind = EventKind.TRANSFERRED if ticket.status == "active" else EventKind.ASSIGNED
        await self._tickets.give(page, ticket, agent, kind, by=supervisor)

    async def say(
        self, page: Page, ticket: tables.Ticket, agent_id: int, text: object, attachment_id: object, client_id: object
    ) -> Message:
        """See `Support.say`."""
        key = checked_client_id(client_id)
        known = await page.find_by_client_id(key) if key is not None else None
        if known is not None:
            if known.author != "agent":
                raise InputError(ErrorCode.MALFORMED)
            return known
        await self._must_have(page, ticket, agent_id)
        picture = None
        if attachment_id is not None:
            picture = await page.picture(attachment_id) if isinstance(attachment_id, str) else None
            if picture is None:
                raise InputError(ErrorCode.ATTACHMENT_UNKNOWN)
        said = "" if picture and text in (None, "") else clean(text, self._max_length)
        agent = await self._enabled(page.transaction, agent_id)
        message = await page.append(
            Draft("agent", said, attachment=picture, client_id=key, metadata={"agent": {"name": agent.name}})
        )
        ticket.first_reply_at = ticket.first_reply_at or message.created_at
        ticket.user_waits_since, ticket.reminded_at = None, None
        # Whoever left a message is not there to answer; the rules of time begin with their next word.
        absent = ticket.message is not None and not await page.has_since("user", page.agent_since_id)
        ticket.agent_waits_since = None if absent else message.created_at
        page.tell(TicketChanged(page.conversation_id, ticket.id))
        return message

    async def transfer(self, page: Page, ticket: tables.Ticket, agent_id: int, to: int | None, memo: object) -> None:
        """See `Support.transfer`."""
        kept = _note(memo)
        await self._must_have(page, ticket, agent_id)
        by = await self._enabled(page.transaction, agent_id)
        if to == agent_id:
            return
        if to is None:
            await self.requeue(page, ticket, "transferred_to_queue", by, kept)
            return
        agent = await self._enabled(page.transaction, to)
        details = {} if kept is None else {"memo": kept}
        await self._tickets.give(page, ticket, agent, EventKind.TRANSFERRED, by=by, **details)

    async def requeue(
        self, page: Page, ticket: tables.Ticket, said: str, by: tables.Agent | None, memo: str | None = None
    ) -> None:
        """Back to the queue, with a word to the user.

        Args:
            page: The conversation.
            ticket: Its ticket, which an agent has.
            said: Name of the text, `requeued` or `transferred_to_queue`.
            by: The agent who wants it; None for the gateway itself.
            memo: For whoever takes it.
        """
        before = ticket.agent_id
        # Not to be given back at once to whom it comes from.
        if ticket.preferred_agent_id == before:
            ticket.preferred_agent_id = None
        actor: ActorKind = "agent" if by else "system"
        position = await self._tickets.enqueue(
            page, ticket, EventKind.REQUEUED, actor, by.id if by else None, memo=memo, from_agent_id=before
        )
        await self._tickets.announce(page, ticket, HookEvent.QUEUED)
        await self._tickets.voice.say(page, "requeued", said, buttons=(LEAVE_QUEUE,), position=position)

    async def return_to_bot(
        self, page: Page, ticket: tables.Ticket, agent_id: int, disposition: object, note: object
    ) -> None:
        """See `Support.return_to_bot`."""
        wanted = "solved" if disposition is None else _disposition(disposition)
        kept = _note(note)
        if ticket.status == "closed" and ticket.agent_id == agent_id:
            return
        await self._must_have(page, ticket, agent_id)
        agent = await self._enabled(page.transaction, agent_id)
        await change_owner(page, "bot")
        ticket.note = kept
        await self._tickets.note_event(page, ticket, EventKind.RETURNED_TO_BOT, "agent", agent_id)
        await self._tickets.finish(page, ticket, wanted, "agent", agent_id, note=kept)
        await self._tickets.voice.say(page, "returned_to_bot", "returned_to_bot", rates=ticket.number, agent=agent.name)

    async def close(self, page: Page, ticket: tables.Ticket, agent_id: int, disposition: object, note: object) -> None:
        """See `Support.close`."""
        wanted, kept = _disposition(disposition), _note(note)
        if ticket.status == "closed" and ticket.agent_id == agent_id:
            return
        if ticket.status == "message":
            # Done with outside of the chat, which goes on with the bot.
            ticket.agent_id, ticket.note = agent_id, kept
            await self._tickets.finish(page, ticket, wanted, "agent", agent_id, note=kept)
            return
        await self._must_have(page, ticket, agent_id)
        await change_owner(page, "closed")
        ticket.note = kept
        await self._tickets.finish(page, ticket, wanted, "agent", agent_id, note=kept)
        if wanted == "spam":
            await self._tickets.voice.say(page, "closed", "closed_as_spam")
        else:
            await self._tickets.voice.say(page, "closed", "closed", rates=ticket.number)

    async def note(self, page: Page, ticket: tables.Ticket, agent_id: int, text: object) -> None:
        """See `Support.note`."""
        kept = clean(text, _NOTE_LENGTH)
        await self._tickets.note_event(page, ticket, EventKind.NOTE, "agent", agent_id, text=kept)

    @staticmethod
    async def _must_have(page: Page, ticket: tables.Ticket, agent_id: int) -> None:
        if ticket.status != "active" or ticket.agent_id != agent_id or page.owner != "agent":
            raise await conflict(page.transaction, ticket)

    @staticmethod
    async def _enabled(transaction: AsyncSession, agent_id: int) -> tables.Agent:
        agent = await transaction.scalar(
            select(tables.Agent).where(tables.Agent.id == agent_id, tables.Agent.enabled.is_(True))
        )
        if agent is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return agent


async def conflict(transaction: AsyncSession, ticket: tables.Ticket) -> InputError:
    """Somebody else was first; with who has the ticket now."""
    agent = await transaction.get(tables.Agent, ticket.agent_id) if ticket.agent_id else None
    shown = dataclasses.asdict(AgentName(agent.id, agent.name)) if agent else None
    return InputError(ErrorCode.CONFLICT, details={"agent": shown, "status": ticket.status})


def _disposition(value: object) -> str:
    if not isinstance(value, str) or value not in DISPOSITIONS:
        raise InputError(ErrorCode.MALFORMED)
    return value


def _note(value: object) -> str | None:
    return None if value is None or value == "" else clean(value, _NOTE_LENGTH)
