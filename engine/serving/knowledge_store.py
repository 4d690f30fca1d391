"""Bundles of knowledge in the engine's store, which all of its processes share (docs/adr/0018)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore

from engine.serving.tracker_store import ServingSQLTrackerStore

# What is published, and what editors have tried and checked last.
_MOST_BUNDLES = 30
# Seconds after which a process that has not been seen is gone.
_GONE_AFTER = 60.0

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
_processes = sa.Table(
    "knowledge_processes",
    _metadata,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("sha256", sa.String(64)),
    sa.Column("seen_at", sa.Float, nullable=False),
)


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

    def add_bundle(self, sha256: str, files: Mapping[str, str]) -> None:
        """Keeps a bundle, whose contents are kept already."""

    def bundle(self, sha256: str) -> dict[str, str] | None:
        """Returns the files of a bundle: their hashes by path."""

    def served(self) -> str | None:
        """Returns the bundle that is to be served; None: the files of the checkout."""

    def set_served(self, sha256: str | None, number: int) -> None:
        """Says which bundle is to be served."""

    def note_process(self, name: str, sha256: str | None) -> None:
        """Says that a process is there and what it serves."""

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately."""


class SQLKnowledgeStore:
    """In the database of the conversations."""

    def __init__(self, engine: sa.engine.Engine) -> None:
        """Makes the tables where they are missing."""
        self._engine = engine
        try:
            _metadata.create_all(engine)
        except sa.exc.DBAPIError:
            # Another process, which started at the same moment, was faster.
            _metadata.create_all(engine)

    def add_texts(self, texts: Mapping[str, str]) -> None:
        """Keeps contents (see protocol)."""
        new = sorted(texts.keys() - self.texts(set(texts)).keys())
        if new:
            with self._engine.begin() as connection:
                connection.execute(_files.insert(), [{"sha256": sha256, "content": texts[sha256]} for sha256 in new])

    def texts(self, digests: set[str]) -> dict[str, str]:
        """Returns contents (see protocol)."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_files).where(_files.c.sha256.in_(sorted(digests))))
            return {row.sha256: row.content for row in rows}

    def add_bundle(self, sha256: str, files: Mapping[str, str]) -> None:
        """Keeps a bundle (see protocol), and drops those that nobody has used for the longest time."""
        with self._engine.begin() as connection:
            connection.execute(_bundles.delete().where(_bundles.c.sha256 == sha256))
            connection.execute(
                _bundles.insert(), {"sha256": sha256, "files": json.dumps(dict(files)), "used_at": time.time()}
            )
            kept = connection.execute(sa.select(_bundles).order_by(_bundles.c.used_at.desc())).all()
            served = connection.execute(sa.select(_served.c.sha256)).scalar()
            gone = [row.sha256 for row in kept[_MOST_BUNDLES:] if row.sha256 != served]
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

    def set_served(self, sha256: str | None, number: int) -> None:
        """Says what is to be served (see protocol)."""
        with self._engine.begin() as connection:
            connection.execute(_served.delete())
            connection.execute(_served.insert(), {"id": 1, "sha256": sha256, "number": number})

    def note_process(self, name: str, sha256: str | None) -> None:
        """Keeps that a process is there (see protocol)."""
        moment = time.time()
        with self._engine.begin() as connection:
            gone = sa.or_(_processes.c.id == name, _processes.c.seen_at < moment - _GONE_AFTER)
            connection.execute(_processes.delete().where(gone))
            connection.execute(_processes.insert(), {"id": name, "sha256": sha256, "seen_at": moment})

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately (see protocol)."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_processes).where(_processes.c.seen_at >= time.time() - _GONE_AFTER).order_by(_processes.c.id)
            )
            return [ServingProcess(row.id, row.sha256, row.seen_at) for row in rows]


class KnowledgeStoreInMemory:
    """For one process whose conversations are not kept either."""

    def __init__(self) -> None:
        """Keeps nothing yet."""
        self._texts: dict[str, str] = {}
        self._bundles: dict[str, dict[str, str]] = {}
        self._served: str | None = None
        self._processes: dict[str, ServingProcess] = {}

    def add_texts(self, texts: Mapping[str, str]) -> None:
        """Keeps contents (see protocol)."""
        self._texts.update(texts)

    def texts(self, digests: set[str]) -> dict[str, str]:
        """Returns contents (see protocol)."""
        return {sha256: self._texts[sha256] for sha256 in digests if sha256 in self._texts}

    def add_bundle(self, sha256: str, files: Mapping[str, str]) -> None:
        """Keeps a bundle (see protocol)."""
        self._bundles[sha256] = dict(files)

    def bundle(self, sha256: str) -> dict[str, str] | None:
        """Returns a bundle (see protocol)."""
        return self._bundles.get(sha256)

    def served(self) -> str | None:
        """Returns what is to be served (see protocol)."""
        return self._served

    def set_served(self, sha256: str | None, number: int) -> None:
        """Says what is to be served (see protocol)."""
        self._served = sha256

    def note_process(self, name: str, sha256: str | None) -> None:
        """Keeps that a process is there (see protocol)."""
        self._processes[name] = ServingProcess(name, sha256, time.time())

    def processes(self) -> list[ServingProcess]:
        """Returns who was seen lately (see protocol)."""
        return list(self._processes.values())


def knowledge_store(store: TrackerStore) -> KnowledgeStore:
    """Returns the store of bundles that belongs to a store of conversations."""
    innermost = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if isinstance(innermost, ServingSQLTrackerStore):
        return SQLKnowledgeStore(innermost.engine)
    return KnowledgeStoreInMemory()
