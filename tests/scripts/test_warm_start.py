"""What is forked is what would have been started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import template_process
from scripts.processes import undisturbed
from scripts.warm_start import WarmProgram

PROGRAM = """
import json, os, sys, time

with open("imports", "a") as file:
    file.write("once ")


def main():
    if sys.argv[1:] == ["wait"]:
        print("waits", flush=True)
        time.sleep(600)
    told = [sys.argv[1:], os.getcwd(), dict(os.environ), os.getppid(), os.getsid(0) == os.getpid()]
    print(json.dumps(told))
    print("a complaint", file=sys.stderr)
    return int(sys.argv[1])
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are handed over on Linux only")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[WarmProgram]:
    (tmp_path / "greeting.py").write_text(PROGRAM, encoding="utf-8")
    program = WarmProgram(Path(sys.executable), tmp_path, "greeting", "greeting")
    yield program
    program.close()


def start(program: WarmProgram, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    with undisturbed() as prepare:
        return program.popen(
            [sys.executable, "-m", "greeting", *arguments],
            cwd=folder,
            env={"ONLY": "this"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=prepare,
        )


def test_it_runs_with_what_it_is_given_and_is_imported_once(program: WarmProgram, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for status in (0, 3):
        process = start(program, elsewhere, str(status), "和一个")
        output, errors = process.communicate(timeout=60)
        assert process.returncode == status
        expected = [[str(status), "和一个"], str(elsewhere), {"ONLY": "this"}, os.getpid(), True]
        assert json.loads(output) == expected
        assert errors == "a complaint\n"
    assert (tmp_path / "imports").read_text() == "once "


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_signals_end_it(program: WarmProgram, tmp_path: Path, number: signal.Signals) -> None:
    process = start(program, tmp_path, "wait")
    assert process.stdout
    assert process.stdout.readline() == "waits\n"
    assert process.poll() is None
    process.send_signal(number)
    assert process.wait(60) == -number
    process.communicate()


def test_what_was_forked_outlives_what_forks(program: WarmProgram, tmp_path: Path) -> None:
    process = start(program, tmp_path, "wait")
    assert process.stdout
    assert process.stdout.readline() == "waits\n"
    program.close()
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_a_fork_that_nobody_takes_over_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    class EndedError(Exception):
        pass

    def end(status: int) -> None:
        raise EndedError(status)

    monkeypatch.setattr(template_process, "_HANDED_OVER_SECONDS", 0.1)
    monkeypatch.setattr(os, "_exit", end)
    with socket.socket() as channel, pytest.raises(EndedError):
        template_process._become({}, (), channel, -1)
