"""Starts the engine as `make engine` does and talks to it over HTTP."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_port, run_script

START_SECONDS = 180


@contextlib.contextmanager
def running_bot(database: Path, stop_with: signal.Signals) -> Iterator[str]:
    """Yields the address of a bot that is stopped afterwards by a signal."""
    port = free_port()
    process = run_script("serve_engine", UWALLET_ENGINE_PORT=str(port), UWALLET_TRACKER_DB=str(database))
    assert process.stdout
    printed: list[str] = []
    deadline = time.monotonic() + START_SECONDS
    try:
        for line in process.stdout:
            printed.append(line)
            if "curl http://" in line:
                break
            assert time.monotonic() < deadline, "".join(printed)
        address = f"http://127.0.0.1:{port}"
        assert f"The engine is ready at {address} " in "".join(printed), "".join(printed)
        yield address
    finally:
        process.send_signal(stop_with)
        process.communicate(timeout=60)
    assert process.returncode == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=2)


def say(address: str, sender: str, text: str) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{address}/webhooks/rest/webhook",
        json.dumps({"sender": sender, "message": text}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return list(json.load(response))


def test_the_bot_talks_over_http_and_a_restart_keeps_conversations(tmp_path: Path) -> None:
    database = tmp_path / "conversations.db"
    with running_bot(database, signal.SIGTERM) as address:
        intro, step = say(address, "me", "我忘记密码了")
        assert "5步" in intro["text"]
        assert "第1步" in step["text"]
        assert [button["title"] for button in step["buttons"]] == ["下一步", "这步有问题", "转人工"]
        assert "第2步" in say(address, "me", "/next_step")[0]["text"]
        assert "第1步" not in say(address, "somebody else", "下一步")[0]["text"]
    with running_bot(database, signal.SIGHUP) as address:
        assert "第3步" in say(address, "me", "下一步")[0]["text"]
        told, handoff = say(address, "me", "转人工")
        assert "转人工" in told["text"]
        assert (handoff["custom"]["type"], handoff["custom"]["step"]["number"]) == ("handoff", 3)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = run_script("serve_engine", UWALLET_ENGINE_PORT=str(port))
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Port {port} is taken" in output
    assert f"UWALLET_ENGINE_PORT={port + 1} make engine" in output


def test_a_port_that_is_none_is_said() -> None:
    process = run_script("serve_engine", UWALLET_ENGINE_PORT="eighty")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "UWALLET_ENGINE_PORT='eighty' is not a port" in output
