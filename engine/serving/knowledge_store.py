"""Bundles of knowledge in the engine's store, which all of its processes share (docs/adr/0018)."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore

from engine.serving.tracker_store import ServingSQLTrackerStore

# What is published, and what editors have tried and checked last.
_MOST_BUNDLES = 30
# Seconds after which a process that has not been seen is gone.
_GONE_AFTER = 60.0
# What is served, what was served before, and drafts; 55 MB each.
_MOST_MODELS = 4
_PART = 4 * 1024 * 1024
# Seconds after which a training that has not been heard of is over: its process was killed. The longest part of one
# takes a third of a minute.
_SILENT_AFTER = 180.0
# Any number will do; the tracker store's locks are of conversations.
_ALONE = sa.text("SELECT pg_advisory_xact_lock(7301211)")
# Of conversations that were played before publications; half a megabyte each. The process that plays is heard of each
# second, but for the time in which it loads its model on a busy machine.
_MOST_REPLAYS = 12
_REPLAY_SILENT_AFTER = 60.0

_metadata = sa.MetaData()
_files = sa.Table(
    "knowledge_files",
    _metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)
_bundles = sa.Table(
    "knowledge_bundles",
    _metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    # SHA-256 by path, as JSON.
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("used_at", sa.Float, nullable=False),
)
_served = sa.Table(
    "knowledge_served",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    # Null: the files of the checkout.
    sa.Column("sha256", sa.String(64)),
    sa.Column("number", sa.Integer, nullable=False),
)
# At most one row: what some conversations are answered by, beside what is served. A row is a pilot.
_pilot = sa.Table(
    "knowledge_pilot",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)
_processes = sa.Table(
    "knowledge_processes",
    _metadata,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("sha256", sa.String(64)),
    sa.Column("seen_at", sa.Float, nullable=False),
)
_models = sa.Table(
    "knowledge_models",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_trainings = sa.Table(
    "knowledge_trainings",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    # Lines, as JSON.
    sa.Column("problems", sa.Text, nullable=False),
    sa.Column("process", sa.String(200), nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
)
# Only one row: who trains.
_trainer = sa.Table(
    "knowledge_trainer",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(64), nullable=False),
)
_replays = sa.Table(
    "knowledge_replays",
    _metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    # Lines, as JSON.
    sa.Column("problems", sa.Text, nullable=False),
    sa.Column("process", sa.String(200), nullable=False),
    sa.Column("seen_at", sa.Float, nullable=False),
    # What was said, as JSON that was compressed; null until all is played.
    sa.Column("content", sa.LargeBinary),
)


class Training(NamedTuple):
    """A training of a model: `running`, `done` or `failed`, with what is wrong and how many seconds it took so far."""

    key: str
    state: str
    progress: float
    problems: tuple[str, ...]
    seconds: float


class ReplayState(NamedTuple):
    """How far the replay of a set on a bundle is: `running`, `done` or `failed`, with what is wrong."""

    state: str
    progress: float
    problems: tuple[str, ...]


class ServingProcess(NamedTuple):
    """A process, which bundle it serves (None: the files of its checkout), and when it was seen last."""

    id: str
    sha256: str | None
    seen_at: float


class KnowledgeStore(Protocol):
    """Keeps bundles, which of them is to be served, and who serves which."""

    def add_texts(self, texts: Mapping[str, str]) -> None:
        """Keeps contents of files by SHA-256."""

    def texts(self, digests: set[str]) -> dict[str, str]:
        """Returns those of the contents that are kept."""

    def add_bundle(self, sha256: str, files: Mapping[str, str], texts: Mapping[str, str] | None = None) -> None:
        """Keeps a bundle, and with it those of its contents that nobody keeps any more."""

    def bundle(self, sha256: str) -> dict[str, str] | None:
        """Returns the files of a bundle: their hashes by path."""

    def served(self) -> str | None:
        """Returns the bundle that is to be served; None: the files of the checkout."""

    def set_served(self, sha256: str | None, number: int, pilot: str | None = None) -> None:
        """Says which bundle is to be served, and which one beside it to those who are asked for by it."""

    def pilot(self) -> str | None:
        """Returns the bundle that is to be served beside; None: there is none."""

    def note_process(self, name: str, sha256: str | None) -> None:
        """Says that a process is there and what it serves."""

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately."""

    def begin_training(self, key: str, name: str) -> bool:
        """Says that a process trains a model; returns False if one is trained already, anywhere."""

    def note_training(self, key: str, progress: float) -> None:
        """Says how far it is."""

    def end_training(self, key: str, state: str, problems: tuple[str, ...]) -> None:
        """Says that it is over; of one that was stopped nothing is kept."""

    def training(self, key: str) -> Training | None:
        """Returns how far the training of a model is, or what came of it; None if nothing is known."""

    def is_training(self) -> bool:
        """Returns whether any model is trained."""

    def add_model(self, key: str, archive: Path) -> None:
        """Keeps a model."""

    def has_model(self, key: str) -> bool:
        """Returns whether a model is kept."""

    def write_model(self, key: str, archive: Path) -> bool:
        """Writes a model that is kept into a file; returns False if it is not."""

    def begin_replay(self, key: str, name: str) -> bool:
        """Says that a process plays a set on a bundle; returns False if that is kept, or played already."""

    def note_replay(self, key: str, progress: float) -> bool:
        """Says how far it is; returns False if nobody wants it any more."""

    def end_replay(self, key: str, content: str) -> None:
        """Keeps what was said."""

    def fail_replay(self, key: str, problems: tuple[str, ...]) -> None:
        """Says what is wrong, unless it is through."""

    def stop_replays(self, keys: set[str]) -> None:
        """Forgets those that are not through; whoever plays them is told by `note_replay`."""

    def forget_replays(self, keys: set[str]) -> None:
        """Forgets them, through or not."""

    def replay(self, key: str) -> ReplayState | None:
        """Returns how far it is; None if nothing is known."""

    def replay_content(self, key: str) -> str | None:
        """Returns what was said; None if it is not kept."""


class SQLKnowledgeStore:
    """In the database of the conversations."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        """Makes the tables where they are missing."""
        self._engine = engine
        # One by one: processes that start at the same moment meet at any of them.
        for table in _metadata.sorted_tables:
            try:
                table.create(engine, checkfirst=True)
            except sa.exc.DBAPIError:
                if not sa.inspect(engine).has_table(table.name):
                    raise

    def add_texts(self, texts: Mapping[str, str]) -> None:
        """Keeps contents (see protocol)."""
        for sha256 in sorted(texts.keys() - self.texts(set(texts)).keys()):
            with self._engine.begin() as connection:
                _put(connection, _files, {"sha256": sha256, "content": texts[sha256]})

    def texts(self, digests: set[str]) -> dict[str, str]:
        """Returns contents (see protocol)."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_files).where(_files.c.sha256.in_(sorted(digests))))
            return {row.sha256: row.content for row in rows}

    def add_bundle(self, sha256: str, files: Mapping[str, str], texts: Mapping[str, str] | None = None) -> None:
        """Keeps a bundle (see protocol), and drops those that nobody has used for the longest time."""
        row = {"sha256": sha256, "files": json.dumps(dict(files)), "used_at": time.time()}
        with self._engine.begin() as connection:
            # What one has kept and not used yet another would drop.
            _be_alone(connection)
            _put(connection, _bundles, row)
            if texts:
                there = set(connection.execute(sa.select(_files.c.sha256)).scalars())
                for name in sorted(texts.keys() - there):
                    _put(connection, _files, {"sha256": name, "content": texts[name]})
            kept = connection.execute(sa.select(_bundles).order_by(_bundles.c.used_at.desc())).all()
            needed = {connection.execute(sa.select(it.c.sha256)).scalar() for it in (_served, _pilot)}
            gone = [row.sha256 for row in kept[_MOST_BUNDLES:] if row.sha256 not in needed]
            if not gone:
                return
            connection.execute(_bundles.delete().where(_bundles.c.sha256.in_(gone)))
            used = {name for row in kept if row.sha256 not in gone for name in json.loads(row.files).values()}
            unused = set(connection.execute(sa.select(_files.c.sha256)).scalars()) - used
            connection.execute(_files.delete().where(_files.c.sha256.in_(sorted(unused))))

    def bundle(self, sha256: str) -> dict[str, str] | None:
        """Returns a bundle (see protocol)."""
        with self._engine.connect() as connection:
            files = connection.execute(sa.select(_bundles.c.files).where(_bundles.c.sha256 == sha256)).scalar()
        return dict(json.loads(files)) if files else None

    def served(self) -> str | None:
        """Returns what is to be served (see protocol)."""
        with self._engine.connect() as connection:
            sha256: str | None = connection.execute(sa.select(_served.c.sha256)).scalar()
        return sha256

    def set_served(self, sha256: str | None, number: int, pilot: str | None = None) -> None:
        """Says what is to be served, and what beside it (see protocol)."""
        with self._engine.begin() as connection:
            # First, and always this row: two who do so at once come after one another.
            _put(connection, _served, {"id": 1, "sha256": sha256, "number": number})
            if pilot is None:
                connection.execute(_pilot.delete())
            else:
                _put(connection, _pilot, {"id": 1, "sha256": pilot})

    def pilot(self) -> str | None:
        """Returns what is to be served beside (see protocol)."""
        with self._engine.connect() as connection:
            sha256: str | None = connection.execute(sa.select(_pilot.c.sha256)).scalar()
        return sha256

    def note_process(self, name: str, sha256: str | None) -> None:
        """Keeps that a process is there (see protocol)."""
        moment = time.time()
        with self._engine.begin() as connection:
            _put(connection, _processes, {"id": name, "sha256": sha256, "seen_at": moment})
        # By itself: two that come back at once would each wait for the row of the other.
        with self._engine.begin() as connection:
            connection.execute(_processes.delete().where(_processes.c.seen_at < moment - _GONE_AFTER))

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately (see protocol)."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_processes).where(_processes.c.seen_at >= time.time() - _GONE_AFTER).order_by(_processes.c.id)
            )
            return [ServingProcess(row.id, row.sha256, row.seen_at) for row in rows]

    def begin_training(self, key: str, name: str) -> bool:
        """Takes the only place for a training (see protocol)."""
        moment = time.time()
        try:
            with self._engine.begin() as connection:
                # Two that wait for each other's rows would be an error.
                _be_alone(connection)
                silent = sa.and_(_trainings.c.state == "running", _trainings.c.seen_at < moment - _SILENT_AFTER)
                connection.execute(_trainings.delete().where(sa.or_(silent, _trainings.c.key == key)))
                running = sa.select(_trainings.c.key).where(_trainings.c.state == "running")
                connection.execute(_trainer.delete().where(_trainer.c.key.not_in(running)))
                connection.execute(_trainer.insert(), {"id": 1, "key": key})
                connection.execute(_trainings.insert(), _running(key, name, moment))
        except sa.exc.IntegrityError:
            return False
        return True

    def note_training(self, key: str, progress: float) -> None:
        """Keeps how far it is (see protocol)."""
        with self._engine.begin() as connection:
            values = {"progress": progress, "seen_at": time.time()}
            connection.execute(_trainings.update().where(_trainings.c.key == key).values(values))

    def end_training(self, key: str, state: str, problems: tuple[str, ...]) -> None:
        """Keeps what came of it (see protocol)."""
        with self._engine.begin() as connection:
            _be_alone(connection)
            values = {"state": state, "progress": 1.0, "seen_at": time.time(), "problems": json.dumps(problems)}
            connection.execute(_trainings.update().where(_trainings.c.key == key).values(values))
            connection.execute(_trainings.delete().where(_trainings.c.state == "stopped"))
            connection.execute(_trainer.delete().where(_trainer.c.key == key))

    def training(self, key: str) -> Training | None:
        """Returns how far it is (see protocol)."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_trainings).where(_trainings.c.key == key)).first()
            if row is None or (row.state == "running" and row.seen_at < time.time() - _SILENT_AFTER):
                return None
            if row.state == "done" and not self.has_model(key):
                return None
        end = time.time() if row.state == "running" else row.seen_at
        return Training(key, row.state, row.progress, tuple(json.loads(row.problems)), end - row.started_at)

    def is_training(self) -> bool:
        """Returns whether any model is trained (see protocol)."""
        heard = sa.and_(_trainings.c.state == "running", _trainings.c.seen_at >= time.time() - _SILENT_AFTER)
        with self._engine.connect() as connection:
            return connection.execute(sa.select(_trainings.c.key).where(heard)).first() is not None

    def add_model(self, key: str, archive: Path) -> None:
        """Keeps a model in parts (see protocol), and drops those that were trained longest ago.

        Each part by itself: users' turns wait for SQLite's only writer. The first one comes last; with it the model is
        there.
        """
        self._drop_model(key)
        for part, content in _parts_from_the_end(archive):
            with self._engine.begin() as connection:
                _put(connection, _models, {"key": key, "part": part, "content": content})
        with self._engine.connect() as connection:
            done = sa.select(_trainings.c.key).where(_trainings.c.key != key, _trainings.c.state == "done")
            kept = connection.execute(done.order_by(_trainings.c.seen_at.desc()).limit(_MOST_MODELS - 1)).scalars()
            others = sa.select(_models.c.key).where(_models.c.key.not_in([key, *kept])).distinct()
            gone = list(connection.execute(others).scalars())
        for it in gone:
            self._drop_model(it)

    def _drop_model(self, key: str) -> None:
        with self._engine.connect() as connection:
            parts = list(connection.execute(sa.select(_models.c.part).where(_models.c.key == key)).scalars())
        for part in sorted(parts):
            with self._engine.begin() as connection:
                connection.execute(_models.delete().where(_models.c.key == key, _models.c.part == part))

    def has_model(self, key: str) -> bool:
        """Returns whether it is kept (see protocol)."""
        first = sa.select(_models.c.key).where(_models.c.key == key, _models.c.part == 0)
        with self._engine.connect() as connection:
            return connection.execute(first).first() is not None

    def write_model(self, key: str, archive: Path) -> bool:
        """Writes a model into a file, part by part (see protocol)."""
        of_model = _models.c.key == key
        if not self.has_model(key):
            return False
        with self._engine.connect() as connection, archive.open("wb") as target:
            count = connection.execute(sa.select(sa.func.count()).where(of_model)).scalar() or 0
            for part in range(count):
                chosen = sa.select(_models.c.content).where(of_model, _models.c.part == part)
                content = connection.execute(chosen).scalar()
                if content is None:
                    # It is being dropped.
                    return False
                target.write(content)
        return count > 0

    def begin_replay(self, key: str, name: str) -> bool:
        """Takes a row (see protocol), and drops what was played longest ago."""
        moment, row = time.time(), _replays
        values = {"key": key, "state": "running", "progress": 0.0, "problems": "[]", "process": name}
        try:
            with self._engine.begin() as connection:
                # As for trainings.
                _be_alone(connection)
                silent = sa.and_(row.c.state == "running", row.c.seen_at < moment - _REPLAY_SILENT_AFTER)
                connection.execute(row.delete().where(sa.or_(silent, row.c.state == "failed")))
                done = sa.select(row.c.key).where(row.c.state == "done").order_by(row.c.seen_at.desc())
                kept = list(connection.execute(done).scalars())
                connection.execute(row.delete().where(row.c.key.in_(set(kept[_MOST_REPLAYS:]) - {key})))
                connection.execute(row.insert(), {**values, "seen_at": moment})
        except sa.exc.IntegrityError:
            # Asked for again, it is not the first that is dropped.
            with self._engine.begin() as connection:
                connection.execute(
                    row.update().where(row.c.key == key, row.c.state == "done").values({"seen_at": moment})
                )
            return False
        return True

    def note_replay(self, key: str, progress: float) -> bool:
        """Keeps how far it is (see protocol)."""
        with self._engine.begin() as connection:
            values = {"progress": progress, "seen_at": time.time()}
            noted = connection.execute(_running_replays({key}).values(values))
        return bool(noted.rowcount)

    def end_replay(self, key: str, content: str) -> None:
        """Keeps what was said (see protocol)."""
        packed = zlib.compress(content.encode())
        with self._engine.begin() as connection:
            values = {"state": "done", "progress": 1.0, "seen_at": time.time(), "content": packed}
            connection.execute(_running_replays({key}).values(values))

    def fail_replay(self, key: str, problems: tuple[str, ...]) -> None:
        """Keeps what is wrong (see protocol)."""
        with self._engine.begin() as connection:
            values = {"state": "failed", "seen_at": time.time(), "problems": json.dumps(problems)}
            connection.execute(_running_replays({key}).values(values))

    def stop_replays(self, keys: set[str]) -> None:
        """Drops their rows (see protocol)."""
        with self._engine.begin() as connection:
            connection.execute(_replays.delete().where(_replays.c.key.in_(sorted(keys)), _replays.c.state == "running"))

    def forget_replays(self, keys: set[str]) -> None:
        """Drops their rows (see protocol)."""
        with self._engine.begin() as connection:
            connection.execute(_replays.delete().where(_replays.c.key.in_(sorted(keys))))

    def replay(self, key: str) -> ReplayState | None:
        """Returns how far it is (see protocol)."""
        with self._engine.connect() as connection:
            columns = (_replays.c.state, _replays.c.progress, _replays.c.problems, _replays.c.seen_at)
            row = connection.execute(sa.select(*columns).where(_replays.c.key == key)).first()
        if row is None or (row.state == "running" and row.seen_at < time.time() - _REPLAY_SILENT_AFTER):
            return None
        return ReplayState(row.state, row.progress, tuple(json.loads(row.problems)))

    def replay_content(self, key: str) -> str | None:
        """Returns what was said (see protocol)."""
        with self._engine.connect() as connection:
            packed = connection.execute(sa.select(_replays.c.content).where(_replays.c.key == key)).scalar()
        return None if packed is None else zlib.decompress(packed).decode()


class KnowledgeStoreInMemory:
    """For one process whose conversations are not kept either."""

    def __init__(self) -> None:
        """Keeps nothing yet."""
        # It is asked in threads.
        self._lock = threading.RLock()
        self._texts: dict[str, str] = {}
        self._bundles: dict[str, dict[str, str]] = {}
        self._served: str | None = None
        self._pilot: str | None = None
        self._processes: dict[str, ServingProcess] = {}
        self._trainings: dict[str, Training] = {}
        self._models: dict[str, bytes] = {}
        self._replays: dict[str, tuple[ReplayState, str | None]] = {}

    def add_texts(self, texts: Mapping[str, str]) -> None:
        """Keeps contents (see protocol)."""
        self._texts.update(texts)

    def texts(self, digests: set[str]) -> dict[str, str]:
        """Returns contents (see protocol)."""
        return {sha256: self._texts[sha256] for sha256 in digests if sha256 in self._texts}

    def add_bundle(self, sha256: str, files: Mapping[str, str], texts: Mapping[str, str] | None = None) -> None:
        """Keeps a bundle (see protocol)."""
        self._texts.update(texts or {})
        self._bundles[sha256] = dict(files)

    def bundle(self, sha256: str) -> dict[str, str] | None:
        """Returns a bundle (see protocol)."""
        return self._bundles.get(sha256)

    def served(self) -> str | None:
        """Returns what is to be served (see protocol)."""
        return self._served

    def set_served(self, sha256: str | None, number: int, pilot: str | None = None) -> None:
        """Says what is to be served, and what beside it (see protocol)."""
        self._served, self._pilot = sha256, pilot

    def pilot(self) -> str | None:
        """Returns what is to be served beside (see protocol)."""
        return self._pilot

    def note_process(self, name: str, sha256: str | None) -> None:
        """Keeps that a process is there (see protocol)."""
        self._processes[name] = ServingProcess(name, sha256, time.time())

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately (see protocol)."""
        return list(self._processes.values())

    def begin_training(self, key: str, name: str) -> bool:
        """Takes the only place for a training (see protocol)."""
        with self._lock:
            if self.is_training():
                return False
            self._trainings[key] = Training(key, "running", 0.0, (), time.time())
        return True

    def note_training(self, key: str, progress: float) -> None:
        """Keeps how far it is (see protocol)."""
        with self._lock:
            self._trainings[key] = self._trainings[key]._replace(progress=progress)

    def end_training(self, key: str, state: str, problems: tuple[str, ...]) -> None:
        """Keeps what came of it (see protocol)."""
        with self._lock:
            begun = self._trainings.pop(key)
            if state != "stopped":
                seconds = time.time() - begun.seconds
                self._trainings[key] = Training(key, state, 1.0, problems, seconds)

    def training(self, key: str) -> Training | None:
        """Returns how far it is (see protocol)."""
        known = self._trainings.get(key)
        if known is None or known.state != "running":
            return known
        # Until it ends the row has when it began.
        return known._replace(seconds=time.time() - known.seconds)

    def is_training(self) -> bool:
        """Returns whether any model is trained (see protocol)."""
        with self._lock:
            return any(training.state == "running" for training in self._trainings.values())

    def add_model(self, key: str, archive: Path) -> None:
        """Keeps a model (see protocol)."""
        self._models[key] = archive.read_bytes()

    def has_model(self, key: str) -> bool:
        """Returns whether it is kept (see protocol)."""
        return key in self._models

    def write_model(self, key: str, archive: Path) -> bool:
        """Writes a model into a file (see protocol)."""
        archive.write_bytes(self._models.get(key, b""))
        return key in self._models

    def begin_replay(self, key: str, name: str) -> bool:
        """Takes a place (see protocol)."""
        with self._lock:
            known = self._replays.get(key)
            if known is not None and known[0].state != "failed":
                return False
            done = [it for it, (replay, _) in self._replays.items() if replay.state == "done"]
            for it in done[: max(0, len(done) - _MOST_REPLAYS)]:
                del self._replays[it]
            self._replays[key] = ReplayState("running", 0.0, ()), None
        return True

    def note_replay(self, key: str, progress: float) -> bool:
        """Keeps how far it is (see protocol)."""
        return self._set_replay(key, ReplayState("running", progress, ()))

    def end_replay(self, key: str, content: str) -> None:
        """Keeps what was said (see protocol)."""
        self._set_replay(key, ReplayState("done", 1.0, ()), content)

    def fail_replay(self, key: str, problems: tuple[str, ...]) -> None:
        """Keeps what is wrong (see protocol)."""
        self._set_replay(key, ReplayState("failed", 0.0, problems))

    def stop_replays(self, keys: set[str]) -> None:
        """Forgets them (see protocol)."""
        with self._lock:
            for key in keys:
                if key in self._replays and self._replays[key][0].state == "running":
                    del self._replays[key]

    def forget_replays(self, keys: set[str]) -> None:
        """Forgets them (see protocol)."""
        with self._lock:
            for key in keys:
                self._replays.pop(key, None)

    def replay(self, key: str) -> ReplayState | None:
        """Returns how far it is (see protocol)."""
        known = self._replays.get(key)
        return known[0] if known else None

    def replay_content(self, key: str) -> str | None:
        """Returns what was said (see protocol)."""
        known = self._replays.get(key)
        return known[1] if known else None

    def _set_replay(self, key: str, replay: ReplayState, content: str | None = None) -> bool:
        with self._lock:
            if key not in self._replays or self._replays[key][0].state != "running":
                return False
            self._replays[key] = replay, content
        return True


def _be_alone(connection: sa.Connection) -> None:
    """Lets those who do so come after one another, also of several engines; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE)


def _put(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> None:
    """Inserts a row, or makes the one with its key like it; another process may do so at the same moment."""
    change = table.update().where(*(column == row[column.name] for column in table.primary_key)).values(row)
    if connection.execute(change).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(table.insert(), row)
    except sa.exc.IntegrityError:
        connection.execute(change)


def _running_replays(keys: set[str]) -> sa.Update:
    return _replays.update().where(_replays.c.key.in_(sorted(keys)), _replays.c.state == "running")


def _running(key: str, name: str, moment: float) -> dict[str, object]:
    return {
        "key": key,
        "state": "running",
        "progress": 0.0,
        "problems": "[]",
        "process": name,
        "started_at": moment,
        "seen_at": moment,
    }


def _parts_from_the_end(archive: Path) -> Iterator[tuple[int, bytes]]:
    with archive.open("rb") as source:
        for part in reversed(range(-(-archive.stat().st_size // _PART))):
            source.seek(part * _PART)
            yield part, source.read(_PART)


def knowledge_store(store: TrackerStore) -> KnowledgeStore:
    """Returns the store of bundles that belongs to a store of conversations."""
    innermost = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if isinstance(innermost, ServingSQLTrackerStore):
        return SQLKnowledgeStore(innermost.engine)
    return KnowledgeStoreInMemory()
