"""Whom the identity provider's word lets in, as which agent and role."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.agents.accounts import MOST_OF_NAME, end_sessions, is_username
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.second_factors import SecondFactor
from uwallet_gateway.agents.sessions import Browser
from uwallet_gateway.agents.sign_ins import SecondStep, SignedIn, SignIns
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.input_text import clean

LinkBy = Literal["email", "username", "nothing"]
_MOST_OF_SUBJECT = 255


class Refusal(StrEnum):
    """Why somebody does not get in; the desk has a text for each (`web/desk/src/i18n`)."""

    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    NOT_ALLOWED = "not_allowed"
    EMAIL_NOT_VERIFIED = "email_not_verified"
    NO_ACCOUNT = "no_account"


class ProviderRefusedError(Exception):
    """Somebody whom the provider knows, or says so, does not get in.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Refusal) -> None:
        """Keeps the reason."""
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """What an operator has set.

    Attributes:
        link_by: What a local account is found by when its owner comes by the provider for the first time.
        provisions: Whether an account is made for who has none.
        groups_claim: Where the groups stand; dots lead into objects.
        groups: Of which somebody must be in one; empty: all may.
        roles: The role of each group. If there are some, who is in none of them does not get in.
        email_domains: In which the address must be; empty: any.
        two_factor_values: What `amr` has, or `acr` is, if the provider has asked for two factors.
    """

    link_by: LinkBy = "email"
    provisions: bool = False
    groups_claim: str = "groups"
    groups: Collection[str] = ()
    roles: Mapping[str, Role] | None = None
    email_domains: Collection[str] = ()
    two_factor_values: Collection[str] = ()


class ProviderSignIns:
    """Opens sessions for whom the provider has signed in."""

    def __init__(
        self, database: Database, sign_ins: SignIns, sign_outs: SignOuts, rules: ProviderRules, *, max_chats: int
    ) -> None:
        """Keeps what it works with; `max_chats` is for accounts that are made."""
        self._database = database
        self._sign_ins = sign_ins
        self._sign_outs = sign_outs
        self._rules = rules
        self._max_chats = max_chats

    async def sign_in(self, issuer: str, claims: Mapping[str, Any], browser: Browser) -> SignedIn | SecondStep:
        """Opens a session, or the second step.

        Args:
            issuer: Who says it; with the subject it names somebody for good, which no address and no name does.
            claims: Of an ID token that was verified, with what the provider tells beside it.
            browser: Where.

        Raises:
            ProviderRefusedError: They do not get in.
        """
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_OF_SUBJECT:
            raise ProviderRefusedError(Refusal.REFUSED)
        email = _verified_email(claims)
        role = self._check(claims, email)
        try:
            outcome = await self._open(issuer, subject, claims, email, role, browser)
        except (IntegrityError, ProviderRefusedError):
            # Another tab of theirs has made the account, or linked it, at this moment. Else it is refused again.
            outcome = await self._open(issuer, subject, claims, email, role, browser)
        self._sign_outs.announce()
        return outcome

    async def _open(
        self,
        issuer: str,
        subject: str,
        claims: Mapping[str, Any],
        email: str | None,
        role: Role | None,
        browser: Browser,
    ) -> SignedIn | SecondStep:
        async with self._database.write() as transaction:
            agent = await self._known(transaction, issuer, subject)
            if agent is None:
                agent = await self._linked(transaction, claims, email, issuer, subject)
                if agent is None:
                    agent = await self._provisioned(transaction, claims, email, role)
                transaction.add(
                    tables.AgentIdentity(issuer=issuer, subject=subject, agent_id=agent.id, created_at=now())
                )
                record(transaction, Action.IDENTITY_LINKED, agent.username, issuer=issuer)
            if not agent.enabled:
                raise ProviderRefusedError(Refusal.NO_ACCOUNT)
            if role is not None and role != agent.role:
                await self._give_role(transaction, agent, role)
            second_factor: SecondFactor | None = "provider" if self._has_two_factors(claims) else None
            return await self._sign_ins.after_first_step(
                transaction, agent, browser, method="oidc", second_factor=second_factor
            )

    def _check(self, claims: Mapping[str, Any], email: str | None) -> Role | None:
        """The role that the provider gives, None if it gives none."""
        rules = self._rules
        if rules.email_domains:
            if email is None:
                raise ProviderRefusedError(Refusal.EMAIL_NOT_VERIFIED)
            if email.rpartition("@")[2] not in {domain.lower() for domain in rules.email_domains}:
                raise ProviderRefusedError(Refusal.NOT_ALLOWED)
        groups = _groups(claims, rules.groups_claim)
        if rules.groups and not groups.intersection(rules.groups):
            raise ProviderRefusedError(Refusal.NOT_ALLOWED)
        if not rules.roles:
            return None
        roles = [role for group, role in rules.roles.items() if group in groups]
        if not roles:
            raise ProviderRefusedError(Refusal.NOT_ALLOWED)
        return max(roles, key=tuple(Role).index)

    def _has_two_factors(self, claims: Mapping[str, Any]) -> bool:
        methods = claims.get("amr")
        told = {*(methods if isinstance(methods, list) else ()), claims.get("acr")}
        return bool(told.intersection(self._rules.two_factor_values))

    async def _known(self, transaction: AsyncSession, issuer: str, subject: str) -> tables.Agent | None:
        row = await transaction.get(tables.AgentIdentity, (issuer, subject))
        return await transaction.get(tables.Agent, row.agent_id, with_for_update=True) if row else None

    async def _linked(
        self, transaction: AsyncSession, claims: Mapping[str, Any], email: str | None, issuer: str, subject: str
    ) -> tables.Agent | None:
        """The local account that this is the first time of; none that somebody else of the provider has."""
        if self._rules.link_by == "email":
            if email is None and claims.get("email"):
                # Anybody may write anything there.
                raise ProviderRefusedError(Refusal.EMAIL_NOT_VERIFIED)
            condition = tables.Agent.email == email if email else None
        elif self._rules.link_by == "username":
            username = _username(claims)
            condition = tables.Agent.username == username if username else None
        else:
            condition = None
        if condition is None:
            return None
        agent: tables.Agent | None = await transaction.scalar(select(tables.Agent).where(condition).with_for_update())
        if agent is None:
            return None
        row = tables.AgentIdentity
        taken = select(row.agent_id).where(row.agent_id == agent.id, row.issuer == issuer, row.subject != subject)
        if await transaction.scalar(taken) is not None:
            raise ProviderRefusedError(Refusal.NO_ACCOUNT)
        return agent

    async def _provisioned(
        self, transaction: AsyncSession, claims: Mapping[str, Any], email: str | None, role: Role | None
    ) -> tables.Agent:
        username = _username(claims) or _as_username(email.partition("@")[0] if email else "")
        if not self._rules.provisions or username is None:
            raise ProviderRefusedError(Refusal.NO_ACCOUNT)
        taken = tables.Agent.username == username
        if email:
            taken |= tables.Agent.email == email
        if await transaction.scalar(select(tables.Agent.id).where(taken)) is not None:
            # Never somebody else's account by a name.
            raise ProviderRefusedError(Refusal.NO_ACCOUNT)
        agent = tables.Agent(
            username=username,
            name=_name(claims, username),
            email=email,
            role=role or Role.AGENT,
            # None: no password is right.
            password_hash="",
            enabled=True,
            max_chats=self._max_chats,
            presence="away",
            created_at=now(),
        )
        transaction.add(agent)
        await transaction.flush()
        record(transaction, Action.ACCOUNT_CREATED, username, role=agent.role, method="oidc")
        return agent

    async def _give_role(self, transaction: AsyncSession, agent: tables.Agent, role: Role) -> None:
        row = tables.Agent
        if agent.role == Role.ADMIN:
            others = select(row.id).where(row.role == Role.ADMIN, row.enabled.is_(True), row.id != agent.id)
            if not list(await transaction.scalars(others.order_by(row.id).with_for_update())):
                # Somebody must be able to make accounts, whatever the provider's groups are.
                return
        agent.role = role
        await end_sessions(transaction, agent.id)
        record(transaction, Action.ACCOUNT_CHANGED, agent.username, role=role.value, method="oidc")


def _verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or "@" not in email:
        return None
    return email.strip().lower()


def _groups(claims: Mapping[str, Any], path: str) -> set[str]:
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    values = [value] if isinstance(value, str) else value
    return {item for item in values if isinstance(item, str)} if isinstance(values, list) else set()


def _username(claims: Mapping[str, Any]) -> str | None:
    name = claims.get("preferred_username")
    return _as_username(name) if isinstance(name, str) else None


def _as_username(text: str) -> str | None:
    text = text.strip().lower()
    return text if is_username(text) else None


def _name(claims: Mapping[str, Any], username: str) -> str:
    name = claims.get("name")
    try:
        return clean(re.sub(r"\s+", " ", name)[:MOST_OF_NAME] if isinstance(name, str) else username, MOST_OF_NAME)
    except InputError:
        return username[:MOST_OF_NAME]
