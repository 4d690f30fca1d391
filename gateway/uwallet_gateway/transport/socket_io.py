"""Socket.IO, compatible with Rasa's own channel (docs/protocol.md)."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import socketio
import structlog

from common.tracing import TRACEPARENT
from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.admission import admit
from uwallet_gateway.identity.keys import PictureReader
from uwallet_gateway.identity.sessions import Opened, Session
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.insight.feedback import read_feedback
from uwallet_gateway.protocol.events import BotTyping, SessionClosed, SessionConfirmation
from uwallet_gateway.protocol.messages import MessageView
from uwallet_gateway.rate_limits import network_of
from uwallet_gateway.services import Services
from uwallet_gateway.support.page_context import checked_context
from uwallet_gateway.transcript.events import Closed, Event, SupportChanged, Typing
from uwallet_gateway.transcript.messages import Message
from uwallet_gateway.transport.client import address_of, origin_of, own_origin
from uwallet_gateway.transport.desk.sockets import DeskSockets
from uwallet_gateway.transport.http import refusal
from uwallet_gateway.transport.languages import note_language, script_of
from uwallet_gateway.transport.lean_sockets import LeanServer
from uwallet_gateway.transport.opening import open_session
from uwallet_gateway.transport.picture_access import user_reader
from uwallet_gateway.transport.plain_notices import PlainNotices
from uwallet_gateway.transport.subscription import Subscription
from uwallet_gateway.transport.support_actions import SupportActions
from uwallet_gateway.transport.web_sockets import let_go
from uwallet_gateway.turns.conversations import Incoming
from uwallet_gateway.turns.openings import Opening

# Messages of the history in a session_confirm.
_HISTORY = 50
# Bytes of one frame: far more than the longest message, pictures go over REST.
_FRAME_BYTES = 64 * 1024
# Seconds between two looks for sessions that have ended elsewhere.
_LOOK_EVERY = 5.0
# More than a look, and the difference between the clocks of two machines.
_LOOK_BACK = timedelta(minutes=2)
# Seconds after which a client that is one too many may try again.
_TRY_AGAIN = 60
_log = structlog.get_logger()


@dataclass(slots=True)
class _Connection:
    site: Site
    address: str | None
    # Handle events of one connection one after the other, in order.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    session: Session | None = None
    subscription: Subscription | None = None
    # A widget made for Rasa: knows no errors and no history.
    plain: bool = True
    # Our own widget: live messages come as `message`, in the shape of history.
    messages: bool = False
    # Of the window, such as zh-TW; unchecked.
    lang: object = None


class SocketTransport:
    """The Socket.IO server; `server` is wrapped into the application."""

    def __init__(self, services: Services) -> None:
        """Registers the events."""
        self._services = services
        self._connections: dict[str, _Connection] = {}
        self._per_address: Counter[str | None] = Counter()
        self.server = LeanServer(
            async_mode="asgi",
            # An empty list leaves it to the middleware of the application and to `_connect`.
            cors_allowed_origins=[],
            max_http_buffer_size=_FRAME_BYTES,
            logger=False,
            engineio_logger=False,
        )
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("session_request", self._session_request)
        self.server.on("user_uttered", self._user_uttered)
        self._support_actions = SupportActions(services)
        for event in ("leave_queue", "leave_message", "rate_support"):
            self.server.on(event, functools.partial(self._act, event))
        self.server.on("answer_notice", self._answer_notice)
        self.server.on("give_feedback", self._give_feedback)
        self.server.on("typing", self._typing)
        self.server.on("read", self._read)
        self.server.on("context", self._context)
        self._notices = PlainNotices(services, self.server)
        self._desks = DeskSockets(services, self.server)
        self._looking: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Disconnects every client. Clients reconnect by themselves."""
        if self._looking:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
            self._looking = None
        await self._desks.close()
        for connection_id in tuple(self._connections):
            await self.server.disconnect(connection_id)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        scope = environ["asgi.scope"]
        services = self._services
        try:
            site = await admit(
                services.sites,
                _site_key(scope, auth),
                origin_of(scope),
                own_origin(scope, services.settings.public_url),
            )
            address = address_of(scope)
            if self._per_address[network_of(address)] >= services.settings.sockets_per_address:
                raise InputError(ErrorCode.RATE_LIMITED, retry_after=_TRY_AGAIN)
        except InputError as error:
            _log.info("socket.refused", code=error.code)
            body = services.presentation.error(error)
            raise socketio.exceptions.ConnectionRefusedError(body["message"], body) from error
        messages = isinstance(auth, Mapping) and auth.get("messages") is True
        let_go(environ)
        self._connections[sid] = _Connection(site, address, messages=messages)
        self._per_address[network_of(address)] += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        services.metrics.connections.inc()

    async def _disconnect(self, sid: str, _reason: object = None) -> None:
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        self._services.metrics.connections.dec()
        network = network_of(connection.address)
        self._per_address[network] -= 1
        if not self._per_address[network]:
            del self._per_address[network]
        if connection.subscription:
            await connection.subscription.end()

    async def _session_request(self, sid: str, data: object = None) -> None:
        connection = self._connections.get(sid)
        if connection is None:
            return
        request = data if isinstance(data, Mapping) else {}
        async with connection.lock:
            try:
                connection.plain = "last_id" not in request
                connection.lang = request.get("lang")
                last_id = _checked_last_id(request.get("last_id"))
                await self._open(sid, connection, request.get("session_id"), request.get("user"), last_id)
            except Exception as error:
                await self.server.emit(
                    "session_error", self._services.presentation.error(refusal(error, "socket.failed")), to=sid
                )

    async def _open(self, sid: str, connection: _Connection, token: object, user: object, last_id: int | None) -> None:
        services = self._services
        await services.rate_limits.check("sessions", address=connection.address)
        opening: Opening | None = None
        # What happens between the reading and the subscription, whose conversation is not known before.
        with services.event_bus.recording() as missed:
            if connection.plain:
                opened = await open_session(services, connection.site, token or None, user, forgiving=True)
            else:
                site = await services.sites.find(connection.site.key) or connection.site
                script = script_of(connection.lang)
                begin = functools.partial(open_session, services, site, token or None, user, script=script)
                opened, opening = await services.openings.open(
                    site, token or None, user, begin, after=last_id, limit=_HISTORY
                )
            session = opened.session
            before = connection.subscription
            if before and connection.plain and before.session_id == session.id:
                # It sent what it had kept before it asked.
                await self.server.emit("session_confirm", opened.token, to=sid)
                return
            if before:
                await before.end()
                connection.subscription = None
            subscription = Subscription(
                session.conversation_id,
                session.id,
                services.event_bus,
                services.transcript,
                self._deliverer(sid, user_reader(session)),
                sid,
                of_user=True,
            )
        try:
            if before and before.conversation_id != session.conversation_id:
                await self.server.emit("session_closed", SessionClosed(reason="identity_changed").model_dump(), to=sid)
            if opening is None:
                await self._confirm_plain(sid, connection, subscription, opened)
            else:
                await self._confirm(sid, connection, subscription, opened, opening, missed)
        except BaseException:
            await subscription.end()
            raise
        connection.session, connection.subscription = session, subscription
        if sid not in self._connections:
            # Gone while the history was read.
            await subscription.end()

    async def _confirm_plain(
        self, sid: str, connection: _Connection, subscription: Subscription, opened: Opened
    ) -> None:
        # As Rasa does it: the id alone. These widgets keep what they have shown; what came while they were away is
        # told now, and nobody asks for the rest.
        services, conversation_id = self._services, opened.session.conversation_id
        await note_language(services, conversation_id, connection.lang)
        newest = await services.transcript.last_id(conversation_id)
        seen = await services.transcript.user_read_id(conversation_id)
        await self.server.emit("session_confirm", opened.token, to=sid)
        subscription.begin(seen or newest, catch_up=True)

    async def _confirm(
        self,
        sid: str,
        connection: _Connection,
        subscription: Subscription,
        opened: Opened,
        opening: Opening,
        missed: Sequence[Event],
    ) -> None:
        presentation, session = self._services.presentation, opened.session
        if opening.script is None:
            await note_language(self._services, session.conversation_id, connection.lang)
        messages, reader = opening.messages, user_reader(session)
        confirmation = SessionConfirmation(
            session_id=opened.token,
            identity=session.kind,
            last_id=opening.last_id,
            messages=[presentation.message(message, reader) for message in messages],
            has_more=opening.has_more,
            limits=presentation.limits,
            support=opening.support,
            notice=presentation.notice(opening.notice) if opening.notice else None,
        )
        await self.server.emit("session_confirm", confirmation.model_dump(), to=sid)
        subscription.begin(messages[-1].id if messages else opening.last_id, missed=missed)

    async def _user_uttered(self, sid: str, data: object = None) -> dict[str, Any]:
        connection = self._connections.get(sid)
        services = self._services
        try:
            if connection is None or not isinstance(data, Mapping):
                raise InputError(ErrorCode.MALFORMED)
            async with connection.lock:
                if connection.session is None and connection.plain:
                    # Some widgets never ask for a session.
                    await self._open(sid, connection, data.get("session_id"), None, None)
                if connection.plain and connection.session:
                    answered = await self._notices.meet(sid, connection.session.conversation_id, data.get("message"))
                    if answered:
                        return {"ok": True}
                shown = await self._say(sid, connection, data)
        except Exception as error:
            body = services.presentation.error(refusal(error, "socket.failed"))
            if connection and connection.plain and body["code"] != ErrorCode.CONSENT_REQUIRED:
                await self.server.emit("bot_uttered", {"text": body["message"]}, to=sid)
            return {"ok": False, "error": body}
        return {"ok": True, "message": shown.model_dump()}

    async def _say(self, sid: str, connection: _Connection, data: Mapping[str, Any]) -> MessageView:
        session = connection.session
        if session is None:
            raise InputError(ErrorCode.BAD_TOKEN)
        conversation_id = session.conversation_id
        await self._services.rate_limits.check(
            "messages", user=conversation_id, address=connection.address, site=session.site_key
        )
        incoming = Incoming(
            data.get("message"),
            kind=data.get("kind"),
            client_id=data.get("client_id"),
            attachment_id=data.get("attachment_id"),
            offered_by=data.get("offered_by"),
            origin=sid,
            transport="socket_io",
            traceparent=data.get(TRACEPARENT),
        )
        message = await self._services.conversations.say(conversation_id, incoming)
        return self._services.presentation.message(message, user_reader(session))

    async def _act(self, event: str, sid: str, data: object = None) -> dict[str, Any]:
        """Actions on human support; acknowledged (docs/support/protocol.md)."""
        connection = self._connections.get(sid)
        try:
            if connection is None or not isinstance(data, Mapping | None):
                raise InputError(ErrorCode.MALFORMED)
            async with connection.lock:
                if connection.session is None:
                    raise InputError(ErrorCode.BAD_TOKEN)
                result = await self._support_actions.act(
                    event, connection.session.conversation_id, connection.address, data or {}
                )
                return {"ok": True, **result.model_dump()}
        except Exception as error:
            return {"ok": False, "error": self._services.presentation.error(refusal(error, "socket.failed"))}

    async def _answer_notice(self, sid: str, data: object = None) -> dict[str, Any]:
        connection, services = self._connections.get(sid), self._services
        try:
            if connection is None or not isinstance(data, Mapping):
                raise InputError(ErrorCode.MALFORMED)
            async with connection.lock:
                if connection.session is None:
                    raise InputError(ErrorCode.BAD_TOKEN)
                conversation_id = connection.session.conversation_id
                await services.rate_limits.check("requests", user=conversation_id)
                state = await services.notices.answer(conversation_id, data.get("version"), data.get("answer"))
            return {"ok": True, "notice": services.presentation.notice(state).model_dump()}
        except Exception as error:
            return {"ok": False, "error": services.presentation.error(refusal(error, "socket.failed"))}

    async def _give_feedback(self, sid: str, data: object = None) -> dict[str, Any]:
        connection = self._connections.get(sid)
        services = self._services
        try:
            if connection is None or not isinstance(data, Mapping):
                raise InputError(ErrorCode.MALFORMED)
            session = connection.session
            if session is None:
                raise InputError(ErrorCode.BAD_TOKEN)
            conversation_id = session.conversation_id
            await services.rate_limits.check("messages", user=conversation_id, address=connection.address)
            fields = {name: value for name, value in data.items() if name != "message_id"}
            message_id = _checked_last_id(data.get("message_id")) or 0
            message = await services.feedback.give(conversation_id, message_id, read_feedback(fields))
        except Exception as error:
            return {"ok": False, "error": services.presentation.error(refusal(error, "socket.failed"))}
        return {"ok": True, "message": services.presentation.message(message, user_reader(session)).model_dump()}

    async def _typing(self, sid: str, data: object = None) -> None:
        session = self._session(sid)
        typing = data.get("typing") if isinstance(data, Mapping) else None
        if session and isinstance(typing, bool):
            await self._services.user_commands.typing(session.conversation_id, typing=typing)

    async def _read(self, sid: str, data: object = None) -> None:
        session = self._session(sid)
        read_id = data.get("id") if isinstance(data, Mapping) else None
        try:
            if session and read_id is not None:
                await self._services.user_commands.read(session.conversation_id, _checked_last_id(read_id) or 0)
        except InputError:
            # The event has no acknowledgement, so the error cannot be reported.
            return

    async def _context(self, sid: str, data: object = None) -> None:
        connection, context = self._connections.get(sid), checked_context(data)
        if connection is None or connection.session is None or context is None:
            return
        conversation_id = connection.session.conversation_id
        # No acknowledgement here either: what comes too often, or before the user has agreed, is not kept.
        with contextlib.suppress(InputError):
            await self._services.rate_limits.check("messages", user=conversation_id, address=connection.address)
            await self._services.user_commands.tell_context(conversation_id, context)

    def _session(self, sid: str) -> Session | None:
        connection = self._connections.get(sid)
        return connection.session if connection else None

    def _deliverer(self, sid: str, reader: PictureReader) -> Any:
        async def deliver(item: Message | Typing | SupportChanged | Closed) -> None:
            if isinstance(item, Typing):
                await self.server.emit("bot_typing", _typing(item).model_dump(exclude_none=True), to=sid)
            elif isinstance(item, SupportChanged):
                state = await self._services.tickets.support_state(item.conversation_id)
                await self.server.emit("support_changed", state.model_dump(), to=sid)
            elif isinstance(item, Closed):
                await self._close(sid, item)
            else:
                await self._deliver_message(sid, item, reader)

        return deliver

    async def _deliver_message(self, sid: str, message: Message, reader: PictureReader) -> None:
        presentation = self._services.presentation
        connection = self._connections.get(sid)
        if connection and connection.messages:
            await self.server.emit("message", presentation.message(message, reader).model_dump(), to=sid)
        elif message.author == "user":
            await self.server.emit("user_message", presentation.message(message, reader).model_dump(), to=sid)
        else:
            await self.server.emit("bot_uttered", presentation.bot_uttered(message, reader), to=sid)
            if connection and connection.plain:
                await self._services.user_commands.read(message.conversation_id, message.id)
        if message.author != "user":
            self._services.metrics.count_message(direction="out", transport="socket_io")

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                await self.end_closed_sessions()
            except Exception:
                # The database is away; the next look may succeed.
                _log.exception("socket.sessions_not_read")

    async def end_closed_sessions(self) -> None:
        """Closes subscriptions whose sessions have expired, or were ended by another process or a command."""
        moment = now()
        ended = {it.id: it for it in await self._services.sessions.ended_since(moment - _LOOK_BACK)}
        for sid, connection in tuple(self._connections.items()):
            session = connection.session
            if session is None:
                continue
            if session.id in ended:
                await self._close(sid, Closed(session.conversation_id, session.id, ended[session.id].reason))
            elif session.expires_at <= moment:
                await self._close(sid, Closed(session.conversation_id, session.id, "expired"))

    async def _close(self, sid: str, event: Closed) -> None:
        connection = self._connections.get(sid)
        if connection and connection.session and connection.session.id == event.session_id:
            subscription, connection.session, connection.subscription = connection.subscription, None, None
            await self.server.emit("session_closed", SessionClosed(reason=event.reason).model_dump(), to=sid)
            if subscription:
                await subscription.end()


def _typing(event: Typing) -> BotTyping:
    return BotTyping(typing=event.typing, author=None if event.author == "bot" else event.author)


def _site_key(scope: Mapping[str, Any], auth: object) -> object:
    if isinstance(auth, Mapping) and auth.get("site"):
        return auth["site"]
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return query.get("site", [None])[0]


def _checked_last_id(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InputError(ErrorCode.MALFORMED)
    return value
