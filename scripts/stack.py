"""The whole product on this machine: the engine on a private port and the gateway in front of it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from scripts.local import HOST, ROOT, free_port
from scripts.processes import Popen, Process, ProcessError, undisturbed

# On a machine under load; otherwise about three seconds for the engine and two for the gateway.
START_SECONDS = 180.0
# What the page names in its script tag (web/demo).
DEMONSTRATION_SITE = "demo"
# Who can sign in at the desk after the first start; the name is what users would see.
FIRST_ADMIN_NAME = "管理员"

_BOT_PYTHON = ROOT / ".venv" / "bin" / "python"
_GATEWAY_PYTHON = ROOT / "gateway" / ".venv" / "bin" / "python"


class Stack:
    """Engine and gateway as two processes, with what they write in one folder."""

    def __init__(
        self,
        data: Path,
        logs: Path,
        port: int,
        *,
        tracker_db: Path | None = None,
        environment: Mapping[str, str] | None = None,
        beside: Stack | None = None,
        popen: Popen = subprocess.Popen,
    ) -> None:
        """Starts nothing yet.

        Args:
            data: Where the gateway keeps its database, pictures and secrets; made if missing.
            logs: The folder of both logs; made if missing.
            port: Where the gateway listens, on this machine only. The engine listens on any port that is free.
            tracker_db: The engine's conversations; by default in `data`.
            environment: Further settings of both.
            beside: Another stack whose engine is to answer here, too; it outlives this one.
            popen: Starts the gateway and its commands.
        """
        self._popen = popen
        self.address = f"http://{HOST}:{port}"
        # Of the admin whom a first start has made, for whoever is to be told it; stored nowhere.
        self.first_admin: str | None = None
        self.first_password: str | None = None
        self._beside = beside
        self.engine: Process
        engine_port = free_port()
        self.engine_address: str = beside.engine_address if beside else f"http://{HOST}:{engine_port}"
        # Nobody else on this machine can use the channel between the two.
        self.engine_secret: str = beside.engine_secret if beside else secrets.token_hex(32)
        shared = {**(environment or {}), "UWALLET_ENGINE_SECRET": self.engine_secret}
        self._gateway_environment = {
            **shared,
            "UWALLET_DEVELOPMENT": "true",
            "UWALLET_HOST": HOST,
            "UWALLET_PORT": str(port),
            "UWALLET_ENGINE_URL": self.engine_address,
            "UWALLET_DATA_DIR": str(data),
        }
        self._logs = logs
        if beside:
            self.engine = beside.engine
        else:
            database = tracker_db or data / "engine.db"
            # The engine starts before the gateway, which makes its own folder.
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            own = {
                **shared,
                "UWALLET_ENGINE_PORT": str(engine_port),
                "UWALLET_TRACKER_DB": str(database),
            }
            self.engine = Process(
                "engine",
                # By one channel only, which asks for the secret: Rasa's REST would answer every page in a browser here.
                [
                    str(_BOT_PYTHON),
                    "-W",
                    "ignore",
                    "-m",
                    "scripts.serve_engine",
                    "--credentials",
                    "deploy/credentials.yml",
                ],
                ready_url=f"{self.engine_address}/",
                log=logs / "engine.log",
                cwd=ROOT,
                environment=own,
            )
        self.gateway = self._gateway()

    def start(self) -> None:
        """Starts both and returns when they take messages.

        Raises:
            ProcessError: One of them did not start. What did start is stopped.
        """
        try:
            if not self._beside:
                self.engine.start()
            # While the engine loads its model.
            self._prepare()
            self.gateway.start()
            self.engine.wait_until_ready(START_SECONDS)
            self.gateway.wait_until_ready(START_SECONDS)
        except BaseException:
            self.stop()
            raise

    @property
    def popen(self) -> Popen:
        """What starts the gateway and its commands."""
        return self._popen

    @popen.setter
    def popen(self, popen: Popen) -> None:
        self._popen = self.gateway.popen = popen

    @property
    def clock(self) -> str | None:
        """The time at which the gateway has begun, if it has a clock of its own."""
        return self._gateway_environment.get("UWALLET_CLOCK")

    def restart_gateway(self, **environment: str) -> None:
        """Kills the gateway and starts it with some settings changed, which hold from then on.

        Raises:
            ProcessError: It did not start.
        """
        self.gateway.kill()
        self._gateway_environment |= environment
        self.gateway = self._gateway()
        self.gateway.start()
        self.gateway.wait_until_ready(START_SECONDS)

    def command(self, *arguments: str) -> str:
        """Runs a command of the gateway, such as `create-site`, on its data.

        Returns:
            What it prints.

        Raises:
            ProcessError: It failed; the message says how.
        """
        process: subprocess.Popen[str] | None = None
        try:
            with undisturbed() as prepare:
                process = self._popen(
                    [str(_GATEWAY_PYTHON), "-m", "uwallet_gateway", *arguments],
                    cwd=ROOT / "gateway",
                    env={**os.environ, **self._gateway_environment},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    # Runs two system calls, which take no lock.
                    preexec_fn=prepare,
                )
            output, errors = process.communicate()
        finally:
            # Nothing that was begun outlives a stop.
            if process and process.poll() is None:
                process.kill()
                process.communicate()
        if process.returncode:
            raise ProcessError(f"`{' '.join(arguments)}` failed.\n{errors or output}")
        return output

    def check(self) -> None:
        """Does nothing while both run.

        Raises:
            ProcessError: One has ended.
        """
        self.gateway.check()
        self.engine.check()

    def _gateway(self) -> Process:
        return Process(
            "gateway",
            [str(_GATEWAY_PYTHON), "-m", "uwallet_gateway", "serve"],
            ready_url=f"{self.address}/healthz",
            log=self._logs / "gateway.log",
            cwd=ROOT / "gateway",
            environment=self._gateway_environment,
            popen=self._popen,
        )

    def _prepare(self) -> None:
        """Makes the site of the demonstration page, and the first admin where there is nobody."""
        # No name that everybody knows.
        username = f"admin-{secrets.token_hex(3)}"
        origins = [f"--origin={address}" for address in (self.address, self.address.replace(HOST, "localhost"))]
        admin = (f"--admin={username}", f"--admin-name={FIRST_ADMIN_NAME}")
        printed = self.command("prepare-demonstration", DEMONSTRATION_SITE, *origins, *admin)
        if password := json.loads(printed)["password"]:
            self.first_admin, self.first_password = username, str(password)

    def stop(self) -> None:
        """Stops the gateway, which needs the engine to finish what it took, and then the engine."""
        try:
            self.gateway.stop()
        finally:
            if not self._beside:
                self.engine.stop()
