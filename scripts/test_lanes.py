"""Sets up, lints, trains and runs every test side by side, and says where the time went.

Runs on any Python that the project runs on, before there is an environment: standard library only. Each job writes to
results/test/NAME.log, which is printed when the job fails. results/test/durations.tsv has the seconds of every test.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from scripts.local import PORTS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "test"
LONG = os.environ.get("TEST_ALL") == "1"
# Seconds for all of `make test` in a fresh clone on two cores. Reported only: nothing fails because a machine is slow.
BUDGET = 600
SHOWN_TESTS = 10
_TRAINING = "training"
# How many jobs run beside one for each core: tests and the servers that they start wait for each other, set-up for the
# network. While others wait for the training it is one, or the training shares its core and all end later.
_WAITING = 5
_WAITING_DURING_TRAINING = 1
# The desk's pages beside the one with the conversations.
_PAGES = ("accessibility", "insight", "studio", "supervisor", "windows")
# How much less of a core a job gets that only takes what the others leave over, and any until the training has ended,
# which half of the jobs wait for.
_NICE, _NICE_TO_TRAINING = 10, 5
# Where Linux shares the cores out between sessions first, it has to be told of the session, which may be taken back.
# Where it does not, only what fills gaps is nice.
_SESSION_NICELY = ("sh", "-c", '(echo "$0" >/proc/self/autogroup) 2>/dev/null; exec "$@"')
# Seconds after which somebody who is not root may tell of another session.
_NEXT_SESSION = 0.2
# A file system in memory, and the bytes that it must have to spare for what tests write; they use some 2 GB.
_MEMORY, _SPARE = Path("/dev/shm"), 6 << 30
# Linux tells there what the cores did.
_CORES = Path("/proc/stat")


@dataclass
class Job:
    """A command that runs beside others.

    Attributes:
        name: What it is called in the report.
        command: Its arguments.
        folder: Where it runs, from the root.
        needs: The jobs that must have succeeded before.
        is_pytest: Whether it can tell how long each test took.
        environment: What is set for it beside this process's own.
        fills: Whether it waits for nothing and nobody waits for it. One such job runs beside the others and takes what
            they leave of the cores.
        niceness: How much it lets others go first.
    """

    name: str
    command: Sequence[str]
    folder: str = "."
    needs: Sequence[str] = ()
    is_pytest: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    fills: bool = False
    # Once it has begun.
    niceness: int = 0
    # Once it has ended.
    status: int | None = None
    began: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def log(self) -> Path:
        """What it has printed."""
        return RESULTS / f"{self.name}.log"

    @property
    def report(self) -> Path:
        """What pytest tells of each test."""
        return RESULTS / f"{self.name}.xml"

    def arguments(self) -> list[str]:
        """The whole command."""
        report = (
            (f"--junitxml={self.report}", "-o", "junit_family=legacy", f"--durations={SHOWN_TESTS}")
            if self.is_pytest
            else ()
        )
        return [*self.command, *report]

    def closing_line(self) -> str:
        """The last line that it has printed, which is pytest's summary."""
        lines = [line for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else ""


def _set_up() -> list[Job]:
    make = ("make", "--no-print-directory")
    parts = {"bot": "setup-dev", "gateway": "setup-gateway-dev", "web": "setup-web-dev", "browser": "setup-browser"}
    return [Job(f"set-up-{name}", (*make, target)) for name, target in parts.items()]


def _pytest(name: str, paths: Sequence[str], needs: Sequence[str], *options: str) -> Job:
    """Tests in an environment of their own, the bot's by default."""
    folder = "gateway" if name.startswith("gateway") else "."
    venv = ".venv"
    if name.startswith("browser"):
        venv, options = ".venv-browser", ("-c", "tests/browser/pytest.ini", *options)
    # Jobs at once would overwrite what the other remembers.
    command = (f"{venv}/bin/python", "-m", "pytest", "-p", "no:cacheprovider", *options, *paths)
    return Job(name, command, folder, needs, is_pytest=True)


def _all_but(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"--ignore-glob={path}" for path in paths)


def jobs() -> list[Job]:
    """What is to be done, in the order in which it begins where it can: what others wait for, then the longest.

    Each suite comes in parts of about the same length, all of which most of the time wait for processes that they have
    started. What no part names is in the last one.
    """
    python, make = ".venv/bin/python", ("make", "--no-print-directory")
    bot, gateway, web, browser = (f"set-up-{name}" for name in ("bot", "gateway", "web", "browser"))
    stack = (_TRAINING, gateway, web)
    desk = ("tests/browser/test_desk_*.py",)
    # What editors, supervisors and admins work at; the rest is about conversations.
    pages = [f"tests/browser/test_desk_{page}.py" for page in _PAGES]
    at_the_desk = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(desk[0]))]
    processes = ("tests/scripts", "tests/engine", "tests/evaluation")
    # Each part imports the gateway and makes a PostgreSQL anew: 6 s of a core.
    transport = ("tests/transport", "tests/turns")
    with_engine = ("tests/real_engine", "tests/knowledge", "tests/redaction", "tests/tools")
    found = [
        *_set_up(),
        Job(_TRAINING, (python, "-m", "scripts.train"), needs=(bot,)),
        _pytest("browser-pages", pages, (*stack, browser)),
        _pytest("browser-desk", [path for path in at_the_desk if path not in pages], (*stack, browser)),
        _pytest("browser", ["tests/browser"], (*stack, browser), *_all_but([str(ROOT / desk[0])])),
        _pytest("bot-processes", processes, stack),
        _pytest("gateway-transport", transport, (gateway,)),
        _pytest("gateway", ["tests"], (gateway,), *_all_but((*transport, *with_engine))),
        _pytest("gateway-engine", with_engine, (_TRAINING, gateway)),
        # Waits for nothing.
        _pytest("bot", ["tests"], stack, *_all_but(processes)),
        Job("lint-web", (*make, "lint-web"), needs=(gateway, web), fills=True),
        Job("lint-python", (*make, "lint-python"), needs=(bot, gateway, browser), fills=True),
        Job("stories", ("scripts/test-stories",), needs=(_TRAINING,), fills=True),
        Job("web", ("scripts/with-node", "npm", "--prefix", "web", "test"), needs=(web,)),
    ]
    if LONG:
        found.append(Job("monkey", (python, "-m", "tests.conversations.monkey"), needs=(_TRAINING,)))
    # Servers of one do not begin to listen where those of another are about to.
    width = len(PORTS) // len(found)
    for job, first in zip(found, PORTS[::width], strict=False):
        job.environment = {"FREE_PORTS": f"{first}-{first + width - 1}"}
    return found


@dataclass
class Lanes:
    """Runs jobs, as many at once as the cores can take.

    Attributes:
        jobs: All of them, in the order in which they are to begin.
    """

    jobs: list[Job]
    _waiting: list[Job] = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False)
    _begun: list[Job] = field(default_factory=list, init=False)
    _running: dict[str, int] = field(default_factory=dict, init=False)

    def run(self) -> None:
        """Returns when all have ended, or cannot begin because what they need has failed."""
        self._waiting = list(self.jobs)
        # One more for the job that fills gaps.
        lanes = [threading.Thread(target=self._work, daemon=True) for _ in range(self._slots(_WAITING) + 1)]
        try:
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
        finally:
            for pid in list(self._running.values()):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGTERM)

    @staticmethod
    def _slots(waiting: int) -> int:
        return (os.cpu_count() or 1) + waiting

    def _work(self) -> None:
        while job := self._next():
            _run(job, self._running)
            if job.name == _TRAINING:
                self._share_alike()
            with self._changed:
                self._begun.remove(job)
                _tell(job)
                self._changed.notify_all()

    def _share_alike(self) -> None:
        """Lets what was nice to the training have as much as all others."""
        for pid in [self._running.get(job.name) for job in self._begun if job.niceness == _NICE_TO_TRAINING]:
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/autogroup").write_text("0", encoding="ascii")
            time.sleep(_NEXT_SESSION)

    def _next(self) -> Job | None:
        statuses = {job.name: job for job in self.jobs}
        with self._changed:
            while True:
                # What cannot begin any more is left out.
                failed = {name for name, job in statuses.items() if job.status}
                while lost := {job.name for job in self._waiting if failed & set(job.needs)} - failed:
                    failed |= lost
                self._waiting = [job for job in self._waiting if job.name not in failed]
                is_trained = all(job.name != _TRAINING for job in (*self._waiting, *self._begun))
                filling = [job for job in self._begun if job.fills]
                slots = self._slots(_WAITING if is_trained else _WAITING_DURING_TRAINING)
                is_free = len(self._begun) - len(filling) < slots
                ready = [job for job in self._waiting if all(statuses[name].status == 0 for name in job.needs)]
                for job in ready:
                    # What fills gaps also takes the places that nobody else wants.
                    is_left = is_free and all(other.fills for other in self._waiting)
                    if (not filling or is_left) if job.fills else is_free:
                        self._waiting.remove(job)
                        self._begun.append(job)
                        is_needed = any(job.name in other.needs for other in self.jobs)
                        job.niceness = _NICE if job.fills else 0 if is_trained or is_needed else _NICE_TO_TRAINING
                        return job
                if not self._waiting:
                    return None
                self._changed.wait()


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """Lets jobs keep temporary files in memory where there is plenty.

    Hundreds of databases that are synchronised to one disk let each other wait for many seconds.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _SPARE:
        yield
        return
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="uwallet-tests-", dir=_MEMORY, ignore_cleanup_errors=True) as folder:
        # A server that root starts runs as somebody else.
        Path(folder).chmod(0o755)
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before


def _run(job: Job, running: dict[str, int]) -> None:
    began = time.monotonic()
    job.report.unlink(missing_ok=True)
    session = (*_SESSION_NICELY, str(job.niceness)) if job.niceness else ()
    process_too = ("nice", "-n", str(job.niceness)) if job.fills else ()
    with job.log.open("wb") as log:
        # In a group of its own, so that an interruption ends what it has started, too.
        process = subprocess.Popen(
            (*session, *process_too, *job.arguments()),
            cwd=ROOT / job.folder,
            env={**os.environ, **job.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running[job.name] = process.pid
        _, status, usage = os.wait4(process.pid, 0)
        del running[job.name]
        process.returncode = job.status = os.waitstatus_to_exitcode(status)
    job.began, job.seconds = began, time.monotonic() - began
    job.cpu_seconds = usage.ru_utime + usage.ru_stime


def _tell(job: Job) -> None:
    if job.status:
        print(job.log.read_text(encoding="utf-8", errors="replace"))
    outcome = f"failed with {job.status}" if job.status else "passed"
    print(f"== {job.name} {outcome} in {job.seconds:.0f} s, {job.cpu_seconds:.0f} s of a core", flush=True)


def durations(done: Sequence[Job]) -> list[tuple[float, str]]:
    """The seconds of each test with its fixtures, the slowest first."""
    found = []
    for job in done:
        if job.is_pytest and job.report.exists():
            for case in ElementTree.parse(job.report).iter("testcase"):
                name = f"{job.name}: {case.get('classname')}::{case.get('name')}"
                found.append((float(case.get("time") or 0), name))
    return sorted(found, reverse=True)


def _ticks() -> tuple[int, int] | None:
    """Returns for how long all cores have been idle, and have been there, since the machine was started."""
    if not _CORES.exists():
        return None
    # Of the first line: user, nice, system, idle, waiting for the disk, and what serves interrupts.
    spent = [int(word) for word in _CORES.read_text(encoding="ascii").partition("\n")[0].split()[1:8]]
    return spent[3] + spent[4], sum(spent)


def _share_busy(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or before[1] == after[1]:
        return None
    return 1 - (after[0] - before[0]) / (after[1] - before[1])


def _report(done: Sequence[Job], begun: float, whole: float, busy: float | None) -> None:
    tests = durations(done)
    lines = [f"{seconds:.2f}\t{name}\n" for seconds, name in tests]
    (RESULTS / "durations.tsv").write_text("".join(lines), encoding="utf-8")
    print(f"\n== where the time went (all {len(tests)} tests: {RESULTS.relative_to(ROOT)}/durations.tsv)")
    print(f"{'':18}{'from':>7}{'to':>7}{'of a core':>11}  seconds")
    for job in sorted(done, key=lambda job: job.began):
        start = job.began - begun
        print(f"{job.name:18}{start:7.0f}{start + job.seconds:7.0f}{job.cpu_seconds:11.0f}")
    print(f"The {SHOWN_TESTS} slowest tests, with what they set up:")
    for seconds, name in tests[:SHOWN_TESTS]:
        print(f"{seconds:8.1f}  {name}")
    cores = os.cpu_count() or 1
    used = sum(job.cpu_seconds for job in done)
    # Without what nobody has waited for: browsers, PostgreSQL, the compiling of set-up.
    print(f"{used:.0f} s of a core were counted, {used / (whole * cores):.0%} of what {cores} had to give.")
    if busy is not None:
        print(f"The cores were busy for {busy:.0%} of the time, with this and whatever else runs here.")
    if not LONG:
        verdict = "within" if whole <= BUDGET else "OVER"
        print(f"All of it took {whole:.0f} s, {verdict} the budget of {BUDGET} s.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs everything; returns 1 when something has failed or could not begin."""
    parser = argparse.ArgumentParser(prog="python -m scripts.test_lanes", description=__doc__)
    now = time.time()
    parser.add_argument("started", nargs="?", type=float, default=now, help="when all began, in seconds since 1970")
    begun = time.monotonic() - (now - parser.parse_args(arguments).started)
    # As Ctrl+C does: what runs is ended, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What one of the many processes has compiled serves the others.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    RESULTS.mkdir(parents=True, exist_ok=True)
    every_job, ticks = jobs(), _ticks()
    with temporary_folder():
        Lanes(every_job).run()
    done = [job for job in every_job if job.status is not None]
    _report(done, begun, time.monotonic() - begun, _share_busy(ticks, _ticks()))
    bad = [job.name for job in every_job if job.status != 0]
    for job in every_job:
        if job.is_pytest and job.status is not None:
            print(f"{job.name}: {job.closing_line()}")
    print(f"Failed: {', '.join(bad)}" if bad else "Everything passed.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
