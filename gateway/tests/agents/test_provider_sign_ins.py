"""Two tabs that come back from the provider at one moment, the first time."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from uwallet_gateway.agents.accounts import Accounts
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.agents.provider_sign_ins import ProviderRules, ProviderSignIns
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.second_factors import SecondFactors
from uwallet_gateway.agents.sessions import Browser, DeskSessions
from uwallet_gateway.agents.sign_ins import SignedIn, SignIns
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys

EMAIL = "lin@bank.example"
CLAIMS = {"sub": "u-1", "email": EMAIL, "email_verified": True, "preferred_username": "lin"}


@pytest.mark.both_databases
@pytest.mark.parametrize("has_account", [False, True])
async def test_both_get_in_with_one_account(database: Database, has_account: bool) -> None:
    hasher, news = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), SignOuts()
    passwords = Passwords(hasher)
    if has_account:
        accounts = Accounts(database, passwords, news, max_chats=5)
        await accounts.create("lin", "小林", Role.AGENT, "k7mwp-3xq9h-tulip", email=EMAIL)
    sessions = DeskSessions(database, news, hours=12, idle_minutes=720)
    factors = SecondFactors(database, news, Keys(["k" * 32]).second_factors, issuer="客服", hasher=hasher)
    sign_ins = SignIns(database, passwords, sessions, factors)
    provider = ProviderSignIns(database, sign_ins, news, ProviderRules(provisions=True), max_chats=5)
    tabs = (provider.sign_in("https://id.example", CLAIMS, Browser()) for _ in range(5))
    assert all(isinstance(outcome, SignedIn) for outcome in await asyncio.gather(*tabs))
    async with database.read() as transaction:
        assert await transaction.scalar(select(func.count()).select_from(tables.Agent)) == 1
