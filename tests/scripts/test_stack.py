"""Nothing that was begun is left behind when somebody asks to stop."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.stack import Stack
from tests.processes import free_port


class Stopped(BaseException):
    """What the handler of the signal raises."""


class Interrupted(subprocess.Popen[str]):
    """Is asked to stop when its process is there and nobody has noted it yet."""

    def _execute_child(self, *arguments: Any) -> None:
        super()._execute_child(*arguments)  # type: ignore[misc] # of the standard library, without types
        os.kill(os.getpid(), signal.SIGTERM)


def stop(_number: int, _frame: object) -> None:
    raise Stopped


def test_a_command_that_is_being_started_does_not_outlive_a_stop(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "data", tmp_path / "logs", free_port())
    before = set(psutil.Process().children())
    stack.popen = Interrupted
    former = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(Stopped):
            stack.command("--help")
    finally:
        signal.signal(signal.SIGTERM, former)
    left = set(psutil.Process().children()) - before
    for child in left:
        child.kill()
    assert not left
