"""Accounts of agents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.lockout import Source, begin_stored_attempt, forgive
from uwallet_gateway.agents.passwords import Passwords, check_password, generated_password
from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
# Characters of a name that is shown; the column has room for four times as many code points.
MOST_OF_NAME = 16
MOST_CHATS = 50


class AccountError(Exception):
    """An account cannot be created or changed as requested; the text tells operators why."""


class UsernameTakenError(AccountError):
    """Another agent has the user name."""


class EmailTakenError(AccountError):
    """Another agent has the address."""


@dataclass(frozen=True, slots=True)
class Account:
    """An agent's account, without the password.

    Attributes:
        id: Of the account.
        username: To sign in with, in lower case.
        name: Shown to users and colleagues.
        role: What they may do.
        enabled: Whether they may sign in.
        max_chats: Chats at once.
        has_password: Whether they can sign in with one; those of a provider cannot.
        email: In lower case; what the account is found by when its owner first signs in by the provider.
        knowledge_role: What they may do with the knowledge; an admin may do everything.
    """

    id: int
    username: str
    name: str
    role: Role
    enabled: bool
    max_chats: int
    has_password: bool = True
    email: str | None = None
    knowledge_role: KnowledgeRole | None = None


class Accounts:
    """Creates and changes accounts. A change that removes rights ends the agent's sessions."""

    def __init__(self, database: Database, passwords: Passwords, sign_outs: SignOuts, *, max_chats: int) -> None:
        """Keeps what it works with; `max_chats` is for accounts that name none."""
        self._sign_outs = sign_outs
        self._database = database
        self._passwords = passwords
        self._max_chats = max_chats

    async def create(
        self,
        username: str,
        name: str,
        role: Role,
        password: str | None = None,
        max_chats: int | None = None,
        *,
        email: str | None = None,
        knowledge_role: KnowledgeRole | None = None,
    ) -> tuple[Account, str]:
        """Makes an account; returns it and its password, a generated one if none is given.

        Raises:
            AccountError: The user name is taken or none, or the address is taken.
            InputError: weak_password; the code of what is wrong with the name.
        """
        username = username.strip().lower()
        if not is_username(username):
            msg = (
                f"{username!r} is no user name: 2 to 64 of a-z, 0-9, dot, dash and underscore, a letter or digit first"
            )
            raise AccountError(msg)
        name = clean(name, MOST_OF_NAME)
        if password is None:
            password = generated_password()
        else:
            check_password(password, username, name)
        email = email.strip().lower() if email else None
        row = tables.Agent(
            username=username,
            name=name,
            email=email,
            role=role,
            knowledge_role=knowledge_role,
            password_hash=await self._passwords.hash(password),
            enabled=True,
            max_chats=self._max_chats if max_chats is None else max_chats,
            presence="away",
            created_at=now(),
        )
        async with self._database.write() as transaction:
            before = await _by_username(transaction, username)
            await _check_email(transaction, email, None)
            if before is None:
                await insert_unless_there(transaction, row)
            stored = await _by_username(transaction, username)
            if before is None and stored is not None and stored.password_hash == row.password_hash:
                record(transaction, Action.ACCOUNT_CREATED, username, role=role.value, knowledge_role=knowledge_role)
        if before is not None or stored is None or stored.password_hash != row.password_hash:
            raise UsernameTakenError(f"there is an agent {username!r} already")
        return account_of(stored), password

    async def all(self) -> list[Account]:
        """All accounts by name, the disabled ones last."""
        async with self._database.read() as transaction:
            rows = await transaction.scalars(
                select(tables.Agent).order_by(tables.Agent.enabled.desc(), tables.Agent.name, tables.Agent.id)
            )
            return [account_of(row) for row in rows]

    async def find(self, username: str) -> Account:
        """The account with this user name.

        Raises:
            AccountError: There is none.
        """
        async with self._database.read() as transaction:
            row = await _by_username(transaction, username.strip().lower())
        if row is None:
            raise AccountError(f"there is no agent {username!r}")
        return account_of(row)

    async def set_password(self, agent_id: int, password: str | None = None) -> str:
        """Sets a password, a generated one if none is given, and returns it.

        A lockout is over, all sessions of the agent are.

        Raises:
            InputError: weak_password, not_found.
        """
        if password is None:
            password = generated_password()
        else:
            await self._check(agent_id, password)
        hashed = await self._passwords.hash(password)
        async with self._database.write() as transaction:
            row = await _locked(transaction, agent_id)
            row.password_hash = hashed
            await forgive(transaction, row.username)
            await end_sessions(transaction, agent_id)
            record(transaction, Action.PASSWORD_RESET, row.username)
        self._sign_outs.announce()
        return password

    async def change_password(self, agent_id: int, old: str, new: str, *, kept_session: str) -> None:
        """Changes the agent's own password; other sessions than `kept_session` end.

        Raises:
            InputError: wrong_password, locked_out, weak_password, password_unchanged.
        """
        source = Source("session", kept_session)
        stored = await self._verified(agent_id, old, source)
        if new == old:
            raise InputError(ErrorCode.PASSWORD_UNCHANGED)
        await self._check(agent_id, new)
        hashed = await self._passwords.hash(new)
        async with self._database.write() as transaction:
            row = await _locked(transaction, agent_id)
            if row.password_hash != stored:
                # Set by somebody else meanwhile; theirs counts.
                raise InputError(ErrorCode.WRONG_PASSWORD)
            row.password_hash = hashed
            await forgive(transaction, row.username, source)
            await end_sessions(transaction, agent_id, but=kept_session)
            record(transaction, Action.PASSWORD_CHANGED, row.username)
        self._sign_outs.announce()

    async def check_password(self, agent_id: int, password: str, *, session_id: str) -> None:
        """Asks the agent who is signed in for their password again, before something that matters.

        Raises:
            InputError: wrong_password, locked_out.
        """
        source = Source("session", session_id)
        await self._verified(agent_id, password, source)
        async with self._database.write() as transaction:
            row = await _locked(transaction, agent_id)
            await forgive(transaction, row.username, source)

    async def update(
        self,
        agent_id: int,
        *,
        name: str | None = None,
        role: Role | None = None,
        enabled: bool | None = None,
        max_chats: int | None = None,
        email: str | None = None,
        knowledge_role: KnowledgeRole | Literal[""] | None = None,
    ) -> Account:
        """Changes what is not None; an empty `email` or `knowledge_role` is removed.

        Another role, and disabling, end all sessions of the agent.

        Raises:
            InputError: not_found; last_admin, so that somebody can always make accounts; what is wrong with the name.
            EmailTakenError: Another agent has the address.
        """
        async with self._database.write() as transaction:
            # All admins in one order: two of them must not take each other's role away at the same moment.
            admins = set(
                await transaction.scalars(
                    select(tables.Agent.id)
                    .where(tables.Agent.role == Role.ADMIN, tables.Agent.enabled.is_(True))
                    .order_by(tables.Agent.id)
                    .with_for_update()
                )
            )
            row = await _locked(transaction, agent_id)
            loses = (role is not None and role is not Role.ADMIN) or enabled is False
            if loses and admins == {agent_id}:
                raise InputError(ErrorCode.LAST_ADMIN)
            if (role is not None and role != row.role) or enabled is False:
                await end_sessions(transaction, agent_id)
            changes: dict[str, Any] = {
                "name": None if name is None else clean(name, MOST_OF_NAME),
                "role": role,
                "enabled": enabled,
                "max_chats": max_chats,
            }
            for column, value in changes.items():
                if value is not None:
                    setattr(row, column, value)
            if email is not None:
                changes["email"] = email = email.strip().lower()
                await _check_email(transaction, email or None, agent_id)
                row.email = email or None
            if knowledge_role is not None:
                changes["knowledge_role"] = knowledge_role
                row.knowledge_role = knowledge_role or None
            if any(value is not None for value in changes.values()):
                record(transaction, Action.ACCOUNT_CHANGED, row.username, **changes)
            if enabled:
                await forgive(transaction, row.username)
            account = account_of(row)
        self._sign_outs.announce()
        return account

    async def count(self) -> int:
        """How many accounts there are."""
        async with self._database.read() as transaction:
            return await transaction.scalar(select(func.count()).select_from(tables.Agent)) or 0

    async def _verified(self, agent_id: int, password: str, source: Source) -> str:
        """Counts an attempt, and returns the stored hash of the password if it is right."""
        async with self._database.write() as transaction:
            row = await _locked(transaction, agent_id)
            # Whoever sits at somebody's open desk is not to try them all.
            await begin_stored_attempt(transaction, row.username, source, now())
        if not (await self._passwords.verify(row.password_hash or None, password)).right:
            raise InputError(ErrorCode.WRONG_PASSWORD)
        return row.password_hash

    async def _check(self, agent_id: int, password: str) -> None:
        async with self._database.read() as transaction:
            row = await transaction.get(tables.Agent, agent_id)
        if row is None:
            raise InputError(ErrorCode.NOT_FOUND)
        check_password(password, row.username, row.name)


def is_username(text: str) -> bool:
    """Whether an agent may have this user name."""
    return _USERNAME.fullmatch(text) is not None


def account_of(row: tables.Agent) -> Account:
    """The account in a row."""
    role = Role(row.role)
    return Account(
        row.id,
        row.username,
        row.name,
        role,
        row.enabled,
        row.max_chats,
        has_password=bool(row.password_hash),
        email=row.email,
        knowledge_role=knowledge_role_of(role, row.knowledge_role),
    )


def knowledge_role_of(role: Role, stored: str | None) -> KnowledgeRole | None:
    """What somebody may do with the knowledge."""
    if role is Role.ADMIN:
        return KnowledgeRole.PUBLISHER
    return KnowledgeRole(stored) if stored else None


async def end_sessions(transaction: AsyncSession, agent_id: int, *, but: str | None = None) -> None:
    """Signs an agent out everywhere, also where they are half signed in, except in the session `but`."""
    for table in (tables.AgentSession, tables.PendingSignIn):
        statement = delete(table).where(table.agent_id == agent_id)
        await transaction.execute(statement if but is None else statement.where(table.id != but))


async def _by_username(transaction: AsyncSession, username: str) -> tables.Agent | None:
    row: tables.Agent | None = await transaction.scalar(select(tables.Agent).where(tables.Agent.username == username))
    return row


async def _check_email(transaction: AsyncSession, email: str | None, agent_id: int | None) -> None:
    if email is None:
        return
    holder = await transaction.scalar(select(tables.Agent.id).where(tables.Agent.email == email))
    if holder is not None and holder != agent_id:
        raise EmailTakenError(f"another agent has the address {email!r}")


async def _locked(transaction: AsyncSession, agent_id: int) -> tables.Agent:
    row = await transaction.get(tables.Agent, agent_id, with_for_update=True)
    if row is None:
        raise InputError(ErrorCode.NOT_FOUND)
    return row
