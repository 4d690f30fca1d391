"""Starts and stops processes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from scripts import processes


class _Stopped(BaseException):
    """What a signal raises, as in `scripts.run`."""


def _stop(signum: int, frame: object) -> None:
    raise _Stopped


def test_a_signal_while_a_process_is_started_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The new process sends it before it becomes the program, while the caller waits for that.
    monkeypatch.setattr(processes, "_die_with_parent", lambda: os.kill(os.getppid(), signal.SIGTERM))
    process = processes.Process(
        "sleeper", ["sleep", "60"], ready_url="", log=tmp_path / "log", cwd=tmp_path, environment={}
    )
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        with pytest.raises(_Stopped):
            process.start()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert process.pid
    # It can be asked to stop, as signals reach the program itself.
    assert process.stop()
    assert process.pid is None
