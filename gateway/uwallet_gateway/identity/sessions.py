"""Sessions: which conversation a browser or device may use, and what happens when its identity changes."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import structlog
from sqlalchemy import ColumnElement, Row, Table, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.identity.vouching import Attributes, Voucher, read_attributes, read_voucher
from uwallet_gateway.transcript.messages import Script

Kind = Literal["visitor", "user", "backend"]
_ID_BYTES = 16
# As long as the column.
_MAX_EXTERNAL_ID = 255
# How far the clock of a site's server may be ahead.
_CLOCK_SKEW = timedelta(minutes=5)
# Part of a lifetime after which a session that is continued is renewed; not with each reconnection.
_RENEWED_AFTER = 0.05
# Two rows of two tables, without the ORM's look at each.
_NEW_CONVERSATION = insert(cast("Table", tables.Conversation.__table__))
_NEW_SESSION = insert(cast("Table", tables.Session.__table__))
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long things are good.

    Attributes:
        visitor: A visitor's session after it was continued last; its token is all that proves it.
        user: The session of a user after the site vouched last.
        voucher: A hash after the site made it.
        undated_until: Until when hashes without a time are accepted; None: not at all.
    """

    visitor: timedelta
    user: timedelta
    voucher: timedelta
    undated_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """The right to one conversation.

    Attributes:
        id: Of the session.
        conversation_id: What it opens.
        kind: Of the conversation. A user's session opens it only together with the site's voucher for that user.
        site_key: Whose it is.
        external_id: What the site calls the user; None for a visitor.
        revoked_at: Vouchers from before this moment are refused.
        expires_at: When it ends by itself.
    """

    id: str
    conversation_id: str
    kind: Kind
    site_key: str
    external_id: str | None
    revoked_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was closed; `reason` as in `session_closed` (docs/protocol.md)."""

    id: str
    conversation_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened or continued, and the one that was closed for it.

    Attributes:
        session: What the client has from now on.
        token: Names it.
        closed: Was closed for it.
        begins: Whether the conversation was made just now.
        script: Then, the characters that it was made with.
    """

    session: Session
    token: str
    closed: Session | None = None
    begins: bool = False
    script: Script | None = None


class Sessions:
    """Opens sessions and reads tokens."""

    def __init__(self, database: Database, keys: Keys, rules: SessionRules) -> None:
        """Reads nothing yet."""
        self._database = database
        self._keys = keys
        self._rules = rules
        # Sites that were warned of; once per process is enough.
        self._undated: set[str] = set()

    async def open(
        self, site: Site, token: object, user: object, *, forgiving: bool = False, script: Script | None = None
    ) -> Opened:
        """Gives a client its session.

        A visitor goes on with the conversation of its token. A user whom the site vouches for has one conversation; the
        token only tells whether the browser was somebody else before, whose session is then closed. The token of a
        user alone opens nothing: on a shared computer the next visitor would read the conversation of the one before.

        Args:
            site: Where the client is.
            token: What it was given before, or None.
            user: `{"id", "hash"}`, with `attributes` if the site tells of the user, or None.
            forgiving: For widgets that were made for Rasa. They know no errors, so one whose token is not good begins
                anew; and some name their session themselves: a random UUID opens the conversation that it began.
            script: The characters of the client's window, for a visitor's conversation that begins now.

        Raises:
            InputError: bad_token, identity_required, identity_wrong, identity_expired.
        """
        claim = self._claim(site, user)
        if claim is None and site.require_identity:
            raise InputError(ErrorCode.IDENTITY_REQUIRED)
        told = None if claim is None else _told(site, claim[0], user)
        if token is None and claim is None:
            return await self._begin_visitor(site, script)
        try:
            return await self._open(site, token, user, claim, told, forgiving=forgiving, script=script)
        except IntegrityError:
            if not forgiving:
                raise
            # Another tab has begun the session that both name, at this moment.
            return await self._open(site, token, user, claim, told, forgiving=forgiving, script=script)

    async def _open(
        self,
        site: Site,
        token: object,
        user: object,
        claim: tuple[str, Voucher] | None,
        told: Attributes | None,
        *,
        forgiving: bool,
        script: Script | None,
    ) -> Opened:
        async with self._database.write() as transaction:
            chosen_id = _chosen_session(site, token) if forgiving else None
            current = await self._read(transaction, token, chosen_id)
            if current and current.site_key != site.key:
                current = None
            if claim is not None:
                user_id, voucher = claim
                conversation = await _external(transaction, site, "user", user_id)
                self._check_age(voucher, conversation.vouchers_revoked_at)
                if told is not None:
                    self._check_age(told.voucher, conversation.vouchers_revoked_at)
                    _keep(conversation, told)
                if current and current.conversation_id == conversation.id:
                    return Opened(await self._renew(transaction, current), str(token))
                await _close_for_another(transaction, current)
                return await self._begin(transaction, conversation, closed=current)
            if current and current.kind == "visitor":
                return Opened(await self._renew(transaction, current), self._keys.sign_session(current.id))
            if token is not None and current is None and not forgiving:
                raise InputError(ErrorCode.BAD_TOKEN)
            # The user whose token this is has not come back.
            await _close_for_another(transaction, current)
            conversation = _conversation(site, "visitor", uuid.uuid4().hex, None)
            conversation.script = script
            transaction.add(conversation)
            if chosen_id is not None:
                # One that has ended, or else the id would be taken; not one that another tab has just begun.
                row = tables.Session
                began = func.coalesce(row.renewed_at, row.created_at)
                has_ended = or_(row.closed_at.is_not(None), began <= now() - self._rules.visitor)
                await transaction.execute(delete(row).where(row.id == chosen_id, has_ended))
            opened = await self._begin(transaction, conversation, closed=current, session_id=chosen_id)
            return replace(opened, begins=True, script=script)

    def named(self, token: object) -> str | None:
        """The id of the session that a token names; None if the gateway did not sign it."""
        return self._keys.read_session(token)

    def resumed(self, row: Row[Any], site: Site, user: object) -> Opened | None:
        """A session that goes on just as it was stored, which most do that come back: nothing is written.

        Args:
            row: The session and its conversation, as they were read; it is not closed.
            site: Where the client is.
            user: As in `open`.

        Returns:
            The session; None if it takes `open` to decide or to write something.

        Raises:
            InputError: identity_required, identity_wrong, identity_expired.
        """
        session = self._session(row, row)
        if session.site_key != site.key or session.expires_at <= now() or self._is_due(session):
            return None
        claim = self._claim(site, user)
        if claim is None:
            if session.kind != "visitor" or site.require_identity:
                return None
            return Opened(session, self._keys.sign_session(session.id))
        if session.kind != "user" or session.external_id != claim[0] or _told(site, claim[0], user) is not None:
            return None
        self._check_age(claim[1], session.revoked_at)
        return Opened(session, self._keys.sign_session(session.id))

    async def read(self, token: object) -> Session:
        """The session of a token. That of a user opens nothing yet: see `check_user`.

        Raises:
            InputError: bad_token.
        """
        async with self._database.read() as transaction:
            session = await self._read(transaction, token)
        if session is None:
            raise InputError(ErrorCode.BAD_TOKEN)
        return session

    async def is_open(self, session_id: str) -> bool:
        """Whether a session has neither been ended nor expired."""
        async with self._database.read() as transaction:
            return await self._read(transaction, None, session_id) is not None

    def check_user(self, session: Session, site: Site, user: object) -> None:
        """Refuses a user's session without the site's voucher for that user.

        Args:
            session: As read.
            site: Its site.
            user: `{"id", "hash"}` or None.

        Raises:
            InputError: bad_token if there is no voucher or one for somebody else, identity_wrong, identity_expired.
        """
        if session.kind != "user":
            return
        claim = self._claim(site, user)
        if claim is None or claim[0] != session.external_id:
            raise InputError(ErrorCode.BAD_TOKEN)
        self._check_age(claim[1], session.revoked_at)

    async def end(self, token: object) -> Session:
        """Signs out: the token opens nothing from now on. Returns the session.

        Raises:
            InputError: bad_token, also if the session had ended before.
        """
        async with self._database.write() as transaction:
            session = await self._read(transaction, token)
            if session is None:
                raise InputError(ErrorCode.BAD_TOKEN)
            await _close(transaction, "signed_out", tables.Session.id == session.id)
        return session

    async def revoke(self, site: Site, user_id: str, *, recorded_as: str) -> int:
        """Ends all sessions of a user, and refuses all hashes that were made for them until now.

        Args:
            site: Whose user it is.
            user_id: What the site calls them.
            recorded_as: What the audit log calls them.

        Returns:
            How many sessions were open.

        Raises:
            InputError: identity_wrong, when it is no user id.
        """
        if not _is_external_id(user_id):
            raise InputError(ErrorCode.IDENTITY_WRONG)
        async with self._database.write() as transaction:
            # One who has not come yet is not to come with an old hash either.
            conversation = await _external(transaction, site, "user", user_id)
            conversation.vouchers_revoked_at = now()
            count = await _close(transaction, "revoked", tables.Session.conversation_id == conversation.id)
            record(transaction, Action.USER_REVOKED, recorded_as, sessions=count)
        return count

    async def ended_since(self, moment: datetime) -> list[Ended]:
        """The sessions that were closed at this moment or later, by whatever process or command."""
        async with self._database.read() as transaction:
            rows = await transaction.execute(
                select(tables.Session.id, tables.Session.conversation_id, tables.Session.closed_reason).where(
                    tables.Session.closed_at >= moment
                )
            )
            return [Ended(row.id, row.conversation_id, row.closed_reason or "expired") for row in rows]

    async def backend_conversation(self, site: Site, sender: str) -> str:
        """The conversation of what a site's backend calls a sender.

        Raises:
            InputError: malformed, when it is no name.
        """
        if not _is_external_id(sender):
            raise InputError(ErrorCode.MALFORMED)
        async with self._database.write() as transaction:
            return (await _external(transaction, site, "backend", sender)).id

    async def find_backend_conversation(self, site: Site, sender: str) -> str | None:
        """The conversation of what a site's backend calls a sender; None if it has never said anything."""
        row = tables.Conversation
        async with self._database.read() as transaction:
            found: str | None = await transaction.scalar(
                select(row.id).where(row.site_key == site.key, row.kind == "backend", row.external_id == sender)
            )
            return found

    async def _begin_visitor(self, site: Site, script: Script | None) -> Opened:
        """What `open` does for somebody who has been given nothing yet, without what the ORM takes for two rows."""
        moment = now()
        session = Session(
            id=secrets.token_hex(_ID_BYTES),
            conversation_id=uuid.uuid4().hex,
            kind="visitor",
            site_key=site.key,
            external_id=None,
            revoked_at=None,
            expires_at=moment + self._lifetime("visitor"),
        )
        conversation: dict[str, Any] = {
            "id": session.conversation_id,
            "site_key": site.key,
            "kind": session.kind,
            "last_id": 0,
            "script": script,
            "created_at": moment,
            "active_at": moment,
        }
        row = {"id": session.id, "conversation_id": session.conversation_id, "created_at": moment}
        await self._database.insert((_NEW_CONVERSATION, conversation), (_NEW_SESSION, row))
        return Opened(session, self._keys.sign_session(session.id), begins=True, script=script)

    async def _begin(
        self,
        transaction: AsyncSession,
        conversation: tables.Conversation,
        closed: Session | None,
        session_id: str | None = None,
    ) -> Opened:
        session_id = session_id or secrets.token_hex(_ID_BYTES)
        row = tables.Session(id=session_id, conversation_id=conversation.id, created_at=now(), closed_at=None)
        transaction.add(row)
        return Opened(self._session(row, conversation), self._keys.sign_session(row.id), closed)

    def _is_due(self, session: Session) -> bool:
        return session.expires_at - now() <= self._lifetime(session.kind) * (1 - _RENEWED_AFTER)

    async def _renew(self, transaction: AsyncSession, session: Session) -> Session:
        moment = now()
        lifetime = self._lifetime(session.kind)
        if not self._is_due(session):
            return session
        await transaction.execute(
            update(tables.Session).where(tables.Session.id == session.id).values(renewed_at=moment)
        )
        return replace(session, expires_at=moment + lifetime)

    async def _read(self, transaction: AsyncSession, token: object, chosen_id: str | None = None) -> Session | None:
        session_id = chosen_id or self._keys.read_session(token)
        if session_id is None:
            return None
        row = (
            await transaction.execute(
                select(tables.Session, tables.Conversation)
                .join(tables.Conversation, tables.Conversation.id == tables.Session.conversation_id)
                .where(tables.Session.id == session_id, tables.Session.closed_at.is_(None))
            )
        ).one_or_none()
        session = self._session(row[0], row[1]) if row else None
        return session if session and session.expires_at > now() else None

    def _session(self, row: tables.Session | Row[Any], conversation: tables.Conversation | Row[Any]) -> Session:
        kind = cast("Kind", conversation.kind)
        return Session(
            row.id,
            row.conversation_id,
            kind,
            conversation.site_key,
            conversation.external_id,
            conversation.vouchers_revoked_at,
            (row.renewed_at or row.created_at) + self._lifetime(kind),
        )

    def _lifetime(self, kind: Kind) -> timedelta:
        return self._rules.user if kind == "user" else self._rules.visitor

    def _claim(self, site: Site, user: object) -> tuple[str, Voucher] | None:
        """The user id in a claim, and the site's voucher for it; None if nobody is claimed."""
        if user is None:
            return None
        user_id = user.get("id") if isinstance(user, Mapping) else None
        claimed_hash = user.get("hash") if isinstance(user, Mapping) else None
        if isinstance(user_id, int) and not isinstance(user_id, bool):
            user_id = str(user_id)
        if not isinstance(user_id, str) or not isinstance(claimed_hash, str) or not _is_external_id(user_id):
            raise InputError(ErrorCode.IDENTITY_WRONG)
        voucher = read_voucher(site.secret, user_id, claimed_hash)
        if voucher is None:
            raise InputError(ErrorCode.IDENTITY_WRONG)
        if voucher.made_at is None and site.key not in self._undated:
            self._undated.add(site.key)
            _log.warning("identity.undated_hash", site=site.key, accepted_until=str(self._rules.undated_until))
        return user_id, voucher

    def _check_age(self, voucher: Voucher, revoked_at: datetime | None) -> None:
        moment, made_at = now(), voucher.made_at
        if made_at is None:
            until = self._rules.undated_until
            is_good = until is not None and moment < until and revoked_at is None
        else:
            is_good = moment - self._rules.voucher < made_at <= moment + _CLOCK_SKEW
            is_good = is_good and (revoked_at is None or made_at > revoked_at)
        if not is_good:
            details = {"reason": "the hash names no time: see docs/protocol.md"} if made_at is None else None
            raise InputError(ErrorCode.IDENTITY_EXPIRED, details=details)


def _told(site: Site, user_id: str, user: object) -> Attributes | None:
    """What the site tells of the user; None if it tells nothing."""
    token = user.get("attributes") if isinstance(user, Mapping) else None
    if token is None:
        return None
    attributes = read_attributes(site.secret, user_id, token)
    if attributes is None:
        details = {"reason": "the attributes are not what the site has signed: see docs/protocol.md"}
        raise InputError(ErrorCode.IDENTITY_WRONG, details=details)
    return attributes


def _keep(conversation: tables.Conversation, told: Attributes) -> None:
    # A page that was opened before another one knows less.
    if conversation.attributes_at is None or (told.voucher.made_at or now()) >= conversation.attributes_at:
        conversation.attributes, conversation.attributes_at = told.fields, told.voucher.made_at


def _is_external_id(text: str) -> bool:
    # Not printable are control characters, the line feed of the hash's message too, and halves of surrogate pairs.
    return 0 < len(text) <= _MAX_EXTERNAL_ID and text.isprintable()


def is_random_uuid(name: object) -> bool:
    """Whether nobody else can guess a name: a UUID of version 4 (RFC 9562), as `crypto.randomUUID` makes it."""
    try:
        return isinstance(name, str) and uuid.UUID(name).version == 4 and str(uuid.UUID(name)) == name.lower()
    except ValueError:
        return False


def _chosen_session(site: Site, token: object) -> str | None:
    """The session that a client has named itself, if nobody else can guess the name."""
    if not is_random_uuid(token):
        return None
    # Who reads the database cannot name it.
    return hashlib.sha256(f"{site.key}\n{str(token).lower()}".encode()).hexdigest()[:32]


async def _close_for_another(transaction: AsyncSession, session: Session | None) -> None:
    if session is not None:
        await _close(transaction, "identity_changed", tables.Session.id == session.id)


async def _close(transaction: AsyncSession, reason: str, *conditions: ColumnElement[bool]) -> int:
    closed = await transaction.execute(
        update(tables.Session)
        .where(*conditions, tables.Session.closed_at.is_(None))
        .values(closed_at=now(), closed_reason=reason)
        .returning(tables.Session.id)
    )
    return len(closed.all())


def _conversation(site: Site, kind: Kind, conversation_id: str, external_id: str | None) -> tables.Conversation:
    moment = now()
    return tables.Conversation(
        id=conversation_id,
        site_key=site.key,
        kind=kind,
        external_id=external_id,
        last_id=0,
        created_at=moment,
        active_at=moment,
    )


async def _external(transaction: AsyncSession, site: Site, kind: Kind, external_id: str) -> tables.Conversation:
    statement = select(tables.Conversation).where(
        tables.Conversation.site_key == site.key,
        tables.Conversation.kind == kind,
        tables.Conversation.external_id == external_id,
    )
    conversation: tables.Conversation | None = await transaction.scalar(statement)
    if conversation is None:
        # Two devices may come at the same moment.
        await insert_unless_there(transaction, _conversation(site, kind, uuid.uuid4().hex, external_id))
        conversation = await transaction.scalar(statement)
    if conversation is None:
        msg = "a conversation that was just stored is not there"
        raise RuntimeError(msg)
    return conversation
