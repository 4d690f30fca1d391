"""Talks to the bot like a monkey: random lines of the NLU test set in random order, control words, random buttons.

Usage: python -m tests.conversations.monkey [--lines 5000] [--seed 1] [--url http://127.0.0.1:5005]

Without --url a bot is started as `make run` does, with a database of its own. What users say is not printed: nobody is
to look at the test set. A conversation that went wrong can be played again by its seed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.local import free_port
from tests.conversations.bot import BotMessage
from tests.nlu.examples import held_out_examples
from tests.paths import ROOT

HUMAN = "human_handoff"
# Said with no other word, nobody may fail to understand them.
HUMAN_LINES = ("转人工", "人工客服", "我要转人工", "轉人工")
# fmt: off
CONTROL_LINES = (
    "下一步", "上一步", "再说一遍", "继续", "好的", "不用了", "算了", "解决了", "还是不行", "跳过", "从头来",
    "第二步", "第九步", "1", "第二个", "都不是", "5分", "改一下金额", "我选错了", "好了", "？？？", "", "谢谢",
    "/restart", "/session_start", "/back", "/nonsense", "昨天", "200块", "不等了", "我的工单怎么样了",
)
# fmt: on
_SHARE_OF_CONTROL, _SHARE_OF_BUTTONS, _SHARE_OF_HUMAN = 0.35, 0.2, 0.03

Say = Callable[[str, str], Sequence[BotMessage]]


@dataclass
class Report:
    """What happened.

    Attributes:
        turns: Messages sent.
        conversations: Conversations held.
        counts: How often text came, and each type of payload.
        asked: Messages labelled as a request for a human in the test set.
        granted: Of these, how many led to one, or to a choice that names one.
        problems: What went wrong, with the seed and the number of the turn.
    """

    turns: int = 0
    conversations: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    granted: int = 0
    problems: list[str] = field(default_factory=list)


def play(say: Say, lines: int, seed: int) -> Report:
    """Sends `lines` messages in conversations of random length and checks every answer.

    Args:
        say: Sends a message of a conversation and returns the bot's.
        lines: How many messages.
        seed: The same seed gives the same messages, as long as the bot offers the same buttons.
    """
    examples = [(example.text, example.intent) for example in held_out_examples("test")]
    report = Report()
    while report.turns < lines:
        name = f"monkey-{seed}-{report.conversations}"
        _converse(say, name, random.Random(name), examples, min(lines - report.turns, 40), report)
        report.conversations += 1
        if sys.stderr.isatty() or report.conversations % 25 == 0:
            print(f"\r{report.turns} of {lines} messages, {len(report.problems)} problems ", end="", file=sys.stderr)
    return report


def _converse(
    say: Say, name: str, chance: random.Random, examples: list[tuple[str, str]], longest: int, report: Report
) -> None:
    before: list[str] = []
    payloads: list[str] = []
    for number in range(chance.randint(1, longest)):
        text, intent = _line(chance, examples, payloads)
        where = f"{name}, turn {number}"
        try:
            messages = say(name, text)
        except Exception as error:  # Whatever the bot does wrong is what is looked for
            report.problems.append(f"{where}: {type(error).__name__}: {error}")
            messages = []
        report.turns += 1
        report.counts.update(message.custom["type"] if message.custom else "text" for message in messages)
        said = [message.text for message in messages if not message.custom]
        if not said or not all(text.strip() for text in said):
            report.problems.append(f"{where}: an empty reply")
        repeated = sorted(set(said) & set(before)) or sorted(text for text, n in Counter(said).items() if n > 1)
        if repeated:
            report.problems.append(f"{where}: said again: {repeated[0]}")
        _check_human(text, intent, messages, where, report)
        before, payloads = said, [payload for message in messages for payload in message.payloads]


def _line(chance: random.Random, examples: list[tuple[str, str]], payloads: list[str]) -> tuple[str, str]:
    draw = chance.random()
    if draw < _SHARE_OF_HUMAN:
        return chance.choice(HUMAN_LINES), HUMAN
    if draw < _SHARE_OF_CONTROL:
        return chance.choice(CONTROL_LINES), ""
    if draw < _SHARE_OF_CONTROL + _SHARE_OF_BUTTONS and payloads:
        return chance.choice(payloads), ""
    return chance.choice(examples)


def _check_human(text: str, intent: str, messages: Sequence[BotMessage], where: str, report: Report) -> None:
    granted = any(message.is_handoff for message in messages)
    if text in (*HUMAN_LINES, f"/{HUMAN}") and not granted:
        report.problems.append(f"{where}: no human for {text}")
    elif intent == HUMAN and text not in HUMAN_LINES:
        report.asked += 1
        report.granted += granted or any(f"/{HUMAN}" in message.payloads for message in messages)


@contextlib.contextmanager
def running_bot() -> Iterator[str]:
    """Yields the address of a bot that is started as `make engine` does, and stopped afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "UWALLET_ENGINE_PORT": str(port),
            "UWALLET_TRACKER_DB": f"{folder}/conversations.db",
        }
        command = [sys.executable, "-W", "ignore", "-m", "scripts.serve_engine"]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
        try:
            for line in process.stdout or ():
                if "curl http://" in line:
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def over_rest(address: str) -> Say:
    """Returns what talks to a running bot by Rasa's REST channel."""

    def say(sender: str, text: str) -> list[BotMessage]:
        body = json.dumps({"sender": sender, "message": text}).encode()
        request = urllib.request.Request(f"{address}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return [_message(message) for message in json.load(response)]

    return say


def _message(message: dict[str, Any]) -> BotMessage:
    buttons = message.get("buttons") or []
    return BotMessage(
        response=None,
        text=message.get("text") or "",
        buttons=tuple(button["title"] for button in buttons),
        payloads=tuple(button["payload"] for button in buttons),
        custom=message.get("custom"),
    )


def main() -> int:
    """Plays and prints the report; returns 1 when something went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        address = arguments.url or stack.enter_context(running_bot())
        report = play(over_rest(address), arguments.lines, arguments.seed)
    print(f"{report.turns} messages in {report.conversations} conversations, seed {arguments.seed}")
    print(f"{report.counts['handoff']} handoffs; of {report.asked} requests for a human in the test set", end=" ")
    print(f"{report.granted} were granted, the others not understood as such")
    print("\n".join([f"{len(report.problems)} problems", *report.problems[:50]]))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
