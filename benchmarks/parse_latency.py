"""Measures how fast messages are parsed, in this process and over HTTP: ours beside Rasa's own pipelines.

Usage: python -m benchmarks.parse_latency [--repeats 3] [--threads 2] [--messages 0] [--own-server COMMAND]

Same messages (the development and the test set), same client, same machine, one run. Every pipeline is loaded once, in
a process of its own, and then they take turns: repeat 1 of each, repeat 2 of each, and so on; a figure is the median
over the repeats, so what else the machine does hits all alike. The peers are those that `make evaluate-peers` has
trained.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import IO, Any

import numpy as np
import psutil
from rich.console import Console

from evaluation import environment
from evaluation.compare_peers import OURS, read_peers
from evaluation.paths import CONFIG, ROOT, shown
from evaluation.progress import progress_bars
from evaluation.sets import read_sets
from evaluation.training import cached_model, read_config, trained_model

RESULTS = ROOT / "benchmarks" / "results"
HOST = "127.0.0.1"
IN_PROCESS, OVER_HTTP = "in process", "over HTTP"
OWN_SERVER = "over HTTP, own server"
_START_SECONDS = 300
_WARM_UP_MESSAGES = 100
# Every library that would start threads of its own reads one of these.
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "TF_INTRA_OP_PARALLELISM_THREADS", "TF_INTER_OP_PARALLELISM_THREADS",
)  # fmt: skip


class BenchmarkError(Exception):
    """A pipeline could not be measured; the message says why."""


@dataclass(frozen=True)
class Repeat:
    """One pass over all messages: the time of each, and the processor time of the process that parsed them."""

    milliseconds: Sequence[float]
    processor_seconds: float


@dataclass(frozen=True)
class Result:
    """What one pipeline reached in one way of calling it; medians over the repeats."""

    pipeline: str
    way: str
    p50_ms: float
    p95_ms: float
    p99_ms: float
    messages_a_second_per_core: float
    start_seconds: float
    resident_mib: float
    model_mib: float


def summarize(
    repeats: Sequence[Repeat], *, pipeline: str, way: str, start: float, resident: float, model: float
) -> Result:
    """Returns the medians over the repeats."""
    percentiles = np.median([np.percentile(repeat.milliseconds, [50, 95, 99]) for repeat in repeats], axis=0)
    p50, p95, p99 = (float(value) for value in percentiles)
    return Result(
        pipeline=pipeline,
        way=way,
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        messages_a_second_per_core=median(len(one.milliseconds) / one.processor_seconds for one in repeats),
        start_seconds=start,
        resident_mib=resident,
        model_mib=model,
    )


class Measured(ABC):
    """A process that parses messages, started and stopped here."""

    way = ""

    def __init__(self, pipeline: str, model: Path, command: Sequence[str], threads: int, **streams: Any) -> None:
        """Starts the process, pinned to as many cores as it may use threads."""
        self.pipeline, self.model = pipeline, model
        variables = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, str(threads)), "RASA_TELEMETRY_ENABLED": "false"}
        self._started = time.perf_counter()
        self._log: IO[bytes] = tempfile.TemporaryFile(prefix="uwallet-benchmark-")  # noqa: SIM115 - closed in stop
        self._process = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=self._log, **streams)
        self._watched = psutil.Process(self._process.pid)
        if hasattr(self._watched, "cpu_affinity"):
            self._watched.cpu_affinity(self._watched.cpu_affinity()[:threads])
        self.start_seconds = 0.0

    def _ready(self) -> None:
        self.start_seconds = time.perf_counter() - self._started

    @abstractmethod
    def run(self, texts: Sequence[str]) -> Repeat:
        """Parses all messages once."""

    def resident_mib(self) -> float:
        """Returns the resident memory of the process and of those it has started."""
        return sum(process.memory_info().rss for process in self._family()) / 2**20

    def _processor_seconds(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._family())

    def _family(self) -> list[psutil.Process]:
        return [self._watched, *self._watched.children(recursive=True)]

    def failure(self) -> BenchmarkError:
        """Returns the error that tells the end of what the process wrote."""
        self._log.seek(0)
        said = self._log.read().decode("utf-8", "replace").strip().splitlines()[-5:]
        return BenchmarkError(f"{self.pipeline} ({self.way}) stopped or did not start:\n" + "\n".join(said))

    def stop(self) -> None:
        """Stops the process, gently first."""
        family = self._family() if self._process.poll() is None else []
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            for process in family:
                process.kill()
        self._log.close()


class InProcess(Measured):
    """Calls `Agent.parse_message` in a worker, which times each call itself."""

    way = IN_PROCESS

    def __init__(self, pipeline: str, model: Path, threads: int) -> None:
        """Starts the worker and waits until it has loaded the model."""
        command = [sys.executable, "-m", "benchmarks.parse_worker", str(model)]
        super().__init__(pipeline, model, command, threads, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()
        self._ready()

    def _answer(self) -> Any:
        assert self._process.stdout
        for line in self._process.stdout:
            # Anything else is a library that writes to standard output.
            if line.startswith("{"):
                return json.loads(line)
        raise self.failure()

    def run(self, texts: Sequence[str]) -> Repeat:
        """Parses all messages once."""
        assert self._process.stdin
        print(json.dumps(texts), file=self._process.stdin, flush=True)
        return Repeat(**self._answer())


class OverHttp(Measured):
    """Calls `POST /model/parse`, one message after the other over one connection."""

    def __init__(self, pipeline: str, model: Path, threads: int, *, way: str, command: Sequence[str]) -> None:
        """Starts the server and waits until it parses.

        Args:
            pipeline: Its name in the table.
            model: The archive.
            threads: How many it may use.
            way: What the table calls this way of calling.
            command: Starts the server; `{model}` and `{port}` are filled in.
        """
        self.way = way
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self._port = probe.getsockname()[1]
        filled = [part.format(model=model, port=self._port) for part in command]
        super().__init__(pipeline, model, filled, threads, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.run(["你好"])
                break
            except (OSError, http.client.HTTPException) as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise self.failure() from error
                time.sleep(0.1)
        self._ready()

    def run(self, texts: Sequence[str]) -> Repeat:
        """Parses all messages once."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=60)
        processor_started = self._processor_seconds()
        milliseconds = []
        try:
            for text in texts:
                body = json.dumps({"text": text}).encode()
                started = time.perf_counter()
                connection.request("POST", "/model/parse", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                content = response.read()
                milliseconds.append((time.perf_counter() - started) * 1000)
                if response.status != 200:
                    raise BenchmarkError(f"{self.pipeline}: status {response.status}: {content[:200]!r}")
        finally:
            connection.close()
        return Repeat(milliseconds, self._processor_seconds() - processor_started)


def ratios_table(results: Sequence[Result]) -> str:
    """Returns how many times as much each peer needs as ours does, called in the same way, as Markdown."""
    lines = ["| pipeline | called | p50 | p95 | p99 | memory | start |", "|---|---|---|---|---|---|---|"]
    ours = {result.way: result for result in results if result.pipeline == OURS}
    for result in results:
        base = ours[result.way]
        if result is base:
            continue
        names = ("p50_ms", "p95_ms", "p99_ms", "resident_mib", "start_seconds")
        cells = [f"{getattr(result, name) / getattr(base, name):.2f} x" for name in names]
        lines.append(f"| {result.pipeline} | {result.way} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures_table(results: Sequence[Result]) -> str:
    """Returns all figures as Markdown."""
    lines = [
        "| pipeline | called | p50 ms | p95 ms | p99 ms | messages/s per core | start s | memory MiB | model MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        lines.append(
            f"| {one.pipeline} | {one.way} | {one.p50_ms:.1f} | {one.p95_ms:.1f} | {one.p99_ms:.1f} "
            f"| {one.messages_a_second_per_core:.0f} | {one.start_seconds:.1f} | {one.resident_mib:.0f} "
            f"| {one.model_mib:.1f} |"
        )
    return "\n".join(lines)


def page(results: Sequence[Result], about: dict[str, Any]) -> str:
    """Returns the result as Markdown, ratios first."""
    return f"""# How fast messages are parsed

{about["messages"]} messages, {about["repeats"]} interleaved repeats, {about["threads"]} threads each, medians.
{about["machine"]}; load average {about["load_average"]:.1f} when it began.
Commit {about["commit"]}, {about["created"]}.

What a peer needs, as a multiple of ours called in the same way:

{ratios_table(results)}

{figures_table(results)}

Messages a second per core: messages by the processor time that the parsing process took for them.
"""


class _Stopping:
    """Keeps the started processes and stops them, whatever happens."""

    def __init__(self) -> None:
        self.started: list[Measured] = []

    def __enter__(self) -> _Stopping:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for one in self.started:
            one.stop()


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Measures how fast messages are parsed, ours beside Rasa's own.")
    parser.add_argument("--repeats", type=int, default=3, help="passes over all messages (default 3)")
    parser.add_argument("--threads", type=int, default=2, help="threads and cores of each process (default 2)")
    parser.add_argument("--messages", type=int, default=0, help="only the first so many messages of each set")
    parser.add_argument("--own-server", default="", help="command of another server; {model} and {port} are filled in")
    arguments = parser.parse_args()
    console = Console()
    try:
        results, about = _measure(arguments, console)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    RESULTS.mkdir(parents=True, exist_ok=True)
    made = page(results, about)
    (RESULTS / "parse_latency.md").write_text(made, encoding="utf-8")
    document = {"schema_version": 1, **about, "results": [asdict(result) for result in results]}
    (RESULTS / "parse_latency.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(made)
    print(f"Written to {shown(RESULTS / 'parse_latency.md')} and parse_latency.json.")
    return 0


def _measure(arguments: argparse.Namespace, console: Console) -> tuple[list[Result], dict[str, Any]]:
    texts = [message.text for one in read_sets() for message in one.messages[: arguments.messages or None]]
    about = {
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": environment.commit(),
        "machine": environment.machine(),
        "versions": environment.versions(),
        "load_average": os.getloadavg()[0],
        "messages": len(texts),
        "repeats": arguments.repeats,
        "threads": arguments.threads,
    }
    with _Stopping() as stopping, progress_bars(console) as progress, tempfile.TemporaryDirectory() as folder:
        starts = _starts(arguments, _models(console), Path(folder))
        for name, start in progress.track(starts, description="loading"):
            console.print(f"Loading {name}")
            stopping.started.append(start())
        for one in progress.track(stopping.started, description="warming up"):
            one.run(texts[:_WARM_UP_MESSAGES])
        repeats: dict[int, list[Repeat]] = {number: [] for number in range(len(stopping.started))}
        turns = [number for _ in range(arguments.repeats) for number in repeats]
        for number in progress.track(turns, description="measuring"):
            repeats[number].append(stopping.started[number].run(texts))
        results = [
            summarize(
                repeats[number],
                pipeline=one.pipeline,
                way=one.way,
                start=one.start_seconds,
                resident=one.resident_mib(),
                model=one.model.stat().st_size / 2**20,
            )
            for number, one in enumerate(stopping.started)
        ]
    return results, about


def _models(console: Console) -> dict[str, Path]:
    models = {OURS: trained_model(read_config(CONFIG)).path}
    for name, config in read_peers().items():
        found = cached_model(config)
        if found:
            models[name] = found.path
        else:
            console.print(f"{name} is not trained; `make evaluate-peers` does that. It is left out.")
    return models


def _starts(
    arguments: argparse.Namespace, models: dict[str, Path], folder: Path
) -> list[tuple[str, Callable[[], Measured]]]:
    # Without a tracker database: parsing needs none.
    endpoints = folder / "endpoints.yml"
    endpoints.write_text("{}\n", encoding="utf-8")
    rasa_run = [
        sys.executable, "scripts/rasa_cli.py", "run", "--enable-api", "--model", "{model}", "--interface", HOST,
        "--port", "{port}", "--endpoints", str(endpoints), "--quiet",
    ]  # fmt: skip
    starts: list[tuple[str, Callable[[], Measured]]] = []
    for name, model in models.items():
        starts.append((f"{name}, {IN_PROCESS}", _in_process(name, model, arguments.threads)))
        starts.append((f"{name}, {OVER_HTTP}", _over_http(name, model, arguments.threads, OVER_HTTP, rasa_run)))
    if arguments.own_server:
        command = shlex.split(arguments.own_server)
        starts.append((f"{OURS}, {OWN_SERVER}", _over_http(OURS, models[OURS], arguments.threads, OWN_SERVER, command)))
    return starts


def _in_process(name: str, model: Path, threads: int) -> Callable[[], Measured]:
    return lambda: InProcess(name, model, threads)


def _over_http(name: str, model: Path, threads: int, way: str, command: Sequence[str]) -> Callable[[], Measured]:
    return lambda: OverHttp(name, model, threads, way=way, command=command)


if __name__ == "__main__":
    sys.exit(main())
