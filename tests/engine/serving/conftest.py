"""What engines share."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.processes import free_port

# Of the gateway's environment (scripts/setup-redis), or the system's.
REDIS = next(ROOT.glob("gateway/.venv/redis/*/bin/redis-server"), None) or shutil.which("redis-server")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    """The port of a private Redis."""
    if REDIS is None:
        pytest.skip("There is no redis-server: run `make setup-gateway-dev`, or install Debian's redis-server.")
    port = free_port()
    command = [str(REDIS), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.02)
    yield port
    process.terminate()
    process.wait(60)
