"""Several workers of the engine serve the same conversations; Redis keeps the order of messages."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.local import MODEL
from tests.paths import ROOT
from tests.processes import free_port

START_SECONDS = 120
# A server whose two workers do something before they start; its arguments are what, and a port.
SERVER = """
import asyncio, sys
from sanic import Sanic
from engine.serving.forked_workers import fork_workers

app = Sanic("workers")

@app.get("/")
async def answer(_):
    pass

@app.before_server_start
async def start(*_):
    print("starting", flush=True)
    exec(sys.argv[1])

@app.after_server_start
async def started(*_):
    print("started", flush=True)

fork_workers()
app.run(host="127.0.0.1", port=int(sys.argv[2]), workers=2, single_process=False, motd=False, access_log=False)
"""
HANGS = "import time; time.sleep(600)"
# Has a signal come while the manager waits for what it asked of the keeper of the workers' states.
INTERRUPTED = """
import signal
from multiprocessing.connection import Connection

send = Connection.send

def interrupted(connection, message):
    send(connection, message)
    if isinstance(message, tuple) and "values" in message:
        Connection.send = send
        signal.raise_signal(signal.SIGTERM)

Connection.send = interrupted
"""


@pytest.fixture
def address(tmp_path: Path, redis: int) -> Iterator[str]:
    """Where an engine of two workers answers."""
    content = {
        "action_endpoint": {"url": "http://127.0.0.1:1/webhook", "actions_module": "actions"},
        "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(tmp_path / "conversations.db")},
        "lock_store": {"type": "redis", "url": "127.0.0.1", "port": redis},
    }
    endpoints = tmp_path / "endpoints.yml"
    # JSON is YAML.
    endpoints.write_text(json.dumps(content), encoding="utf-8")
    port, log = free_port(), tmp_path / "engine.log"
    command = [sys.executable, "-W", "ignore", "-m", "engine.serve", "--model", str(MODEL), "--port", str(port)]
    command += ["--endpoints", str(endpoints), "--interface", "127.0.0.1"]
    with log.open("wb") as output:
        environment = {**os.environ, "SANIC_WORKERS": "2"}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_SECONDS
        # The port opens with the first worker.
        while log.read_text(encoding="utf-8").count("Rasa server is up") < 2:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()


@contextlib.contextmanager
def server(what: str, log: Path, group: int = 0, before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Two workers that do something before they start."""
    command = [sys.executable, "-W", "ignore", "-c", before + SERVER, what, str(free_port())]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, process_group=group)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group or process.pid, signal.SIGKILL)
        process.wait(60)


def wait_for(log: Path, text: str, count: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while log.read_text(encoding="utf-8").count(text) < count:
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.05)


def say(address: str, sender: str, text: str) -> str:
    """Returns the bot's last bubble."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(f"{address}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return str(json.load(response)[-1]["text"])


def test_workers_share_conversations(address: str) -> None:
    def walk(sender: str) -> list[str]:
        return [say(address, sender, text) for text in ("我忘记密码了", "下一步", "下一步", "上一步")]

    with ThreadPoolExecutor(4) as threads:
        walks = list(threads.map(walk, (f"customer-{number}" for number in range(8))))
    for told in walks:
        assert [text[:3] for text in told] == ["第1步", "第2步", "第3步", "第2步"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_while_workers_start(tmp_path: Path, told: signal.Signals) -> None:
    log = tmp_path / "log"
    with server(HANGS, log) as process:
        wait_for(log, "starting", 2)
        process.send_signal(told)
        # Sanic's own manager goes on for ever, with all of a processor.
        assert process.wait(60) == 0, log.read_text(encoding="utf-8")


def test_it_ends_when_told_while_it_asks_how_they_are(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server(HANGS, log, before=INTERRUPTED) as process:
        assert process.wait(60) == 0, log.read_text(encoding="utf-8")


def test_it_ends_when_told_once_all_have_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with server("pass", log) as process:
        wait_for(log, "started", 2)
        process.terminate()
        assert process.wait(60) == 0, log.read_text(encoding="utf-8")


def test_a_worker_that_cannot_start_ends_the_server_and_nobody_else(tmp_path: Path) -> None:
    # All at once: Sanic gives each worker ten seconds to end.
    with contextlib.ExitStack() as started:
        servers: list[tuple[subprocess.Popen[bytes], Path, subprocess.Popen[bytes]]] = []
        for way in ("sys.exit(1)", "raise ValueError", "import os; os._exit(9)"):
            bystander = started.enter_context(subprocess.Popen(["sleep", "600"], process_group=0))
            log = tmp_path / f"log{len(servers)}"
            servers.append((bystander, log, started.enter_context(server(way, log, bystander.pid))))
        for bystander, log, process in servers:
            assert process.wait(60) == 1, log.read_text(encoding="utf-8")
            # Sanic alone sees after half a minute that one has died without a word.
            assert "one of them has ended" in log.read_text(encoding="utf-8")
            assert bystander.poll() is None
