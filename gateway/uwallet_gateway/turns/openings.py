"""What a client is told when it opens its conversation, read in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, bindparam, func, select

from common.opening_hours import OpeningHours
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.notice import Notices, NoticeState
from uwallet_gateway.identity.sessions import Opened, Sessions
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.protocol.support import SupportState
from uwallet_gateway.support.presence import is_anybody_online
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import AgentsChanged, Event
from uwallet_gateway.transcript.messages import Message, Owner, Script
from uwallet_gateway.transcript.rows import read_after, read_newest
from uwallet_gateway.transcript.store import ConversationGoneError

# Seconds for which it is believed that somebody is online, or nobody, unless a change was heard of.
_BELIEVED = 2.0

_session, _conversation, _answer = tables.Session, tables.Conversation, tables.NoticeAnswer
# Made once, and one statement for all: after a restart thousands of clients ask for this at the same time.
_RESUMED = (
    select(
        _session.id,
        _session.conversation_id,
        _session.created_at,
        _session.renewed_at,
        _conversation.kind,
        _conversation.site_key,
        _conversation.external_id,
        _conversation.vouchers_revoked_at,
        _conversation.last_id,
        _conversation.owner,
        _conversation.agent_read_id,
        _conversation.script,
        select(func.max(tables.Ticket.id))
        .where(tables.Ticket.conversation_id == _conversation.id)
        .scalar_subquery()
        .label("ticket_id"),
        select(_answer.answer)
        .where(_answer.conversation_id == _conversation.id, _answer.version == bindparam("version"))
        .order_by(_answer.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("answer"),
    )
    .join(_conversation, _conversation.id == _session.conversation_id)
    .where(_session.id == bindparam("id"), _session.closed_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A conversation as a client meets it.

    Attributes:
        last_id: The newest message, 0 if there is none.
        messages: Those that the client has not seen, or the last ones.
        has_more: Whether there are more of them.
        support: The state of human support.
        notice: The notice on stored chats; None where the site wants none.
        script: The characters that the user writes or whose window they have, if known.
    """

    last_id: int
    messages: list[Message]
    has_more: bool
    support: SupportState
    notice: NoticeState | None
    script: Script | None


class Openings:
    """Reads what `session_confirm` says: thousands of clients ask for it at once after a restart."""

    def __init__(
        self,
        database: Database,
        event_bus: EventBus,
        sessions: Sessions,
        notices: Notices,
        tickets: TicketQueries,
        hours: OpeningHours,
    ) -> None:
        """Reads nothing yet."""
        self._sessions = sessions
        self._database = database
        self._notices = notices
        self._tickets = tickets
        self._hours = hours
        self._online: tuple[float, bool] | None = None
        # Those who ask at the same moment share one answer.
        self._reading = asyncio.Lock()
        # Of changes that were heard: what was read before one is not kept after it.
        self._changes = 0
        event_bus.add_to_all(self._hear)

    async def open(
        self,
        site: Site,
        token: object,
        user: object,
        begin: Callable[[], Awaitable[Opened]],
        *,
        after: int | None,
        limit: int,
    ) -> tuple[Opened, Opening]:
        """Opens or continues a session, and reads its conversation as the client meets it.

        Args:
            site: Where the client is.
            token: What it was given before, or None.
            user: As in `Sessions.open`.
            begin: Opens what does not just go on as it was.
            after: The newest message that the client has; None for a client that has none, which gets the last ones.
            limit: Messages at most.

        Raises:
            InputError: As `Sessions.open`.
            ConversationGoneError: The conversation was removed meanwhile.
        """
        session_id = self._sessions.named(token) if token is not None else None
        if session_id is not None:
            parameters = {"id": session_id, "version": self._notices.notice.version}
            row = await self._database.look_up(_RESUMED, parameters)
            opened = self._sessions.resumed(row, site, user) if row else None
            if row and opened:
                return opened, await self._opening(row, site, after, limit)
        opened = await begin()
        parameters = {"id": opened.session.id, "version": self._notices.notice.version}
        if opened.begins:
            notice = self._notices.state_of(site.notice, None)
            support = self._tickets.support_state_without_ticket("bot", 0, is_available=await self._is_staffed())
            # What the window has, if it is Chinese, was stored when the conversation was made.
            return opened, Opening(0, [], has_more=False, support=support, notice=notice, script=opened.script)
        row = await self._database.look_up(_RESUMED, parameters)
        if row is None:
            raise ConversationGoneError(opened.session.conversation_id)
        return opened, await self._opening(row, site, after, limit)

    async def _opening(self, row: Row[Any], site: Site, after: int | None, limit: int) -> Opening:
        conversation_id = row.conversation_id
        messages: list[Message] = []
        has_more = False
        if row.last_id > (after or 0):
            async with self._database.read() as session:
                if after is None:
                    messages, has_more = await read_newest(session, conversation_id, limit)
                else:
                    messages, has_more = await read_after(session, conversation_id, after, limit)
        if row.ticket_id is None:
            owner = cast("Owner", row.owner)
            is_available = await self._is_staffed()
            support = self._tickets.support_state_without_ticket(owner, row.agent_read_id, is_available=is_available)
        else:
            support = await self._tickets.support_state(conversation_id)
        return Opening(
            last_id=max([row.last_id, *(message.id for message in messages)]),
            messages=messages,
            has_more=has_more,
            support=support,
            notice=self._notices.state_of(site.notice, row.answer),
            script=cast("Script | None", row.script),
        )

    async def _is_staffed(self) -> bool:
        # Opening hours that are not filled in do not restrict anything.
        if self._hours.is_open(now()) is False:
            return False
        async with self._reading:
            return await self._is_anybody_online()

    async def _is_anybody_online(self) -> bool:
        moment = time.monotonic()
        if self._online and moment - self._online[0] < _BELIEVED:
            return self._online[1]
        changes = self._changes
        async with self._database.read() as session:
            is_online = await is_anybody_online(session)
        if changes == self._changes:
            self._online = (moment, is_online)
        return is_online

    def _hear(self, event: Event) -> None:
        if isinstance(event, AgentsChanged):
            self._changes += 1
            self._online = None
