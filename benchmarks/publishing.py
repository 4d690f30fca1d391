"""Publishes knowledge and rolls it back while conversations are under way, and checks every answer.

Usage: python -m benchmarks.publishing (`make bench-publishing`). The real gateway and two engine processes on one store
run on this machine; the second engine is started after the first publication. Each user walks through 找回密码, asks
the question that is being changed in the middle of it, and goes on. A round changes the answer and the text of a step,
checks, publishes, and rolls back. A message without an answer is dropped; an answer is confused if it is another step
than the next one, or a text that was not published when the message was sent or answered. Results:
benchmarks/results/publishing.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.unlimited import UNLIMITED
from scripts.local import HOST, ROOT, free_port
from scripts.processes import Process
from scripts.stack import DEMONSTRATION_SITE, START_SECONDS, Stack

RESULTS = ROOT / "benchmarks" / "results" / "publishing.md"
# Few of the stored conversations: while everybody talks, users come first, and all of them would take minutes.
SET = ROOT / "tests" / "conversations" / "evaluation" / "example.yml"
CONVERSATIONS = 100
ROUNDS = 10
# Seconds between two messages of a user.
THINKS = (15.0, 35.0)
SEED = 7
QUESTION = "话费充错号码怎么办"
FAQ = "wrong_number"
_STEP = re.compile(r"第(\d)步")
_ANSWER = re.compile(r"答案(\d+)号")
# After a rollback the answer is another one or none: what version 1 says to the question.
_NO_VERSION = 0


@dataclass
class Publications:
    """Which answers may be given: those of versions that were served at some time since the message was sent."""

    # When each began to be published, and which answer it has.
    begun: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, _NO_VERSION)])
    # When the gateway had said that it is done; other processes follow within this time.
    grace: float = 2.5
    ended: list[float] = field(default_factory=lambda: [0.0])

    def begin(self, answer: int) -> None:
        """Notes that an answer is being published."""
        self.begun.append((time.monotonic(), answer))

    def end(self) -> None:
        """Notes that it is."""
        self.ended.append(time.monotonic())

    def allowed(self, sent: float, answered: float) -> set[int]:
        """Returns the answers that may be given to a message."""
        allowed = set()
        for number, (begun, answer) in enumerate(self.begun):
            over = self.ended[number + 1] + self.grace if number + 1 < len(self.ended) else float("inf")
            if begun <= answered and sent <= over:
                allowed.add(answer)
        return allowed


@dataclass
class Outcome:
    """What became of all messages."""

    messages: int = 0
    dropped: list[str] = field(default_factory=list)
    confused: list[str] = field(default_factory=list)
    walks: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)


class User:
    """A visitor who walks through a procedure again and again."""

    def __init__(self, http: aiohttp.ClientSession, seed: int, publications: Publications, outcome: Outcome) -> None:
        """Says nothing yet."""
        self._http = http
        self._random = random.Random(seed)
        self._publications = publications
        self._outcome = outcome
        self._headers: dict[str, str] = {}

    async def talk(self, until: asyncio.Event) -> None:
        """Walks until `until` is set, and to the end of the walk under way."""
        await asyncio.sleep(self._random.uniform(0, THINKS[1]))
        while not until.is_set():
            async with self._http.post("/api/v1/sessions", json={"site": DEMONSTRATION_SITE}) as response:
                opened = await response.json()
                if response.status >= 300:
                    self._outcome.dropped.append(f"no session: {response.status} {opened}")
                    continue
                self._headers = {"Authorization": f"Bearer {opened['token']}"}
            await self._walk()
            self._outcome.walks += 1

    async def _walk(self) -> None:
        asked_at = self._random.choice((1, 2, 3))
        await self._step("我忘记密码了", 1)
        for step in (1, 2, 3):
            if step == asked_at:
                await self._ask()
            await self._step("好了，下一步", step + 1)

    async def _step(self, text: str, expected: int) -> None:
        reply, _, _ = await self._say(text)
        if reply is None:
            return
        steps = _STEP.findall(reply)
        if not steps or int(steps[-1]) != expected:
            self._outcome.confused.append(f"{text}: step {steps} instead of {expected}: {reply[:80]}")

    async def _ask(self) -> None:
        reply, sent, answered = await self._say(QUESTION)
        if reply is None:
            return
        found = _ANSWER.search(reply)
        answer = int(found[1]) if found else _NO_VERSION
        self._outcome.answers[answer] += 1
        allowed = self._publications.allowed(sent, answered)
        if answer not in allowed:
            self._outcome.confused.append(f"answer {answer}, expected one of {sorted(allowed)}: {reply[:80]}")

    async def _say(self, text: str) -> tuple[str | None, float, float]:
        await asyncio.sleep(self._random.uniform(*THINKS))
        sent = time.monotonic()
        self._outcome.messages += 1
        try:
            async with self._http.post("/api/v1/messages", json={"text": text}, headers=self._headers) as response:
                body = await response.json()
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self._outcome.dropped.append(f"{text}: {error!r}")
            return None, sent, time.monotonic()
        replies = [reply for reply in body.get("replies") or () if reply["author"] == "bot"]
        if status < 300 and not replies:
            # The request waits for eight seconds; on a busy machine an answer may come later.
            replies = await self._later(int(body["message"]["id"]))
        answered = time.monotonic()
        self._outcome.milliseconds.append(1000 * (answered - sent))
        if status >= 300 or not replies:
            self._outcome.dropped.append(f"{text}: {status} {str(body)[:200]}")
            return None, sent, answered
        return "\n".join(reply["text"] or "" for reply in replies), sent, answered

    async def _later(self, message_id: int) -> list[dict[str, Any]]:
        for _ in range(60):
            await asyncio.sleep(1)
            wanted = {"after": str(message_id), "limit": "20"}
            async with self._http.get("/api/v1/messages", params=wanted, headers=self._headers) as response:
                body = await response.json()
            replies = [reply for reply in body.get("messages") or () if reply["author"] == "bot"]
            if replies:
                return replies
        return []


class Desk:
    """A publisher at the desk."""

    def __init__(self, http: aiohttp.ClientSession, csrf: str) -> None:
        """Keeps the session."""
        self._http = http
        self._csrf = csrf

    @classmethod
    async def sign_in(cls, http: aiohttp.ClientSession, username: str, password: str) -> Desk:
        """Signs in."""
        credentials = {"username": username, "password": password}
        async with http.post("/desk/api/session", json=credentials) as response:
            return cls(http, str((await response.json())["csrf"]))

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Sends a request that must succeed."""
        headers = {"X-CSRF-Token": self._csrf}
        async with self._http.request(method, f"/desk/api/knowledge{path}", json=body, headers=headers) as response:
            text = await response.text()
            if response.status >= 300:
                raise RuntimeError(f"{method} {path}: {response.status} {text[:500]}")
            return await response.json() if text else None

    async def change(self, number: int) -> None:
        """Changes the answer to the question, and the text of a step."""
        entries = {entry["id"]: entry for entry in (await self.call("GET", "/entries?kind=faq"))["entries"]}
        known = entries.get(FAQ)
        is_there = known is not None and known["change"] != "removed"
        value = {
            "category": "payment",
            "question": QUESTION,
            "similar": ["话费打到别人号上了", "手机号充错了能追回吗", "充值输错号码了"],
            "answer": f"这是答案{number}号。",
            "source": "客服手册",
        }
        revision = known["revision"] if known and is_there else None
        await self.call("PUT", f"/draft/entries/faq/{FAQ}", {"revision": revision, "value": value})
        topic = await self.call("GET", "/entries/topic/forgot_password")
        steps = [dict(step) for step in topic["value"]["steps"]]
        steps[2]["text"] = re.sub(r"（第\d+稿）$", "", steps[2]["text"]) + f"（第{number}稿）"
        body = {"revision": topic["revision"], "value": topic["value"] | {"steps": steps}}
        await self.call("PUT", "/draft/entries/topic/forgot_password", body)

    async def check(self) -> tuple[float, Any]:
        """Runs the checks; returns how many seconds they took, and what they say."""
        started = time.monotonic()
        view = await self.call("POST", "/draft/checks")
        while view["state"] == "running":
            await asyncio.sleep(0.2)
            view = await self.call("GET", "/draft/checks")
        if view["state"] != "done":
            raise RuntimeError(f"The checks failed: {view}")
        for finding in view["findings"]:
            if finding["severity"] == "warning":
                await self.call("PUT", f"/draft/ignored/{finding['key']}", {"reason": "Benchmark"})
        return time.monotonic() - started, view

    async def publish(self) -> float:
        """Publishes the draft; returns the seconds."""
        revision = (await self.call("GET", ""))["draft"]["revision"]
        started = time.monotonic()
        await self.call("POST", "/draft/publication", {"revision": revision, "note": "Benchmark"})
        return time.monotonic() - started

    async def roll_back(self, number: int) -> float:
        """Publishes an earlier version; returns the seconds."""
        started = time.monotonic()
        await self.call("POST", f"/versions/{number}/publication", {"note": "Benchmark"})
        return time.monotonic() - started


@dataclass
class Measured:
    """What was measured, in seconds."""

    publish: list[float] = field(default_factory=list)
    roll_back: list[float] = field(default_factory=list)
    follow: list[float] = field(default_factory=list)
    check: float = 0.0
    check_with_sets: float = 0.0
    sets: int = 0
    later_engine: bool = False


async def _followed(stack: Stack, second: str, wanted: str | None) -> float:
    """Returns after how many seconds the second engine serves what the store says."""
    started = time.monotonic()
    headers = {"Authorization": f"Bearer {stack.engine_secret}"}
    async with aiohttp.ClientSession(second, headers=headers) as http:
        while time.monotonic() - started < 30:
            async with http.get("/webhooks/gateway/knowledge") as response:
                status = await response.json()
            if all(engine["sha256"] == status["served"] for engine in status["engines"]) and len(status["engines"]) > 1:
                return time.monotonic() - started
            await asyncio.sleep(0.1)
    raise RuntimeError(f"The second engine did not follow: {status}, {wanted}")


def _second_engine(stack: Stack, folder: Path) -> tuple[Process, str]:
    port = free_port()
    address = f"http://{HOST}:{port}"
    python = str(ROOT / ".venv" / "bin" / "python")
    command = [python, "-W", "ignore", "-m", "scripts.serve_engine", "--credentials", "deploy/credentials.yml"]
    process = Process(
        "second engine",
        command,
        ready_url=f"{address}/",
        log=folder / "second.log",
        cwd=ROOT,
        environment={
            "UWALLET_ENGINE_SECRET": stack.engine_secret,
            "UWALLET_ENGINE_PORT": str(port),
            "UWALLET_TRACKER_DB": str(folder / "engine.db"),
        },
    )
    return process, address


async def run(stack: Stack, folder: Path, sets: Path, rounds: int) -> tuple[Outcome, Measured]:
    """Talks and publishes; returns what became of it."""
    outcome, measured, publications = Outcome(), Measured(), Publications()
    over = asyncio.Event()
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=120)
    second, address = _second_engine(stack, folder)
    async with (
        aiohttp.ClientSession(stack.address, connector=connector, timeout=timeout) as http,
        # The desk is at an IP address here, for which cookies are not kept by default.
        aiohttp.ClientSession(
            stack.address,
            timeout=timeout,
            headers={"Origin": stack.address},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
        ) as desk_http,
    ):
        assert stack.first_admin is not None
        assert stack.first_password is not None
        desk = await Desk.sign_in(desk_http, stack.first_admin, stack.first_password)
        users = [User(http, SEED * 1000 + number, publications, outcome) for number in range(CONVERSATIONS)]
        talks = [asyncio.create_task(user.talk(over)) for user in users]
        try:
            for number in range(1, rounds + 1):
                await desk.change(number)
                took, view = await desk.check()
                if number == 1:
                    measured.check_with_sets, measured.sets = took, view["conversations"]
                    for path in sets.glob("*.yml"):
                        path.unlink()
                else:
                    measured.check = max(measured.check, took)
                publications.begin(number)
                measured.publish.append(await desk.publish())
                publications.end()
                if number == 1:
                    await asyncio.to_thread(second.start)
                    await asyncio.to_thread(second.wait_until_ready, START_SECONDS)
                    measured.later_engine = await _followed(stack, address, None) < 1
                measured.follow.append(await _followed(stack, address, None))
                await asyncio.sleep(4)
                before = (await desk.call("GET", "/versions"))["versions"]
                published = next(row["number"] for row in before if row["state"] == "published")
                retired = [row["number"] for row in before if row["state"] == "retired"]
                target = retired[0] if number > 1 else 1
                # Which answer it has: version 1 none, version n + 1 that of round n.
                publications.begin(target - 1)
                measured.roll_back.append(await desk.roll_back(target))
                publications.end()
                measured.follow.append(await _followed(stack, address, None))
                print(
                    f"Round {number}: version {published} in {measured.publish[-1]:.2f} s, back to {target} in "
                    f"{measured.roll_back[-1]:.2f} s; {outcome.messages} messages, {len(outcome.dropped)} dropped, "
                    f"{len(outcome.confused)} confused",
                    flush=True,
                )
                await asyncio.sleep(3)
        finally:
            over.set()
            await asyncio.gather(*talks)
            await asyncio.to_thread(second.stop)
    return outcome, measured


def report(outcome: Outcome, measured: Measured, load: float) -> str:
    """Returns the results as Markdown."""

    def row(title: str, values: list[float]) -> str:
        return f"| {title} | {statistics.median(values):.2f} | {max(values):.2f} | {len(values)} |"

    answers = ", ".join(f"{count} of round {answer}" for answer, count in sorted(outcome.answers.items()) if answer)
    quantiles = statistics.quantiles(outcome.milliseconds, n=20, method="inclusive")
    dropped, confused, rounds = len(outcome.dropped), len(outcome.confused), len(measured.publish)
    table = "\n".join(
        [
            row("publishing (question, answer and the text of a step)", measured.publish),
            row("rolling back", measured.roll_back),
            row("until the second engine serves it, too", measured.follow),
        ]
    )
    served = "served it from its first moment" if measured.later_engine else "did NOT serve it at once"
    return f"""# Publishing while people talk

Written by `make bench-publishing`: {CONVERSATIONS} conversations under way on one machine ({os.cpu_count()} cores,
Python {platform.python_version()}), SQLite, clients and servers on the same cores. Others kept the machine busy by
{load:.1f} processes meanwhile. {rounds} times published and rolled back.

- {outcome.messages} messages, {outcome.walks} walkthroughs: **dropped {dropped}, confused {confused}**.
- The question that was changed was answered {answers}; {outcome.answers[_NO_VERSION]} times it was not there.
- Messages took {statistics.median(outcome.milliseconds):.0f} ms (p50), {quantiles[18]:.0f} ms (p95).
- An engine that was started after the first publication {served}.
- Checks without stored conversations took {measured.check:.1f} s at most, with {measured.sets} of them
  {measured.check_with_sets:.1f} s, while everybody talked.

| seconds | p50 | longest | times |
|---|---|---|---|
{table}

From the request at the desk until its answer; the engine that was asked serves it by then.
"""


def main() -> int:
    """Measures and writes the results; returns 1 if a message was dropped or confused."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    load = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = folder / "sets"
        sets.mkdir()
        shutil.copy(SET, sets)
        environment = UNLIMITED | {"UWALLET_CONVERSATIONS_DIR": str(sets), "UWALLET_SETS_FILE": str(sets / "none")}
        stack = Stack(folder, folder, free_port(), environment=environment)
        print("Starting ...", flush=True)
        stack.start()
        try:
            outcome, measured = asyncio.run(run(stack, folder, sets, rounds))
        except BaseException:
            for log in ("engine.log", "second.log"):
                print(
                    (folder / log).read_text(encoding="utf-8")[-2000:] if (folder / log).exists() else log, flush=True
                )
            raise
        finally:
            stack.stop()
    text = report(outcome, measured, load)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    for line in (*outcome.dropped[:20], *outcome.confused[:20]):
        print(line)
    return 1 if outcome.dropped or outcome.confused else 0


if __name__ == "__main__":
    sys.exit(main())
