"""Starts engine and gateway as `make run` does, and stops them."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.processes import free_port, run_script

START_SECONDS = 60


@dataclass(frozen=True)
class Running:
    """A supervisor that has said that it is ready."""

    process: subprocess.Popen[str]
    address: str

    def children(self) -> dict[str, psutil.Process]:
        """Returns both processes by what they are."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            found["engine" if "scripts.serve_engine" in child.cmdline() else "gateway"] = child
        return found


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    process = run_script(
        "run",
        UWALLET_PORT=str(free_port()),
        UWALLET_DATA_DIR=str(folder),
        UWALLET_TRACKER_DB=str(folder / "engine.db"),
    )
    assert process.stdout
    printed: list[str] = []
    try:
        for line in process.stdout:
            printed.append(line)
            if found := re.search(r"Ready\. Open (http://127\.0\.0\.1:\d+)/", line):
                yield Running(process, found[1])
                break
        else:
            pytest.fail("".join(printed))
    finally:
        process.kill()
        process.communicate()


def is_alive(process: psutil.Process) -> bool:
    # One that has ended and that nobody has asked for its exit status still has a name.
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as response:
        return int(response.status)


@dataclass
class Observed:
    """What one start has shown, from "Ready" to the end.

    Attributes:
        statuses: Of the page it names and of the gateway's health.
        desk: What it says of the desk.
        role: Of who signs in with the password that it tells, if it tells one.
        running: Which processes ran.
        left: Those that still run in the end.
        output: What was printed after that.
        returncode: The exit status.
        answers: Whether something still answers in the end.
    """

    statuses: list[int]
    desk: str
    role: str | None
    running: set[str]
    left: set[str]
    output: str
    returncode: int
    answers: bool


def observe(folder: Path, end: Callable[[Running], None]) -> Observed:
    with running(folder) as started:
        assert started.process.stdout
        desk = started.process.stdout.readline()
        told = re.search(r"/desk : sign in as (\S+) with the password (\S+)", desk)
        statuses = [status_of(f"{started.address}{path}") for path in ("/", "/readyz")]
        role = role_of(started.address, *told.groups()) if told else None
        children = started.children()
        end(started)
        output, _ = started.process.communicate(timeout=60)
        return Observed(
            statuses,
            desk,
            role,
            running=set(children),
            left={name for name, child in children.items() if is_alive(child)},
            output=output,
            returncode=started.process.returncode,
            answers=answers(started.address),
        )


def role_of(address: str, username: str, password: str) -> str:
    body = json.dumps({"username": username, "password": password}).encode()
    request = urllib.request.Request(f"{address}/desk/api/session", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return str(json.load(response)["agent"]["role"])


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=2)
    except urllib.error.URLError:
        return False
    return True


# A start takes seconds: two of them, one after the other in one folder, show all that there is to see.
@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def first(folder: Path) -> Observed:
    """The first start, ended by Ctrl+C."""
    return observe(folder, lambda started: started.process.send_signal(signal.SIGINT))


@pytest.fixture(scope="module")
def second(folder: Path, first: Observed) -> Observed:
    """The next start, which ends because the engine dies."""
    return observe(folder, lambda started: started.children()["engine"].kill())


def test_the_page_it_names_opens_and_a_signal_stops_everything(first: Observed) -> None:
    assert first.statuses == [200, 200]
    assert first.running == {"engine", "gateway"}
    assert first.returncode == 0, first.output
    assert first.left == set()
    assert not first.answers


def test_first_start_tells_the_password_of_the_desk_and_no_later_one_does(
    folder: Path, first: Observed, second: Observed
) -> None:
    told = re.search(r"password (\S+)", first.desk)
    assert told
    assert first.role == "admin"
    for file in (file for file in folder.rglob("*") if file.is_file()):
        assert told[1].encode() not in file.read_bytes(), file
    assert "password" not in second.desk


def test_when_one_dies_the_other_is_stopped_and_it_is_said(second: Observed) -> None:
    assert second.returncode == 1
    assert "The engine was killed by SIGKILL." in second.output
    assert second.left == set()


@pytest.mark.parametrize("stop_with", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_start_stops_everything(tmp_path: Path, stop_with: signal.Signals) -> None:
    process = run_script(
        "run",
        UWALLET_PORT=str(free_port()),
        UWALLET_DATA_DIR=str(tmp_path),
        UWALLET_TRACKER_DB=str(tmp_path / "engine.db"),
    )
    assert process.stdout
    assert "Starting" in process.stdout.readline()
    deadline = time.monotonic() + START_SECONDS
    while not (children := psutil.Process(process.pid).children()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(stop_with)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not [child for child in children if is_alive(child)]


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output, _ = (process := run_script("run", UWALLET_PORT=str(port))).communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port} is taken" in output
    assert f"UWALLET_PORT={port + 1} make run" in output


def test_a_port_that_is_none_is_said() -> None:
    output, _ = (process := run_script("run", UWALLET_PORT="eighty")).communicate(timeout=30)
    assert process.returncode == 1
    assert "UWALLET_PORT='eighty' is not a port" in output
