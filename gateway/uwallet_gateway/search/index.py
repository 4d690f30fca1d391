"""The index of what people wrote: filled behind the messages, asked by conversation or ticket.

Neither database is asked to split Chinese into words. SQLite has FTS5, PostgreSQL a GIN index over tsvector; migration
0022 makes them and the triggers that keep them like `search_documents`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import Subquery, column, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.search.grams import grams, phrases

# Conversations and tickets of one transaction: it locks SQLite, where messages wait for it.
_AT_ONCE = 50
# Seconds between two looks for what is new; between two transactions while there is more.
_PAUSE, _BREATH = 1.0, 0.05
# What people wrote. The bot's texts and notices are in every conversation, and would be found in each.
_AUTHORS = ("user", "agent")
# Details of a ticket's events that somebody wrote, or that name an agent.
WRITTEN = ("to", "memo", "text", "note", "comment")
_VISITOR_CODE = 4
# Of FTS5's incremental merge (sqlite.org/fts5.html, "The 'merge' command").
_PAGES_AT_ONCE, _SOME_WORK = 200, 2
_log = structlog.get_logger()


class SearchIndexer:
    """Puts into the index what is not there yet; conversations from before there was an index, too."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def run_for_ever(self) -> None:
        """Looks every second. A failure is logged; the next look tries again."""
        while True:
            try:
                has_more = await self.run_once()
            except Exception:
                _log.exception("search.index_failed")
                has_more = False
            await asyncio.sleep(_BREATH if has_more else _PAUSE)

    async def run_once(self) -> bool:
        """Adds some of what is missing. Returns whether there may be more."""
        async with self._database.read() as session:
            if (
                not (await session.scalars(_unindexed_conversations())).all()
                and not (await session.scalars(_unindexed_tickets())).all()
            ):
                # Most often; no lock is taken for it.
                return False
        async with self._database.write() as session:
            conversations = await _add_messages(session)
            tickets = await _add_tickets(session)
        return max(conversations, tickets) == _AT_ONCE


def matches(query: str, *, is_sqlite: bool, newest: int | None = None) -> Subquery | None:
    """The documents that have all words of a query, as a table with `id`; None for a query without any word.

    Args:
        query: What was typed.
        is_sqlite: Which database is asked.
        newest: Only so many, the newest ones.
    """
    words = phrases(query)
    if not words:
        return None
    if is_sqlite:
        rows, condition = "rowid", "search_index MATCH :words"
        value = " AND ".join(
            f'"{phrase[0]}" *' if len(phrase[0]) == 1 and len(phrase) == 1 else f'"{" ".join(phrase)}"'
            for phrase in words
        )
    else:
        rows, condition = "document_id", "terms @@ CAST(:words AS tsquery)"
        value = " & ".join(
            f"'{phrase[0]}':*" if len(phrase[0]) == 1 and len(phrase) == 1 else f"({' <-> '.join(map(repr, phrase))})"
            for phrase in words
        )
    table = text(
        f"SELECT {rows} AS id FROM search_index WHERE {condition}"
        + (f" ORDER BY {rows} DESC LIMIT :newest" if newest is not None else "")
    ).bindparams(words=value)
    if newest is not None:
        table = table.bindparams(newest=newest)
    return table.columns(column("id", tables.SearchDocument.id.type)).subquery("matches")


async def plan_for_words(session: AsyncSession, *, is_sqlite: bool) -> None:
    """Makes PostgreSQL plan each search of this transaction for its own words.

    After some executions it would go over to one plan for all words, which reads the whole index backwards: fine for
    common words, half a second for rare ones.
    """
    if not is_sqlite:
        await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def _unindexed_conversations() -> Any:
    row = tables.Conversation
    return select(row.id).where(row.indexed_id < row.last_id).limit(1)


def _unindexed_tickets() -> Any:
    row = tables.Ticket
    return select(row.id).where(row.indexed_version < row.version).limit(1)


async def _add_messages(session: AsyncSession) -> int:
    row, message = tables.Conversation, tables.Message
    found = (
        await session.execute(
            select(row.id, row.external_id, row.indexed_id, row.last_id)
            .where(row.indexed_id < row.last_id)
            .order_by(row.active_at)
            .limit(_AT_ONCE)
            # Another process takes others.
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not found:
        return 0
    ids = [conversation_id for conversation_id, *_ in found]
    texts = await session.execute(
        select(message.conversation_id, message.id, message.text, tables.AnswerFeedback.comment)
        .join(row, row.id == message.conversation_id)
        .outerjoin(
            tables.AnswerFeedback,
            (tables.AnswerFeedback.conversation_id == message.conversation_id)
            & (tables.AnswerFeedback.message_id == message.id),
        )
        .where(
            row.id.in_(ids),
            message.id > row.indexed_id,
            message.id <= row.last_id,
            message.author.in_(_AUTHORS) & (message.text != "") | tables.AnswerFeedback.comment.is_not(None),
        )
        .order_by(message.created_at, message.id)
    )
    documents = [
        _document(conversation_id, " ".join(filter(None, _names(conversation_id, external_id))))
        for conversation_id, external_id, indexed_id, _ in found
        if indexed_id == 0
    ]
    documents += [
        # Of an answer only what the user says of it.
        _document(conversation_id, comment or written, message_id=message_id)
        for conversation_id, message_id, written, comment in texts
    ]
    await _insert(session, documents)
    for conversation_id, _, _, last_id in found:
        await session.execute(update(row).where(row.id == conversation_id).values(indexed_id=last_id))
    return len(found)


async def _add_tickets(session: AsyncSession) -> int:
    row = tables.Ticket
    found = (
        await session.execute(
            select(row, tables.Agent.name)
            .outerjoin(tables.Agent, tables.Agent.id == row.agent_id)
            .where(row.indexed_version < row.version)
            .order_by(row.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True, of=row)
        )
    ).all()
    if not found:
        return 0
    ids = [ticket.id for ticket, _ in found]
    events: dict[int, list[str]] = {}
    for ticket_id, details in await session.execute(
        select(tables.TicketEvent.ticket_id, tables.TicketEvent.details)
        .where(tables.TicketEvent.ticket_id.in_(ids))
        .order_by(tables.TicketEvent.id)
    ):
        events.setdefault(ticket_id, []).extend(
            str(details[name]) for name in WRITTEN if isinstance(details.get(name), str)
        )
    # Said anew as a whole: a ticket is little.
    await session.execute(delete(tables.SearchDocument).where(tables.SearchDocument.ticket_id.in_(ids)))
    documents = [
        _document(
            ticket.conversation_id,
            "\n".join(written_of(ticket, agent, events.get(ticket.id, ()))),
            ticket_id=ticket.id,
        )
        for ticket, agent in found
    ]
    await _insert(session, documents)
    for ticket, _ in found:
        await session.execute(update(row).where(row.id == ticket.id).values(indexed_version=ticket.version))
    return len(found)


async def index_comment(session: AsyncSession, conversation_id: str, message_id: int, comment: str | None) -> None:
    """Puts what a user says of an answer into the index, in place of what they said before; None for nothing."""
    document = tables.SearchDocument
    indexed_id = await session.scalar(
        select(tables.Conversation.indexed_id).where(tables.Conversation.id == conversation_id)
    )
    if (indexed_id or 0) < message_id:
        # Comes with the message.
        return
    await session.execute(
        delete(document).where(document.conversation_id == conversation_id, document.message_id == message_id)
    )
    if comment:
        await _insert(session, [_document(conversation_id, comment, message_id=message_id)])


async def forget_deleted(database: Database) -> None:
    """Removes from SQLite's index what the deleted documents had; until then its segments keep the words.

    In small steps, each a transaction of its own: messages wait meanwhile. PostgreSQL does so by itself (VACUUM).
    """
    if not database.is_sqlite:
        return
    # A negative number begins anew with all segments, the following ones go on with them.
    pages = -_PAGES_AT_ONCE
    while True:
        async with database.write() as session:
            before = await session.scalar(text("SELECT total_changes()"))
            await session.execute(
                text("INSERT INTO search_index(search_index, rank) VALUES ('merge', :pages)"), {"pages": pages}
            )
            after = await session.scalar(text("SELECT total_changes()"))
        # The command itself is one change; nothing more was left to do.
        if (after or 0) - (before or 0) < _SOME_WORK:
            return
        pages = _PAGES_AT_ONCE
        await asyncio.sleep(_BREATH)


def written_of(ticket: tables.Ticket, agent: str | None, events: Iterable[str] = ()) -> list[str]:
    """What is written in a ticket, line by line: its number, what was left, noted and said of it, and by whom."""
    lines = (
        ticket.number,
        ticket.handoff.get("summary"),
        ticket.message,
        ticket.contact_hint,
        ticket.note,
        ticket.rating_comment,
        agent,
        *events,
    )
    return list(dict.fromkeys(str(line) for line in lines if line))


def _names(conversation_id: str, external_id: str | None) -> tuple[str | None, str]:
    """What the desk calls a user: as the site does, or by the end of the conversation's id."""
    return external_id, conversation_id[-_VISITOR_CODE:]


def _document(
    conversation_id: str, written: str, *, message_id: int | None = None, ticket_id: int | None = None
) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "message_id": message_id,
        "ticket_id": ticket_id,
        "grams": grams(written),
    }


async def _insert(session: AsyncSession, documents: list[dict[str, Any]]) -> None:
    wanted = [document for document in documents if document["grams"]]
    if wanted:
        await session.execute(insert(tables.SearchDocument), wanted)


def in_conversations(query: str, *, is_sqlite: bool) -> Any | None:
    """The ids of the conversations that have all words of a query in one place; None for a query without any word."""
    found = matches(query, is_sqlite=is_sqlite)
    if found is None:
        return None
    return select(tables.SearchDocument.conversation_id).join(found, found.c.id == tables.SearchDocument.id)
