"""Circuit breaker.

Our own, because the maintained libraries (purgatory, circuitbreaker) let every waiting call through at once when they
try again, against a service that has just come up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum


class CircuitState(StrEnum):
    """Whether calls are let through: all, none, or a single one that tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after several failures in a row; after a pause lets one call try, and closes when it succeeds.

    The pause doubles with each try that fails. Results of calls that began before the circuit opened say nothing about
    now and are not counted.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        pause: float = 1.0,
        longest_pause: float = 8.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts closed.

        Args:
            failures: How many in a row open it.
            pause: Seconds until the first try.
            longest_pause: Seconds between two tries at most.
            clock: Returns seconds that only grow.
        """
        self._failures_to_open = failures
        self._first_pause = pause
        self._longest_pause = longest_pause
        self._clock = clock
        self._state = CircuitState.CLOSED
        self._failures = 0
        self._pause = pause
        self._try_at = 0.0
        self._ticket = 0

    @property
    def state(self) -> CircuitState:
        """The state; an open circuit stays open until a call tries."""
        return self._state

    def enter(self) -> int | None:
        """Asks to call.

        Returns:
            A ticket to hand to exactly one of `succeed`, `fail`, `abandon`; None if the call must not be made.
        """
        if self._state is CircuitState.CLOSED:
            return self._ticket
        if self._state is CircuitState.HALF_OPEN or self._clock() < self._try_at:
            return None
        self._state = CircuitState.HALF_OPEN
        self._ticket += 1
        return self._ticket

    def succeed(self, ticket: int) -> None:
        """The call was answered."""
        if ticket != self._ticket:
            return
        self._failures = 0
        if self._state is CircuitState.HALF_OPEN:
            self._state = CircuitState.CLOSED
            self._pause = self._first_pause
            self._ticket += 1

    def fail(self, ticket: int) -> None:
        """The call failed in a way that says something about the service."""
        if ticket != self._ticket:
            return
        if self._state is CircuitState.HALF_OPEN:
            self._pause = min(self._pause * 2, self._longest_pause)
            self._open(self._pause)
        else:
            self._failures += 1
            if self._failures >= self._failures_to_open:
                self._open(self._first_pause)

    def try_now(self) -> None:
        """Lets the next call try at once: the service was seen to be there again."""
        if self._state is CircuitState.OPEN:
            self._try_at = self._clock()

    def abandon(self, ticket: int) -> None:
        """The call ended without saying anything about the service, by being cancelled for example."""
        if ticket == self._ticket and self._state is CircuitState.HALF_OPEN:
            self._open(0.0)

    def _open(self, pause: float) -> None:
        self._state = CircuitState.OPEN
        self._failures = 0
        self._try_at = self._clock() + pause
        self._ticket += 1
