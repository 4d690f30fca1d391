"""Starts, watches and stops the bot's servers; shared by `run.py` and `chat.py`."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 180
STOP_SECONDS = 10


class StartError(Exception):
    """The bot cannot start; the message says what to do."""


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_setting(name: str, default: int) -> int:
    """Returns the port that the environment variable `name` sets.

    Raises:
        StartError: It is not a port, or is taken.
    """
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise StartError(f"{name}={value!r} is not a port. Set it to a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(value)))
        except OSError as error:
            raise StartError(
                f"Port {value} is taken ({error.strerror}). Stop what runs there, or choose another one: "
                f"{name}={int(value) + 1} make run"
            ) from error
    return int(value)


@contextlib.contextmanager
def endpoints_file(actions_port: int) -> Iterator[Path]:
    """Yields endpoints.yml with the ports and the database of this run."""
    endpoints = YAML(typ="safe").load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://{HOST}:{actions_port}/webhook"
    if "UWALLET_TRACKER_DB" in os.environ:
        endpoints["tracker_store"]["db"] = os.environ["UWALLET_TRACKER_DB"]
    with tempfile.TemporaryDirectory(prefix="uwallet-") as folder:
        path = Path(folder) / "endpoints.yml"
        with path.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(endpoints, file)
        yield path


def start_rasa(*arguments: str) -> subprocess.Popen[bytes]:
    """Starts a Rasa command in the background, listening on this machine only."""
    environment = {**os.environ, "SANIC_HOST": HOST}
    return subprocess.Popen([sys.executable, "scripts/rasa_cli.py", *arguments], cwd=ROOT, env=environment)


def wait_until_ready(name: str, process: subprocess.Popen[bytes], url: str) -> None:
    """Waits until the server answers at `url`.

    Raises:
        StartError: It stopped, or did not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StartError(f"The {name} stopped while starting (status {process.returncode}); its reason is above.")
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise StartError(f"The {name} did not answer within {START_SECONDS} seconds.")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Stops the processes, gently first."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def start_action_server(port: int) -> subprocess.Popen[bytes]:
    """Starts the action server."""
    print("Starting the action server ...", flush=True)
    return start_rasa("run", "actions", "--port", str(port), "--quiet")


def interrupt_on_termination() -> None:
    """Lets SIGTERM and a closed terminal stop the process the way Ctrl+C does, so that the servers stop with it."""

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
