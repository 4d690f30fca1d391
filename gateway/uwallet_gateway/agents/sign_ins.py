"""Signing in: the first step, by password or by a provider's word, and the second, by a code."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.accounts import Account, account_of, is_username
from uwallet_gateway.agents.lockout import Source, begin_stored_attempt, forgive
from uwallet_gateway.agents.passwords import MOST, Passwords
from uwallet_gateway.agents.second_factors import Enrolment, SecondFactor, SecondFactors, has_second_factor
from uwallet_gateway.agents.sessions import Browser, DeskSession, DeskSessions, SignInMethod, digest_of, open_session
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError

# A code of the factor that the agent has, or the enrolment of one that they must have.
Step = Literal["code", "enrolment"]
# To find the phone, or to install an app.
TIME_FOR_SECOND_STEP = timedelta(minutes=15)
_TOKEN_BYTES = 32
_MOST_OF_TOKEN = 100
# First steps at once in a process. Those of one name wait for each other in the database, each with a connection that
# users' messages need.
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, and the token for the browser's cookie."""

    session: DeskSession
    token: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in whose second step is still to be done. Its token opens nothing else.

    Attributes:
        agent: Whose it is.
        step: What is to be done.
        method: How the first step was done.
        expires_at: Until when.
        id: SHA-256 of the token.
    """

    agent: Account
    step: Step
    method: SignInMethod
    expires_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class SecondStep:
    """A pending sign-in, and the token for the browser's cookie."""

    pending: Pending
    token: str


class SignIns:
    """Opens sessions."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sessions: DeskSessions,
        second_factors: SecondFactors,
        *,
        two_factor_roles: Collection[str] = (),
    ) -> None:
        """Keeps what it works with; agents of `two_factor_roles` must have a second factor."""
        self._database = database
        self._passwords = passwords
        self._sessions = sessions
        self._second_factors = second_factors
        self._two_factor_roles = frozenset(two_factor_roles)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def is_second_factor_required(self, account: Account) -> bool:
        """Whether the agent's role must have one."""
        return account.role in self._two_factor_roles

    async def with_password(
        self, username: str, password: str, source: Source, browser: Browser
    ) -> SignedIn | SecondStep:
        """Opens a session, or the second step.

        An unknown name, a disabled account and a wrong password are not told apart, by time neither. Wrong passwords
        lock the name for their source.

        Raises:
            InputError: wrong_password; locked_out with the seconds to wait.
        """
        username = username.strip().lower()
        if len(password) > MOST:
            password = ""
        async with self._slots:
            return await self._with_password(username, password, source, browser)

    async def _with_password(
        self, username: str, password: str, source: Source, browser: Browser
    ) -> SignedIn | SecondStep:
        row = await self._begin_attempt(username, source)
        verified = await self._passwords.verify((row.password_hash or None) if row else None, password)
        if row is None or not verified.right:
            raise InputError(ErrorCode.WRONG_PASSWORD)
        async with self._database.write() as transaction:
            stored = await transaction.get(tables.Agent, row.id, with_for_update=True)
            if stored is None or not stored.enabled or stored.password_hash != row.password_hash:
                # Changed while the password was looked at.
                raise InputError(ErrorCode.WRONG_PASSWORD)
            await forgive(transaction, username, source)
            if verified.renewed:
                stored.password_hash = verified.renewed
            return await self.after_first_step(transaction, stored, browser, method="password")

    async def after_first_step(
        self,
        transaction: AsyncSession,
        agent: tables.Agent,
        browser: Browser,
        *,
        method: SignInMethod,
        second_factor: SecondFactor | None = None,
    ) -> SignedIn | SecondStep:
        """Opens a session for an agent who has done the first step, or asks for the second.

        Args:
            transaction: To do it in.
            agent: Who.
            browser: Where.
            method: How the first step was done.
            second_factor: `provider` if the provider has asked for a second factor itself.
        """
        step: Step | None = None
        if second_factor is None:
            if await has_second_factor(transaction, agent.id):
                step = "code"
            elif agent.role in self._two_factor_roles:
                step = "enrolment"
        if step is None:
            return await self._open(transaction, agent, browser, method, second_factor)
        token, moment = secrets.token_urlsafe(_TOKEN_BYTES), now()
        row = tables.PendingSignIn(
            id=digest_of(token),
            agent_id=agent.id,
            step=step,
            method=method,
            expires_at=moment + TIME_FOR_SECOND_STEP,
        )
        transaction.add(row)
        await transaction.execute(delete(tables.PendingSignIn).where(tables.PendingSignIn.expires_at <= moment))
        return SecondStep(_pending(row, agent), token)

    async def pending(self, token: str | None) -> Pending:
        """The pending sign-in of a token.

        Raises:
            InputError: signed_out.
        """
        if not token or len(token) > _MOST_OF_TOKEN:
            raise InputError(ErrorCode.SIGNED_OUT)
        row, agent = tables.PendingSignIn, tables.Agent
        async with self._database.read() as transaction:
            found = (
                await transaction.execute(
                    select(row, agent)
                    .join(agent, agent.id == row.agent_id)
                    .where(row.id == digest_of(token), row.expires_at > now(), agent.enabled.is_(True))
                )
            ).one_or_none()
        if found is None:
            raise InputError(ErrorCode.SIGNED_OUT)
        return _pending(found[0], found[1])

    async def with_code(self, pending: Pending, code: str, source: Source, browser: Browser) -> SignedIn:
        """Does the second step by a code of the app, or a recovery code.

        Raises:
            InputError: wrong_code; locked_out with the seconds to wait; signed_out, if the first step counts no more.
        """
        if pending.step != "code":
            raise InputError(ErrorCode.SIGNED_OUT)
        second_factor = await self._second_factors.check(pending.agent, code, source)
        return await self._finish(pending, browser, second_factor)

    async def begin_enrolment(self, pending: Pending) -> Enrolment:
        """Makes a secret for an agent who must have a second factor and has none.

        Raises:
            InputError: signed_out, if that is not the second step.
        """
        await self._check_enrolment(pending)
        return await self._second_factors.begin(pending.agent)

    async def confirm_enrolment(self, pending: Pending, code: str, browser: Browser) -> tuple[SignedIn, list[str]]:
        """Puts the new factor in force, and opens the session; returns the recovery codes, too.

        Raises:
            InputError: wrong_code; conflict, if there is nothing to confirm any more; signed_out.
        """
        await self._check_enrolment(pending)
        codes = await self._second_factors.confirm(pending.agent, code, kept=pending.id)
        return await self._finish(pending, browser, "totp"), codes

    async def _check_enrolment(self, pending: Pending) -> None:
        if pending.step != "enrolment":
            raise InputError(ErrorCode.SIGNED_OUT)
        async with self._database.read() as transaction:
            # Enrolled in another browser meanwhile: a password alone must not replace that.
            if await has_second_factor(transaction, pending.agent.id):
                raise InputError(ErrorCode.SIGNED_OUT)

    async def _finish(self, pending: Pending, browser: Browser, second_factor: SecondFactor) -> SignedIn:
        row = tables.PendingSignIn
        async with self._database.write() as transaction:
            agent = await transaction.get(tables.Agent, pending.agent.id, with_for_update=True)
            ended = await transaction.execute(delete(row).where(row.id == pending.id).returning(row.id))
            if ended.one_or_none() is None or agent is None or not agent.enabled:
                # Another password, role or sign-out meanwhile.
                raise InputError(ErrorCode.SIGNED_OUT)
            return await self._open(transaction, agent, browser, pending.method, second_factor)

    async def _open(
        self,
        transaction: AsyncSession,
        agent: tables.Agent,
        browser: Browser,
        method: SignInMethod,
        second_factor: SecondFactor | None,
    ) -> SignedIn:
        session, token = await open_session(
            transaction, agent, browser, method=method, second_factor=second_factor, lifetime=self._sessions.lifetime
        )
        return SignedIn(session, token)

    async def _begin_attempt(self, username: str, source: Source) -> tables.Agent | None:
        async with self._database.write() as transaction:
            await begin_stored_attempt(transaction, username, source, now())
            if not is_username(username):
                return None
            row: tables.Agent | None = await transaction.scalar(
                select(tables.Agent).where(tables.Agent.username == username)
            )
            # A disabled account is as good as none.
            return row if row and row.enabled else None


def _pending(row: tables.PendingSignIn, agent: tables.Agent) -> Pending:
    return Pending(account_of(agent), cast("Step", row.step), cast("SignInMethod", row.method), row.expires_at, row.id)
