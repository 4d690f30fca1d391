"""Conversations in an SQL database, of which those under way are kept in memory too."""

from __future__ import annotations

import itertools
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import ConnectionException, RasaException
from rasa.shared.nlu.constants import INTENT_NAME_KEY
from rasa.utils.endpoints import EndpointConfig

from engine.serving.events import read_events
from engine.serving.sql_database import use_sqlalchemy_2
from engine.serving.tracker import ServingTracker
from engine.store_trouble import TakenOverError
from engine.upstream import replaces

use_sqlalchemy_2()

# An event takes about 1 kB of memory, so that this is some 20 MB: 60 conversations of 30 turns.
_MOST_CACHED_EVENTS = 20_000
# Conversations that may be at their first turn at the same time.
_MOST_NEW = 1_000
_IN_MEMORY = ":memory:"
# Those who store something in one conversation do so one after the other.
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:sender, 0))")


@dataclass
class _Cached:
    """The latest session as it is stored; the database knows a session by the time when it started."""

    tracker: ServingTracker
    # Of its last event; None while nobody else writes and nobody asks.
    last_id: int | None
    session_start: float

    def holds_one_session(self) -> bool:
        """Returns whether none of the events is from before the session, so that Rasa would read all of them."""
        return all((event.timestamp or 0) >= self.session_start for event in self.tracker.events)

    def is_continued_by(self, events: Iterable[Event]) -> bool:
        """Returns whether the events belong to this session when they are added to it."""
        return not any(
            isinstance(event, SessionStarted) or (event.timestamp or 0) < self.session_start for event in events
        )


class ServingSQLTrackerStore(SQLTrackerStore):
    """Rasa's SQLTrackerStore, reading only what is new and reading and writing without the ORM.

    In each turn Rasa reads all events of the session from the database, decodes and replays them, and counts them once
    more when it saves. Here a conversation under way stays in memory as it was stored; one query shows whether another
    worker has added events, which are then read. If its last known event is gone, everything is read again. The schema
    that POSTGRESQL_SCHEMA names is looked for once and not for each statement.

    What is stored follows what was read: of two engines that do the same turn, as one stood still for so long that its
    lock ended, the second one stores nothing.

    Attributes:
        is_shared: Whether other processes may add to the same conversations. False saves that query; Rasa's lock store
            in memory serves one process only, too.
    """

    is_shared = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Opens the database (see parent class)."""
        super().__init__(*args, **kwargs)
        table = self.SQLEvent.__table__
        with self.session_scope() as session:  # Ends the process with a message when there is no such schema.
            # Where tables cannot be made, Rasa logs it and goes on.
            session.execute(table.select().limit(1))
        columns = table.c
        sender = columns.sender_id == sa.bindparam("sender")
        # Made once: putting a statement together takes longer than SQLite takes to execute it.
        self._insert = table.insert()
        starts = table.alias().c
        session_start = (
            sa.select(sa.func.max(starts.timestamp))
            .where(starts.sender_id == sa.bindparam("sender"), starts.type_name == SessionStarted.type_name)
            .scalar_subquery()
        )
        self._session = (
            sa.select(columns.id, columns.data)
            .where(sender, sa.or_(session_start.is_(None), columns.timestamp >= session_start))
            .order_by(columns.id)
        )
        self._last_id = sa.select(sa.func.max(columns.id)).where(sender)
        # Whether nobody else has stored anything since.
        self._since = sa.select(sa.func.count(), sa.func.max(columns.id)).where(
            sender, columns.id > sa.bindparam("last_id")
        )
        self._news = (
            sa.select(columns.id, columns.data)
            .where(sender, columns.id >= sa.bindparam("last_id"))
            .order_by(columns.id)
        )
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._cached_events = 0
        # Of whom the database had nothing when it was last asked.
        self._new: OrderedDict[str, None] = OrderedDict()
        self.engine: sa.engine.Engine
        # A database in memory is gone with its connection.
        if self.engine.dialect.name == "sqlite" and self.engine.url.database != _IN_MEMORY:
            self._tune_sqlite()
        # Errors are logged; what users wrote must not stand in them.
        self.engine.hide_parameters = True

    @property
    @replaces(TrackerStore.domain.fget, "1591766be9a2")
    def domain(self) -> Domain:
        """Returns the domain, whose slots the trackers have."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        for sender_id in list(self._cache):
            self._forget(sender_id)

    @replaces(TrackerStore.init_tracker, "2089b91e90d8")
    def init_tracker(self, sender_id: str) -> ServingTracker:
        """Returns an empty tracker."""
        return ServingTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    @replaces(SQLTrackerStore._retrieve, "c8adbf6f4b61")
    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the tracker of the latest session, or None (see parent class)."""
        cached = self._cache.get(sender_id)
        if cached is None or (self.is_shared and not self._read_news(sender_id, cached)):
            self._forget(sender_id)
            # Before the events: what comes in between is found when something is stored.
            last_id = self._last_stored(sender_id) if self.is_shared else None
            rows = self._read_session(sender_id)
            if not rows:
                self._note_new(sender_id)
                return None
            # Events whose clock was behind belong to no session, and are stored all the same.
            last_id = rows[-1].id if last_id is None else max(last_id, rows[-1].id)
            cached = self._read(sender_id, [row.data for row in rows], last_id)
            self._remember(sender_id, cached)
        self._cache.move_to_end(sender_id)
        tracker = _copy(cached.tracker)
        tracker.last_id = cached.last_id
        return tracker

    @replaces(SQLTrackerStore.save, "57165e46eab3")
    @replaces(SQLTrackerStore._additional_events, "d22f99eb863a")
    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the events that are not stored yet (see parent class).

        Raises:
            TakenOverError: Another engine has stored something meanwhile.
        """
        if not isinstance(tracker, ServingTracker):
            # From elsewhere: Rasa finds out what is new by counting.
            self._forget(tracker.sender_id)
            await super().save(tracker)
            return
        await self.stream_events(tracker)
        new = list(itertools.islice(tracker.events, tracker.stored_events, None))
        if not new:
            return
        rows = [self._row(tracker.sender_id, event) for event in new]
        with self.engine.begin() as connection:
            last_id = self._store(connection, tracker, rows)
        self._saved(tracker, [row["data"] for row in rows], last_id)
        tracker.stored_events, tracker.last_id = len(tracker.events), last_id

    def erase(
        self,
        senders: Iterable[str],
        before: float | None = None,
        keep: Sequence[str] = (),
        of: Sequence[str] = (),
    ) -> int:
        """Erases whole conversations, and events of all that are older than `before`; returns how many events.

        Args:
            senders: Conversations.
            before: Seconds since 1970, or None.
            keep: Conversations whose old events stay.
            of: Conversations whose old events are erased; none: of all.
        """
        table = self.SQLEvent.__table__
        gone = list(dict.fromkeys(senders))
        erased = 0
        with self.engine.begin() as connection:
            for sender_id in gone:
                erased += connection.execute(table.delete().where(table.c.sender_id == sender_id)).rowcount
            if before is not None:
                old = sa.and_(table.c.timestamp < before, table.c.sender_id.not_in(list(keep)))
                if of:
                    old = sa.and_(old, table.c.sender_id.in_(list(of)))
                gone += connection.execute(sa.select(table.c.sender_id).where(old).distinct()).scalars()
                erased += connection.execute(table.delete().where(old)).rowcount
        for sender_id in gone:
            self._forget(sender_id)
            self._new.pop(sender_id, None)
        if erased and self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                # The write-ahead log has the rows, too.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def all_events(self, sender_id: str) -> list[dict[str, Any]]:
        """Returns all events of a conversation, of earlier sessions too, oldest first."""
        columns = self.SQLEvent.__table__.c
        statement = sa.select(columns.data).where(columns.sender_id == sender_id).order_by(columns.id)
        with self.engine.connect() as connection:
            return [json.loads(data) for data in connection.execute(statement).scalars()]

    def _store(self, connection: sa.Connection, tracker: ServingTracker, rows: list[dict[str, Any]]) -> int | None:
        """Stores events if nobody else has since; returns the last one's id, None where there is nobody else."""
        if not self.is_shared:
            connection.execute(self._insert, rows)
            return None
        sender_id = tracker.sender_id
        known = 0 if tracker.last_id is None and sender_id in self._new else tracker.last_id
        if connection.dialect.name == "postgresql":
            # Until the end of the transaction; SQLite has one writer anyway.
            connection.execute(_ALONE, {"sender": sender_id})
        connection.execute(self._insert, rows)
        last_id: int | None
        if known is None:
            last_id = connection.execute(self._last_id, {"sender": sender_id}).scalar()
            return last_id
        count, last_id = connection.execute(self._since, {"sender": sender_id, "last_id": known}).one()
        if count != len(rows):
            self._forget(sender_id)
            self._new.pop(sender_id, None)
            raise TakenOverError(f"Another engine has gone on with '{sender_id}'.")
        return last_id

    def _last_stored(self, sender_id: str) -> int | None:
        with self.engine.connect() as connection:
            last_id: int | None = connection.execute(self._last_id, {"sender": sender_id}).scalar()
        return last_id

    def _saved(self, tracker: ServingTracker, serialised: list[str], last_id: int | None) -> None:
        """Adds what was just stored to what is in memory, or forgets the conversation if that may lack something."""
        sender_id = tracker.sender_id
        cached = self._cache.get(sender_id)
        is_new = sender_id in self._new
        self._new.pop(sender_id, None)
        if cached and len(cached.tracker.events) == tracker.stored_events:
            self._add(sender_id, cached, serialised, last_id)
        elif cached is None and is_new and tracker.stored_events == 0:
            cached = self._read(sender_id, serialised, last_id)
            if not cached.holds_one_session():
                return
            self._remember(sender_id, cached)
        else:
            self._forget(sender_id)
            return
        cached.tracker.keep_up_with(tracker)

    @replaces(SQLTrackerStore._event_query, "cd44f7901b86")
    def _read_session(self, sender_id: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(self._session, {"sender": sender_id}).all())

    def _read(self, sender_id: str, serialised: Iterable[str], last_id: int | None) -> _Cached:
        # From JSON, so that events are what Rasa would read from the database.
        tracker = self.init_tracker(sender_id)
        for event in read_events(json.loads(data) for data in serialised):
            tracker.update(event)
        starts = [event.timestamp for event in tracker.events if isinstance(event, SessionStarted)]
        return _Cached(tracker, last_id, max(starts, default=0.0))

    def _note_new(self, sender_id: str) -> None:
        self._new[sender_id] = None
        if len(self._new) > _MOST_NEW:
            self._new.popitem(last=False)

    def _read_news(self, sender_id: str, cached: _Cached) -> bool:
        """Adds what other workers have stored; returns whether the conversation is known completely thereafter."""
        with self.engine.connect() as connection:
            rows = connection.execute(self._news, {"sender": sender_id, "last_id": cached.last_id}).all()
        if not rows or rows[0].id != cached.last_id:
            return False
        return len(rows) == 1 or self._add(sender_id, cached, [row.data for row in rows[1:]], rows[-1].id)

    def _add(self, sender_id: str, cached: _Cached, serialised: Iterable[str], last_id: int | None) -> bool:
        """Adds stored events to a conversation, or forgets it if they are not of its session; returns which."""
        # From JSON, as in `_read`.
        events = read_events(json.loads(data) for data in serialised)
        if not cached.is_continued_by(events):
            self._forget(sender_id)
            return False
        for event in events:
            cached.tracker.update(event)
        cached.last_id = last_id
        self._cached_events += len(events)
        self._make_room()
        return True

    def _remember(self, sender_id: str, cached: _Cached) -> None:
        self._cache[sender_id] = cached
        self._cached_events += len(cached.tracker.events)
        self._make_room()

    def _make_room(self) -> None:
        while self._cached_events > _MOST_CACHED_EVENTS and len(self._cache) > 1:
            self._forget(next(iter(self._cache)))

    def _forget(self, sender_id: str) -> None:
        cached = self._cache.pop(sender_id, None)
        if cached:
            self._cached_events -= len(cached.tracker.events)

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _tune_sqlite(self) -> None:
        # Rasa opens the file anew for each query, and SQLite then waits for the disk three times per commit. One
        # connection stays open instead (the default of SQLAlchemy 2), with a write-ahead log. A crash of the process
        # loses nothing; a power failure may lose the last turns, but never damages the file.
        self.engine.dispose()
        self.engine = sa.create_engine(
            self.engine.url, poolclass=sa.pool.QueuePool, connect_args={"check_same_thread": False}
        )

        @sa.event.listens_for(self.engine, "connect")
        def set_pragmas(connection: Any, _: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            # What is deleted is overwritten.
            connection.execute("PRAGMA secure_delete=ON")

        self.sessionmaker.configure(bind=self.engine)


def _copy(tracker: ServingTracker) -> ServingTracker:
    duplicate = tracker.copy()
    assert isinstance(duplicate, ServingTracker)
    duplicate.stored_events = len(duplicate.events)
    return duplicate


def create_tracker_store(
    endpoint: EndpointConfig | None, domain: Domain | None, event_broker: EventBroker | None
) -> TrackerStore:
    """Returns the tracker store that is configured, an SQL one as `ServingSQLTrackerStore`.

    Raises:
        ConnectionException: The database cannot be reached.
        RasaException: There is no such store, or it cannot be made.
    """
    if endpoint is None or endpoint.type is None:
        return TrackerStore.create(endpoint, domain, event_broker)
    if endpoint.type.lower() == "sql":
        try:
            return ServingSQLTrackerStore(
                domain=domain, host=endpoint.url, event_broker=event_broker, **endpoint.kwargs
            )
        except sa.exc.OperationalError as error:
            raise ConnectionException("Cannot connect to tracker store.") from error
        except (ImportError, AttributeError, TypeError, sa.exc.SQLAlchemyError) as error:
            raise RasaException(f"The tracker store of type {endpoint.type!r} cannot be made: {error}") from error
    return refuse_memory(endpoint, TrackerStore.create(endpoint, domain, event_broker))


def memory_tracker_store(domain: Domain) -> ServingSQLTrackerStore:
    """Returns a store that forgets everything with this process.

    Rasa's own reads and replays the whole conversation in each turn.
    """
    store = ServingSQLTrackerStore(domain, dialect="sqlite", db=_IN_MEMORY)
    store.is_shared = False
    return store


def refuse_memory(endpoint: Any, store: TrackerStore) -> TrackerStore:
    """Returns the store, unless it keeps in memory what is to be kept elsewhere.

    Rasa warns and takes a store in memory when the class of the configured one cannot be loaded or made.

    Args:
        endpoint: What `endpoints.yml` says of the store; anything else is let through.
        store: What Rasa has made of it.

    Raises:
        RasaException: There is no such store, or it cannot be made.
    """
    wanted = endpoint.type if isinstance(endpoint, EndpointConfig) else None
    if wanted and isinstance(store, InMemoryTrackerStore) and not wanted.endswith(InMemoryTrackerStore.__name__):
        raise RasaException(
            f"There is no tracker store of type {wanted!r}, or it cannot be made; the warning above says which."
        )
    return store
