"""Finds conversations by what was said in them, and by what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.conversations import (
    Contains,
    Conversation,
    ConversationTicket,
    ConversationTopic,
    Mark,
    Match,
    Outcome,
    Rated,
)
from uwallet_gateway.protocol.tickets import AgentName, LastMessage, TicketStatus
from uwallet_gateway.search.grams import excerpt, marks
from uwallet_gateway.search.index import WRITTEN, matches, plan_for_words, written_of
from uwallet_gateway.transcript.messages import Author, Owner

_Row = tables.Conversation
# By what conditions that many fit are asked of a list. Not the column itself: SQLite would read all conversations that
# fit by their ids and sort them, where the newest are wanted and are few. Of what few fit, that is right.
_IN_ORDER = _Row.id.concat("")
_OUTCOMES = ("solved", "not_solved", "abandoned")
RATINGS: Mapping[Rated, tuple[int, int]] = {"low": (1, 2), "middle": (3, 3), "high": (4, 5), "any": (1, 5)}
# Matches looked at in one go: words that many have said fill a page with the newest ones. With a filter that few pass,
# all of them are looked at next.
_FIRST_LOOK, _LOOKS_GROW = 2_000, 200
_EXCERPT = 80


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """What conversations are asked for; None for any.

    Attributes:
        query: Words that somebody has written, all in one message or ticket.
        site: Key of the site.
        topic: What was talked about.
        outcome: What became of it.
        agent_id: Who has or had a ticket of it last.
        rating: How the bot or an agent was rated.
        contains: What it has.
        start: The first moment of the days in which something was said.
        end: The moment after the last one.
    """

    query: str | None = None
    site: str | None = None
    topic: str | None = None
    outcome: Outcome | None = None
    agent_id: int | None = None
    rating: Rated | None = None
    contains: Contains | None = None
    start: datetime | None = None
    end: datetime | None = None


class ConversationQueries:
    """Reads conversations; the database is not changed."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def page(self, wanted: ConversationFilter, *, offset: int, limit: int) -> tuple[list[Conversation], bool]:
        """Conversations in which a user has said something, and whether there are more.

        Args:
            wanted: Which ones.
            offset: How many to pass over.
            limit: How many at most.
        """
        async with self._database.read() as session:
            if wanted.query:
                await plan_for_words(session, is_sqlite=self._database.is_sqlite)
                documents = await self._search(session, wanted, offset + limit + 1)
                found = list(documents)[offset:]
            else:
                documents = {}
                by = _Row.id if _is_rare(wanted) else _IN_ORDER
                statement = select(_Row.id).where(_conditions(wanted, by)).order_by(_Row.active_at.desc(), _Row.id)
                found = list(await session.scalars(statement.offset(offset).limit(limit + 1)))
            conversations = await _read(session, found[:limit])
            if wanted.query:
                shown = {conversation.id: documents[conversation.id] for conversation in conversations}
                places = await _matches(session, shown, wanted.query)
                conversations = [
                    conversation.model_copy(update={"match": places.get(conversation.id)})
                    for conversation in conversations
                ]
        return conversations, len(found) > limit

    async def one(self, conversation_id: str) -> Conversation:
        """A conversation.

        Raises:
            InputError: not_found.
        """
        async with self._database.read() as session:
            found = await _read(session, [conversation_id])
        if not found:
            raise InputError(ErrorCode.NOT_FOUND)
        return found[0]

    async def sites(self) -> list[tuple[str, str]]:
        """Keys and names of the sites, by name."""
        async with self._database.read() as session:
            rows = await session.execute(select(tables.Site.key, tables.Site.name).order_by(tables.Site.name))
            return [(key, name) for key, name in rows]

    async def topics(self) -> list[str]:
        """The topics that have been talked about."""
        async with self._database.read() as session:
            rows = await session.scalars(select(tables.BotEvent.topic).where(tables.BotEvent.topic != "").distinct())
            return sorted(topic for topic in rows if topic)

    async def _search(self, session: AsyncSession, wanted: ConversationFilter, count: int) -> dict[str, int]:
        """The newest document with a match of each conversation, newest first; about so many conversations at least."""
        newest = _FIRST_LOOK
        while True:
            found = matches(wanted.query or "", is_sqlite=self._database.is_sqlite, newest=newest)
            if found is None:
                return {}
            document = tables.SearchDocument
            # Materialized: PostgreSQL would look at every document there is for who was handed over.
            hits = (
                select(document.conversation_id, document.id)
                .join(found, found.c.id == document.id)
                .cte("hits")
                .prefix_with("MATERIALIZED", dialect="postgresql")
            )
            last = func.max(hits.c.id)
            rows = await session.execute(
                select(hits.c.conversation_id, last)
                .join(_Row, _Row.id == hits.c.conversation_id)
                .where(_conditions(wanted, hits.c.conversation_id))
                .group_by(hits.c.conversation_id)
                .order_by(last.desc())
                .limit(count)
            )
            documents = dict(rows.tuples().all())
            if len(documents) >= count or not await _has_more(session, found, newest):
                return documents
            newest *= _LOOKS_GROW


def _is_rare(wanted: ConversationFilter) -> bool:
    return (wanted.agent_id, wanted.rating, wanted.contains) != (None, None, None) or wanted.outcome == "other"


async def _has_more(session: AsyncSession, found: Any, newest: int) -> bool:
    return (await session.scalar(select(func.count()).select_from(found)) or 0) >= newest


def _conditions(wanted: ConversationFilter, by: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    message, ticket, event = tables.Message, tables.Ticket, tables.BotEvent
    conditions: list[ColumnElement[bool]] = []
    said = [message.conversation_id == _Row.id]
    if wanted.start is not None:
        conditions.append(_Row.active_at >= wanted.start)
        said.append(message.created_at >= wanted.start)
    if wanted.end is not None:
        conditions.append(_Row.created_at < wanted.end)
        said.append(message.created_at < wanted.end)
    # The request to be greeted is nobody's word.
    own = and_(message.author == "user", (message.text != "") | message.attachment_id.is_not(None))
    conditions.append(exists().where(*said, own))
    if wanted.site is not None:
        conditions.append(_Row.site_key == wanted.site)
    if wanted.topic is not None:
        talked = select(event.conversation_id).where(event.topic == wanted.topic)
        asked = select(ticket.conversation_id).where(ticket.topic == wanted.topic)
        conditions.append(or_(by.in_(talked), by.in_(asked)))
    if wanted.outcome is not None:
        conditions.append(_has_outcome(wanted.outcome, by))
    if wanted.agent_id is not None:
        conditions.append(by.in_(select(ticket.conversation_id).where(ticket.agent_id == wanted.agent_id)))
    if wanted.rating is not None:
        least, most = RATINGS[wanted.rating]
        by_agent = select(ticket.conversation_id).where(ticket.rating.between(least, most))
        by_bot = select(event.conversation_id).where(event.kind == "rated", event.value.between(least, most))
        conditions.append(or_(by.in_(by_agent), by.in_(by_bot)))
    if wanted.contains is not None:
        conditions.append(by.in_(_with(wanted.contains)))
    return and_(true(), *conditions)


def _has_outcome(outcome: Outcome, by: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    event = tables.BotEvent
    handed_over = by.in_(select(tables.Ticket.conversation_id))
    if outcome == "handed_over":
        return handed_over
    kinds = _OUTCOMES if outcome == "other" else (outcome,)
    noted = by.in_(select(event.conversation_id).where(event.kind.in_(kinds)))
    return and_(~handed_over, ~noted if outcome == "other" else noted)


def _with(contains: Contains) -> Select[tuple[str]]:
    if contains == "picture":
        return select(tables.Attachment.conversation_id)
    if contains == "unhelpful":
        return select(tables.AnswerFeedback.conversation_id).where(tables.AnswerFeedback.helpful.is_(False))
    if contains == "unanswered":
        return select(tables.Understanding.conversation_id).where(tables.Understanding.trouble.is_not(None))
    return select(tables.Ticket.conversation_id).where(tables.Ticket.priority == 0)


async def _read(session: AsyncSession, ids: Sequence[str]) -> list[Conversation]:
    """Conversations in the order of their ids."""
    if not ids:
        return []
    rows = await session.execute(
        select(_Row, tables.Site.name).join(tables.Site, tables.Site.key == _Row.site_key).where(_Row.id.in_(ids))
    )
    stored = {row.id: (row, site) for row, site in rows}
    tickets = await _tickets(session, ids)
    last = await _last_messages(session, ids)
    topics, outcomes, ratings = await _noted(session, ids)
    conversations = []
    for conversation_id in ids:
        if conversation_id not in stored:
            continue
        row, site = stored[conversation_id]
        ticket, ticket_topics = tickets.get(conversation_id, (None, {}))
        named = {**dict.fromkeys(topics.get(conversation_id, ())), **ticket_topics}
        conversations.append(
            Conversation(
                id=row.id,
                site=site,
                owner=cast("Owner", row.owner),
                kind=row.kind,
                name=row.external_id,
                context=dict(row.context or {}),
                outcome="handed_over" if ticket else cast("Outcome", outcomes.get(conversation_id, "other")),
                topics=[ConversationTopic(id=topic, title=title) for topic, title in named.items()],
                ticket=ticket,
                bot_rating=ratings.get(conversation_id),
                last_message=last.get(conversation_id),
                match=None,
                created_at=row.created_at,
                active_at=row.active_at,
            )
        )
    return conversations


async def _tickets(
    session: AsyncSession, ids: Sequence[str]
) -> dict[str, tuple[ConversationTicket, dict[str, str | None]]]:
    """The newest ticket of each conversation, and the topics of all with their titles."""
    rows = await session.execute(
        select(tables.Ticket, tables.Agent)
        .outerjoin(tables.Agent, tables.Agent.id == tables.Ticket.agent_id)
        .where(tables.Ticket.conversation_id.in_(ids))
        .order_by(tables.Ticket.id)
    )
    found: dict[str, tuple[ConversationTicket, dict[str, str | None]]] = {}
    for ticket, agent in rows:
        titles = found[ticket.conversation_id][1] if ticket.conversation_id in found else {}
        topic = ticket.handoff.get("topic") or {}
        if topic.get("id"):
            titles[str(topic["id"])] = topic.get("title")
        view = ConversationTicket(
            id=ticket.id,
            number=ticket.number,
            status=cast("TicketStatus", ticket.status),
            priority=ticket.priority,
            disposition=ticket.disposition,
            agent=AgentName(id=agent.id, name=agent.name) if agent else None,
            rating=ticket.rating,
        )
        found[ticket.conversation_id] = view, titles
    return found


async def _last_messages(session: AsyncSession, ids: Sequence[str]) -> dict[str, LastMessage]:
    message = tables.Message
    newest = (
        select(message.conversation_id, func.max(message.id).label("id"))
        .where(
            message.conversation_id.in_(ids),
            message.author.in_(("user", "agent")),
            (message.text != "") | message.attachment_id.is_not(None),
        )
        .group_by(message.conversation_id)
        .subquery()
    )
    rows = await session.scalars(
        select(message).join(
            newest, and_(newest.c.conversation_id == message.conversation_id, newest.c.id == message.id)
        )
    )
    return {
        row.conversation_id: LastMessage(author=cast("Author", row.author), text=row.text, created_at=row.created_at)
        for row in rows
    }


async def _noted(
    session: AsyncSession, ids: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, str], dict[str, int]]:
    """Topics in the order in which they came up, the last outcome and the last rating of the bot, by conversation."""
    event = tables.BotEvent
    rows = await session.execute(
        select(event.conversation_id, event.kind, event.topic, event.value)
        .where(event.conversation_id.in_(ids), event.kind.in_(("topic_opened", "rated", *_OUTCOMES)))
        .order_by(event.id)
    )
    topics: dict[str, list[str]] = {}
    outcomes: dict[str, str] = {}
    ratings: dict[str, int] = {}
    for conversation_id, kind, topic, value in rows:
        if kind == "rated" and value is not None:
            ratings[conversation_id] = value
        elif kind in _OUTCOMES:
            outcomes[conversation_id] = kind
        if topic and topic not in topics.setdefault(conversation_id, []):
            topics[conversation_id].append(topic)
    return topics, outcomes, ratings


async def _matches(session: AsyncSession, documents: Mapping[str, int], query: str) -> dict[str, Match]:
    """What was found in each conversation, from the ids of its documents."""
    document, message, ticket = tables.SearchDocument, tables.Message, tables.Ticket
    rows = await session.execute(
        select(document, message, tables.AnswerFeedback.comment, ticket, tables.Agent.name, _Row.external_id)
        .join(_Row, _Row.id == document.conversation_id)
        .outerjoin(
            message, and_(message.conversation_id == document.conversation_id, message.id == document.message_id)
        )
        .outerjoin(
            tables.AnswerFeedback,
            and_(
                tables.AnswerFeedback.conversation_id == document.conversation_id,
                tables.AnswerFeedback.message_id == document.message_id,
            ),
        )
        .outerjoin(ticket, ticket.id == document.ticket_id)
        .outerjoin(tables.Agent, tables.Agent.id == ticket.agent_id)
        .where(document.id.in_(documents.values()))
    )
    found = {}
    for place, said, comment, of, agent, name in rows:
        author: Author | None = None
        if said is not None:
            author, text = ("user", comment) if comment and said.author == "bot" else (said.author, said.text)
        elif of is not None:
            written = written_of(of, agent, await _events(session, of.id))
            lines = [line for whole in written for line in whole.split("\n")]
            text = next((line for line in lines if marks(line, query)), lines[0])
        else:
            text = name or ""
        shown = excerpt(text, query, _EXCERPT)
        found[place.conversation_id] = Match(
            author=author,
            text=shown,
            marks=[Mark(start=start, end=end) for start, end in sorted(marks(shown, query))],
            message_id=place.message_id,
        )
    return found


async def _events(session: AsyncSession, ticket_id: int) -> list[str]:
    rows = await session.scalars(
        select(tables.TicketEvent.details)
        .where(tables.TicketEvent.ticket_id == ticket_id)
        .order_by(tables.TicketEvent.id)
    )
    return [str(details[name]) for details in rows for name in WRITTEN if isinstance(details.get(name), str)]
