"""The load that `turns.py` puts on a bot, for locust: customers who each play one conversation after the other.

LOAD_SECONDS ends the run, or LOAD_TURNS if it is not 0; LOAD_SEED makes it repeatable; the times go to LOAD_OUTPUT.
"""

from __future__ import annotations

import itertools
import json
import os
import time
import uuid
from pathlib import Path

import gevent
from locust import FastHttpUser, events, task
from locust.env import Environment

from benchmarks.conversations import conversations, procedures, questions

# Read now, not while the clock is running.
procedures(), questions()

TIMES: list[float] = []
FAILURES: list[str] = []
CLOCK: list[float] = []
ENVIRONMENTS: list[Environment] = []


class Customer(FastHttpUser):
    """Sends the next message as soon as the answer to the last one is there."""

    # There are no certificates to read: a second for each customer.
    insecure = True
    _numbers = itertools.count(int(os.environ.get("LOAD_SEED", "0")) * 1000)

    def on_start(self) -> None:
        """Draws the conversations of this customer."""
        self._conversations = conversations(next(self._numbers))

    @task
    def play(self) -> None:
        """Plays one conversation."""
        sender = uuid.uuid4().hex
        for text in next(self._conversations):
            self._say(sender, text)

    def _say(self, sender: str, text: str) -> None:
        body = {"sender": sender, "message": text}
        with self.client.post("/webhooks/rest/webhook", json=body, name="turn", catch_response=True) as response:
            if response.status_code != 200 or not response.json():
                response.failure(f"{response.status_code}, answer {response.text!r}")


@events.request.add_listener
def keep_time(response_time: float, exception: Exception | None, **_: object) -> None:
    """Keeps the time of each turn; locust itself rounds to milliseconds."""
    if exception:
        FAILURES.append(str(exception))
    else:
        TIMES.append(response_time)


@events.spawning_complete.add_listener
def begin(user_count: int, **_: object) -> None:
    """Starts the clock when all customers are there, and ends the run when it is time."""
    runner = ENVIRONMENTS[0].runner
    TIMES.clear()
    CLOCK.append(time.perf_counter())
    limit, seconds = int(os.environ["LOAD_TURNS"]), float(os.environ["LOAD_SECONDS"])

    def wait() -> None:
        while len(TIMES) + len(FAILURES) < limit if limit else time.perf_counter() < CLOCK[0] + seconds:
            gevent.sleep(0.05)
        CLOCK.append(time.perf_counter())
        runner.quit()

    gevent.spawn(wait)


@events.init.add_listener
def remember(environment: Environment, **_: object) -> None:
    """Keeps the environment, which `spawning_complete` does not give."""
    ENVIRONMENTS.append(environment)


@events.quitting.add_listener
def write(environment: Environment, **_: object) -> None:
    """Writes the times in milliseconds, the seconds that all of it took, and the failures."""
    result = {"times": TIMES, "seconds": CLOCK[1] - CLOCK[0], "failures": FAILURES[:5], "failed": len(FAILURES)}
    Path(os.environ["LOAD_OUTPUT"]).write_text(json.dumps(result), encoding="utf-8")
