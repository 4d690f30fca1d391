"""What `run.py`, `serve_engine.py` and `chat.py` share: settings from the environment, and the engine with them."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
MODEL = ROOT / "models" / "uwallet.tar.gz"

if TYPE_CHECKING:
    from rasa.core.utils import AvailableEndpoints


class StartError(Exception):
    """The bot cannot start; the message says what to do."""


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_setting(name: str, default: int, command: str) -> int:
    """Returns the port that the environment variable `name` sets.

    Args:
        name: The variable.
        default: The port without it.
        command: What is to be run again when the port is taken.

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
                f"{name}={int(value) + 1} {command}"
            ) from error
    return int(value)


def _use_tracker_db(endpoints: AvailableEndpoints) -> None:
    database = os.environ.get("UWALLET_TRACKER_DB")
    if not database:
        return
    if endpoints.tracker_store is None or (endpoints.tracker_store.type or "").lower() != "sql":
        raise StartError("UWALLET_TRACKER_DB is set, but the tracker_store in endpoints.yml is not of type SQL.")
    endpoints.tracker_store.kwargs["db"] = database


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def serve_bot(port: int, *arguments: str, on_ready: Callable[[], None] | None = None) -> int:
    """Serves the trained bot in this process until it is stopped.

    Args:
        port: Where it listens, on this machine only.
        arguments: More arguments of `rasa run`.
        on_ready: Called when the bot takes messages.

    Returns:
        The exit status.

    Raises:
        StartError: There is no trained model, or a setting does not fit.
    """
    if not MODEL.exists():
        raise StartError("There is no trained model. Run `make train` first.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Until the server takes over, as Ctrl+C does.
        signal.signal(number, _interrupt)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    from engine.serving import command_line  # noqa: PLC0415 - takes seconds: only when the settings are right

    options = command_line.parser().parse_args(
        ["--interface", HOST, "--port", str(port), "--model", str(MODEL), *arguments]
    )
    return command_line.serve(options, _use_tracker_db, on_ready)
