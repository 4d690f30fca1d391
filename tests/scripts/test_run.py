"""Starts engine and gateway as `make run` does, and stops them."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.processes import free_port, run_script


@dataclass(frozen=True)
class Running:
    """A supervisor that has said that it is ready."""

    process: subprocess.Popen[str]
    address: str

    def children(self) -> dict[str, psutil.Process]:
        """Returns both processes by what they are."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            found["engine" if "scripts/serve_engine.py" in child.cmdline() else "gateway"] = child
        return found


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Running]:
    process = run_script(
        "run.py",
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


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as response:
        return int(response.status)


@pytest.mark.parametrize("stop_with", [signal.SIGTERM, signal.SIGINT])
def test_the_page_it_names_opens_and_a_signal_stops_everything(tmp_path: Path, stop_with: signal.Signals) -> None:
    with running(tmp_path) as started:
        assert status_of(f"{started.address}/") == 200
        assert status_of(f"{started.address}/readyz") == 200
        children = started.children()
        assert set(children) == {"engine", "gateway"}
        started.process.send_signal(stop_with)
        output, _ = started.process.communicate(timeout=60)
        assert started.process.returncode == 0, output
        assert not [name for name, child in children.items() if child.is_running()]
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(started.address, timeout=2)


def test_first_start_tells_the_password_of_the_desk_and_no_later_one_does(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        assert started.process.stdout
        told = re.search(r"/desk : sign in as admin with the password (\S+)", started.process.stdout.readline())
        assert told
        body = json.dumps({"username": "admin", "password": told[1]}).encode()
        request = urllib.request.Request(
            f"{started.address}/desk/api/session", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            assert json.load(response)["agent"]["role"] == "admin"
    for file in (file for file in tmp_path.rglob("*") if file.is_file()):
        assert told[1].encode() not in file.read_bytes(), file
    with running(tmp_path) as started:
        assert started.process.stdout
        assert "password" not in started.process.stdout.readline()


def test_when_one_dies_the_other_is_stopped_and_it_is_said(tmp_path: Path) -> None:
    with running(tmp_path) as started:
        children = started.children()
        children["engine"].kill()
        output, _ = started.process.communicate(timeout=60)
        assert started.process.returncode == 1
        assert "The engine was killed by SIGKILL." in output
        assert not children["gateway"].is_running()


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output, _ = (process := run_script("run.py", UWALLET_PORT=str(port))).communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port} is taken" in output
    assert f"UWALLET_PORT={port + 1} make run" in output


def test_a_port_that_is_none_is_said() -> None:
    output, _ = (process := run_script("run.py", UWALLET_PORT="eighty")).communicate(timeout=30)
    assert process.returncode == 1
    assert "UWALLET_PORT='eighty' is not a port" in output
