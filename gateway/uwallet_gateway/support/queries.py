"""Read-only queries: tickets, the queue, and the state of support in a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from common.opening_hours import OpeningHours
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.conversations import Rated
from uwallet_gateway.protocol.support import AgentReference, SupportState, TicketOfUser, TicketReference, TicketsOfUser
from uwallet_gateway.protocol.tickets import (
    Actor,
    ActorKind,
    DeskQueue,
    LabelUse,
    QueueCounts,
    Ticket,
    TicketDetails,
    TicketEvent,
    TicketStatus,
)
from uwallet_gateway.search.conversations import RATINGS
from uwallet_gateway.search.index import in_conversations, plan_for_words
from uwallet_gateway.support.assignment import overflow_at
from uwallet_gateway.support.labels import label_uses, labels_of
from uwallet_gateway.support.presence import ABSENT_AFTER, Availability, is_online, is_online_then, is_staffed
from uwallet_gateway.support.queue import NORMAL, Wait, estimated_wait, in_order, is_crisis, position_of, positions_of
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD, Owner
from uwallet_gateway.transcript.store import ConversationGoneError

# How long after a ticket was closed the user is asked for a rating.
_RATING_WANTED_FOR = timedelta(hours=1)
# Earlier tickets of the same user, at the desk and in the user's own list.
_EARLIER = 20
# Messages of the bot that are searched for the last progress.
_LOOKED_AT = 50
# Conversations that are looked up at a time.
_AT_ONCE = 500
_OPEN = ("queued", "active", "message", "pending")
# Each turn asks it; making a statement takes longer than asking it.
_AVAILABILITY = select(
    tables.Conversation.owner,
    exists().where(is_online_then(bindparam("present_since"), bindparam("moment"))).label("is_anybody_online"),
).where(tables.Conversation.id == bindparam("conversation"))

_Agent = aliased(tables.Agent)
_Preferred = aliased(tables.Agent)
_Last = aliased(tables.Message)
# Columns rather than objects of the mapper, whose keeping is most of the time that a list of hundreds takes.
_TICKET = (
    tables.Ticket.id,
    tables.Ticket.number,
    tables.Ticket.status,
    tables.Ticket.priority,
    tables.Ticket.reason,
    tables.Ticket.handoff,
    tables.Ticket.contact_hint.label("contact"),
    tables.Ticket.message,
    tables.Ticket.disposition,
    tables.Ticket.note,
    tables.Ticket.due_at,
    tables.Ticket.kept_open,
    tables.Ticket.rating,
    tables.Ticket.rating_comment,
    tables.Ticket.version,
    tables.Ticket.created_at,
    tables.Ticket.queued_at,
    tables.Ticket.claimed_at,
    tables.Ticket.first_reply_at,
    tables.Ticket.reply_due_at,
    tables.Ticket.resolve_due_at,
    tables.Ticket.closed_at,
    tables.Ticket.user_waits_since,
)
_BESIDE = (
    tables.Conversation.id.label("conversation_id"),
    tables.Conversation.kind,
    tables.Conversation.external_id,
    tables.Conversation.context,
    tables.Conversation.attributes,
    tables.Site.name.label("site"),
    _Agent.id.label("agent_id"),
    _Agent.name.label("agent_name"),
    _Preferred.id.label("preferred_id"),
    _Preferred.name.label("preferred_name"),
    tables.SkillGroup.id.label("group_id"),
    tables.SkillGroup.name.label("group_name"),
    tables.SkillGroup.overflow_after,
    _Last.author.label("last_author"),
    _Last.text.label("last_text"),
    _Last.created_at.label("last_at"),
)
_NAMES = [column.key for column in (*_TICKET, *_BESIDE)]
# All tickets of an answer are made in one call: hundreds of them one by one take longer than to read them.
_VIEWS = TypeAdapter(list[Ticket])


class TicketQueries:
    """Queries for transports; the database is not changed."""

    def __init__(self, database: Database, is_user_online: Callable[[str], bool], hours: OpeningHours) -> None:
        """Keeps what the queries need.

        Args:
            database: Read only.
            is_user_online: Whether the user of a conversation is connected.
            hours: When support is open.
        """
        self._database = database
        self._hours = hours
        self._is_user_online = is_user_online

    async def availability(self, conversation_id: str) -> Availability:
        """Whether a human can take a conversation now, and whether it is queued. The bot is told with each message."""
        moment = now()
        parameters = {"conversation": conversation_id, "present_since": moment - ABSENT_AFTER, "moment": moment}
        row = await self._database.look_up(_AVAILABILITY, parameters)
        is_staffed_now = self._hours.is_open(moment) is not False and row is not None and row.is_anybody_online
        return Availability(available=is_staffed_now, queued=row is not None and row.owner == "queued")

    async def support_state(self, conversation_id: str) -> SupportState:
        """The state of support that a user's client shows.

        Raises:
            ConversationGoneError: There is no such conversation.
        """
        async with self._database.read() as session:
            row = tables.Conversation
            conversation = (
                await session.execute(select(row.owner, row.agent_read_id).where(row.id == conversation_id))
            ).one_or_none()
            if conversation is None:
                raise ConversationGoneError(conversation_id)
            is_available = await is_staffed(session, self._hours)
            owner = cast("Owner", conversation.owner)
            return await self.support_state_within(
                session, conversation_id, owner, conversation.agent_read_id, is_available=is_available
            )

    async def support_state_within(
        self, session: AsyncSession, conversation_id: str, owner: Owner, agent_read_id: int, *, is_available: bool
    ) -> SupportState:
        """As `support_state`, in a transaction of the caller, who has read the conversation."""
        ticket = await session.scalar(
            select(tables.Ticket)
            .where(tables.Ticket.conversation_id == conversation_id)
            .order_by(tables.Ticket.id.desc())
            .limit(1)
        )
        is_waiting = ticket is not None and ticket.status == "queued"
        position = await position_of(session, ticket) if ticket and is_waiting else None
        wait = await estimated_wait(session, position, ticket.group_id) if ticket and position else None
        agent = None
        if ticket and ticket.agent_id and owner == "agent":
            agent = await session.get(tables.Agent, ticket.agent_id)
        return self._state_of(ticket, owner, agent_read_id, position, wait, agent, is_available=is_available)

    def support_state_without_ticket(self, owner: Owner, agent_read_id: int, *, is_available: bool) -> SupportState:
        """As `support_state`, of a conversation that never had a ticket."""
        return self._state_of(None, owner, agent_read_id, None, None, None, is_available=is_available)

    def _state_of(
        self,
        ticket: tables.Ticket | None,
        owner: Owner,
        agent_read_id: int,
        position: int | None,
        wait: Wait | None,
        agent: tables.Agent | None,
        *,
        is_available: bool,
    ) -> SupportState:
        moment = now()
        is_open = ticket is not None and ticket.status != "closed"
        return SupportState(
            owner=owner,
            ticket=TicketReference(number=ticket.number, status=cast("TicketStatus", ticket.status))
            if ticket and is_open
            else None,
            position=position,
            wait_minutes=wait.most if wait else None,
            wait_minutes_least=wait.least if wait else None,
            agent=AgentReference(name=agent.name) if agent else None,
            agent_read_id=agent_read_id,
            can_leave_message=owner != "agent" and not (ticket and is_open and ticket.message),
            available=is_available,
            opens_at=None if self._hours.is_open(moment) else self._hours.next_opening(moment),
            rating_wanted=ticket.number if ticket and _is_rating_wanted(ticket) else None,
        )

    async def of_user(self, conversation_id: str) -> TicketsOfUser:
        """The user's latest tickets, newest first, with what a user may know of them."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(tables.Ticket)
                .where(tables.Ticket.conversation_id == conversation_id)
                .order_by(tables.Ticket.id.desc())
                .limit(_EARLIER)
            )
            tickets = [
                TicketOfUser(number=row.number, status=cast("TicketStatus", row.status), created_at=row.created_at)
                for row in rows
            ]
        return TicketsOfUser(tickets=tickets)

    async def ticket(self, ticket_id: int) -> Ticket:
        """A ticket.

        Raises:
            InputError: not_found.
        """
        async with self._database.read() as session:
            return await self._one(session, ticket_id)

    async def details(self, ticket_id: int) -> TicketDetails:
        """A ticket with its history and the user's earlier tickets.

        Raises:
            InputError: not_found.
        """
        async with self._database.read() as session:
            ticket = await self._one(session, ticket_id)
            earlier = await self._read(
                session,
                _tickets()
                .where(tables.Ticket.conversation_id == ticket.conversation_id, tables.Ticket.id != ticket_id)
                .order_by(tables.Ticket.id.desc())
                .limit(_EARLIER),
            )
            events = await session.execute(
                select(tables.TicketEvent, tables.Agent.name, tables.Agent.role)
                .outerjoin(tables.Agent, tables.Agent.id == tables.TicketEvent.agent_id)
                .where(tables.TicketEvent.ticket_id == ticket_id)
                .order_by(tables.TicketEvent.id)
            )
            bot_details = await session.scalars(
                select(tables.Message.details)
                .where(tables.Message.conversation_id == ticket.conversation_id, tables.Message.author == "bot")
                .order_by(tables.Message.id.desc())
                .limit(_LOOKED_AT)
            )
            # The handoff itself has no progress, nor has what the bot says to queued users.
            progress = next((details["progress"] for details in bot_details if details.get("progress")), None)
            intent = await session.scalar(
                select(tables.Understanding.intent)
                .where(tables.Understanding.conversation_id == ticket.conversation_id)
                .order_by(tables.Understanding.message_id.desc())
                .limit(1)
            )
            history = [_event(event, name, role) for event, name, role in events]
        return TicketDetails(
            **dict(ticket),
            events=history,
            earlier=earlier,
            progress=progress if ticket.step else None,
            intent=intent,
        )

    async def queue(self, agent_id: int, *, sees_all: bool = False) -> DeskQueue:
        """The queue, the agent's own chats, the offline messages and the follow-ups.

        Args:
            agent_id: Whose chats and follow-ups.
            sees_all: Whether everybody's follow-ups are wanted.
        """
        row = tables.Ticket
        async with self._database.read() as session:
            waiting = await self._read(
                session, _tickets().where(row.status == "queued").order_by(*in_order()), is_queue=True
            )
            mine = await self._read(
                session,
                _tickets().where(row.status == "active", row.agent_id == agent_id).order_by(row.claimed_at, row.id),
            )
            messages = await self._read(
                session, _tickets().where(_is_left()).order_by(row.priority, row.created_at, row.id)
            )
            pending = _tickets().where(row.status == "pending").order_by(row.due_at, row.id)
            if not sees_all:
                pending = pending.where(_follows_up(agent_id))
            follow_ups = await self._read(session, pending)
            counts = await _counts(session, agent_id)
        return DeskQueue(waiting=waiting, mine=mine, messages=messages, follow_ups=follow_ups, counts=counts)

    async def counts(self, agent_id: int) -> QueueCounts:
        """The counts of `queue` alone, which cost less."""
        async with self._database.read() as session:
            return await _counts(session, agent_id)

    async def counts_of_all(self) -> tuple[QueueCounts, dict[int, int]]:
        """What `counts` tells everybody, with no chats of one's own, and the chats of each agent who has any."""
        row = tables.Ticket
        async with self._database.read() as session:
            counts = await _counts(session, None)
            chats = await session.execute(
                select(row.agent_id, func.count()).where(row.status == "active").group_by(row.agent_id)
            )
            return counts, {agent_id: count for agent_id, count in chats if agent_id is not None}

    async def waiting_and_active(self) -> tuple[int, int]:
        """How many tickets are queued, and how many are active."""
        async with self._database.read() as session:
            rows = await session.execute(
                select(tables.Ticket.status, func.count())
                .where(tables.Ticket.status.in_(("queued", "active")))
                .group_by(tables.Ticket.status)
            )
            counts: dict[str, int] = dict(rows.tuples().all())
        return counts.get("queued", 0), counts.get("active", 0)

    async def longest_wait(self) -> datetime | None:
        """Since when the one waits who waits longest; None if nobody does."""
        async with self._database.read() as session:
            moment: datetime | None = await session.scalar(
                select(func.min(tables.Ticket.queued_at)).where(tables.Ticket.status == "queued")
            )
        return moment

    async def by_ids(self, ticket_ids: Sequence[int]) -> list[Ticket]:
        """Tickets in the order of their ids; those that are gone are left out."""
        async with self._database.read() as session:
            found = await self._read(session, _tickets().where(tables.Ticket.id.in_(ticket_ids)))
        tickets = {ticket.id: ticket for ticket in found}
        return [tickets[ticket_id] for ticket_id in ticket_ids if ticket_id in tickets]

    async def tickets(
        self,
        *,
        status: str | None = None,
        query: str | None = None,
        agent_id: int | None = None,
        topic: str | None = None,
        site: str | None = None,
        priority: int | None = None,
        group_id: int | None = None,
        rating: Rated | None = None,
        label: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        visible_to: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Ticket], bool]:
        """Tickets, newest first, and whether there are more.

        Args:
            status: Only those; None for all.
            query: Words that somebody has written in the ticket or its conversation; or part of the number, summary,
                message, masked contact or of the user's name, which are found before the index has them.
            agent_id: Only those that this agent has or had last.
            topic: Only those about it.
            site: Only those of the site with this key.
            priority: Only those.
            group_id: Only those of this skill group.
            rating: Only those rated so.
            label: Only those with this label.
            start: Only those made from this moment on.
            end: Only those made before this moment.
            visible_to: Only those that this agent may see with the role `agent`.
            before: Only those with a lower id.
            limit: Maximum number.
        """
        row = tables.Ticket
        equal: list[tuple[Any, object]] = [
            (row.status, status),
            (row.agent_id, agent_id),
            (row.topic, topic),
            (tables.Conversation.site_key, site),
            (row.priority, priority),
            (row.group_id, group_id),
        ]
        conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
        if rating is not None:
            conditions.append(row.rating.between(*RATINGS[rating]))
        if label is not None:
            labelled = select(tables.TicketLabel.ticket_id).where(tables.TicketLabel.label == label)
            conditions.append(row.id.in_(labelled))
        if start is not None:
            conditions.append(row.created_at >= start)
        if end is not None:
            conditions.append(row.created_at < end)
        if visible_to is not None:
            conditions.append(_visible(visible_to))
        if before is not None:
            conditions.append(row.id < before)
        if query:
            places = (
                row.number,
                row.handoff["summary"].as_string(),
                row.message,
                row.contact_hint,
                tables.Conversation.external_id,
            )
            found = in_conversations(query, is_sqlite=self._database.is_sqlite)
            indexed = [] if found is None else [row.conversation_id.in_(found)]
            conditions.append(or_(*(place.icontains(query, autoescape=True) for place in places), *indexed))
        async with self._database.read() as session:
            if query:
                await plan_for_words(session, is_sqlite=self._database.is_sqlite)
            tickets = await self._read(session, _tickets().where(*conditions).order_by(row.id.desc()).limit(limit + 1))
        return tickets[:limit], len(tickets) > limit

    async def labels(self) -> list[LabelUse]:
        """All labels with the number of their tickets, the one used most first."""
        async with self._database.read() as session:
            return await label_uses(session)

    async def sealed_contact(self, ticket_id: int) -> str:
        """How the user can be reached, still encrypted.

        Raises:
            InputError: not_found, also of a ticket without a contact.
        """
        async with self._database.read() as session:
            contact = await session.scalar(select(tables.Ticket.contact).where(tables.Ticket.id == ticket_id))
        if contact is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return contact

    async def may_see(self, ticket_id: int, agent_id: int) -> bool:
        """Whether the role `agent` lets this agent see a ticket.

        They may if it is queued, is an offline message, is or was theirs, or if they now serve the same user.
        """
        async with self._database.read() as session:
            visible_id = await session.scalar(
                select(tables.Ticket.id).where(tables.Ticket.id == ticket_id, _visible(agent_id))
            )
        return visible_id is not None

    async def newest_visible(self, conversation_id: str, agent_id: int | None) -> int | None:
        """The newest ticket of a conversation that the role `agent` lets this agent see; None if there is none.

        With None for the agent: of all.
        """
        conditions = [tables.Ticket.conversation_id == conversation_id]
        if agent_id is not None:
            conditions.append(_visible(agent_id))
        async with self._database.read() as session:
            ticket_id: int | None = await session.scalar(select(func.max(tables.Ticket.id)).where(*conditions))
        return ticket_id

    async def open_ticket_id(self, conversation_id: str) -> int | None:
        """The id of the open ticket of a conversation."""
        return next(iter(await self.open_ticket_ids([conversation_id])), None)

    async def open_ticket_ids(self, conversation_ids: Sequence[str]) -> list[int]:
        """The ids of the open tickets of these conversations: few, however many users come back at once."""
        ids: list[int] = []
        async with self._database.read() as session:
            for start in range(0, len(conversation_ids), _AT_ONCE):
                some = conversation_ids[start : start + _AT_ONCE]
                ids += await session.scalars(
                    select(tables.Ticket.id).where(
                        tables.Ticket.conversation_id.in_(some), tables.Ticket.status != "closed"
                    )
                )
        return ids

    async def _one(self, session: AsyncSession, ticket_id: int) -> Ticket:
        tickets = await self._read(session, _tickets().where(tables.Ticket.id == ticket_id))
        if not tickets:
            raise InputError(ErrorCode.NOT_FOUND)
        return tickets[0]

    async def _read(self, session: AsyncSession, statement: Select[Any], *, is_queue: bool = False) -> list[Ticket]:
        """The tickets of a statement, as views.

        Args:
            session: Read only.
            statement: From `_tickets`.
            is_queue: Whether it reads all that are queued, in order, so that their positions need no other statement.
        """
        found = [dict(zip(_NAMES, row, strict=True)) for row in (await session.execute(statement)).all()]
        active = [row["conversation_id"] for row in found if row["status"] == "active"]
        unread = await _unread(session, active) if active else {}
        positions: dict[int, int] = {}
        if is_queue:
            positions = positions_of((row["id"], row["group_id"]) for row in found)
        elif any(row["status"] == "queued" for row in found):
            waiting = await session.execute(
                select(tables.Ticket.id, tables.Ticket.group_id)
                .where(tables.Ticket.status == "queued")
                .order_by(*in_order())
            )
            positions = positions_of(waiting.tuples())
        # Naming hundreds of tickets takes longer than reading the labels of all that are open.
        labels = await labels_of(session, None if is_queue else [row["id"] for row in found]) if found else {}
        for row in found:
            self._complete(row)
            row["unread"] = unread.get(row["conversation_id"], 0) if row["status"] == "active" else 0
            row["position"] = positions.get(row["id"])
            row["labels"] = labels.get(row["id"], [])
        return _VIEWS.validate_python(found)

    def _complete(self, row: dict[str, Any]) -> None:
        """Makes of the columns of a ticket what its view has, but for what is read in other statements."""
        handoff, group_id, status, kind = row["handoff"], row["group_id"], row["status"], row["kind"]
        row["topic"], row["step"], row["mood"] = handoff.get("topic"), handoff.get("step"), handoff.get("mood")
        row["summary"] = str(handoff.get("summary") or "")
        row["collected"] = handoff.get("collected") or {}
        row["alarms"] = [
            {"kind": str(alarm.get("kind")), "text": str(alarm.get("text") or "")}
            for alarm in handoff.get("alarms") or ()
        ]
        row["agent"] = _name(row["agent_id"], row["agent_name"])
        row["preferred_agent"] = _name(row["preferred_id"], row["preferred_name"])
        row["group"] = _name(group_id, row["group_name"])
        row["overflow_at"] = (
            overflow_at(row["user_waits_since"], row["overflow_after"])
            if group_id is not None and status == "queued"
            else None
        )
        author = row["last_author"]
        row["last_message"] = (
            None if author is None else {"author": author, "text": row["last_text"], "created_at": row["last_at"]}
        )
        row["user"] = {
            "kind": kind,
            "name": row["external_id"],
            "online": None if kind == "backend" else status in _OPEN and self._is_user_online(row["conversation_id"]),
            "called": (row["attributes"] or {}).get("name"),
            "context": row["context"] or {},
        }


def is_reached() -> ColumnElement[bool]:
    """Whether the user of a ticket has been sent everything.

    A connected user has, or comes back to it. That of a site's backend has what the backend has fetched or was told.
    """
    row = tables.Conversation
    return ~exists().where(
        row.id == tables.Ticket.conversation_id, row.kind == "backend", row.user_read_id < row.last_id
    )


def _tickets() -> Select[Any]:
    newest = (
        select(func.max(tables.Message.id))
        .where(
            tables.Message.conversation_id == tables.Ticket.conversation_id,
            tables.Message.author.in_(("user", "agent")),
            # The hidden request for the greeting.
            tables.Message.payload.is_distinct_from(GREETING_PAYLOAD),
        )
        .correlate(tables.Ticket)
        .scalar_subquery()
    )
    return (
        select(*_TICKET, *_BESIDE)
        .select_from(tables.Ticket)
        .join(tables.Conversation, tables.Conversation.id == tables.Ticket.conversation_id)
        .join(tables.Site, tables.Site.key == tables.Conversation.site_key)
        .outerjoin(_Agent, _Agent.id == tables.Ticket.agent_id)
        .outerjoin(_Preferred, _Preferred.id == tables.Ticket.preferred_agent_id)
        .outerjoin(tables.SkillGroup, tables.SkillGroup.id == tables.Ticket.group_id)
        .outerjoin(_Last, and_(_Last.conversation_id == tables.Ticket.conversation_id, _Last.id == newest))
    )


async def _counts(session: AsyncSession, agent_id: int | None) -> QueueCounts:
    row = tables.Ticket
    online = select(func.count()).select_from(tables.Agent).where(is_online()).scalar_subquery()
    counts = (
        await session.execute(
            select(
                func.count().filter(row.status == "queued"),
                func.count().filter(row.status == "queued", row.priority == 0),
                func.count().filter(row.status == "active", row.agent_id == agent_id),
                func.count().filter(_is_left()),
                func.count().filter(row.status == "message"),
                online,
            ).where(row.status.in_(_OPEN))
        )
    ).one()
    waiting, urgent, mine, messages, unclaimed, online_count = counts
    return QueueCounts(
        waiting=waiting,
        urgent=urgent,
        mine=mine,
        messages=messages,
        requests=unclaimed - messages,
        online=online_count,
    )


def _is_left() -> ColumnElement[bool]:
    """A ticket with something to do for whoever comes: something was left, or it is pressing."""
    row = tables.Ticket
    has_anything = or_(row.message.is_not(None), row.contact.is_not(None), row.priority < NORMAL)
    return and_(row.status == "message", has_anything)


def _follows_up(agent_id: int) -> ColumnElement[bool]:
    """A follow-up of this agent, or of nobody."""
    return or_(tables.Ticket.agent_id == agent_id, tables.Ticket.agent_id.is_(None))


def _visible(agent_id: int) -> ColumnElement[bool]:
    served = select(tables.Ticket.conversation_id).where(
        tables.Ticket.agent_id == agent_id, tables.Ticket.status == "active"
    )
    return or_(
        tables.Ticket.status.in_(("queued", "message")),
        and_(tables.Ticket.status == "pending", tables.Ticket.agent_id.is_(None)),
        tables.Ticket.agent_id == agent_id,
        tables.Ticket.conversation_id.in_(served.scalar_subquery()),
    )


async def _unread(session: AsyncSession, conversation_ids: list[str]) -> dict[str, int]:
    message, conversation = tables.Message, tables.Conversation
    rows = await session.execute(
        select(message.conversation_id, func.count())
        .join(conversation, conversation.id == message.conversation_id)
        .where(
            message.conversation_id.in_(conversation_ids),
            message.author == "user",
            message.id > conversation.agent_read_id,
            message.id > func.coalesce(conversation.agent_since_id, 0),
        )
        .group_by(message.conversation_id)
    )
    return dict(rows.tuples().all())


def _is_rating_wanted(ticket: tables.Ticket) -> bool:
    return (
        ticket.status == "closed"
        and ticket.claimed_at is not None
        and ticket.disposition in {"solved", "follow_up"}
        and ticket.rating is None
        and not is_crisis(ticket.reason, ticket.handoff)
        and ticket.closed_at is not None
        and now() - ticket.closed_at < _RATING_WANTED_FOR
    )


def _name(row_id: int | None, name: str) -> dict[str, Any] | None:
    return None if row_id is None else {"id": row_id, "name": name}


def _event(event: tables.TicketEvent, name: str | None, role: str | None) -> TicketEvent:
    actor = Actor(kind=cast("ActorKind", event.actor), id=event.agent_id, name=name, role=Role(role) if role else None)
    return TicketEvent(at=event.created_at, kind=event.kind, actor=actor, details=event.details)
