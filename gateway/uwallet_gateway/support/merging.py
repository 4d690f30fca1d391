"""A visitor who signs in becomes the user: their messages, tickets and chat go on as the user's.

A user whom the site has vouched for, or a supervisor, says who the visitor is. The user's conversation stays one
conversation. If the user has said nothing yet, the visitor's conversation becomes theirs as it is, with whatever is
going on in it; otherwise the visitor's messages come after those of the user, under new ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy import String, delete, func, insert, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.sessions import Opened
from uwallet_gateway.protocol.customers import MergeCandidate
from uwallet_gateway.protocol.tickets import EventKind
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Closed, QueueChanged, SupportChanged, TicketChanged
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD

# Who speaks with a visitor who may still be there.
_LIVE = ("queued", "agent")
# What only needs another conversation: no message is named in it.
_PLAIN: tuple[type[tables.NoticeAnswer | tables.Attachment | tables.CustomerNote | tables.MergedVisitor], ...] = (
    tables.NoticeAnswer,
    tables.Attachment,
    tables.CustomerNote,
    tables.MergedVisitor,
)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Merged:
    """What has become of a visitor's conversation.

    Attributes:
        conversation_id: The user's from now on.
        tickets: Ids of those that have become the user's.
        sessions: Of the visitor's browsers, which have ended.
    """

    conversation_id: str
    tickets: list[int]
    sessions: list[str]


class VisitorMerging:
    """Makes what a visitor has said a user's."""

    def __init__(self, database: Database, event_bus: EventBus, *, hours: int) -> None:
        """Keeps what it works with.

        Args:
            database: Changed in one transaction for each merge.
            event_bus: Told afterwards.
            hours: How long ago a visitor may have spoken last to be taken for the user who signs in; 0: for ever none.
        """
        self._database = database
        self._event_bus = event_bus
        self._hours = hours

    async def signed_in(self, opened: Opened) -> Opened:
        """Merges the visitor that a browser was with the user whom the site vouches for there now.

        Args:
            opened: The user's session; `closed` is the one that the browser had before.

        Returns:
            The session, which opens another conversation if the visitor's has become the user's.
        """
        visitor, session = opened.closed, opened.session
        if not self._hours or visitor is None or visitor.kind != "visitor" or session.kind != "user":
            return opened
        try:
            async with self._database.write() as transaction:
                source, target = await _lock(transaction, visitor.conversation_id, session.conversation_id)
                is_old = source.active_at < now() - timedelta(hours=self._hours)
                if is_old or not await _has_spoken(transaction, source.id):
                    return opened
                merged = await _merge(transaction, source, target, by=None)
        except InputError as error:
            # Both wait for a human, or a dispute goes on: a supervisor decides.
            _log.info("identity.not_merged", conversation_id=session.conversation_id, code=error.code)
            return opened
        self._tell(visitor.conversation_id, merged)
        return replace(opened, session=replace(session, conversation_id=merged.conversation_id))

    async def candidate(self, visitor_id: str, user_id: str) -> MergeCandidate:
        """The user that a visitor would become, for whoever is asked to confirm it.

        Raises:
            InputError: user_unknown; not_found, also if the conversation is no visitor's.
        """
        async with self._database.read() as session:
            source, target = await _find(session, visitor_id, user_id)
            tickets = await session.scalar(select(func.count()).where(tables.Ticket.conversation_id == target.id))
            return MergeCandidate(
                user_id=user_id,
                called=(target.attributes or {}).get("name"),
                tickets=tickets or 0,
                first_seen_at=target.created_at,
                active_at=target.active_at,
                messages=source.last_id,
            )

    async def by_hand(self, visitor_id: str, user_id: str, by: int, name: str) -> str:
        """Merges a visitor with the user whom a supervisor names. Returns the user's conversation.

        Raises:
            InputError: user_unknown; not_found; conflict, while the visitor waits or is served, both have open tickets,
                or under a legal hold.
        """
        async with self._database.write() as transaction:
            source, target = await _find(transaction, visitor_id, user_id)
            source, target = await _lock(transaction, source.id, target.id)
            if source.owner in _LIVE:
                # Their browser could not go on: it is nobody's whom the site vouches for.
                raise InputError(ErrorCode.CONFLICT)
            merged = await _merge(transaction, source, target, by=(by, name))
        self._tell(visitor_id, merged)
        return merged.conversation_id

    def _tell(self, visitor_id: str, merged: Merged) -> None:
        for session_id in merged.sessions:
            self._event_bus.publish(Closed(visitor_id, session_id, "identity_changed"))
        for ticket_id in merged.tickets:
            self._event_bus.publish(TicketChanged(merged.conversation_id, ticket_id))
        if merged.tickets:
            self._event_bus.publish(QueueChanged(merged.conversation_id, EventKind.MERGED))
        self._event_bus.publish(SupportChanged(merged.conversation_id))


async def _has_spoken(session: AsyncSession, conversation_id: str) -> bool:
    """Whether a user has said anything; the request to be greeted is nobody's word."""
    row = tables.Message
    said = await session.scalar(
        select(row.id)
        .where(
            row.conversation_id == conversation_id,
            row.author == "user",
            row.payload.is_distinct_from(GREETING_PAYLOAD),
        )
        .limit(1)
    )
    return said is not None


async def _find(
    session: AsyncSession, visitor_id: str, user_id: str
) -> tuple[tables.Conversation, tables.Conversation]:
    row = tables.Conversation
    source = await session.scalar(select(row).where(row.id == visitor_id, row.kind == "visitor"))
    if source is None:
        raise InputError(ErrorCode.NOT_FOUND)
    target = await session.scalar(
        select(row).where(row.site_key == source.site_key, row.kind == "user", row.external_id == user_id)
    )
    if target is None:
        raise InputError(ErrorCode.USER_UNKNOWN)
    return source, target


async def _lock(
    transaction: AsyncSession, source_id: str, target_id: str
) -> tuple[tables.Conversation, tables.Conversation]:
    """Both conversations, in which nobody else writes until the end of the transaction."""
    row = tables.Conversation
    # In one order, or two merges may each wait for the other.
    found = await transaction.scalars(
        select(row)
        .where(row.id.in_((source_id, target_id)))
        .order_by(row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    locked = {conversation.id: conversation for conversation in found}
    if len(locked) != 2:
        raise InputError(ErrorCode.NOT_FOUND)
    return locked[source_id], locked[target_id]


async def _merge(
    transaction: AsyncSession,
    source: tables.Conversation,
    target: tables.Conversation,
    by: tuple[int, str] | None,
) -> Merged:
    await _check(transaction, source, target)
    visitor_id, messages = source.id, source.last_id
    sessions = await _end_sessions(transaction, source.id)
    tickets = list(await transaction.scalars(select(tables.Ticket).where(tables.Ticket.conversation_id == source.id)))
    ids = [ticket.id for ticket in tickets]
    # Both are indexed anew: the words are the same, the names and the places are not.
    await transaction.execute(
        delete(tables.SearchDocument).where(tables.SearchDocument.conversation_id.in_((source.id, target.id)))
    )
    everybodys = update(tables.Ticket).where(tables.Ticket.conversation_id.in_((source.id, target.id)))
    await transaction.execute(everybodys.values(indexed_version=0))
    kept = await (_rename if await _is_new(transaction, target) else _move)(transaction, source, target)
    moment = now()
    for ticket_id in ids:
        await _note(transaction, ticket_id, visitor_id, by)
    transaction.add(
        tables.MergedVisitor(
            conversation_id=kept,
            visitor_id=visitor_id,
            merged_by=by[1] if by else None,
            messages=messages,
            tickets=len(ids),
            created_at=moment,
        )
    )
    record(transaction, Action.USER_MERGED, kept, visitor=visitor_id, messages=messages, tickets=len(ids))
    _log.info("identity.merged", conversation_id=kept, visitor=visitor_id, messages=messages, tickets=len(ids))
    return Merged(kept, ids, sessions)


async def _check(transaction: AsyncSession, source: tables.Conversation, target: tables.Conversation) -> None:
    ticket, hold = tables.Ticket, tables.LegalHold
    both = (source.id, target.id)
    opened = await transaction.scalar(
        select(func.count()).where(ticket.conversation_id.in_(both), ticket.status != "closed")
    )
    held = await transaction.scalar(select(func.count()).where(hold.conversation_id.in_(both)))
    if (opened or 0) > 1 or held:
        raise InputError(ErrorCode.CONFLICT)


async def _is_new(transaction: AsyncSession, target: tables.Conversation) -> bool:
    """Whether nothing has been said in a conversation, and nobody has written anything down about its user."""
    for table in (tables.Ticket, tables.CustomerNote, tables.BlockedUser, tables.MergedVisitor):
        if await transaction.scalar(select(func.count()).where(table.conversation_id == target.id)):
            return False
    return target.last_id == 0


async def _end_sessions(transaction: AsyncSession, conversation_id: str) -> list[str]:
    row = tables.Session
    found = await transaction.scalars(
        update(row)
        .where(row.conversation_id == conversation_id, row.closed_at.is_(None))
        .values(closed_at=now(), closed_reason="identity_changed")
        .returning(row.id)
    )
    return list(found)


async def _rename(transaction: AsyncSession, source: tables.Conversation, target: tables.Conversation) -> str:
    """The visitor's conversation becomes the user's as it is: message ids, chat and the bot's memory stay."""
    external_id, created_at = target.external_id, target.created_at
    told = target.attributes, target.attributes_at, target.vouchers_revoked_at
    for table in (tables.Session, tables.NoticeAnswer):
        await transaction.execute(
            update(table).where(table.conversation_id == target.id).values(conversation_id=source.id)
        )
    await _forget(transaction, target)
    source.kind, source.external_id, source.indexed_id = "user", external_id, 0
    source.attributes, source.attributes_at, source.vouchers_revoked_at = told
    source.created_at = min(source.created_at, created_at)
    await transaction.flush()
    return source.id


async def _move(transaction: AsyncSession, source: tables.Conversation, target: tables.Conversation) -> str:
    """The visitor's messages come after those of the user."""
    offset = target.last_id
    await _copy_messages(transaction, source.id, target.id, offset)
    offer = tables.Offer
    offered = select(offer.digest).where(offer.conversation_id == source.id)
    # What was offered last counts.
    await transaction.execute(delete(offer).where(offer.conversation_id == target.id, offer.digest.in_(offered)))
    # They join a group anew under their new ids: what names a message cannot be renamed together with it.
    grouped = tables.GroupedMessage
    await transaction.execute(delete(grouped).where(grouped.conversation_id == source.id))
    settled = tables.SettledAnswer
    await transaction.execute(delete(settled).where(settled.conversation_id == source.id))
    for named in (offer, tables.Understanding, tables.BotEvent, tables.AnswerFeedback):
        await transaction.execute(
            update(named)
            .where(named.conversation_id == source.id)
            .values(conversation_id=target.id, message_id=named.message_id + offset)
            .execution_options(synchronize_session=False)
        )
    for plain in (*_PLAIN, tables.Ticket, tables.HookDelivery):
        await transaction.execute(
            update(plain)
            .where(plain.conversation_id == source.id)
            .values(conversation_id=target.id)
            .execution_options(synchronize_session=False)
        )
    talk = tables.PilotTalk
    piloted = select(talk.pilot_id).where(talk.conversation_id == source.id)
    # What both were answered by may not be the same version, and what became of it is one conversation now.
    await transaction.execute(
        update(talk)
        .where(talk.conversation_id == target.id, talk.pilot_id.in_(piloted))
        .values(is_mixed=True)
        .execution_options(synchronize_session=False)
    )
    block = await transaction.get(tables.BlockedUser, source.id)
    if block is not None and await transaction.get(tables.BlockedUser, target.id) is None:
        block.conversation_id = target.id
    if source.owner in _LIVE:
        target.owner, target.owner_version = source.owner, target.owner_version + 1
        target.agent_since_id = offset + (source.agent_since_id or 0)
    target.last_id, target.indexed_id = offset + source.last_id, 0
    if source.user_read_id:
        target.user_read_id = offset + source.user_read_id
    if source.agent_read_id:
        target.agent_read_id = offset + source.agent_read_id
    target.contact = source.contact or target.contact
    target.script = source.script or target.script
    target.context = source.context or target.context
    target.active_at = max(source.active_at, target.active_at)
    await transaction.flush()
    await _forget(transaction, source)
    return target.id


async def _copy_messages(transaction: AsyncSession, source_id: str, target_id: str, offset: int) -> None:
    row = tables.Message
    values = {
        **{column.name: column for column in row.__table__.columns},
        "conversation_id": literal(target_id, String),
        "id": row.id + offset,
        "in_reply_to": row.in_reply_to + offset,
        # It keeps the same client from sending twice, and that one is gone.
        "client_id": null(),
    }
    chosen = select(*values.values()).where(row.conversation_id == source_id)
    await transaction.execute(insert(row).from_select(list(values), chosen, include_defaults=False))


async def _forget(transaction: AsyncSession, conversation: tables.Conversation) -> None:
    """Deletes a conversation that nothing is left of, here and in the engine's store."""
    conversation_id = conversation.id
    await insert_unless_there(transaction, tables.EngineErasure(conversation_id=conversation_id, created_at=now()))
    transaction.expunge(conversation)
    await transaction.execute(delete(tables.Conversation).where(tables.Conversation.id == conversation_id))


async def _note(transaction: AsyncSession, ticket_id: int, visitor_id: str, by: tuple[int, str] | None) -> None:
    row = tables.Ticket
    await transaction.execute(update(row).where(row.id == ticket_id).values(version=row.version + 1))
    transaction.add(
        tables.TicketEvent(
            ticket_id=ticket_id,
            kind=EventKind.MERGED.value,
            actor="agent" if by else "user",
            agent_id=by[0] if by else None,
            details={"visitor": visitor_id[-4:].upper()},
            created_at=now(),
        )
    )
