"""This checkout and this machine: where things lie, which ports are free."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
MODEL = ROOT / "models" / "uwallet.tar.gz"


# Below those that systems give to outgoing connections: Linux from 32768, others from 49152.
PORTS = range(20_000, 32_000)


# What this process has been given: nobody may listen there yet, but somebody will.
_given: set[int] = set()


class StartError(Exception):
    """The bot cannot start; the message says what to do."""


def free_port() -> int:
    """Returns a port that nothing listens on, each time another one.

    Not one that the system would choose: until somebody listens on it, any program here could be given the same.
    FREE_PORTS (as 20000-20799) narrows the choice, so that tests beside each other do not meet on one.
    """
    first, _, last = os.environ.get("FREE_PORTS", "").partition("-")
    ports = range(int(first), int(last) + 1) if last else PORTS
    while True:
        port = secrets.choice([port for port in ports if port not in _given] or ports)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            _given.add(port)
            return port


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
