"""Starts the project's own programs, as a person in a terminal does."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.local import free_port
from tests.paths import ROOT

__all__ = ["free_port", "run_script"]


def run_script(script: str, **environment: str) -> subprocess.Popen[str]:
    """Starts a script of `scripts/`; what it prints, errors included, is in `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", f"scripts.{script}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
