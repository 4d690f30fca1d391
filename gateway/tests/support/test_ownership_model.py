"""Users, agents, supervisors, late replies, timers, two processes and kills, in any order and at the same time.

Hypothesis makes up what they do; after every step the database is read and asked whether two had a conversation at
once, or the bot spoke while an agent had it. In the end every conversation that waited has come to an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import uuid
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import event, select

from tests.conftest import SettingsFactory
from tests.helpers.databases import PostgresqlServer, create_sqlite
from tests.helpers.extent import LONG, examples
from tests.helpers.office import MONDAY, Office
from tests.support.conftest import build_office
from tests.support.transcript_check import check_everything
from uwallet_gateway import clock
from uwallet_gateway.database import tables
from uwallet_gateway.errors import InputError
from uwallet_gateway.settings import Settings
from uwallet_gateway.turns.conversations import Incoming

USERS, AGENTS, PROCESSES = 3, 3, 2
WORDS = ("你好", "转人工", "转人工：account_compromised", "不等了", "我的工单怎么样了")
PAYLOADS = ("/support_leave_queue", "/support_keep_waiting", "/support_leave_message")
SECONDS = (1, 31, 125, 310, 620)

_process = st.integers(0, PROCESSES - 1)
_user = st.integers(0, USERS - 1)
_agent = st.integers(0, AGENTS - 1)
# Who does what, where; an action with a user is about the newest ticket of that user.
_actions = st.one_of(
    st.tuples(st.just("say"), _process, _user, st.sampled_from(WORDS)),
    st.tuples(st.just("say_twice"), _process, _user, st.sampled_from(WORDS)),
    st.tuples(st.just("press"), _process, _user, st.sampled_from(PAYLOADS)),
    st.tuples(st.just("leave_queue"), _process, _user, st.none()),
    st.tuples(st.just("leave_message"), _process, _user, st.none()),
    st.tuples(st.just("rate"), _process, _user, st.integers(1, 5)),
    st.tuples(st.just("claim"), _process, _user, _agent),
    st.tuples(st.just("claim"), _process, _user, _agent),
    st.tuples(st.just("assign"), _process, _user, _agent),
    st.tuples(st.just("agent_says"), _process, _user, _agent),
    st.tuples(st.just("transfer"), _process, _user, st.tuples(_agent, st.none() | _agent)),
    st.tuples(st.just("return_to_bot"), _process, _user, _agent),
    st.tuples(st.just("close"), _process, _user, st.tuples(_agent, st.sampled_from(["solved", "spam"]))),
    st.tuples(st.just("follow_up"), _process, _user, st.tuples(_agent, st.none() | _agent)),
    st.tuples(st.just("agent_goes"), _process, st.just(0), _agent),
    st.tuples(st.just("agent_comes"), _process, st.just(0), _agent),
    st.tuples(st.just("round"), _process, st.just(0), st.none()),
)


class Steps:
    """How much was done, over all examples."""

    actions = 0
    kills = 0
    examples = 0


class SupportModel(RuleBasedStateMachine):
    """Everybody at once; made for one database by `_machine`."""

    make_settings: Callable[[], Settings]

    def __init__(self) -> None:
        super().__init__()
        Steps.examples += 1
        clock.set_time(MONDAY)
        self._runner = asyncio.Runner()
        self._client_ids = itertools.count(1)
        # What users have sent and not been acknowledged: their clients send it again.
        self._unacknowledged: list[tuple[int, Incoming]] = []
        self._acknowledged: list[tuple[int, str]] = []
        self._automatic = False
        self._offices: list[Office] = []

    def _run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(coroutine)

    @initialize(automatic=st.booleans())
    def begin(self, automatic: bool) -> None:
        """Two processes, three users, three agents who are there."""
        self._automatic = automatic
        self._settings = (
            type(self).make_settings().model_copy(update={"assignment": "automatic" if automatic else "manual"})
        )
        self._run(self._begin())

    async def _begin(self) -> None:
        # Of a process that is being killed: statements and commits that it still comes to.
        self._statements_left: dict[Office, int] = {}
        self._offices = [self._start() for _ in range(PROCESSES)]
        self._users = [await self._offices[0].user() for _ in range(USERS)]
        names = ("小林", "小王", "小陈")
        self._agents = [await self._offices[0].agent(names[index], max_chats=2) for index in range(AGENTS)]
        self._boss = await self._offices[0].agent("主管", online=False, role="supervisor")

    def _start(self) -> Office:
        office = build_office(self._settings)
        office.engine.hold = True
        engine = office.services.database.engine.sync_engine

        def count(*_: object) -> None:
            left = self._statements_left.get(office)
            if left is not None:
                if left <= 0:
                    msg = "the process is dead"
                    raise ConnectionResetError(msg)
                self._statements_left[office] = left - 1

        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", count)
        return office

    @rule(actions=st.lists(_actions, min_size=1, max_size=4))
    def act(self, actions: list[tuple[str, int, int, Any]]) -> None:
        """All of these at the same time."""
        self._run(self._together(actions))

    @rule(actions=st.lists(_actions, min_size=1, max_size=3), process=_process, after=st.integers(0, 25))
    def kill(self, actions: list[tuple[str, int, int, Any]], process: int, after: int) -> None:
        """A process is killed in the middle of these, and started again."""
        self._run(self._kill(actions, process, after))

    @rule(process=_process)
    def release(self, process: int) -> None:
        """The engine answers what this process has asked."""
        self._run(self._release(process))

    @rule(actions=st.lists(_actions, min_size=1, max_size=3), process=_process)
    def release_among(self, actions: list[tuple[str, int, int, Any]], process: int) -> None:
        """The engine answers while others act."""
        self._offices[process].engine.release()
        self._run(self._together(actions))

    @rule(seconds=st.sampled_from(SECONDS))
    def pass_time(self, seconds: int) -> None:
        """Time goes by, and every process makes its rounds, all at once."""
        self._run(self._pass_time(seconds))

    def teardown(self) -> None:
        """Every conversation that waits comes to an end, and every message is there once."""
        try:
            if self._offices:
                self._run(self._end())
        finally:
            # After a failure, too: what is left open would fail the test that comes next.
            self._run(self._close())
            self._runner.close()
            clock.set_time(None)

    async def _together(self, actions: list[tuple[str, int, int, Any]]) -> None:
        await asyncio.gather(*(self._do(*action) for action in actions))
        await self._check()

    async def _kill(self, actions: list[tuple[str, int, int, Any]], process: int, after: int) -> None:
        Steps.kills += 1
        office = self._offices[process]
        self._statements_left[office] = after
        # A client that sends to two processes would be killed with the one.
        here = [("say" if kind == "say_twice" else kind, process, user, what) for kind, _, user, what in actions]
        await asyncio.gather(*(self._do(*action, acknowledged=False) for action in here), return_exceptions=True)
        self._statements_left[office] = 0
        for timer in itertools.chain.from_iterable(office.services.dispatcher._timers.values()):
            timer.cancel()
        office.services.dispatcher._stopping = True
        # What the engine answers a dead process is stored nowhere.
        office.engine.hold = False
        office.engine.release()
        await office.settled()
        await office.services.database.close()
        self._offices[process] = started = self._start()
        await started.services.dispatcher.recover()
        await self._check()

    async def _release(self, process: int) -> None:
        # What is asked while these are answered waits for the next time.
        self._offices[process].engine.release()
        for _ in range(20):
            await asyncio.sleep(0.001)
        await self._check()

    async def _pass_time(self, seconds: int) -> None:
        clock.set_time(clock.now() + timedelta(seconds=seconds))
        for office in self._offices:
            await office.presence.renew()
        await asyncio.gather(*(office.round() for office in self._offices))
        await self._check()

    async def _check(self) -> None:
        await check_everything(self._offices[0].services.database)

    async def _do(self, kind: str, process: int, user: int, what: Any, *, acknowledged: bool = True) -> None:
        Steps.actions += 1
        office, conversation_id = self._offices[process], self._users[user]
        with contextlib.suppress(InputError):
            if kind in {"say", "say_twice", "press"}:
                pressed = kind == "press"
                incoming = Incoming(what, "payload" if pressed else "text", f"c{next(self._client_ids)}")
                await self._send(process, user, incoming, twice=kind == "say_twice", acknowledged=acknowledged)
            elif kind == "leave_queue":
                await office.users.leave_queue(conversation_id)
            elif kind == "leave_message":
                await office.users.leave_message(conversation_id, text="没到账", contact="13800138000")
            elif kind == "agent_goes":
                await self._go(office, self._agents[what])
            elif kind == "agent_comes":
                await office.presence.connected(self._agents[what])
                await office.presence.choose(self._agents[what], "online")
            elif kind == "round":
                await office.round()
            else:
                await self._at_the_desk(kind, office, conversation_id, what)

    async def _at_the_desk(self, kind: str, office: Office, conversation_id: str, what: Any) -> None:
        ticket_id = await self._newest_ticket(office, conversation_id)
        if ticket_id is None:
            return
        if kind == "rate":
            number = (await office.tickets.ticket(ticket_id)).number
            await office.users.rate(conversation_id, ticket=number, rating=what)
        elif kind == "claim":
            await office.agents.claim(ticket_id, self._agents[what])
        elif kind == "assign":
            await office.agents.assign(ticket_id, self._agents[what], by=self._boss)
        elif kind == "agent_says":
            await office.agents.say(ticket_id, self._agents[what], text="您好", client_id=f"a{next(self._client_ids)}")
        elif kind == "transfer":
            to = None if what[1] is None else self._agents[what[1]]
            await office.agents.transfer(ticket_id, self._agents[what[0]], to=to)
        elif kind == "follow_up":
            to = None if what[1] is None else self._agents[what[1]]
            due_at = clock.now() + timedelta(minutes=5)
            await office.agents.follow_up(ticket_id, self._agents[what[0]], due_at=due_at, to=to)
        elif kind == "return_to_bot":
            await office.agents.return_to_bot(ticket_id, self._agents[what])
        else:
            await office.agents.close(ticket_id, self._agents[what[0]], disposition=what[1])

    async def _send(
        self, process: int, user: int, incoming: Incoming, *, twice: bool, acknowledged: bool = True
    ) -> None:
        """What a client does: it keeps the message until it is acknowledged or refused."""
        self._unacknowledged.append((user, incoming))
        places = [process, 1 - process] if twice else [process]
        sent = await asyncio.gather(
            *(self._offices[place].services.conversations.say(self._users[user], incoming) for place in places),
            return_exceptions=True,
        )
        for outcome in sent:
            if isinstance(outcome, BaseException) and not isinstance(outcome, InputError):
                raise outcome
        if not acknowledged:
            return
        self._unacknowledged.remove((user, incoming))
        if not isinstance(sent[0], BaseException):
            self._acknowledged.append((user, str(incoming.client_id)))

    @staticmethod
    async def _go(office: Office, agent_id: int) -> None:
        office.presence._connections.pop(agent_id, None)
        await office.leave(agent_id)

    @staticmethod
    async def _newest_ticket(office: Office, conversation_id: str) -> int | None:
        async with office.services.database.read() as transaction:
            found: int | None = await transaction.scalar(
                select(tables.Ticket.id)
                .where(tables.Ticket.conversation_id == conversation_id)
                .order_by(tables.Ticket.id.desc())
                .limit(1)
            )
        return found

    async def _end(self) -> None:
        for office in self._offices:
            office.engine.hold = False
            office.engine.release()
        for user, incoming in list(self._unacknowledged):
            with contextlib.suppress(InputError):
                await self._send(0, user, incoming, twice=False)
        for _ in range(2):
            for office in self._offices:
                await office.settled()
        for office, agent_id in itertools.product(self._offices, self._agents):
            await self._go(office, agent_id)
        # Longer than any of the rules of time, one after the other.
        for _ in range(4):
            await self._pass_time(620)
        await self._check_that_all_has_ended()

    async def _close(self) -> None:
        for office in self._offices:
            office.engine.hold = False
            office.engine.release()
            await office.services.dispatcher.drain(5)
            await office.services.close()

    async def _check_that_all_has_ended(self) -> None:
        async with self._offices[0].services.database.read() as transaction:
            tickets = (await transaction.scalars(select(tables.Ticket))).all()
            messages = (await transaction.scalars(select(tables.Message))).all()
        for ticket in tickets:
            assert ticket.status != "queued"
            # An agent may keep what was left for them until the user is back.
            assert ticket.status != "active" or ticket.message is not None or ticket.due_at is not None
        assert all(message.state != "received" for message in messages)
        stored = {(message.conversation_id, message.client_id) for message in messages}
        assert all((self._users[user], client_id) in stored for user, client_id in self._acknowledged)


@pytest.fixture
def _quiet() -> Iterator[None]:
    # Killed processes log an error for each of their tasks, and drawing it takes longer than all the rest.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_never_two_owners_and_never_the_bot_beside_an_agent(
    kind: str,
    request: pytest.FixtureRequest,
    make_settings: SettingsFactory,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    server: PostgresqlServer | None = request.getfixturevalue("postgresql") if kind == "postgresql" else None

    def address() -> str:
        if server:
            return asyncio.run(server.create())
        path = tmp_path / f"{uuid.uuid4().hex}.db"
        create_sqlite(path)
        return f"sqlite:///{path}"

    class Machine(SupportModel):
        make_settings = staticmethod(lambda: make_settings(database_url=address()))

    Steps.actions = Steps.kills = Steps.examples = 0
    run_state_machine_as_test(
        Machine,
        settings=settings(
            # Statements are the same on both databases, locks are not: PostgreSQL shows its own with fewer.
            max_examples=examples(2 if server else 4, 40),
            # The same ones each time, so that nobody's change fails by somebody else's mistake; the long run looks on.
            derandomize=not LONG,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Without shrinking: what is found is printed as it is, instead of after many minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
    record_property("steps", Steps.actions)
    with capsys.disabled():
        print(f"\n{kind}: {Steps.examples} examples, {Steps.actions} actions, {Steps.kills} kills")
