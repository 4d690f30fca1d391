"""Starts the project's own programs, as a person in a terminal does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from tests.paths import ROOT


def free_port() -> int:
    """Returns a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_script(script: str, **environment: str) -> subprocess.Popen[str]:
    """Starts a script of `scripts/`; what it prints, errors included, is in `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", f"scripts/{script}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
