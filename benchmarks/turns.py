"""Measures a turn, side by side: Rasa's own server with its action server, the engine, and Rasa's stock configuration.

Usage: .venv-bench/bin/python -m benchmarks.turns (`make bench` sets up first). Every figure is taken for all systems in
turn before the next one, several times, so that a busy minute of the machine strikes them alike; the median counts.
Figures are kept in build/benchmarks/turns.json as they come: a run that was stopped goes on there, for the same commit.
--fresh begins anew, --quick takes each figure once and with little load, to try the benchmark itself.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.conversations import questions
from benchmarks.report import write_report
from benchmarks.stock.stories import training_stories
from benchmarks.systems import (
    ENGINE,
    MODEL,
    PEERS_PYTHON,
    PYTHON,
    RASA,
    RASA_MODEL,
    ROOT,
    STOCK,
    STOCK_MODEL,
    SYSTEMS,
    Running,
    System,
    free_port,
    post,
)

RESULTS = ROOT / "benchmarks" / "results"
STATE = ROOT / "build" / "benchmarks" / "turns.json"

REPEAT = 3
CUSTOMERS = (1, 16, 64)
LOAD_SECONDS = 12
MEMORY_TURNS = 1000
LONG_CONVERSATION = 200
PARSED = 300
MANY_CONVERSATIONS = 10_000
# Of the systems without the engine, this many conversations show the growth as well; more take ten minutes.
FEWER_CONVERSATIONS = 2_000


class Measurements:
    """What has been measured, on disk after each figure."""

    def __init__(self, fresh: bool, commit: str) -> None:
        """Goes on with what is there for this commit."""
        self._commit = commit
        self.figures: dict[str, Any] = {}
        if STATE.exists() and not fresh:
            known = json.loads(STATE.read_text(encoding="utf-8"))
            if known["commit"] == commit:
                self.figures = known["figures"]

    def take(self, name: str, measure: Callable[[], Any]) -> Any:
        """Returns the figure, measured unless it already was."""
        if name not in self.figures:
            begin = time.monotonic()
            self.figures[name] = measure()
            STATE.parent.mkdir(parents=True, exist_ok=True)
            STATE.write_text(json.dumps({"commit": self._commit, "figures": self.figures}), encoding="utf-8")
            print(f"{name}: {json.dumps(self.figures[name])} ({time.monotonic() - begin:.0f} s)", flush=True)
        return self.figures[name]


def percentiles(times: list[float]) -> dict[str, float]:
    """Returns the 50th, 95th and 99th percentile."""
    ranks = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": ranks[49], "p95": ranks[94], "p99": ranks[98]}


def load(bot: Running, customers: int, seed: int, seconds: float, turns: int = 0) -> dict[str, float]:
    """Lets customers talk to the bot from another process; returns turns a second and latencies in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "times.json"
        command = [sys.executable, "-m", "locust", "-f", "benchmarks/load.py", "--headless", "--only-summary"]
        command += ["-u", str(customers), "-r", str(customers), "--host", bot.url, "--loglevel", "ERROR"]
        settings = {"OUTPUT": output, "SEED": seed, "SECONDS": seconds, "TURNS": turns}
        environment = {**os.environ, **{f"LOAD_{name}": str(value) for name, value in settings.items()}}
        run = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        if not output.exists():
            raise RuntimeError(f"locust failed:\n{run.stderr}")
        result = json.loads(output.read_text(encoding="utf-8"))
    if result["failed"] or len(result["times"]) < 2:
        raise RuntimeError(
            f"{bot.system.title}: {result['failed']} turns failed, {len(result['times'])} did not. "
            f"{result['failures']} {run.stderr}"
        )
    found = percentiles(result["times"])
    return {**found, "turns": len(result["times"]), "per_second": len(result["times"]) / result["seconds"]}


def single(system: System, seed: int, quick: bool) -> dict[str, Any]:
    """Starts a bot and takes every figure that needs one worker."""
    with tempfile.TemporaryDirectory() as folder, Running(system, Path(folder)) as bot:
        found: dict[str, Any] = {"start_seconds": bot.start_seconds}
        load(bot, 4, seed + 50, 3)
        found["parse"] = parse_times(bot, PARSED // 10 if quick else PARSED)
        for customers in CUSTOMERS:
            found[f"load_{customers}"] = load(bot, customers, seed, 4 if quick else LOAD_SECONDS)
        found["memory"] = memory_after(bot, seed, MEMORY_TURNS // 10 if quick else MEMORY_TURNS)
        found["long"] = long_conversation(bot, LONG_CONVERSATION // 10 if quick else LONG_CONVERSATION)
        return found


def parse_times(bot: Running, number: int) -> dict[str, float]:
    """Returns the latency of /model/parse over messages of the NLU test set, one at a time."""
    times = []
    for text in questions()[:number]:
        begin = time.perf_counter()
        post(f"{bot.url}/model/parse", {"text": text})
        times.append(1000 * (time.perf_counter() - begin))
    return percentiles(times)


def memory_after(bot: Running, seed: int, turns: int) -> float:
    """Returns the memory in MB once at least so many more turns have been played."""
    load(bot, 16, seed + 100, 0, turns)
    return bot.memory()


def long_conversation(bot: Running, turns: int) -> dict[str, float]:
    """Returns the median time of a turn at the beginning and at the end of one long conversation, in milliseconds."""
    said = ["我忘记密码了", "下一步", "这步有问题", "上一步", "再说一遍"]
    times = []
    for number in range(turns):
        begin = time.perf_counter()
        bot.say("long", said[number % len(said)])
        times.append(1000 * (time.perf_counter() - begin))
    # Each part plays every message twice; the first round of a conversation opens a session and is left out.
    part = 2 * len(said)
    return {"first": statistics.median(times[len(said) : len(said) + part]), "last": statistics.median(times[-part:])}


def two_workers(system: System, seed: int, quick: bool, redis: str) -> dict[str, float]:
    """Returns what two workers with a Redis lock store reach."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = subprocess.Popen(
            [redis, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], stdout=subprocess.DEVNULL
        )
        try:
            with Running(system, Path(folder), workers=2, redis_port=port) as bot:
                load(bot, 4, seed + 50, 3)
                return load(bot, 16, seed, 4 if quick else LOAD_SECONDS)
        finally:
            server.terminate()
            server.wait(10)


def many_conversations(system: System, number: int) -> dict[str, float]:
    """Returns how the memory grows with the number of conversations, in MB per 1,000 of them."""
    with tempfile.TemporaryDirectory() as folder, Running(system, Path(folder)) as bot:
        load(bot, 16, 900, 3)
        before = bot.memory()
        for conversation in range(number):
            bot.say(f"conversation {conversation}", "我忘记密码了")
        return {"conversations": number, "before": before, "growth": 1000 * (bot.memory() - before) / number}


def train_rasa_model() -> None:
    """Trains the project by `rasa train`, where `rasa run` is measured: models of one Python are none of another."""
    if RASA_MODEL.exists() and RASA_MODEL.stat().st_mtime > MODEL.stat().st_mtime:
        return
    command = [str(PEERS_PYTHON), "-m", "rasa", "train", "--quiet", "--out", str(RASA_MODEL.parent)]
    subprocess.run([*command, "--fixed-model-name", RASA_MODEL.name], cwd=ROOT, check=True)


def train_stock_model() -> None:
    """Trains the stock configuration unless its model is there. Takes a quarter of an hour on two cores."""
    if STOCK_MODEL.exists():
        return
    print("Training the stock configuration (DIET and TED); a quarter of an hour ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "stories.yml").write_text(training_stories(), encoding="utf-8")
        command = [str(PEERS_PYTHON), "-m", "rasa", "train", "--config", "benchmarks/stock/config.yml", "--quiet"]
        command += ["--data", "data/nlu", folder, "--out", str(STOCK_MODEL.parent)]
        subprocess.run([*command, "--fixed-model-name", STOCK_MODEL.name], cwd=ROOT, check=True)


def folder_megabytes(folder: Path) -> float:
    """Returns the size of a folder on disk in MB."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if not file.is_symlink()) / 1e6


def installations() -> dict[str, float]:
    """Returns the sizes in MB of a fresh environment for serving and of the peers', which has Rasa as published."""
    folder = "build/benchmarks/venv-bot"
    subprocess.run(["scripts/setup", "requirements/bot.txt", folder], cwd=ROOT, check=True, capture_output=True)
    sizes = {"bot": folder_megabytes(ROOT / folder), "peers": folder_megabytes(PEERS_PYTHON.parent.parent)}
    shutil.rmtree(ROOT / folder)
    return sizes


def machine() -> dict[str, Any]:
    """Returns where and of what the figures were taken."""
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
    rasa = subprocess.run(
        [PYTHON, "-c", "from importlib.metadata import version as v; print(v('rasa'), v('spacy'), v('scikit-learn'))"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "cpu": f"{cpu}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "rasa": rasa[0],
        "spacy": rasa[1],
        "scikit-learn": rasa[2],
        "locust": version("locust"),
        "load_before": os.getloadavg()[0],
    }


def main() -> None:
    """Measures, and writes benchmarks/results/turns.{md,json,svg}."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fresh", action="store_true", help="measure everything again")
    parser.add_argument("--quick", action="store_true", help="once, with little load; the result is not kept")
    parser.add_argument("--without-stock", action="store_true", help="leave out DIET and TED")
    parser.add_argument("--repeat", type=int, default=REPEAT, help=f"how often each is measured (default {REPEAT})")
    options = parser.parse_args()
    if not MODEL.exists():
        sys.exit("There is no trained model. Run `make train` first.")
    systems = [system for system in SYSTEMS if system is not STOCK or not options.without_stock]
    train_rasa_model()
    if STOCK in systems:
        train_stock_model()
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    measured = Measurements(options.fresh or options.quick, f"{commit} quick" if options.quick else commit)

    measured.take("machine", machine)
    for repetition in range(1 if options.quick else options.repeat):
        for system in systems:
            measured.take(f"single {system.name} {repetition}", lambda: single(system, repetition, options.quick))  # noqa: B023 - called at once
    redis = shutil.which("redis-server")
    for system in (RASA, ENGINE) if redis else ():
        measured.take(f"two workers {system.name}", lambda: two_workers(system, 7, options.quick, str(redis)))  # noqa: B023 - called at once
    if not redis:
        print("Two workers are left out: they share locks over Redis, and redis-server is not installed.", flush=True)
    for system in (RASA, ENGINE):
        number = MANY_CONVERSATIONS if system.is_engine else FEWER_CONVERSATIONS
        measured.take(
            f"many {system.name}",
            lambda: many_conversations(system, number // (20 if options.quick else 1)),  # noqa: B023 - called at once
        )
    if not options.quick:
        measured.take("installations", installations)
    # Not kept: the systems may be others than the last time.
    measured.figures["models"] = {system.name: system.model.stat().st_size / 1e6 for system in systems}
    folder = STATE.parent if options.quick else RESULTS
    print(write_report(measured.figures, commit, systems, folder))


if __name__ == "__main__":
    main()
