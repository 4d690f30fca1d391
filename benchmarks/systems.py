"""The bots that are compared: how each is started, watched and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
# Rasa as published, on the Python that it asks for.
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
MODEL = ROOT / "models" / "uwallet.tar.gz"
# The same project, trained where it is served.
RASA_MODEL = ROOT / "build" / "benchmarks" / "rasa.tar.gz"
STOCK_MODEL = ROOT / "build" / "benchmarks" / "stock.tar.gz"
START_SECONDS = 600
STOP_SECONDS = 30


@dataclass(frozen=True)
class System:
    """A bot: a title, a model, and whether it is Rasa's own server or the engine."""

    name: str
    title: str
    model: Path
    is_engine: bool

    @property
    def expects(self) -> str:
        """What the first correct answer contains."""
        return "5步"


RASA = System("rasa", "`rasa run` + `rasa run actions`", RASA_MODEL, is_engine=False)
ENGINE = System("engine", "engine (`make run`)", MODEL, is_engine=True)
STOCK = System("stock", "`rasa run` + actions, DIET + TED", STOCK_MODEL, is_engine=False)
SYSTEMS = (RASA, ENGINE, STOCK)


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(url: str, body: dict[str, Any], timeout: float = 60) -> Any:
    """Sends JSON and returns the JSON that comes back."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)


class Running:
    """A running bot with an empty database in `folder`; to be used in a `with` statement."""

    def __init__(self, system: System, folder: Path, workers: int = 1, redis_port: int | None = None) -> None:
        """Starts it; `start_seconds` is what passed until its first correct answer."""
        self.system = system
        self._processes: list[subprocess.Popen[bytes]] = []
        port, actions_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        endpoints = self._endpoints(folder, actions_port, redis_port)
        self._log = (folder / "server.log").open("wb")
        common = ["--endpoints", str(endpoints), "--port", str(port), "--interface", "127.0.0.1", "--enable-api"]
        begin = time.perf_counter()
        if system.is_engine:
            self._start(PYTHON, workers, "-m", "engine.serve", "--model", str(system.model), *common)
        else:
            self._start(PEERS_PYTHON, workers, "-m", "rasa", "run", "actions", "--port", str(actions_port))
            self._start(PEERS_PYTHON, workers, "-m", "rasa", "run", "--model", str(system.model), *common)
        self._wait(folder)
        self.start_seconds = time.perf_counter() - begin

    def _endpoints(self, folder: Path, actions_port: int, redis_port: int | None) -> Path:
        actions: dict[str, Any] = {"url": f"http://127.0.0.1:{actions_port}/webhook"}
        if self.system.is_engine:
            actions["actions_module"] = "actions"
        content: dict[str, Any] = {
            "action_endpoint": actions,
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "conversations.db")},
        }
        if redis_port:
            content["lock_store"] = {"type": "redis", "url": "127.0.0.1", "port": redis_port}
        path = folder / "endpoints.yml"
        # JSON is YAML.
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def _start(self, python: Path, workers: int, *command: str) -> None:
        # Both keep what they have compiled, as users' installations do.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "SANIC_HOST": "127.0.0.1", "SANIC_WORKERS": str(workers)}
        environment |= {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._processes.append(
            subprocess.Popen([python, *command], cwd=ROOT, env=environment, stdout=self._log, stderr=self._log)
        )

    def _wait(self, folder: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self._processes):
                break
            with contextlib.suppress(OSError, ValueError):
                if self.system.expects in str(self.say("first", "我忘记密码了")):
                    return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{self.system.title} did not start:\n{(folder / 'server.log').read_text()[-2000:]}")

    def say(self, sender: str, text: str) -> Any:
        """Sends a message and returns the bot's."""
        return post(f"{self.url}/webhooks/rest/webhook", {"sender": sender, "message": text})

    def memory(self) -> float:
        """Returns the resident memory of all its processes in MB, pages that they share counted once."""
        total = 0
        for process in self._processes:
            known = psutil.Process(process.pid)
            total += sum(member.memory_full_info().pss for member in [known, *known.children(recursive=True)])
        return total / 1e6

    def stop(self) -> None:
        """Stops all its processes."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._log.close()

    def __enter__(self) -> Running:
        """Returns itself, started."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it."""
        self.stop()
