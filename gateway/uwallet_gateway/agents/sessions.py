"""Sign-in and sign-out at the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from uwallet_gateway.agents.accounts import Account, account_of, end_sessions, is_username
from uwallet_gateway.agents.lockout import Source, begin_stored_attempt, forgive
from uwallet_gateway.agents.passwords import MOST, Passwords
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError

_TOKEN_BYTES = 32
_MOST_OF_TOKEN = 100
# Characters of what a browser says that it is; the column is as long.
_MOST_OF_BROWSER = 200


@dataclass(frozen=True, slots=True)
class DeskSession:
    """A browser in which an agent is signed in.

    Attributes:
        id: SHA-256 of the token, which is stored nowhere but in the browser's cookie.
        csrf: What requests that change something must bear.
        expires_at: When it ends by itself.
        agent: Who; read anew with each request.
    """

    id: str
    csrf: str
    expires_at: datetime
    agent: Account

    def bears(self, csrf: str | None) -> bool:
        """Whether this is the session's own token against forged requests."""
        return csrf is not None and hmac.compare_digest(self.csrf.encode(), csrf.encode())


class DeskSessions:
    """Opens, reads and ends sessions.

    Attributes:
        lifetime: Of a session.
        sign_outs: Tells when some have ended.
    """

    def __init__(self, database: Database, passwords: Passwords, sign_outs: SignOuts, *, hours: float) -> None:
        """Keeps what it works with; a session ends after so many `hours`."""
        self.sign_outs = sign_outs
        self._database = database
        self._passwords = passwords
        self.lifetime = timedelta(hours=hours)

    async def sign_in(
        self,
        username: str,
        password: str,
        source: Source,
        *,
        address: str | None = None,
        browser: str | None = None,
    ) -> tuple[DeskSession, str]:
        """Opens a session; returns it and its token. `address` and `browser` are told in the agent's list of sessions.

        An unknown name, a disabled account and a wrong password are not told apart, by time neither. Wrong passwords
        lock the name for their source.

        Raises:
            InputError: wrong_password; locked_out with the seconds to wait.
        """
        username = username.strip().lower()
        if len(password) > MOST:
            password = ""
        moment = now()
        row = await self._begin_attempt(username, source, moment)
        verified = await self._passwords.verify(row.password_hash if row else None, password)
        if row is None or not verified.right:
            raise InputError(ErrorCode.WRONG_PASSWORD)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        async with self._database.write() as transaction:
            stored = await transaction.get(tables.Agent, row.id, with_for_update=True)
            if stored is None or not stored.enabled or stored.password_hash != row.password_hash:
                # Changed while the password was looked at.
                raise InputError(ErrorCode.WRONG_PASSWORD)
            await forgive(transaction, username, source)
            if verified.renewed:
                stored.password_hash = verified.renewed
            session = tables.AgentSession(
                id=_digest(token),
                agent_id=row.id,
                csrf=secrets.token_urlsafe(_TOKEN_BYTES),
                address=address,
                browser=browser[:_MOST_OF_BROWSER] if browser else None,
                created_at=moment,
                expires_at=moment + self.lifetime,
            )
            transaction.add(session)
            await transaction.execute(delete(tables.AgentSession).where(tables.AgentSession.expires_at <= moment))
            return _session(session, stored), token

    async def read(self, token: str | None) -> DeskSession:
        """The session of a token.

        Raises:
            InputError: signed_out.
        """
        if not token or len(token) > _MOST_OF_TOKEN:
            raise InputError(ErrorCode.SIGNED_OUT)
        async with self._database.read() as transaction:
            row = (
                await transaction.execute(
                    select(tables.AgentSession, tables.Agent)
                    .join(tables.Agent, tables.Agent.id == tables.AgentSession.agent_id)
                    .where(
                        tables.AgentSession.id == _digest(token),
                        tables.AgentSession.expires_at > now(),
                        tables.Agent.enabled.is_(True),
                    )
                )
            ).one_or_none()
        if row is None:
            raise InputError(ErrorCode.SIGNED_OUT)
        return _session(row[0], row[1])

    async def all_of(self, agent_id: int) -> list[tables.AgentSession]:
        """The agent's sessions that go on, newest first."""
        row = tables.AgentSession
        async with self._database.read() as transaction:
            rows = await transaction.scalars(
                select(row)
                .where(row.agent_id == agent_id, row.expires_at > now())
                .order_by(row.created_at.desc(), row.id)
            )
            return list(rows)

    async def end_others(self, session: DeskSession) -> None:
        """Signs the agent out everywhere but in this session."""
        async with self._database.write() as transaction:
            await end_sessions(transaction, session.agent.id, but=session.id)
            record(transaction, Action.SESSIONS_ENDED, session.agent.username)
        self.sign_outs.announce()

    async def end(self, session_id: str) -> None:
        """Signs out. No-op if the session has ended."""
        async with self._database.write() as transaction:
            await transaction.execute(delete(tables.AgentSession).where(tables.AgentSession.id == session_id))
        self.sign_outs.announce()

    async def ended(self, session_ids: Collection[str]) -> set[str]:
        """Which of the sessions are over: signed out, expired, or of a disabled agent."""
        if not session_ids:
            return set()
        async with self._database.read() as transaction:
            living = await transaction.scalars(
                select(tables.AgentSession.id)
                .join(tables.Agent, tables.Agent.id == tables.AgentSession.agent_id)
                .where(
                    tables.AgentSession.id.in_(session_ids),
                    tables.AgentSession.expires_at > now(),
                    tables.Agent.enabled.is_(True),
                )
            )
            return set(session_ids).difference(living)

    async def _begin_attempt(self, username: str, source: Source, moment: datetime) -> tables.Agent | None:
        async with self._database.write() as transaction:
            await begin_stored_attempt(transaction, username, source, moment)
            if not is_username(username):
                return None
            row: tables.Agent | None = await transaction.scalar(
                select(tables.Agent).where(tables.Agent.username == username)
            )
            # A disabled account is as good as none.
            return row if row and row.enabled else None


def _session(row: tables.AgentSession, agent: tables.Agent) -> DeskSession:
    return DeskSession(row.id, row.csrf, row.expires_at, account_of(agent))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
