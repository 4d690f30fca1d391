"""A model is trained by one process at a time, beside the one that serves, and looked at before anybody is served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.serving import knowledge_store
from engine.serving.knowledge_store import KnowledgeStore, KnowledgeStoreInMemory, SQLKnowledgeStore
from engine.serving.model_training import ModelTrainer, lay_out
from tests.paths import ROOT


@pytest.fixture(params=[SQLKnowledgeStore, KnowledgeStoreInMemory])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeStore]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}")
    yield SQLKnowledgeStore(engine) if request.param is SQLKnowledgeStore else KnowledgeStoreInMemory()
    engine.dispose()


class Trainer(ModelTrainer):
    """Trains nothing; ends when it is told to, with what it is told."""

    def __init__(self, store: KnowledgeStore) -> None:
        super().__init__(store, "here", None)
        self.may_end = asyncio.Event()
        self.problems: list[str] = []

    async def _train(self, key: str, contents: object, folder: Path) -> list[str]:
        await self.may_end.wait()
        (folder / "model.tar.gz").write_bytes(b"model of " + key.encode())
        return self.problems

    async def end(self) -> None:
        self.may_end.set()
        assert self._task is not None
        await self._task
        # The next one goes on until it is told to end.
        self.may_end.clear()


async def test_one_is_trained_at_a_time_and_kept(store: KnowledgeStore, tmp_path: Path) -> None:
    here, elsewhere = Trainer(store), Trainer(store)
    assert (await here.start("a", {})).state == "running"
    # Who asks again hears how far it is; for another model there is no place yet.
    assert (await elsewhere.start("a", {})).state == "running"
    assert (await elsewhere.start("b", {})).state == "waiting"
    await here.end()
    assert (await elsewhere.state("a")).state == "done"
    assert store.write_model("a", tmp_path / "written")
    assert (tmp_path / "written").read_bytes() == b"model of a"
    assert (await elsewhere.start("b", {})).state == "running"
    await elsewhere.stop()
    assert (await here.state("b")).state == "untrained"
    assert not store.has_model("b")


async def test_what_has_failed_is_told_and_tried_again_only_when_asked(store: KnowledgeStore) -> None:
    trainer = Trainer(store)
    trainer.problems = ["the model understands nothing"]
    await trainer.start("a", {})
    await trainer.end()
    failed = await trainer.start("a", {}, again=False)
    assert (failed.state, failed.problems) == ("failed", ("the model understands nothing",))
    assert not store.has_model("a")
    assert (await trainer.start("a", {})).state == "running"
    await trainer.end()


async def test_a_process_that_was_killed_blocks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}")
    store = SQLKnowledgeStore(engine)
    assert store.begin_training("a", "killed")
    assert not store.begin_training("b", "here")
    monkeypatch.setattr(knowledge_store, "_SILENT_AFTER", -1.0)
    assert store.training("a") is None
    assert store.begin_training("b", "here")
    engine.dispose()


def test_old_models_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_store, "_MOST_MODELS", 2)
    engine, archive = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}"), tmp_path / "model"
    archive.write_bytes(b"x" * 10)
    monkeypatch.setattr(knowledge_store, "_PART", 3)
    store = SQLKnowledgeStore(engine)
    for key in "abc":
        assert store.begin_training(key, "here")
        store.add_model(key, archive)
        store.end_training(key, "done", ())
    assert [store.has_model(key) for key in "abc"] == [False, True, True]
    # A model that is gone is trained again.
    assert store.training("a") is None
    store.write_model("c", tmp_path / "written")
    assert (tmp_path / "written").read_bytes() == archive.read_bytes()
    engine.dispose()


def test_others_write_while_a_model_is_stored_which_is_there_when_all_of_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_store, "_PART", 3)
    address, archive = f"sqlite:///{tmp_path / 'engine.db'}", tmp_path / "model"
    archive.write_bytes(b"abcdefghij")
    # SQLite has one writer, and this one waits for nobody.
    engine, turns = sa.create_engine(address), sa.create_engine(address, connect_args={"timeout": 0})
    store, other = SQLKnowledgeStore(engine), SQLKnowledgeStore(turns)
    parts: list[bool] = []

    def hear(_: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("INSERT INTO knowledge_models"):
            parts.append(other.has_model("a") or other.write_model("a", tmp_path / "written"))

    def write(_: object) -> None:
        if parts:
            other.note_process("turns", None)

    sa.event.listen(engine, "before_cursor_execute", hear)
    sa.event.listen(engine, "begin", write)
    store.add_model("a", archive)
    assert parts == [False] * 4
    assert [process.id for process in other.processes()] == ["turns"]
    assert other.write_model("a", tmp_path / "written")
    assert (tmp_path / "written").read_bytes() == archive.read_bytes()
    with turns.begin() as connection:
        connection.execute(sa.text("DELETE FROM knowledge_models WHERE part = 2"))
    # It is being dropped.
    assert not other.write_model("a", tmp_path / "written")
    engine.dispose()
    turns.dispose()


def test_threads_begin_one_training_and_one_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    store = KnowledgeStoreInMemory()
    looks = store.is_training

    def is_training() -> bool:
        found = looks()
        # Another thread has its turn.
        time.sleep(0.01)
        return found

    monkeypatch.setattr(store, "is_training", is_training)
    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(store.begin_training, "abcd", "abcd")) == [False, False, False, True]
        assert sorted(threads.map(store.begin_replay, "aaaa", "abcd")) == [False, False, False, True]


def test_the_folder_has_the_bundle_in_place_of_the_checkout(tmp_path: Path) -> None:
    lay_out(tmp_path / "project", {"data/nlu/a.yml": "nlu", "data/knowledge/a.yml": "knowledge"})
    project = tmp_path / "project"
    assert [path.name for path in (project / "data" / "nlu").iterdir()] == ["a.yml"]
    assert not (project / "data" / "questions").exists()
    assert (project / "data" / "alarms").resolve() == ROOT / "data" / "alarms"
    assert (project / "config.yml").read_text() == (ROOT / "config.yml").read_text()
