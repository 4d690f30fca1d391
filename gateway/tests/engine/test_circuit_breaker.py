"""A service that fails is left alone, and found again."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from uwallet_gateway.engine.circuit_breaker import CircuitBreaker, CircuitState


class Clock:
    """Time that passes when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def made(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures=3, pause=1.0, longest_pause=4.0, clock=clock)


def state_of(breaker: CircuitBreaker) -> CircuitState:
    """Returns the state; mypy takes two looks at a property for one."""
    return breaker.state


def entered(breaker: CircuitBreaker) -> int:
    ticket = breaker.enter()
    assert ticket is not None
    return ticket


def opened(clock: Clock) -> CircuitBreaker:
    breaker = made(clock)
    for _ in range(3):
        breaker.fail(entered(breaker))
    assert state_of(breaker) is CircuitState.OPEN
    return breaker


def test_stays_closed_while_failures_are_not_in_a_row() -> None:
    breaker = made(Clock())
    for _ in range(10):
        breaker.fail(entered(breaker))
        breaker.fail(entered(breaker))
        breaker.succeed(entered(breaker))
    assert state_of(breaker) is CircuitState.CLOSED


def test_opens_after_failures_in_a_row_and_lets_nothing_through() -> None:
    breaker = opened(Clock())
    assert breaker.enter() is None


def test_lets_one_call_try_at_once_when_it_is_seen_to_be_back() -> None:
    breaker = opened(Clock())
    breaker.try_now()
    entered(breaker)
    assert breaker.enter() is None


def test_lets_one_call_try_after_the_pause() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 0.99
    assert breaker.enter() is None
    clock.now += 0.01
    ticket = entered(breaker)
    assert state_of(breaker) is CircuitState.HALF_OPEN
    assert breaker.enter() is None
    breaker.succeed(ticket)
    assert state_of(breaker) is CircuitState.CLOSED
    assert breaker.enter() is not None


def test_waits_longer_after_each_try_that_fails_and_forgets_it_after_success() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1
    for pause in (2, 4, 4, 4):
        breaker.fail(entered(breaker))
        clock.now += pause - 0.01
        assert breaker.enter() is None
        clock.now += 0.01
    breaker.succeed(entered(breaker))
    for _ in range(3):
        breaker.fail(entered(breaker))
    clock.now += 1
    assert breaker.enter() is not None


def test_a_try_that_is_given_up_leaves_room_for_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 1
    breaker.abandon(entered(breaker))
    assert state_of(breaker) is CircuitState.OPEN
    assert breaker.enter() is not None


def test_calls_from_before_say_nothing_about_now() -> None:
    clock = Clock()
    breaker = made(clock)
    early = [entered(breaker) for _ in range(6)]
    for ticket in early[:3]:
        breaker.fail(ticket)
    breaker.succeed(early[3])
    assert state_of(breaker) is CircuitState.OPEN
    clock.now += 1
    probe = entered(breaker)
    breaker.fail(early[4])
    breaker.abandon(early[5])
    assert state_of(breaker) is CircuitState.HALF_OPEN
    breaker.succeed(probe)
    assert state_of(breaker) is CircuitState.CLOSED


class Calls(RuleBasedStateMachine):
    """Calls that begin and end in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = made(self.clock)
        self.running: list[int] = []
        self.tries: list[int] = []

    @rule()
    def begin(self) -> None:
        ticket = self.breaker.enter()
        if ticket is None:
            return
        self.running.append(ticket)
        if self.breaker.state is CircuitState.HALF_OPEN:
            self.tries.append(ticket)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), end=st.sampled_from(["succeed", "fail", "abandon"]))
    def end(self, data: st.DataObject, end: str) -> None:
        ticket = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        getattr(self.breaker, end)(ticket)
        if ticket in self.tries:
            self.tries.remove(ticket)

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def one_call_tries(self) -> None:
        assert len(self.tries) <= 1
        assert (self.breaker.state is CircuitState.HALF_OPEN) == bool(self.tries)

    def teardown(self) -> None:
        """Whatever happened, it recovers by itself."""
        for ticket in self.running:
            self.breaker.succeed(ticket)
        self.clock.now += 4
        self.breaker.succeed(entered(self.breaker))
        assert self.breaker.state is CircuitState.CLOSED


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=100, stateful_step_count=40)
