"""Compares what a turn costs here with what it costs in another checkout, side by side.

Usage: .venv/bin/python -m benchmarks.turn_cost CHECKOUT [--repeat 5] [--strangers]

Both checkouts need a trained model and keep conversations in a file of SQLite, as `make run` does. Each repetition
plays the same conversations in a fresh process of one and then of the other, so that a busy minute of the machine
strikes them alike; the median of the processor's milliseconds counts. Other conversations come before, so that what a
process does once is done: expressions are compiled when they are needed first.

What is played are the procedures of the tests, whose short messages are said again and again. With --strangers it is
what was written to evaluate the bot: longer, and hardly anything is said twice.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

from benchmarks.conversations import ROOT, procedures

# Runs in each checkout with its own code; an older one has the trained bot elsewhere.
_PLAYER = """
import json, pathlib, sys, tempfile, time
try:
    from evaluation.conversations.bot import Bot
except ImportError:
    from tests.conversations.bot import Bot
from engine.serving.tracker_store import create_tracker_store
from rasa.utils.endpoints import EndpointConfig
bot, (before, said) = Bot(), json.load(sys.stdin)
folder = tempfile.TemporaryDirectory()
endpoint = EndpointConfig(type="SQL", dialect="sqlite", db=str(pathlib.Path(folder.name) / "conversations.db"))
store = create_tracker_store(endpoint, bot._agent.domain, None)
store.is_shared = False
bot._agent.use_stores(store, bot._agent.lock_store)
for number, conversation in enumerate(before):
    for text in conversation:
        bot.says(f"before {number}", text)
started, turns = time.process_time(), 0
for number, conversation in enumerate(said):
    for text in conversation:
        bot.says(str(number), text)
        turns += 1
print(json.dumps({"milliseconds": (time.process_time() - started) * 1000 / turns, "turns": turns}))
"""
_MOST = 60
_EVALUATION = ROOT / "tests" / "conversations" / "evaluation"


def main() -> None:
    """Prints the figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="root of the other checkout")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--strangers", action="store_true", help="play what was written to evaluate the bot")
    chosen = parser.parse_args()
    everything = strangers() if chosen.strangers else procedures()
    typed = [[text for text in said if isinstance(text, str) and not text.startswith("/")] for said in everything]
    conversations = [said for said in typed if said]
    figures: dict[Path, list[float]] = {ROOT: [], chosen.checkout.resolve(): []}
    for _ in range(chosen.repeat):
        for root, found in figures.items():
            found.append(play(root, conversations))
    here, other = (statistics.median(found) for found in figures.values())
    print(f"here {here:.2f} ms of processor a turn, there {other:.2f} ms: {here / other:.2f} x")


def strangers() -> list[list[str]]:
    """Returns what the user says in each conversation that was written to evaluate the bot."""
    files = sorted(_EVALUATION.glob("round_*.yml"))
    written = [one for path in files for one in YAML(typ="safe").load(path.read_text(encoding="utf-8"))]
    return [[turn["user"] for turn in one["turns"]] for one in written]


def play(root: Path, conversations: list[list[str]]) -> float:
    """Returns the milliseconds of processor that a turn takes in a checkout, once others were played."""
    command = [str(root / ".venv" / "bin" / "python"), "-W", "ignore", "-c", _PLAYER]
    done = subprocess.run(
        command,
        input=json.dumps([conversations[_MOST : 2 * _MOST], conversations[:_MOST]]),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{root}: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["milliseconds"])


if __name__ == "__main__":
    main()
