"""Accounts and sessions on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from uwallet_gateway.agents import sessions as sessions_module
from uwallet_gateway.agents.accounts import Account, AccountError, Accounts, UsernameTakenError
from uwallet_gateway.agents.lockout import FREE_ATTEMPTS, FREE_ATTEMPTS_EVERYWHERE, Source
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.second_factors import SecondFactors
from uwallet_gateway.agents.sessions import Browser, DeskSession, DeskSessions
from uwallet_gateway.agents.sign_ins import SignedIn, SignIns
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.clock import now, set_time
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.keys import Keys

PASSWORD = "k7mwp-3xq9h-tulip"
KEYS = Keys(["k" * 32])
OFFICE = Source("address", "203.0.113.7")


class Desk:
    """Accounts and sessions on one database."""

    def __init__(self, database: Database) -> None:
        # Cheap: what they cost is the library's business.
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.database = database
        self.accounts = Accounts(database, passwords, SignOuts(), max_chats=5)
        self.sessions = DeskSessions(database, SignOuts(), hours=12, idle_minutes=12 * 60)
        factors = SecondFactors(database, SignOuts(), KEYS.second_factors, issuer="desk")
        self.sign_ins = SignIns(database, passwords, self.sessions, factors)

    async def agent(self, username: str = "lin", role: Role = Role.AGENT) -> Account:
        account, _ = await self.accounts.create(username, "小林", role, PASSWORD)
        return account

    async def open(
        self, username: str = "lin", password: str = PASSWORD, source: Source = OFFICE
    ) -> tuple[DeskSession, str]:
        signed_in = await self.sign_ins.with_password(username, password, source, Browser())
        assert isinstance(signed_in, SignedIn)
        return signed_in.session, signed_in.token

    async def sign_in(self, username: str = "lin", password: str = PASSWORD, source: Source = OFFICE) -> str:
        return (await self.open(username, password, source))[1]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def refusal(attempt: object) -> str:
    with pytest.raises(InputError) as refused:
        await attempt  # type: ignore[misc]  # any coroutine
    return str(refused.value.code)


@pytest.mark.both_databases
async def test_sign_in_read_and_out(desk: Desk) -> None:
    account = await desk.agent()
    session, token = await desk.open(" LIN ")
    read = await desk.sessions.read(token)
    assert read == session
    assert read.agent == account
    assert read.bears(session.csrf)
    assert not read.bears(None)
    assert not read.bears("")
    async with desk.database.read() as transaction:
        stored = (await transaction.execute(select(tables.AgentSession))).scalar_one()
        assert token not in (stored.id, stored.csrf)
        assert PASSWORD not in (await transaction.execute(select(tables.Agent.password_hash))).scalar_one()
    for wrong in (None, "", "x", token + "x", "é", "x" * 10_000, session.id):
        assert await refusal(desk.sessions.read(wrong)) == "signed_out"
    await desk.sessions.end(session.id)
    assert await refusal(desk.sessions.read(token)) == "signed_out"


async def test_nobody_is_there_at_first(desk: Desk) -> None:
    assert await desk.accounts.all() == []
    for username in ("admin", "root", "sa", "uwallet"):
        assert await refusal(desk.sign_in(username, username)) == "wrong_password"


async def test_tokens_are_long_and_never_the_same(desk: Desk) -> None:
    await desk.agent()
    found = [await desk.open() for _ in range(5)]
    tokens = {token for _, token in found} | {session.csrf for session, _ in found}
    assert len(tokens) == 10
    # 256 bits in base 64.
    assert all(len(token) == 43 for token in tokens)


async def test_password_does_not_age(desk: Desk) -> None:
    await desk.agent()
    set_time(now() + timedelta(days=3 * 365))
    try:
        await desk.sign_in()
    finally:
        set_time(None)


async def test_session_ends_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.agent()
    session, token = await desk.open()
    monkeypatch.setattr(sessions_module, "now", lambda: now() + timedelta(hours=11, minutes=59))
    assert await desk.sessions.ended([session.id]) == set()
    monkeypatch.setattr(sessions_module, "now", lambda: now() + timedelta(hours=12, seconds=1))
    assert await refusal(desk.sessions.read(token)) == "signed_out"
    assert await desk.sessions.ended([session.id, "never"]) == {session.id, "never"}


async def test_session_that_nobody_uses_ends(desk: Desk) -> None:
    account = await desk.agent()
    sessions = DeskSessions(desk.database, SignOuts(), hours=12, idle_minutes=60)
    session, token = await desk.open()
    begin = now()
    try:
        for minutes, is_open in ((59, True), (118, True), (118.5, True), (177, True), (238, False)):
            set_time(begin + timedelta(minutes=minutes))
            assert await sessions.ended([session.id]) == (set() if is_open else {session.id})
            assert len(await sessions.all_of(account.id)) == is_open
            if is_open:
                await sessions.use(await sessions.read(token))
        assert await refusal(sessions.read(token)) == "signed_out"
    finally:
        set_time(None)


@pytest.mark.parametrize("username", ["lin", "nobody", "gone", "a\0b", "名字", ""])
async def test_lockout_is_the_same_for_names_that_exist_and_that_do_not(desk: Desk, username: str) -> None:
    await desk.agent("admin", Role.ADMIN)
    await desk.agent("lin")
    gone = await desk.agent("gone")
    await desk.accounts.update(gone.id, enabled=False)
    for _ in range(FREE_ATTEMPTS):
        assert await refusal(desk.sign_in(username, "wrong")) == "wrong_password"
    # The right one is not looked at either.
    assert await refusal(desk.sign_in(username, PASSWORD)) == "locked_out"


@pytest.mark.both_databases
async def test_many_attempts_at_once_count_as_many(desk: Desk) -> None:
    await desk.agent()
    attempts = [desk.sign_in("lin", f"wrong {number}") for number in range(20)]
    found = await asyncio.gather(*attempts, return_exceptions=True)
    codes = [str(error) for error in found]
    assert codes.count("wrong_password") == FREE_ATTEMPTS
    assert codes.count("locked_out") == 20 - FREE_ATTEMPTS


@pytest.mark.parametrize("username", ["lin", "nobody"])
async def test_stranger_locks_nobody_out(desk: Desk, username: str) -> None:
    await desk.agent()
    stranger = Source("address", "198.51.100.9")
    for _ in range(FREE_ATTEMPTS):
        assert await refusal(desk.sign_in(username, "wrong", stranger)) == "wrong_password"
    assert await refusal(desk.sign_in(username, "wrong", stranger)) == "locked_out"
    assert await refusal(desk.sign_in(username, "wrong")) == "wrong_password"
    if username == "lin":
        await desk.sign_in()


async def test_strangers_everywhere_do_not_lock_a_known_device_out(desk: Desk) -> None:
    account = await desk.agent()
    session, _ = await desk.open()
    for number in range(FREE_ATTEMPTS_EVERYWHERE):
        await refusal(desk.sign_in("lin", "wrong", Source("address", f"198.51.100.{number}")))
    # The last resort, against one who has very many addresses.
    assert await refusal(desk.sign_in()) == "locked_out"
    await desk.accounts.change_password(account.id, PASSWORD, "new-9vrt-kkqz", kept_session=session.id)
    for number in range(FREE_ATTEMPTS_EVERYWHERE):
        await refusal(desk.sign_in("lin", "wrong", Source("address", f"198.51.100.{number}")))
    laptop = Source("device", "laptop")
    assert await refusal(desk.sign_in("lin", "wrong", laptop)) == "wrong_password"
    await desk.sign_in("lin", "new-9vrt-kkqz", laptop)
    # A device that was stolen is no way around the lockout.
    for _ in range(FREE_ATTEMPTS):
        await refusal(desk.sign_in("lin", "wrong", laptop))
    assert await refusal(desk.sign_in("lin", "new-9vrt-kkqz", laptop)) == "locked_out"


async def test_right_password_forgives_wrong_ones(desk: Desk) -> None:
    await desk.agent()
    for _ in range(3):
        for _ in range(FREE_ATTEMPTS - 1):
            await refusal(desk.sign_in("lin", "wrong"))
        await desk.sign_in()


async def test_new_password_ends_sessions_and_a_lockout(desk: Desk) -> None:
    account = await desk.agent()
    tokens = [await desk.sign_in() for _ in range(2)]
    for _ in range(FREE_ATTEMPTS):
        await refusal(desk.sign_in("lin", "wrong"))
    given = await desk.accounts.set_password(account.id)
    for token in tokens:
        assert await refusal(desk.sessions.read(token)) == "signed_out"
    assert await refusal(desk.sign_in()) == "wrong_password"
    await desk.sign_in(password=given)
    assert await refusal(desk.accounts.set_password(account.id, "lin lin lin")) == "weak_password"
    assert await refusal(desk.accounts.set_password(99, PASSWORD)) == "not_found"


async def test_own_new_password_keeps_this_session_only(desk: Desk) -> None:
    account = await desk.agent()
    other = await desk.sign_in()
    session, token = await desk.open()
    change = desk.accounts.change_password
    assert await refusal(change(account.id, "wrong", "new-9vrt-kkqz", kept_session=session.id)) == "wrong_password"
    assert await refusal(change(account.id, PASSWORD, "weak", kept_session=session.id)) == "weak_password"
    assert await refusal(change(account.id, PASSWORD, PASSWORD, kept_session=session.id)) == "password_unchanged"
    await change(account.id, PASSWORD, "new-9vrt-kkqz", kept_session=session.id)
    assert (await desk.sessions.read(token)).id == session.id
    assert await refusal(desk.sessions.read(other)) == "signed_out"
    for _ in range(FREE_ATTEMPTS):
        assert await refusal(change(account.id, "wrong", "x", kept_session=session.id)) == "wrong_password"
    assert await refusal(change(account.id, "new-9vrt-kkqz", "x", kept_session=session.id)) == "locked_out"


async def test_disabling_and_another_role_sign_out(desk: Desk) -> None:
    await desk.agent("boss", Role.ADMIN)
    account = await desk.agent()
    token = await desk.sign_in()
    assert (await desk.accounts.update(account.id, name="小林林", max_chats=2)).max_chats == 2
    assert (await desk.sessions.read(token)).agent.name == "小林林"
    await desk.accounts.update(account.id, role=Role.SUPERVISOR)
    assert await refusal(desk.sessions.read(token)) == "signed_out"
    token = await desk.sign_in()
    await desk.accounts.update(account.id, enabled=False)
    assert await refusal(desk.sessions.read(token)) == "signed_out"
    assert await refusal(desk.sign_in()) == "wrong_password"
    await desk.accounts.update(account.id, enabled=True)
    await desk.sign_in()
    assert await refusal(desk.accounts.update(99, name="x")) == "not_found"


@pytest.mark.both_databases
async def test_two_admins_cannot_dismiss_each_other(desk: Desk) -> None:
    first, second = await desk.agent("first", Role.ADMIN), await desk.agent("second", Role.ADMIN)
    found = await asyncio.gather(
        desk.accounts.update(first.id, enabled=False),
        desk.accounts.update(second.id, role=Role.AGENT),
        return_exceptions=True,
    )
    assert sorted(str(getattr(result, "code", "done")) for result in found) == ["done", "last_admin"]


async def test_names_of_accounts(desk: Desk) -> None:
    await desk.agent("lin")
    with pytest.raises(UsernameTakenError, match="'lin' already"):
        await desk.agent("LIN")
    for wrong in ("", "a", "小林", "a b", ".lin", "x" * 65):
        with pytest.raises(AccountError, match="no user name"):
            await desk.agent(wrong)
    assert await refusal(desk.accounts.create("b1", " \u200b", Role.AGENT)) == "empty"
    assert await refusal(desk.accounts.create("b1", "长" * 17, Role.AGENT)) == "too_long"
    found = await asyncio.gather(desk.agent("twin"), desk.agent("twin"), return_exceptions=True)
    assert sum(isinstance(result, UsernameTakenError) for result in found) == 1
    assert [account.username for account in await desk.accounts.all()] == ["lin", "twin"]


@pytest.mark.both_databases
async def test_sign_ins_that_wait_leave_connections_for_others(desk: Desk) -> None:
    if desk.database.is_sqlite:
        # Writers wait in a queue without a connection.
        return
    await desk.agent()
    assert await refusal(desk.sign_in(password="wrong")) == "wrong_password"
    async with asyncio.TaskGroup() as tasks, desk.database.write() as transaction:
        await transaction.execute(select(tables.SignInAttempts).with_for_update())
        waiting = [tasks.create_task(desk.sign_in(source=Source("address", f"10.0.0.{it}"))) for it in range(30)]
        await asyncio.sleep(0.5)
        async with asyncio.timeout(30), desk.database.read() as other:
            assert await other.scalar(select(tables.Agent.username)) == "lin"
    assert all(task.result() for task in waiting)
