"""Starts, watches and stops the processes that make up the product; what `run`, tests and benchmarks share."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

# What was taken is finished first: the gateway waits for the bot up to 8 s (docs/protocol.md).
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.1
# What asks a program to stop. It waits for as long as a process is being started: one that was begun and is not noted
# yet would be left behind.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
# `subprocess.Popen`, or what does the same in another way.
Popen = Callable[..., subprocess.Popen[Any]]


class ProcessError(Exception):
    """A process did not start or has ended by itself; the message says which, and how its log ends."""


@contextlib.contextmanager
def undisturbed() -> Iterator[Callable[[], None]]:
    """Lets what asks this program to stop wait while a process is being started and noted.

    Yields:
        The `preexec_fn` of the process, which hears these signals again, and is stopped when its parent dies.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    def prepare() -> None:
        _die_with_parent()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        yield prepare
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Process:
    """A process whose output goes to a log file, and which answers at an address when it is ready.

    It does not receive the terminal's signals: whoever started it decides in which order things stop. On Linux it is
    stopped when its parent dies.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        ready_url: str,
        log: Path,
        cwd: Path,
        environment: Mapping[str, str],
        popen: Popen = subprocess.Popen,
    ) -> None:
        """Starts nothing yet.

        Args:
            name: What it is called in messages.
            command: Program and arguments.
            ready_url: Answers with status 200 once the process takes requests.
            log: Its output is appended here.
            cwd: Where it runs.
            environment: Variables that it gets besides those of this process.
            popen: Starts it.
        """
        self.name = name
        self.log = log
        self._command = list(command)
        self._ready_url = ready_url
        self._cwd = cwd
        self._environment = dict(environment)
        self.popen = popen
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The id of the running process, None when there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Starts the process; returns at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with undisturbed() as prepare:
            self._popen(prepare)

    def _popen(self, prepare: Callable[[], None]) -> None:
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._process = self.popen(
                self._command,
                cwd=self._cwd,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Runs two system calls, which take no lock that another thread could hold.
                preexec_fn=prepare,
            )

    def wait_until_ready(self, seconds: float) -> None:
        """Returns when the process answers.

        Raises:
            ProcessError: It ended, or does not answer within this time.
        """
        deadline = time.monotonic() + seconds
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise ProcessError(f"The {self.name} did not answer within {seconds:.0f} s. {self._last_words()}")
            time.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """Does nothing while the process runs.

        Raises:
            ProcessError: It has ended.
        """
        status = self._process.poll() if self._process else None
        if status is not None:
            how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
            raise ProcessError(f"The {self.name} {how}. {self._last_words()}")

    def stop(self, seconds: float = STOP_SECONDS) -> bool:
        """Asks the process to finish and waits for it; kills it after this time.

        Returns:
            Whether it finished by itself.
        """
        process = self._process
        if process is None:
            return True
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def kill(self) -> None:
        """Ends the process at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def output(self) -> str:
        """Returns what the process has written since it was last started."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._ready_url, timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _last_words(self) -> str:
        last = "\n".join(f"  {line}" for line in self.output().splitlines()[-15:])
        return f"Its log ({self.log}) ends:\n{last}" if last else f"It has written nothing to its log ({self.log})."


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
