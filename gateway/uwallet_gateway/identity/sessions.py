"""Sessions: which conversation a browser or device may use, and what happens when its identity changes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.identity.vouching import is_vouched_for

Kind = Literal["visitor", "user", "backend"]
# As long as the column.
_MAX_EXTERNAL_ID = 255


@dataclass(frozen=True, slots=True)
class Session:
    """The right to one conversation."""

    id: str
    conversation_id: str
    kind: Kind
    site_key: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened or continued, and the one that was closed for it."""

    session: Session
    token: str
    closed: Session | None = None


class Sessions:
    """Opens sessions and reads tokens."""

    def __init__(self, database: Database, keys: Keys) -> None:
        """Reads nothing yet."""
        self._database = database
        self._keys = keys

    async def open(self, site: Site, token: object, user: object, *, forgiving: bool = False) -> Opened:
        """Gives a client its session.

        A visitor goes on with the conversation of its token. A user whom the site vouches for has one conversation; the
        token only tells whether the browser was somebody else before, whose session is then closed. The token of a
        user alone opens nothing: on a shared computer the next visitor would read the conversation of the one before.

        Args:
            site: Where the client is.
            token: What it was given before, or None.
            user: `{"id", "hash"}` or None.
            forgiving: Begin anew where the token is not good, for widgets that know no errors.

        Raises:
            InputError: bad_token, identity_required, identity_wrong.
        """
        vouched_id = _vouched_id(site, user)
        if vouched_id is None and site.require_identity:
            raise InputError(ErrorCode.IDENTITY_REQUIRED)
        async with self._database.write() as transaction:
            current = await self._read(transaction, token)
            if current and current.site_key != site.key:
                current = None
            if vouched_id is not None:
                conversation_id = await _external(transaction, site, "user", vouched_id)
                if current and current.conversation_id == conversation_id:
                    return Opened(current, str(token))
                if current:
                    await transaction.execute(
                        update(tables.Session).where(tables.Session.id == current.id).values(closed_at=now())
                    )
                return await self._begin(transaction, site, "user", conversation_id, closed=current)
            if current and current.kind == "visitor":
                return Opened(current, str(token))
            if token is not None and current is None and not forgiving:
                raise InputError(ErrorCode.BAD_TOKEN)
            conversation_id = uuid.uuid4().hex
            transaction.add(_conversation(site, "visitor", conversation_id, None))
            await transaction.flush()
            return await self._begin(transaction, site, "visitor", conversation_id, closed=None)

    async def read(self, token: object) -> Session:
        """The session of a token.

        Raises:
            InputError: bad_token.
        """
        async with self._database.read() as transaction:
            session = await self._read(transaction, token)
        if session is None:
            raise InputError(ErrorCode.BAD_TOKEN)
        return session

    async def backend_conversation(self, site: Site, sender: str) -> str:
        """The conversation of what a site's backend calls a sender.

        Raises:
            InputError: malformed, when it is no name.
        """
        if not sender or len(sender) > _MAX_EXTERNAL_ID or not sender.isprintable():
            raise InputError(ErrorCode.MALFORMED)
        async with self._database.write() as transaction:
            return await _external(transaction, site, "backend", sender)

    async def _begin(
        self, transaction: AsyncSession, site: Site, kind: Kind, conversation_id: str, closed: Session | None
    ) -> Opened:
        row = tables.Session(id=uuid.uuid4().hex, conversation_id=conversation_id, created_at=now(), closed_at=None)
        transaction.add(row)
        await transaction.flush()
        return Opened(Session(row.id, conversation_id, kind, site.key), self._keys.sign_session(row.id), closed)

    async def _read(self, transaction: AsyncSession, token: object) -> Session | None:
        session_id = self._keys.read_session(token)
        if session_id is None:
            return None
        row = (
            await transaction.execute(
                select(tables.Conversation.id, tables.Conversation.kind, tables.Conversation.site_key)
                .join(tables.Session, tables.Session.conversation_id == tables.Conversation.id)
                .where(tables.Session.id == session_id, tables.Session.closed_at.is_(None))
            )
        ).one_or_none()
        return Session(session_id, row.id, row.kind, row.site_key) if row else None


def _vouched_id(site: Site, user: object) -> str | None:
    if user is None:
        return None
    user_id = user.get("id") if isinstance(user, dict) else None
    claimed_hash = user.get("hash") if isinstance(user, dict) else None
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not isinstance(claimed_hash, str) or not 0 < len(user_id) <= _MAX_EXTERNAL_ID:
        raise InputError(ErrorCode.IDENTITY_WRONG)
    try:
        right = is_vouched_for(site.secret, user_id, claimed_hash)
    except UnicodeEncodeError:
        right = False
    if not right or "\0" in user_id:
        raise InputError(ErrorCode.IDENTITY_WRONG)
    return user_id


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


async def _external(transaction: AsyncSession, site: Site, kind: Kind, external_id: str) -> str:
    statement = select(tables.Conversation.id).where(
        tables.Conversation.site_key == site.key,
        tables.Conversation.kind == kind,
        tables.Conversation.external_id == external_id,
    )
    conversation_id = await transaction.scalar(statement)
    if conversation_id is None:
        # Two devices may come at the same moment.
        await insert_unless_there(transaction, _conversation(site, kind, uuid.uuid4().hex, external_id))
        conversation_id = await transaction.scalar(statement)
    if conversation_id is None:
        msg = "a conversation that was just stored is not there"
        raise RuntimeError(msg)
    return conversation_id
