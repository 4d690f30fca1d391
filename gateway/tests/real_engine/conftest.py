"""Starts the bot of this repository, as it is served in production."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import SettingsFactory
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.otlp_receiver import OtlpReceiver
from tests.helpers.servers import free_port
from uwallet_gateway.knowledge import regression_check
from uwallet_gateway.knowledge.regressions import wordings_of
from uwallet_gateway.settings import REPOSITORY

PYTHON = REPOSITORY / ".venv" / "bin" / "python"
MODEL = REPOSITORY / "models" / "uwallet.tar.gz"
# Seconds; three on a quiet machine.
PATIENCE = 180
# Of some three hundred that are asked before a publication, a hundred a second at most.
WORDINGS = 20


@dataclass
class Engine:
    """The engine as a process."""

    folder: Path
    port: int
    traces: str
    secret: str = "secret between gateway and engine"
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it takes messages."""
        endpoints = self.folder / "endpoints.yml"
        endpoints.write_text(
            "action_endpoint: {url: 'http://127.0.0.1:1/webhook', actions_module: actions}\n"
            f"tracker_store: {{type: SQL, dialect: sqlite, db: '{self.folder / 'engine.db'}'}}\n"
        )
        credentials = self.folder / "credentials.yml"
        credentials.write_text("engine.channel.GatewayInput:\n")
        arguments = ["--interface", "127.0.0.1", "--port", str(self.port), "--model", str(MODEL), "--quiet"]
        arguments += ["--endpoints", str(endpoints), "--credentials", str(credentials)]
        with (self.folder / "engine.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(PYTHON), "-W", "ignore", "-m", "engine.serve", *arguments],
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    "UWALLET_ENGINE_SECRET": self.secret,
                    "RASA_TELEMETRY_ENABLED": "false",
                    "OTEL_EXPORTER_OTLP_ENDPOINT": self.traces,
                    "OTEL_BSP_SCHEDULE_DELAY": "50",
                },
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/webhooks/gateway/").status_code == 200:
                    return
            time.sleep(0.1)
        self.stop()
        msg = f"the engine did not start:\n{(self.folder / 'engine.log').read_text()[-3000:]}"
        raise RuntimeError(msg)

    def stop(self, *, kill: bool = False) -> None:
        """Stops it, or kills it."""
        if self.process and self.process.poll() is None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait()

    @property
    def url(self) -> str:
        """Its private address."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """Takes the traces of the engine, and of gateways that are told to send any."""
    receiver = OtlpReceiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, otlp_receiver: OtlpReceiver) -> Iterator[Engine]:
    """The running engine; a test that stops it must start it again."""
    if not PYTHON.exists() or not MODEL.exists():
        pytest.skip("There is no trained bot in this checkout: `make train` makes it.")
    engine = Engine(tmp_path_factory.mktemp("engine"), free_port(), otlp_receiver.url)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(autouse=True)
def _few_wordings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asks a few wordings of what is published before a publication; a test that is about them asks all."""
    monkeypatch.setattr(regression_check, "wordings_of", lambda *given: wordings_of(*given)[:WORDINGS])


@pytest.fixture
async def gateway(engine: Engine, make_settings: SettingsFactory) -> AsyncIterator[Gateway]:
    """A gateway in front of the real engine."""
    settings = make_settings(
        engine_url=engine.url, engine_secret=engine.secret, conversations_dir=Path("/none"), sets_file=Path("/none")
    )
    async with running_gateway(settings, FakeEngine()) as running:
        yield running
