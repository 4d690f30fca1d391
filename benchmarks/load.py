"""The load that `turns.py` puts on a bot, for locust: customers who each play one conversation after the other.

LOAD_TURNS ends the run after that many turns, LOAD_SEED makes it repeatable, LOAD_OUTPUT is the file for the times.
"""

from __future__ import annotations

import itertools
import json
import os
import uuid
from pathlib import Path

from locust import FastHttpUser, events, task
from locust.env import Environment

from benchmarks.conversations import conversations, procedures, questions

# Read now, not while the clock is running.
procedures(), questions()

TIMES: list[float] = []
FAILURES: list[str] = []


class Customer(FastHttpUser):
    """Sends the next message as soon as the answer to the last one is there."""

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


@events.test_start.add_listener
def stop_after(environment: Environment, **_: object) -> None:
    """Ends the run after LOAD_TURNS turns, if that is set."""
    limit = int(os.environ.get("LOAD_TURNS", "0"))

    def count(**_: object) -> None:
        if limit and len(TIMES) + len(FAILURES) >= limit and environment.runner:
            environment.runner.quit()

    environment.events.request.add_listener(count)


@events.quitting.add_listener
def write(environment: Environment, **_: object) -> None:
    """Writes the times in milliseconds and the failures."""
    result = {"times": TIMES, "failures": FAILURES[:5], "failed": len(FAILURES)}
    Path(os.environ["LOAD_OUTPUT"]).write_text(json.dumps(result), encoding="utf-8")
