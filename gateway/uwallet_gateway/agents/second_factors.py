"""The second factor of agents: an authenticator app, and recovery codes for when it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents import recovery_codes, totp
from uwallet_gateway.agents.accounts import Account, end_sessions
from uwallet_gateway.agents.lockout import Source, begin_stored_attempt, forgive
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.sealing import Seal

# How a session was made safe beyond the password or the provider's word.
SecondFactor = Literal["totp", "recovery_code", "provider"]
# Between the QR code and the first code of the app.
_TIME_TO_CONFIRM = timedelta(minutes=15)
# Before any time step.
_NEVER = -1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that an authenticator app is to take; it counts once a code of the app has confirmed it.

    Attributes:
        secret: In base 32, to type it.
        uri: What the QR code says.
    """

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class FactorStatus:
    """The second factor of an agent.

    Attributes:
        enrolled_at: None if there is none.
        recovery_codes: How many are left.
    """

    enrolled_at: datetime | None
    recovery_codes: int


class SecondFactors:
    """Enrols, checks and removes second factors. Who asks for it is the business of the caller."""

    def __init__(
        self, database: Database, sign_outs: SignOuts, seal: Seal, *, issuer: str, hasher: PasswordHasher | None = None
    ) -> None:
        """Keeps what it works with.

        Args:
            database: Where factors are stored.
            sign_outs: Is told when sessions have ended.
            seal: Encrypts the secrets.
            issuer: What authenticator apps show beside the user name.
            hasher: Of recovery codes; another one than our own is for tests.
        """
        self._database = database
        # OWASP's least parameters: codes are random, and ten of them are hashed or compared in one request.
        self._hashes = Passwords(hasher or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1))
        self._sign_outs = sign_outs
        self._seal = seal
        self._issuer = issuer

    async def status(self, agent_id: int) -> FactorStatus:
        """What the agent has."""
        async with self._database.read() as transaction:
            row = await transaction.get(tables.SecondFactor, agent_id)
            return FactorStatus(row.enrolled_at if row else None, await _codes_left(transaction, agent_id))

    async def enrolled(self) -> set[int]:
        """The ids of all agents who have one."""
        row = tables.SecondFactor
        async with self._database.read() as transaction:
            return set(await transaction.scalars(select(row.agent_id).where(row.secret.is_not(None))))

    async def begin(self, account: Account) -> Enrolment:
        """Makes a secret for the agent's app. A factor that is there goes on until it is confirmed."""
        secret = totp.new_secret()
        async with self._database.write() as transaction:
            # First, so that two browsers that begin at one moment find one row to lock.
            await insert_unless_there(transaction, tables.SecondFactor(agent_id=account.id))
            row = await transaction.get_one(tables.SecondFactor, account.id, with_for_update=True)
            row.pending_secret = self._seal.seal(secret)
            row.pending_until = now() + _TIME_TO_CONFIRM
        return Enrolment(secret, totp.provisioning_uri(secret, account.username, self._issuer))

    async def confirm(self, account: Account, code: str, *, kept: str) -> list[str]:
        """Puts the new secret in force; returns the recovery codes, which are shown this once.

        Sessions and sign-ins of the agent end, except that with the id `kept`, which has two factors from now on.

        Raises:
            InputError: wrong_code; conflict, if there is nothing to confirm any more.
        """
        moment = now()
        # Looked at before ten hashes are made, each of which costs on purpose.
        async with self._database.read() as transaction:
            self._confirmed_step(await transaction.get(tables.SecondFactor, account.id), code, moment)
        codes, hashes = await self._new_codes()
        async with self._database.write() as transaction:
            row = await transaction.get(tables.SecondFactor, account.id, with_for_update=True)
            row, step = self._confirmed_step(row, code, moment)
            row.secret, row.last_step, row.enrolled_at = row.pending_secret, step, moment
            row.pending_secret = row.pending_until = None
            await _replace_codes(transaction, account.id, hashes)
            await forgive(transaction, attempts_name(account.username))
            await end_sessions(transaction, account.id, but=kept)
            await _mark(transaction, kept, "totp")
            record(transaction, Action.SECOND_FACTOR_ENROLLED, account.username)
        self._sign_outs.announce()
        return codes

    async def check(self, account: Account, code: str, source: Source) -> SecondFactor:
        """Uses up a code of the app, or a recovery code; returns which it was.

        Raises:
            InputError: wrong_code; locked_out with the seconds to wait.
        """
        moment = now()
        name = attempts_name(account.username)
        async with self._database.write() as transaction:
            await begin_stored_attempt(transaction, name, source, moment)
        digits = totp.as_code(code)
        if digits is not None:
            return await self._use_totp(account, digits, source, moment)
        return await self._use_recovery_code(account, code, source)

    async def renew_recovery_codes(self, account: Account) -> list[str]:
        """Replaces all recovery codes and returns the new ones.

        Raises:
            InputError: conflict, if the agent has no second factor.
        """
        codes, hashes = await self._new_codes()
        async with self._database.write() as transaction:
            row = await transaction.get(tables.SecondFactor, account.id, with_for_update=True)
            if row is None or row.secret is None:
                raise InputError(ErrorCode.CONFLICT)
            await _replace_codes(transaction, account.id, hashes)
            record(transaction, Action.RECOVERY_CODES_RENEWED, account.username)
        return codes

    async def remove(self, account: Account, *, kept_session: str) -> None:
        """Gives the agent's own factor up; other sessions end."""
        async with self._database.write() as transaction:
            await _delete(transaction, account.id)
            await end_sessions(transaction, account.id, but=kept_session)
            await _mark(transaction, kept_session, None)
            record(transaction, Action.SECOND_FACTOR_REMOVED, account.username)
        self._sign_outs.announce()

    async def reset(self, agent_id: int) -> None:
        """Takes the factor of an agent who has lost it, ends a lockout, and signs them out everywhere.

        Raises:
            InputError: not_found.
        """
        async with self._database.write() as transaction:
            row = await transaction.get(tables.Agent, agent_id, with_for_update=True)
            if row is None:
                raise InputError(ErrorCode.NOT_FOUND)
            await _delete(transaction, agent_id)
            await forgive(transaction, attempts_name(row.username))
            await end_sessions(transaction, agent_id)
            record(transaction, Action.SECOND_FACTOR_RESET, row.username)
        self._sign_outs.announce()

    def _confirmed_step(
        self, row: tables.SecondFactor | None, code: str, moment: datetime
    ) -> tuple[tables.SecondFactor, int]:
        if row is None or row.pending_secret is None or row.pending_until is None or row.pending_until <= moment:
            raise InputError(ErrorCode.CONFLICT)
        digits = totp.as_code(code)
        secret = self._seal.open(row.pending_secret)
        step = totp.matching_step(secret, digits, moment, after=_NEVER) if digits else None
        if step is None:
            raise InputError(ErrorCode.WRONG_CODE)
        return row, step

    async def _use_totp(self, account: Account, digits: str, source: Source, moment: datetime) -> SecondFactor:
        async with self._database.write() as transaction:
            # Locked, so that the same code sent twice at once is good once.
            row = await transaction.get(tables.SecondFactor, account.id, with_for_update=True)
            if row is None or row.secret is None:
                raise InputError(ErrorCode.WRONG_CODE)
            secret = self._seal.open(row.secret)
            step = totp.matching_step(secret, digits, moment, after=_NEVER if row.last_step is None else row.last_step)
            if step is None:
                raise InputError(ErrorCode.WRONG_CODE)
            row.last_step = step
            await forgive(transaction, attempts_name(account.username), source)
        return "totp"

    async def _use_recovery_code(self, account: Account, code: str, source: Source) -> SecondFactor:
        if not recovery_codes.is_recovery_code(code):
            raise InputError(ErrorCode.WRONG_CODE)
        code_id = await self._matching_code(account.id, recovery_codes.normalized(code))
        if code_id is None:
            raise InputError(ErrorCode.WRONG_CODE)
        row = tables.RecoveryCode
        async with self._database.write() as transaction:
            used = await transaction.execute(delete(row).where(row.id == code_id).returning(row.id))
            if used.one_or_none() is None:
                # Used by another request meanwhile.
                raise InputError(ErrorCode.WRONG_CODE)
            await forgive(transaction, attempts_name(account.username), source)
            left = await _codes_left(transaction, account.id)
            record(transaction, Action.RECOVERY_CODE_USED, account.username, left=left)
        return "recovery_code"

    async def _matching_code(self, agent_id: int, code: str) -> int | None:
        row = tables.RecoveryCode
        async with self._database.read() as transaction:
            stored = (await transaction.execute(select(row.id, row.digest).where(row.agent_id == agent_id))).all()
        for code_id, digest in stored:
            if (await self._hashes.verify(digest, code)).right:
                return int(code_id)
        return None

    async def _new_codes(self) -> tuple[list[str], list[str]]:
        codes = recovery_codes.new_codes()
        return codes, [await self._hashes.hash(recovery_codes.normalized(code)) for code in codes]


async def has_second_factor(transaction: AsyncSession, agent_id: int) -> bool:
    """Whether the agent has confirmed one."""
    row = tables.SecondFactor
    found = await transaction.scalar(select(row.agent_id).where(row.agent_id == agent_id, row.secret.is_not(None)))
    return found is not None


def attempts_name(username: str) -> str:
    """Under what wrong codes are counted, apart from wrong passwords; no user name has a blank."""
    return f"second factor of {username}"


async def _codes_left(transaction: AsyncSession, agent_id: int) -> int:
    row = tables.RecoveryCode
    return await transaction.scalar(select(func.count()).select_from(row).where(row.agent_id == agent_id)) or 0


async def _replace_codes(transaction: AsyncSession, agent_id: int, hashes: list[str]) -> None:
    await transaction.execute(delete(tables.RecoveryCode).where(tables.RecoveryCode.agent_id == agent_id))
    transaction.add_all(tables.RecoveryCode(agent_id=agent_id, digest=digest) for digest in hashes)


async def _delete(transaction: AsyncSession, agent_id: int) -> None:
    for table in (tables.RecoveryCode, tables.SecondFactor):
        await transaction.execute(delete(table).where(table.agent_id == agent_id))


async def _mark(transaction: AsyncSession, session_id: str, second_factor: SecondFactor | None) -> None:
    session = await transaction.get(tables.AgentSession, session_id)
    if session is not None:
        session.second_factor = second_factor
