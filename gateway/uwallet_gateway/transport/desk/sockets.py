"""Socket.IO namespace `/desk`: live updates for agents (docs/support/desk-api.md)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

import socketio
import structlog

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.keys import PictureReader
from uwallet_gateway.protocol.base import MAX_ID, View
from uwallet_gateway.protocol.events import (
    NoData,
    QueueChange,
    TicketMessage,
    TicketUserRead,
    TicketUserTyping,
    WatchResult,
    Whisper,
)
from uwallet_gateway.protocol.tickets import QueueCounts, Ticket
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transport.client import address_of, header
from uwallet_gateway.transport.desk.cookies import SESSION
from uwallet_gateway.transport.desk.guard import acts, check_origin, check_visible, limit
from uwallet_gateway.transport.desk.updates import DeskUpdater, PendingUpdates
from uwallet_gateway.transport.http import refusal
from uwallet_gateway.transport.picture_access import agent_reader
from uwallet_gateway.transport.subscription import Subscription
from uwallet_gateway.transport.web_sockets import let_go

NAMESPACE = "/desk"
# Seconds between two checks for agents who were signed out by a command or in another process.
_LOOK_EVERY = 5.0
# Messages that `watch` is acknowledged with; the client asks again for more.
_PAGE = 100
# Tickets that one connection watches: an agent's chats and what they look at beside them.
_MOST_WATCHED = 100
# Signals of users, by event.
_SIGNALS: dict[str, type[TicketUserTyping | TicketUserRead]] = {"user_typing": TicketUserTyping, "read": TicketUserRead}
_log = structlog.get_logger()


@dataclass(slots=True)
class _Connection:
    session: DeskSession
    address: str | None
    # Handle events of one connection one after the other, in order.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # By ticket.
    watched: dict[int, Subscription] = field(default_factory=dict)

    @property
    def sees_all(self) -> bool:
        return self.session.agent.role.may(Role.SUPERVISOR)


class DeskSockets:
    """The connections of desks to this process."""

    def __init__(self, services: Services, server: socketio.AsyncServer) -> None:
        """Registers the events with the Socket.IO server of the gateway."""
        self._services = services
        self._server = server
        self._connections: dict[str, _Connection] = {}
        self._updater = DeskUpdater(services.event_bus, self._send_updates)
        self._looking: asyncio.Task[None] | None = None
        server.on("connect", self._connect, namespace=NAMESPACE)
        server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        server.on("watch", self._watch, namespace=NAMESPACE)
        server.on("unwatch", self._unwatch, namespace=NAMESPACE)
        server.on("typing", self._typing, namespace=NAMESPACE)
        server.on("read", self._read, namespace=NAMESPACE)

    async def close(self) -> None:
        """Disconnects every desk. Desks reconnect by themselves."""
        await self._updater.stop()
        if self._looking:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
            self._looking = None
        for sid in tuple(self._connections):
            await self._server.disconnect(sid, namespace=NAMESPACE)

    # What desks send.

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: object = None) -> None:
        scope = environ["asgi.scope"]
        services = self._services
        try:
            check_origin(scope, services.settings)
            session = await services.desk_sessions.read(_cookie(scope, SESSION.name(self._services.settings)))
            await limit(services, session)
        except Exception as error:
            refused = refusal(error, "desk.failed")
            _log.info("desk.refused", code=refused.code)
            body = services.presentation.error(refused)
            raise socketio.exceptions.ConnectionRefusedError(body["message"], body) from error
        let_go(environ)
        self._connections[sid] = _Connection(session, address_of(scope))
        self._updater.start()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        await services.presence.connected(session.agent.id)

    async def _disconnect(self, sid: str, _reason: object = None) -> None:
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        async with connection.lock:
            for subscription in connection.watched.values():
                await subscription.end()
        await self._services.presence.disconnected(connection.session.agent.id)

    async def _watch(self, sid: str, data: object = None) -> dict[str, Any]:
        return await self._answered(sid, data, self._begin_to_watch)

    async def _unwatch(self, sid: str, data: object = None) -> dict[str, Any]:
        return await self._answered(sid, data, self._end_to_watch)

    async def _typing(self, sid: str, data: object = None) -> dict[str, Any]:
        async def tell(connection: _Connection, fields: Mapping[str, Any], _sid: str) -> dict[str, Any]:
            typing = fields.get("typing") is True
            await self._services.agent_commands.typing(_ticket_id(fields), connection.session.agent.id, typing=typing)
            return {}

        return await self._answered(sid, data, tell)

    async def _read(self, sid: str, data: object = None) -> dict[str, Any]:
        async def note(connection: _Connection, fields: Mapping[str, Any], _sid: str) -> dict[str, Any]:
            message_id = _number(fields.get("id"))
            await self._services.agent_commands.read(_ticket_id(fields), connection.session.agent.id, message_id)
            return {}

        return await self._answered(sid, data, note)

    async def _answered(
        self,
        sid: str,
        data: object,
        do: Callable[[_Connection, Mapping[str, Any], str], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any]:
        try:
            connection = self._connections.get(sid)
            if connection is None:
                raise InputError(ErrorCode.SIGNED_OUT)
            if not isinstance(data, Mapping):
                raise InputError(ErrorCode.MALFORMED)
            async with connection.lock:
                await limit(self._services, connection.session)
                acts(connection.session, connection.address)
                return {"ok": True, **(await do(connection, data, sid))}
        except Exception as error:
            return {"ok": False, "error": self._services.presentation.error(refusal(error, "desk.failed"))}

    async def _begin_to_watch(self, connection: _Connection, fields: Mapping[str, Any], sid: str) -> dict[str, Any]:
        services = self._services
        ticket_id = _ticket_id(fields)
        after = _number(fields.get("after") or 0)
        await check_visible(services, connection.session, ticket_id)
        before = connection.watched.pop(ticket_id, None)
        if before:
            await before.end()
        elif len(connection.watched) >= _MOST_WATCHED:
            raise InputError(ErrorCode.RATE_LIMITED)
        conversation_id = (await services.tickets.ticket(ticket_id)).conversation_id
        subscription = Subscription(
            conversation_id,
            connection.session.id,
            services.event_bus,
            services.transcript,
            self._deliverer(sid, ticket_id, agent_reader(connection.session)),
            sid,
        )
        try:
            messages, has_more = await services.transcript.after(conversation_id, after, _PAGE)
            user_read_id = await services.transcript.user_read_id(conversation_id)
        except BaseException:
            await subscription.end()
            raise
        subscription.begin(messages[-1].id if messages else after)
        if sid not in self._connections:
            # Gone while the messages were read.
            await subscription.end()
        else:
            connection.watched[ticket_id] = subscription
        show, reader = services.presentation.desk_message, agent_reader(connection.session)
        result = WatchResult(
            messages=[show(message, reader) for message in messages], has_more=has_more, user_read_id=user_read_id
        )
        return result.model_dump()

    async def _end_to_watch(self, connection: _Connection, fields: Mapping[str, Any], _sid: str) -> dict[str, Any]:
        subscription = connection.watched.pop(_ticket_id(fields), None)
        if subscription:
            await subscription.end()
        return {}

    def _deliverer(self, sid: str, ticket_id: int, reader: PictureReader) -> Callable[[object], Awaitable[None]]:
        async def deliver(item: object) -> None:
            if isinstance(item, Message):
                message = self._services.presentation.desk_message(item, reader)
                await self._emit("message", TicketMessage(ticket_id=ticket_id, message=message), sid)

        return deliver

    # What desks are sent.

    async def _send_updates(self, updates: PendingUpdates) -> None:
        tickets = self._services.tickets
        visited = await tickets.open_ticket_ids(tuple(updates.visits)) if updates.visits else []
        ids = list(dict.fromkeys([*updates.tickets, *visited]))
        # Those that are gone were purged meanwhile.
        changed = await tickets.by_ids(ids) if ids and self._connections else []
        counts = await tickets.counts_of_all() if updates.queue_reason is not None and self._connections else None
        # All is read: what follows seldom waits for anything, so that a desk gets it in one piece.
        left: list[tuple[Ticket, _Connection, Subscription]] = []
        for ticket in changed:
            left += await self._send_ticket(ticket)
        for ticket, connection, subscription in left:
            if not await tickets.may_see(ticket.id, connection.session.agent.id):
                # The agent is told that a colleague has it now, and nothing after that.
                connection.watched.pop(ticket.id, None)
                await subscription.end()
        for conversation_id, event, fields in updates.user_signals:
            await self._send_to_watchers(conversation_id, event, fields)
        for whisper in updates.whispers:
            agents = [sid for sid, it in self._connections.items() if it.session.agent.id == whisper.agent_id]
            await self._emit("whispered", Whisper(ticket_id=whisper.ticket_id, by=whisper.by), *agents)
        if counts is not None:
            await self._send_counts(*counts, str(updates.queue_reason))
        if updates.agents:
            await self._emit("agents_changed", NoData(), *self._connections)

    async def _send_ticket(self, ticket: Ticket) -> list[tuple[Ticket, _Connection, Subscription]]:
        """Tells desks of a ticket. Returns those who watch it and may perhaps not any more."""
        told: list[str] = []
        left: list[tuple[Ticket, _Connection, Subscription]] = []
        moved: list[tuple[_Connection, Subscription]] = []
        for sid, connection in self._connections.items():
            agent_id = connection.session.agent.id
            is_theirs = ticket.agent is not None and ticket.agent.id == agent_id
            sees = connection.sees_all or is_theirs or ticket.status in {"queued", "message"}
            # A follow-up of nobody.
            sees = sees or (ticket.status == "pending" and ticket.agent is None)
            subscription = connection.watched.get(ticket.id)
            if subscription and subscription.conversation_id != ticket.conversation_id:
                moved.append((connection, subscription))
            if sees or subscription:
                told.append(sid)
            if subscription and not sees:
                left.append((ticket, connection, subscription))
        for connection, subscription in moved:
            # The visitor has become a user. The desk begins anew once it is told of the other conversation.
            connection.watched.pop(ticket.id, None)
            await subscription.end()
        await self._emit("ticket_changed", ticket, *told)
        return left

    async def _send_to_watchers(self, conversation_id: str, event: str, fields: dict[str, Any]) -> None:
        for sid, connection in tuple(self._connections.items()):
            for ticket_id, subscription in tuple(connection.watched.items()):
                if subscription.conversation_id == conversation_id:
                    await self._emit(event, _SIGNALS[event](ticket_id=ticket_id, **fields), sid)

    async def _send_counts(self, counts: QueueCounts, chats: Mapping[int, int], reason: str) -> None:
        # Only `mine` differs between agents.
        desks: dict[int, list[str]] = {}
        for sid, connection in self._connections.items():
            desks.setdefault(chats.get(connection.session.agent.id, 0), []).append(sid)
        for mine, sids in desks.items():
            await self._emit("queue_changed", QueueChange(**{**dict(counts), "mine": mine}, reason=reason), *sids)

    async def _look(self) -> None:
        while True:
            await self._services.desk_sessions.sign_outs.wait(_LOOK_EVERY)
            try:
                await self.end_signed_out()
            except Exception:
                # The database is away; the next look may succeed.
                _log.exception("desk.sessions_not_read")

    async def end_signed_out(self) -> None:
        """Disconnects desks whose sessions have ended."""
        sessions = {connection.session.id for connection in self._connections.values()}
        ended = await self._services.desk_sessions.ended(sessions)
        for sid, connection in tuple(self._connections.items()):
            if connection.session.id in ended:
                await self._emit("signed_out", NoData(), sid)
                await self._server.disconnect(sid, namespace=NAMESPACE)

    async def _emit(self, event: str, data: View, *sids: str) -> None:
        # Written out once for all of them.
        if sids:
            await self._server.emit(event, data.model_dump(mode="json"), to=sids, namespace=NAMESPACE)


def _cookie(scope: Mapping[str, Any], name: str) -> str | None:
    try:
        cookie = SimpleCookie(header(scope, b"cookie") or "").get(name)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _ticket_id(fields: Mapping[str, Any]) -> int:
    return _number(fields.get("ticket_id"))


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ID:
        raise InputError(ErrorCode.MALFORMED)
    return value
