"""Pairs of a gateway and an engine on one PostgreSQL and one Redis, each process on a core of its own."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tools.faults.stack import GATEWAY, SITE, Process, private_postgresql, private_redis
from tools.ports import free_port
from uwallet_gateway.database.connection import database_url
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.services import Services, build_services
from uwallet_gateway.settings import PREFIX, REPOSITORY, load_settings

_MANY = "10000000/minute"
ENGINE_DATABASE = "engine"


@dataclass
class Pair:
    """A gateway and its engine."""

    address: str
    gateway: Process
    engine: Process


@dataclass
class Scaled:
    """All processes.

    Attributes:
        pairs: Those that run.
        services: Parts of a gateway in this process, to prepare and to read the database.
    """

    folder: Path
    environment: dict[str, str]
    postgresql: str
    postgresql_pid: int
    redis_port: int
    redis: Process
    services: Services = field(repr=False)
    pairs: list[Pair] = field(default_factory=list)

    async def add_pair(self) -> None:
        """Starts another gateway with an engine of its own; what they know, they share."""
        number = len(self.pairs)
        engine_port, port = free_port(), free_port()
        engine = self._engine(number, engine_port)
        address = f"http://127.0.0.1:{port}"
        gateway = Process(
            f"gateway{number}",
            (sys.executable, "-m", "uwallet_gateway", "serve"),
            {
                **self.environment,
                f"{PREFIX}PORT": str(port),
                f"{PREFIX}ENGINE_URL": f"http://127.0.0.1:{engine_port}",
            },
            GATEWAY,
            f"{address}/readyz",
            self.folder / f"gateway{number}.log",
        )
        self.pairs.append(Pair(address, gateway, engine))
        for process in (engine, gateway):
            await process.start()
            # One core for each pair, as far as there are cores.
            os.sched_setaffinity(_pid(process), {sorted(os.sched_getaffinity(0))[number % (os.cpu_count() or 1)]})

    def processor(self) -> dict[str, float]:
        """Seconds of processor that each kind of process has used."""
        return {
            "gateway": sum(_seconds(_pid(pair.gateway)) for pair in self.pairs),
            "engine": sum(_seconds(_pid(pair.engine)) for pair in self.pairs),
            "PostgreSQL": _seconds(self.postgresql_pid),
            "Redis": _seconds(_pid(self.redis)),
        }

    def memory(self) -> dict[str, float]:
        """Megabytes that the first gateway and the first engine hold."""
        first = self.pairs[0]
        return {
            name: psutil.Process(_pid(process)).memory_info().rss / 2**20
            for name, process in (("gateway", first.gateway), ("engine", first.engine))
        }

    async def sizes(self) -> dict[str, int]:
        """Bytes of both databases."""
        engine = create_async_engine(database_url(self.services.settings))
        try:
            async with engine.connect() as connection:
                rows = await connection.execute(text("SELECT datname, pg_database_size(datname) FROM pg_database"))
                sizes = {name: int(size) for name, size in rows}
        finally:
            await engine.dispose()
        return {"gateway": sizes[str(engine.url.database)], "engine": sizes.get(ENGINE_DATABASE, 0)}

    async def end(self) -> None:
        """Ends all pairs."""
        for pair in self.pairs:
            await pair.gateway.kill()
            await pair.engine.kill()

    def _engine(self, number: int, port: int) -> Process:
        url = make_url(self.postgresql)
        endpoints, credentials = self.folder / f"endpoints{number}.yml", self.folder / "credentials.yml"
        host = url.query.get("host", url.host or "127.0.0.1")
        endpoints.write_text(
            "action_endpoint: {url: 'http://127.0.0.1:1/webhook', actions_module: actions}\n"
            "tracker_store:\n  type: SQL\n  dialect: postgresql\n"
            f"  db: {ENGINE_DATABASE}\n  username: {url.username}\n  login_db: {url.database}\n"
            f"  query: {{host: '{host}'}}\n"
            f"lock_store: {{type: redis, url: 127.0.0.1, port: {self.redis_port}}}\n",
            encoding="utf-8",
        )
        credentials.write_text("engine.channel.GatewayInput:\n", encoding="utf-8")
        arguments = ("--interface", "127.0.0.1", "--port", str(port), "--quiet")
        files = ("--endpoints", str(endpoints), "--credentials", str(credentials))
        model = ("--model", str(REPOSITORY / "models" / "uwallet.tar.gz"))
        return Process(
            f"engine{number}",
            (str(REPOSITORY / ".venv/bin/python"), "-W", "ignore", "-m", "engine.serve", *arguments, *files, *model),
            {"RASA_TELEMETRY_ENABLED": "false"},
            REPOSITORY,
            f"http://127.0.0.1:{port}/webhooks/gateway/",
            self.folder / f"engine{number}.log",
        )


@contextlib.asynccontextmanager
async def scaled_stack(folder: Path) -> AsyncIterator[Scaled]:
    """PostgreSQL and Redis, and no pair yet."""
    async with contextlib.AsyncExitStack() as closing:
        server = closing.enter_context(private_postgresql())
        uri = server.get_uri()
        port = free_port()
        redis = private_redis(folder, port)
        closing.push_async_callback(redis.kill)
        await redis.start()
        environment = {
            f"{PREFIX}{name}": value
            for name, value in {
                "DEVELOPMENT": "true",
                "SECRET_KEY": "0123456789abcdef0123456789abcdef",
                "DATABASE_URL": uri,
                "REDIS_URL": f"redis://127.0.0.1:{port}",
                "DATA_DIR": str(folder / "data"),
                "WEB_DIR": str(folder / "no web"),
                "LOG_LEVEL": "WARNING",
                **{
                    f"RATE_{name}": _MANY
                    for name in ("MESSAGES_PER_USER", "MESSAGES_PER_ADDRESS", "SESSIONS_PER_ADDRESS")
                },
            }.items()
        }
        services = build_services(
            load_settings(**{name.removeprefix(PREFIX).lower(): value for name, value in environment.items()})
        )
        closing.push_async_callback(services.close)
        await migrate(services.database)
        await services.sites.create("Scale", [], key=SITE)
        stack = Scaled(folder, environment, uri, server.get_pid(), port, redis, services)
        closing.push_async_callback(stack.end)
        yield stack


def _pid(process: Process) -> int:
    if process.running is None:
        msg = f"{process.name} does not run"
        raise RuntimeError(msg)
    return process.running.pid


def _seconds(pid: int) -> float:
    """Of a process and those below it, the ones that have ended included."""
    process = psutil.Process(pid)
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
    own = process.cpu_times()
    return float(total + own.children_user + own.children_system)
