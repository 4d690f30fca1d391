"""One set of statements for SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import Insert, Row, Select, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from uwallet_gateway.database.dead_lines import GIVEN_UP_AFTER, give_up_soon
from uwallet_gateway.database.one_trip import make_one_trip
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.settings import PREFIX, Settings, SettingsError

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
# States of SQL.
_DEADLOCK, _TAKEN = "40P01", "23505"
# The beginnings of those of a server that cannot serve now: a connection that is lost, one that only reads as it is no
# longer the first of its cluster, a transaction that took too long, no room on disk or for one more connection, a
# server that ends or starts, a disk that fails.
_AWAY = ("08", "25006", "25P03", "25P04", "53", "57", "58")
# asyncpg's own come as they are where there is no connection yet, whatever the server has against one: it starts, it
# ends, has no room for another, knows no such database. SQLAlchemy wraps those of a statement.
_OF_CONNECTING = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# Seconds that a statement waits while another process writes, and a writer for those before it.
_SQLITE_BUSY = 10
# Seconds after which PostgreSQL ends the transaction of a gateway that does nothing in it: it stands still, or its
# machine is gone without a word, and others wait for the conversation that it has locked.
_IDLE_TRANSACTION = 10
# Connections of a process, made when they are needed; and seconds that one is waited for. Whoever gets none is refused
# and asks again, which may be another gateway.
_CONNECTIONS, _CONNECTION_WAIT = 15, 5
# Seconds for which a connection that was used is taken to be there: a server that ends closes it, and of a cut line a
# question would not hear sooner.
_TRUSTED_FOR = 1.0
# Insertions of one transaction, at most.
_INSERTED_TOGETHER = 100
# The write-ahead log is emptied at a moment without readers.
_EMPTYING_ATTEMPTS, _EMPTYING_PAUSE = 5, 0.2


class DatabaseUnavailableError(Exception):
    """The database does not answer, or cannot take what is written."""


class BrokenReferencesError(Exception):
    """A migration would have left rows that refer to rows that are gone."""


class UnstorableTextError(ValueError):
    """A text that no database takes: half a surrogate pair, or in PostgreSQL a NUL."""


# A statement, and the values of a row.
NewRow = tuple[Insert, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Insertion:
    rows: tuple[NewRow, ...]
    stored: asyncio.Future[None]

    # Who has asked may have gone.

    def succeed(self) -> None:
        if not self.stored.done():
            self.stored.set_result(None)

    def fail(self, error: Exception) -> None:
        if not self.stored.done():
            self.stored.set_exception(error)


class Database:
    """A pool of connections.

    SQLite is used with a write-ahead log and synchronous=FULL: what is committed survives a loss of power, so a message
    that was acknowledged is kept.

    Attributes:
        before_commit: Called at the end of each transaction that writes, as part of it.
    """

    def __init__(self, url: URL) -> None:
        """Opens nothing yet; see `database_url` for the address."""
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        # For SQLite the seconds that a statement waits, for PostgreSQL those to connect.
        options: dict[str, Any] = {"connect_args": {"timeout": _SQLITE_BUSY if self.is_sqlite else GIVEN_UP_AFTER}}
        # Errors are logged; what users wrote must not stand in them.
        options["hide_parameters"] = True
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_pre_ping=not self.is_sqlite,
            pool_size=_CONNECTIONS,
            # None beyond them: it would be closed when it is given back, and costs more than most statements.
            max_overflow=0,
            pool_timeout=_CONNECTION_WAIT,
            # The same few again, as long as they are enough.
            pool_use_lifo=True,
            **options,
        )
        self.before_commit: list[Callable[[Session], None]] = []
        self._writing = self.engine.execution_options(writes=True)
        # A transaction by itself: PostgreSQL is told neither its beginning nor its end.
        level = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._single = self.engine.execution_options(single=True, **level)
        self._turn = asyncio.Lock()
        self._insertions: deque[_Insertion] = deque()
        self._inserting: asyncio.Task[None] | None = None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine.sync_engine, "connect", _prepare_postgresql)
            dialect = self.engine.sync_engine.dialect
            pings = _Pings(dialect.do_ping)
            dialect.do_ping = pings.ping  # type: ignore[assignment,method-assign]  # see there
            event.listen(self.engine.sync_engine, "checkin", pings.used)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads.

        Raises:
            DatabaseUnavailableError: The database does not answer.
        """
        with _told_apart():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session

    async def look_up(self, statement: Select[Any], parameters: Mapping[str, Any]) -> Row[Any] | None:
        """The one row of a statement, or None: by itself, and as quickly as can be.

        Raises:
            DatabaseUnavailableError: The database does not answer.
        """
        with _told_apart():
            async with self._single.connect() as connection:
                return (await connection.execute(statement, parameters)).one_or_none()

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end of the block, and rolled back on an exception.

        Raises:
            DatabaseUnavailableError: The database does not answer; nothing is stored.
        """
        with _told_apart():
            async with (
                self._own_turn(),
                AsyncSession(self._writing, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
                for hook in self.before_commit:
                    await session.run_sync(hook)

    @contextlib.asynccontextmanager
    async def write_unless_taken(self, code: ErrorCode) -> AsyncIterator[AsyncSession]:
        """As `write`, where two may take one name at one moment: each has looked, and found it free.

        Args:
            code: What the second is told.

        Raises:
            InputError: With this code.
        """
        try:
            async with self.write() as session:
                yield session
        except IntegrityError as error:
            if _state(error.orig) != _TAKEN:
                raise
            raise InputError(code) from error

    async def insert(self, *rows: NewRow) -> None:
        """Stores new rows in one transaction, as quickly as can be: nothing else belongs to it.

        Whoever asks while others are being stored is stored together with all who have asked by then: of thousands who
        come at once not each waits for the disk.

        Raises:
            DatabaseUnavailableError: The database does not answer; nothing is stored.
        """
        insertion = _Insertion(rows, asyncio.get_running_loop().create_future())
        self._insertions.append(insertion)
        if self._inserting is None:
            # In a context of its own: it works for everybody.
            self._inserting = asyncio.create_task(self._insert_waiting(), context=contextvars.Context())
        await insertion.stored

    async def _insert_waiting(self) -> None:
        try:
            while self._insertions:
                some = [self._insertions.popleft() for _ in range(min(len(self._insertions), _INSERTED_TOGETHER))]
                await self._insert_each(some)
        finally:
            self._inserting = None

    async def _insert_each(self, insertions: Sequence[_Insertion]) -> None:
        try:
            await self._insert_together([row for insertion in insertions for row in insertion.rows])
        except DatabaseUnavailableError as error:
            for insertion in insertions:
                insertion.fail(DatabaseUnavailableError(str(error)))
        except Exception as error:
            if len(insertions) == 1:
                insertions[0].fail(error)
                return
            # What is wrong with one is no fault of the others.
            for insertion in insertions:
                await self._insert_each([insertion])
        except BaseException:
            for insertion in insertions:
                insertion.stored.cancel()
            raise
        else:
            for insertion in insertions:
                insertion.succeed()

    async def _insert_together(self, rows: Iterable[NewRow]) -> None:
        # In the order of their first rows, so that what others refer to comes before them.
        values: dict[int, tuple[Insert, list[Mapping[str, Any]]]] = {}
        for statement, row in rows:
            values.setdefault(id(statement), (statement, []))[1].append(row)
        with _told_apart():
            async with self._own_turn(), self._writing.begin() as connection:
                for statement, all_rows in values.values():
                    await connection.execute(statement, all_rows)

    @contextlib.asynccontextmanager
    async def reshape(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which tables may be made anew, as SQLite's are when a column changes.

        With references enforced, dropping the old table would delete, or refuse to orphan, what refers to its rows.
        They are checked at the end instead.

        Raises:
            DatabaseUnavailableError: The database does not answer; nothing is changed.
            BrokenReferencesError: A row would refer to one that is gone; nothing is changed.
        """
        with _told_apart():
            async with self._own_turn(), self._writing.connect() as connection:
                if not self.is_sqlite:
                    async with connection.begin():
                        yield connection
                    return
                driver: Any = (await connection.get_raw_connection()).driver_connection
                # Outside of a transaction, in which SQLite ignores it.
                await driver.execute("PRAGMA foreign_keys=OFF")
                try:
                    async with connection.begin():
                        yield connection
                        broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                        if broken:
                            tables = sorted({str(row[0]) for row in broken})
                            raise BrokenReferencesError(f"rows of {', '.join(tables)} refer to rows that are gone")
                finally:
                    await driver.execute("PRAGMA foreign_keys=ON")

    async def empty_log(self) -> bool:
        """Empties SQLite's write-ahead log, which still has what was deleted; returns whether that was possible.

        Somebody who reads at the same time prevents it for a moment. PostgreSQL has no such file of ours.
        """
        if not self.is_sqlite:
            return True
        for _ in range(_EMPTYING_ATTEMPTS):
            async with self.engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                # Outside of a transaction, in which SQLite refuses it.
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    (is_busy, *_) = await cursor.fetchone()
            if not is_busy:
                return True
            await asyncio.sleep(_EMPTYING_PAUSE)
        return False

    async def close(self) -> None:
        """Closes all connections, once everything is stored that was asked for."""
        if self._inserting is not None:
            await self._inserting
        await self.engine.dispose()

    @contextlib.asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[None]:
        """Lets the writers of this process begin in the order in which they have asked.

        SQLite has one writer at a time and lets others ask again now and then, in no order: under load one was seen to
        wait for seconds while those who came later were served.
        """
        if not self.is_sqlite:
            yield
            return
        async with asyncio.timeout(_SQLITE_BUSY):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()


def database_url(settings: Settings) -> URL:
    """The address with the driver that the gateway uses.

    Raises:
        SettingsError: It is neither SQLite nor PostgreSQL, or no address at all.
    """
    address = settings.database_url
    if not address:
        return URL.create("sqlite+aiosqlite", database=str(settings.data_dir / "gateway.db"))
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise SettingsError(f"{PREFIX}DATABASE_URL: is not an address of a database") from error
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise SettingsError(f"{PREFIX}DATABASE_URL: must begin with sqlite:// or postgresql://")
    return url.set(drivername=driver)


def is_deadlock(error: DBAPIError) -> bool:
    """Whether PostgreSQL has ended a transaction for another to go on; it may be tried again as it was."""
    return _state(error.orig) == _DEADLOCK


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        raise UnstorableTextError from error
    except (*_OF_CONNECTING, InterfaceError, OperationalError, PoolTimeoutError) as error:
        # The address, which has a password, is in none of them.
        raise DatabaseUnavailableError(f"the database does not answer: {error}") from error
    except DBAPIError as error:
        state = _state(error.orig)
        # Class 22 of SQL's states: what was given cannot be a value.
        if state.startswith("22"):
            raise UnstorableTextError from error
        if state.startswith(_AWAY):
            raise DatabaseUnavailableError(f"the database does not answer: {error}") from error
        raise


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    make_one_trip(connection.driver_connection)
    # The driver's own BEGIN comes too late for a transaction that reads first.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # asyncpg has no settings for it.
    give_up_soon(connection.driver_connection._transport.get_extra_info("socket"))
    # Not a parameter of the connection: poolers between refuse those that they do not know.
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_TRANSACTION}s'")
    cursor.close()
    connection.commit()


class _Pings:
    """Whether a connection of the pool can be used."""

    def __init__(self, ping: Callable[[Any], bool]) -> None:
        """Keeps SQLAlchemy's own way to ask."""
        self._ping = ping
        # By the driver's connection.
        self._used_at: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def used(self, connection: Any, _record: Any) -> None:
        """It was given back; None: it is closed."""
        if connection is not None:
            self._used_at[connection.driver_connection] = time.monotonic()

    def ping(self, connection: Any) -> bool:
        """Asks the server unless it has answered a moment ago.

        Of one whose line was given up, uvloop says RuntimeError, and of one that the server has just ended asyncpg what
        the server said of it. SQLAlchemy takes neither for a lost connection: each one in the pool would fail somebody
        first.
        """
        driver = connection.driver_connection
        if driver.is_closed():
            return False
        if time.monotonic() - self._used_at.get(driver, float("-inf")) < _TRUSTED_FOR:
            return True
        try:
            return self._ping(connection)
        except RuntimeError:
            return False
        except Exception as error:
            if _state(error).startswith(_AWAY):
                return False
            raise


def _state(error: BaseException | None) -> str:
    return str(getattr(error, "pgcode", None) or "")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("single", False):
        # A statement is a transaction by itself.
        return
    # A transaction that begins by reading cannot wait for another writer later: SQLite refuses it at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")
