"""Compares what a turn costs here with what it costs in another checkout, side by side.

Usage: .venv/bin/python -m benchmarks.turn_cost CHECKOUT [--repeat 5]

Both checkouts need a trained model and keep conversations in a file of SQLite, as `make run` does. Each repetition
plays the same conversations in a fresh process of one and then of the other, so that a busy minute of the machine
strikes them alike; the median of the processor's milliseconds counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
from pathlib import Path

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
bot, said = Bot(), json.load(sys.stdin)
folder = tempfile.TemporaryDirectory()
endpoint = EndpointConfig(type="SQL", dialect="sqlite", db=str(pathlib.Path(folder.name) / "conversations.db"))
store = create_tracker_store(endpoint, bot._agent.domain, None)
store.is_shared = False
bot._agent.use_stores(store, bot._agent.lock_store)
for text in said[0]:
    bot.says("warm", text)
started, turns = time.process_time(), 0
for number, conversation in enumerate(said):
    for text in conversation:
        bot.says(str(number), text)
        turns += 1
print(json.dumps({"milliseconds": (time.process_time() - started) * 1000 / turns, "turns": turns}))
"""
_MOST = 60


def main() -> None:
    """Prints the figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="root of the other checkout")
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    typed = [[text for text in said if isinstance(text, str) and not text.startswith("/")] for said in procedures()]
    conversations = [said for said in typed if said][:_MOST]
    figures: dict[Path, list[float]] = {ROOT: [], chosen.checkout.resolve(): []}
    for _ in range(chosen.repeat):
        for root, found in figures.items():
            found.append(play(root, conversations))
    here, other = (statistics.median(found) for found in figures.values())
    print(f"here {here:.2f} ms of processor a turn, there {other:.2f} ms: {here / other:.2f} x")


def play(root: Path, conversations: list[list[str]]) -> float:
    """Returns the milliseconds of processor that a turn takes in a checkout."""
    command = [str(root / ".venv" / "bin" / "python"), "-W", "ignore", "-c", _PLAYER]
    done = subprocess.run(
        command, input=json.dumps(conversations), cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{root}: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["milliseconds"])


if __name__ == "__main__":
    main()
