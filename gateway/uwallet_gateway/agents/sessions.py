"""Sessions of agents at the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.accounts import Account, account_of, end_sessions
from uwallet_gateway.agents.second_factors import SecondFactor
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError

SignInMethod = Literal["password", "oidc"]
_TOKEN_BYTES = 32
_MOST_OF_TOKEN = 100
# Characters of what a browser says that it is; the column is as long.
_MOST_OF_BROWSER = 200
# A sign of the agent sooner after the one before is not stored.
_SIGN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DeskSession:
    """A browser in which an agent is signed in.

    Attributes:
        id: SHA-256 of the token, which is stored nowhere but in the browser's cookie.
        csrf: What requests that change something must bear.
        created_at: When the agent signed in.
        used_at: When they have last shown that they are there, to a minute.
        expires_at: When it ends by itself.
        agent: Who; read anew with each request.
        method: How they signed in.
        second_factor: What more they have shown.
    """

    id: str
    csrf: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    agent: Account
    method: SignInMethod
    second_factor: SecondFactor | None

    def bears(self, csrf: str | None) -> bool:
        """Whether this is the session's own token against forged requests."""
        return csrf is not None and hmac.compare_digest(self.csrf.encode(), csrf.encode())


class DeskSessions:
    """Opens, reads and ends sessions.

    Attributes:
        lifetime: Of a session.
        sign_outs: Tells when some have ended.
    """

    def __init__(
        self,
        database: Database,
        sign_outs: SignOuts,
        *,
        hours: float,
        idle_minutes: float,
        two_factor_roles: Collection[str] = (),
    ) -> None:
        """Keeps what it works with.

        Args:
            database: Where sessions are stored.
            sign_outs: Is told when some have ended.
            hours: After which a session ends.
            idle_minutes: Without a sign of the agent after which it ends, too.
            two_factor_roles: Whose sessions are none without a second factor.
        """
        self.sign_outs = sign_outs
        self._database = database
        self._two_factor_roles = tuple(two_factor_roles)
        self.lifetime = timedelta(hours=hours)
        self._idle = timedelta(minutes=idle_minutes)

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
                    .where(tables.AgentSession.id == digest_of(token), *self._go_on())
                )
            ).one_or_none()
        if row is None:
            raise InputError(ErrorCode.SIGNED_OUT)
        return _session(row[0], row[1])

    async def use(self, session: DeskSession) -> None:
        """Notes that the agent is there."""
        moment = now()
        if moment - session.used_at < _SIGN_EVERY:
            return
        async with self._database.write() as transaction:
            await transaction.execute(
                update(tables.AgentSession).where(tables.AgentSession.id == session.id).values(used_at=moment)
            )

    async def all_of(self, agent_id: int) -> list[tables.AgentSession]:
        """The agent's sessions that go on, newest first."""
        row = tables.AgentSession
        async with self._database.read() as transaction:
            rows = await transaction.scalars(
                select(row).where(row.agent_id == agent_id, *self._is_in_use()).order_by(row.created_at.desc(), row.id)
            )
            return list(rows)

    async def end_others(self, session: DeskSession) -> None:
        """Signs the agent out everywhere but in this session."""
        async with self._database.write() as transaction:
            await end_sessions(transaction, session.agent.id, but=session.id)
            record(transaction, Action.SESSIONS_ENDED, session.agent.username)
        self.sign_outs.announce()

    async def end_all(self, agent_id: int) -> None:
        """Signs an agent out everywhere, on behalf of an admin.

        Raises:
            InputError: not_found.
        """
        async with self._database.write() as transaction:
            row = await transaction.get(tables.Agent, agent_id)
            if row is None:
                raise InputError(ErrorCode.NOT_FOUND)
            await end_sessions(transaction, agent_id)
            record(transaction, Action.SESSIONS_ENDED, row.username)
        self.sign_outs.announce()

    async def end(self, session_id: str) -> None:
        """Signs out. No-op if the session has ended."""
        async with self._database.write() as transaction:
            await transaction.execute(delete(tables.AgentSession).where(tables.AgentSession.id == session_id))
        self.sign_outs.announce()

    async def end_token(self, token: str) -> None:
        """Ends the session of a token. No-op if there is none."""
        await self.end(digest_of(token))

    async def ended(self, session_ids: Collection[str]) -> set[str]:
        """Which of the sessions are over: signed out, expired, unused, of a disabled agent, without a needed factor."""
        if not session_ids:
            return set()
        async with self._database.read() as transaction:
            living = await transaction.scalars(
                select(tables.AgentSession.id)
                .join(tables.Agent, tables.Agent.id == tables.AgentSession.agent_id)
                .where(tables.AgentSession.id.in_(session_ids), *self._go_on())
            )
            return set(session_ids).difference(living)

    def _go_on(self) -> list[ColumnElement[bool]]:
        """SQL conditions of sessions that have not ended."""
        session, agent = tables.AgentSession, tables.Agent
        conditions = [*self._is_in_use(), agent.enabled.is_(True)]
        if self._two_factor_roles:
            # The rule may be newer than the session.
            conditions.append(or_(session.second_factor.is_not(None), agent.role.not_in(self._two_factor_roles)))
        return conditions

    def _is_in_use(self) -> list[ColumnElement[bool]]:
        row, moment = tables.AgentSession, now()
        return [row.expires_at > moment, func.coalesce(row.used_at, row.created_at) > moment - self._idle]


@dataclass(frozen=True, slots=True)
class Browser:
    """Where an agent signs in, so that they know their sessions apart.

    Attributes:
        address: Of the network.
        name: What the browser says that it is.
    """

    address: str | None = None
    name: str | None = None


async def open_session(
    transaction: AsyncSession,
    agent: tables.Agent,
    browser: Browser,
    *,
    method: SignInMethod,
    second_factor: SecondFactor | None,
    lifetime: timedelta,
) -> tuple[DeskSession, str]:
    """Stores a new session; returns it and its token. Forgets sessions that have expired."""
    token, moment = secrets.token_urlsafe(_TOKEN_BYTES), now()
    session = tables.AgentSession(
        id=digest_of(token),
        agent_id=agent.id,
        csrf=secrets.token_urlsafe(_TOKEN_BYTES),
        address=browser.address,
        browser=browser.name[:_MOST_OF_BROWSER] if browser.name else None,
        method=method,
        second_factor=second_factor,
        created_at=moment,
        expires_at=moment + lifetime,
    )
    transaction.add(session)
    await transaction.execute(delete(tables.AgentSession).where(tables.AgentSession.expires_at <= moment))
    return _session(session, agent), token


def _session(row: tables.AgentSession, agent: tables.Agent) -> DeskSession:
    return DeskSession(
        row.id,
        row.csrf,
        row.created_at,
        row.used_at or row.created_at,
        row.expires_at,
        account_of(agent),
        cast("SignInMethod", row.method),
        cast("SecondFactor | None", row.second_factor),
    )


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
