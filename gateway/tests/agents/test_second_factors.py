"""Enrolling, using and losing a second factor, and signing in with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from tests.helpers.clock import Clock
from uwallet_gateway.agents.accounts import Account, Accounts
from uwallet_gateway.agents.lockout import FREE_ATTEMPTS, Source
from uwallet_gateway.agents.passwords import Passwords
from uwallet_gateway.agents.recovery_codes import COUNT, new_codes, normalized
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.second_factors import SecondFactors
from uwallet_gateway.agents.sessions import Browser, DeskSessions
from uwallet_gateway.agents.sign_ins import Pending, SecondStep, SignedIn, SignIns
from uwallet_gateway.agents.sign_outs import SignOuts
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import AuditLog
from uwallet_gateway.clock import now, set_time
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.maintenance.second_factors import renew_second_factors

PASSWORD = "k7mwp-3xq9h-tulip"
OFFICE, HOTEL = Source("address", "203.0.113.7"), Source("address", "198.51.100.9")
KEYS = Keys(["k" * 32])


class Desk:
    """Accounts, factors and sessions on one database; supervisors must have two factors."""

    def __init__(self, database: Database) -> None:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        passwords = Passwords(hasher)
        roles, news = ("supervisor",), SignOuts()
        self.database = database
        self.used = ""
        self.audit = AuditLog(database, KEYS.audit_keys)
        self.accounts = Accounts(database, passwords, news, max_chats=5)
        self.sessions = DeskSessions(database, news, hours=12, idle_minutes=12 * 60, two_factor_roles=roles)
        self.factors = SecondFactors(database, news, KEYS.second_factors, issuer="客服", hasher=hasher)
        self.sign_ins = SignIns(database, passwords, self.sessions, self.factors, two_factor_roles=roles)

    async def agent(self, role: Role = Role.AGENT, username: str = "lin") -> Account:
        return (await self.accounts.create(username, "小林", role, PASSWORD))[0]

    async def sign_in(self, username: str = "lin") -> SignedIn | SecondStep:
        return await self.sign_ins.with_password(username, PASSWORD, OFFICE, Browser())

    async def session(self, username: str = "lin") -> SignedIn:
        outcome = await self.sign_in(username)
        assert isinstance(outcome, SignedIn)
        return outcome

    async def pending(self, username: str = "lin") -> Pending:
        outcome = await self.sign_in(username)
        assert isinstance(outcome, SecondStep)
        return await self.sign_ins.pending(outcome.token)

    async def enrol(self, account: Account, kept: str = "") -> tuple[pyotp.TOTP, list[str]]:
        """The agent's app and recovery codes; `used` is the code that has confirmed it."""
        app = pyotp.TOTP((await self.factors.begin(account)).secret)
        self.used = app.at(now())
        return app, await self.factors.confirm(account, self.used, kept=kept)

    async def send(self, code: str, source: Source = OFFICE) -> SignedIn:
        return await self.sign_ins.with_code(await self.pending(), code, source, Browser())

    async def entries(self, action: Action) -> int:
        async with self.database.read() as transaction:
            row = tables.AuditEntry
            return len(list(await transaction.scalars(select(row).where(row.action == action))))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()
    set_time(None)


async def refusal(attempt: object) -> str:
    with pytest.raises(InputError) as refused:
        await attempt  # type: ignore[misc]  # any coroutine
    return str(refused.value.code)


@pytest.mark.both_databases
async def test_from_enrolment_to_a_session_with_two_factors(desk: Desk, clock: Clock) -> None:
    account = await desk.agent()
    here, there = await desk.session(), await desk.session()
    assert here.session.second_factor is None
    enrolment = await desk.factors.begin(account)
    # Nothing counts before a code has shown that the app has the secret.
    assert (await desk.factors.status(account.id)).enrolled_at is None
    assert await refusal(desk.factors.confirm(account, "000000", kept=here.session.id)) == "wrong_code"
    assert isinstance(await desk.sign_in(), SignedIn)
    app = pyotp.TOTP(enrolment.secret)
    codes = await desk.factors.confirm(account, app.at(now()), kept=here.session.id)
    assert len(codes) == COUNT
    assert (await desk.sessions.read(here.token)).second_factor == "totp"
    assert await refusal(desk.sessions.read(there.token)) == "signed_out"
    assert await desk.factors.enrolled() == {account.id}
    clock.forward(seconds=30)
    signed_in = await desk.send(app.at(now()))
    read = await desk.sessions.read(signed_in.token)
    assert (read.agent, read.method, read.second_factor) == (account, "password", "totp")
    assert await desk.entries(Action.SECOND_FACTOR_ENROLLED) == 1


@pytest.mark.both_databases
async def test_browsers_that_begin_at_one_moment_have_one_secret(desk: Desk) -> None:
    account = await desk.agent()
    begun = await asyncio.gather(*(desk.factors.begin(account) for _ in range(5)))
    async with desk.database.read() as transaction:
        pending = (await transaction.scalars(select(tables.SecondFactor.pending_secret))).one()
    assert KEYS.second_factors.open(str(pending)) in {it.secret for it in begun}


async def test_secret_and_codes_are_not_readable_in_the_database(desk: Desk) -> None:
    account = await desk.agent()
    begun = await desk.factors.begin(account)
    async with desk.database.read() as transaction:
        pending = (await transaction.scalars(select(tables.SecondFactor.pending_secret))).one()
    assert begun.secret not in str(pending)
    codes = await desk.factors.confirm(account, pyotp.TOTP(begun.secret).at(now()), kept="")
    async with desk.database.read() as transaction:
        row = (await transaction.scalars(select(tables.SecondFactor))).one()
        digests = list(await transaction.scalars(select(tables.RecoveryCode.digest)))
    assert row.pending_secret is None
    assert begun.secret not in str(row.secret)
    assert KEYS.second_factors.open(str(row.secret)) == begun.secret
    assert all(digest.startswith("$argon2id$") for digest in digests)
    assert not [code for code in codes if any(code in digest or normalized(code) in digest for digest in digests)]


async def test_password_alone_opens_nothing(desk: Desk) -> None:
    account = await desk.agent()
    await desk.enrol(account)
    outcome = await desk.sign_in()
    assert isinstance(outcome, SecondStep)
    assert await refusal(desk.sessions.read(outcome.token)) == "signed_out"
    assert await desk.sessions.all_of(account.id) == []


@pytest.mark.both_databases
async def test_code_is_used_once_however_many_send_it(desk: Desk, clock: Clock) -> None:
    app, _ = await desk.enrol(await desk.agent())
    # The code that has confirmed the app is used.
    assert await refusal(desk.send(desk.used)) == "wrong_code"
    clock.forward(seconds=60)
    code = app.at(now())
    pending = [await desk.pending() for _ in range(3)]
    attempts = [desk.sign_ins.with_code(step, code, OFFICE, Browser()) for step in pending]
    found = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in found) == ["InputError", "InputError", "SignedIn"]
    clock.forward(seconds=30)
    assert await refusal(desk.send(code)) == "wrong_code"
    await desk.send(app.at(now()))


async def test_wrong_codes_lock_their_source_out_and_nobody_else(desk: Desk, clock: Clock) -> None:
    app, codes = await desk.enrol(await desk.agent())
    clock.forward(seconds=60)
    for wrong in ["000000", "abcde-abcde", "", "x" * 64, "12345"]:
        assert await refusal(desk.send(wrong, HOTEL)) == "wrong_code"
    assert FREE_ATTEMPTS == 5
    assert await refusal(desk.send(app.at(now()), HOTEL)) == "locked_out"
    assert await refusal(desk.send(codes[0], HOTEL)) == "locked_out"
    await desk.send(app.at(now()))


@pytest.mark.both_databases
async def test_recovery_code_is_good_once(desk: Desk) -> None:
    account = await desk.agent()
    _, codes = await desk.enrol(account)
    signed_in = await desk.send(codes[3].upper().replace("-", " "))
    assert signed_in.session.second_factor == "recovery_code"
    assert (await desk.factors.status(account.id)).recovery_codes == COUNT - 1
    assert await refusal(desk.send(codes[3])) == "wrong_code"
    pending = [await desk.pending() for _ in range(3)]
    attempts = [desk.sign_ins.with_code(step, codes[4], OFFICE, Browser()) for step in pending]
    found = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in found) == ["InputError", "InputError", "SignedIn"]
    assert await desk.entries(Action.RECOVERY_CODE_USED) == 2
    fresh = await desk.factors.renew_recovery_codes(account)
    assert await refusal(desk.send(codes[5])) == "wrong_code"
    await desk.send(fresh[5])


async def test_second_step_is_short_and_good_once(desk: Desk, clock: Clock) -> None:
    app, _ = await desk.enrol(await desk.agent())
    outcome = await desk.sign_in()
    assert isinstance(outcome, SecondStep)
    for wrong in (None, "", outcome.token + "x", "x" * 200):
        assert await refusal(desk.sign_ins.pending(wrong)) == "signed_out"
    clock.forward(minutes=14)
    pending = await desk.sign_ins.pending(outcome.token)
    await desk.sign_ins.with_code(pending, app.at(now()), OFFICE, Browser())
    assert await refusal(desk.sign_ins.pending(outcome.token)) == "signed_out"
    clock.forward(seconds=30)
    assert await refusal(desk.sign_ins.with_code(pending, app.at(now()), OFFICE, Browser())) == "signed_out"
    late = await desk.sign_in()
    assert isinstance(late, SecondStep)
    clock.forward(minutes=16)
    assert await refusal(desk.sign_ins.pending(late.token)) == "signed_out"


@pytest.mark.parametrize("change", ["password", "role", "disabled", "reset", "sign_out"])
async def test_what_ends_sessions_ends_half_a_sign_in(desk: Desk, clock: Clock, change: str) -> None:
    account = await desk.agent()
    await desk.agent(Role.ADMIN, "boss")
    app, _ = await desk.enrol(account)
    clock.forward(seconds=30)
    pending = await desk.pending()
    if change == "password":
        await desk.accounts.set_password(account.id)
    elif change == "reset":
        await desk.factors.reset(account.id)
    elif change == "sign_out":
        await desk.sessions.end_all(account.id)
    elif change == "role":
        await desk.accounts.update(account.id, role=Role.SUPERVISOR)
    else:
        await desk.accounts.update(account.id, enabled=False)
    found = await refusal(desk.sign_ins.with_code(pending, app.at(now()), OFFICE, Browser()))
    assert found == ("wrong_code" if change == "reset" else "signed_out")


async def test_password_that_is_reset_leaves_the_factor(desk: Desk, clock: Clock) -> None:
    account = await desk.agent()
    app, _ = await desk.enrol(account)
    clock.forward(seconds=30)
    given = await desk.accounts.set_password(account.id)
    outcome = await desk.sign_ins.with_password("lin", given, OFFICE, Browser())
    assert isinstance(outcome, SecondStep)
    pending = await desk.sign_ins.pending(outcome.token)
    assert (await desk.sign_ins.with_code(pending, app.at(now()), OFFICE, Browser())).session.second_factor == "totp"


async def test_who_must_have_a_factor_enrols_first(desk: Desk, clock: Clock) -> None:
    account = await desk.agent(Role.SUPERVISOR)
    pending = await desk.pending()
    assert pending.step == "enrolment"
    assert await refusal(desk.sign_ins.with_code(pending, "123456", OFFICE, Browser())) == "signed_out"
    other = await desk.pending()
    stale = await desk.sign_ins.begin_enrolment(other)
    app = pyotp.TOTP((await desk.sign_ins.begin_enrolment(pending)).secret)
    # The newest secret is the one that counts.
    assert await refusal(desk.sign_ins.confirm_enrolment(other, pyotp.TOTP(stale.secret).at(now()), Browser()))
    signed_in, codes = await desk.sign_ins.confirm_enrolment(pending, app.at(now()), Browser())
    assert len(codes) == COUNT
    assert (await desk.sessions.read(signed_in.token)).second_factor == "totp"
    # A password does not replace a factor.
    assert await refusal(desk.sign_ins.begin_enrolment(other)) == "signed_out"
    clock.forward(seconds=30)
    await desk.send(app.at(now()))
    await desk.factors.reset(account.id)
    assert (await desk.pending()).step == "enrolment"


async def test_session_from_before_the_rule_is_none(desk: Desk) -> None:
    account = await desk.agent()
    signed_in = await desk.session()
    strict = DeskSessions(desk.database, SignOuts(), hours=12, idle_minutes=12 * 60, two_factor_roles=("agent",))
    assert await refusal(strict.read(signed_in.token)) == "signed_out"
    assert await strict.ended([signed_in.session.id]) == {signed_in.session.id}
    await desk.enrol(account, kept=signed_in.session.id)
    assert (await strict.read(signed_in.token)).agent == account


async def test_renewed_app_replaces_the_old_one_when_it_is_confirmed(desk: Desk, clock: Clock) -> None:
    account = await desk.agent()
    old, _ = await desk.enrol(account)
    begun = await desk.factors.begin(account)
    clock.forward(seconds=30)
    await desk.send(old.at(now()))
    clock.forward(minutes=16)
    assert await refusal(desk.factors.confirm(account, pyotp.TOTP(begun.secret).at(now()), kept="")) == "conflict"
    new, _ = await desk.enrol(account)
    clock.forward(seconds=30)
    assert await refusal(desk.send(old.at(now()))) == "wrong_code"
    await desk.send(new.at(now()))


async def test_factor_that_is_given_up_or_reset_is_gone(desk: Desk) -> None:
    account = await desk.agent()
    here = await desk.session()
    await desk.enrol(account, kept=here.session.id)
    await desk.factors.remove(account, kept_session=here.session.id)
    assert (await desk.sessions.read(here.token)).second_factor is None
    await desk.session()
    await desk.enrol(account, kept=here.session.id)
    for _ in range(FREE_ATTEMPTS):
        await refusal(desk.send("000000"))
    await desk.factors.reset(account.id)
    assert await refusal(desk.sessions.read(here.token)) == "signed_out"
    status = await desk.factors.status(account.id)
    assert (status.enrolled_at, status.recovery_codes) == (None, 0)
    _, codes = await desk.enrol(account)
    await desk.send(codes[0])
    assert await refusal(desk.factors.reset(99)) == "not_found"
    assert await desk.entries(Action.SECOND_FACTOR_REMOVED) == 1
    assert await desk.entries(Action.SECOND_FACTOR_RESET) == 1


async def test_secret_under_a_former_key_is_sealed_anew(desk: Desk) -> None:
    account = await desk.agent()
    await desk.enrol(account)
    both, alone = Keys(["n" * 32, "k" * 32]).second_factors, Keys(["n" * 32]).second_factors
    assert await renew_second_factors(desk.database, alone) == 0
    assert await renew_second_factors(desk.database, both) == 1
    assert await renew_second_factors(desk.database, both) == 0
    async with desk.database.read() as transaction:
        stored = (await transaction.scalars(select(tables.SecondFactor.secret))).one()
    assert alone.open(str(stored))


def test_recovery_codes_are_different_and_can_be_read_out() -> None:
    codes = [code for _ in range(20) for code in new_codes()]
    assert len(set(codes)) == 200
    assert not [code for code in codes if set(code) & set("il1o0 ")]
