"""Bundles are checked, made ready beside the served one, and taken by every process."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from actions.knowledge import KnowledgeError
from actions.knowledge.bundle import Bundle, current_bundle, own_bundle, serve, served_bundle, turn_with
from engine.serving import knowledge_store
from engine.serving.bundles import (
    Bundles,
    UnknownBundleError,
    UntrainedError,
    _digest,
    _own_files,
    bundle_digest,
    read_bundle,
)
from engine.serving.knowledge_store import KnowledgeStoreInMemory, SQLKnowledgeStore
from evaluation.conversations.bot import Bot
from evaluation.paths import MODEL

PATH = "data/knowledge/faq/payment.yml"
FAQ = """- id: wrong_number
  question: 话费充错号码怎么办
  similar: [话费打到别人号上了, 手机号充错了能追回吗]
  answer: 这是新写的回答。
"""
EXAMPLES = "data/nlu/forgot_password.yml"
ASKED = "话费打到别人号码上了"


@pytest.fixture
def files() -> dict[str, str]:
    """The files of this checkout with one question more."""
    files = _own_files()
    files[PATH] += FAQ
    return files


@pytest.fixture(autouse=True)
def _own_files_are_served_after() -> Iterator[None]:
    yield
    serve(own_bundle())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLKnowledgeStore]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}")
    yield SQLKnowledgeStore(engine)
    engine.dispose()


async def staged(bundles: Bundles, files: dict[str, str]) -> str:
    digests = {path: _digest(text) for path, text in files.items()}
    texts = {digests[path]: text for path, text in files.items()}
    missing = await bundles.stage(digests, {})
    assert await bundles.stage(digests, {sha256: texts[sha256] for sha256 in missing}) == []
    return bundle_digest(digests)


def test_processes_that_start_at_once_meet_at_no_table(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    mine, other = sa.create_engine(address), sa.create_engine(address)

    def is_faster(table: sa.Table, connection: sa.engine.Connection, **options: object) -> None:
        if connection.engine is mine:
            table.create(other)

    tables = knowledge_store._metadata.sorted_tables
    for table in tables:
        sa.event.listen(table, "before_create", is_faster)
    try:
        SQLKnowledgeStore(mine)
    finally:
        for table in tables:
            sa.event.remove(table, "before_create", is_faster)
    assert set(sa.inspect(mine).get_table_names()) == {table.name for table in tables}


@pytest.mark.model
async def test_every_process_takes_what_is_published(
    served_bot: Bot, store: SQLKnowledgeStore, files: dict[str, str]
) -> None:
    first, second = Bundles(served_bot._agent, store), Bundles(served_bot._agent, store)
    await first.start()
    with turn_with() as before:
        sha256 = await staged(first, files)
        (turn,) = await first.play(sha256, [("text", ASKED)], {})
        assert "这是新写的回答。" in turn.messages[-1]["text"]
        await first.publish(sha256, 2)
        # A turn that has begun keeps what it has begun with.
        assert current_bundle() is before
    assert served_bundle().sha256 == sha256
    # As if another process had nothing yet: it takes it at its start.
    serve(own_bundle())
    await second.start()
    assert served_bundle().sha256 == sha256
    parse = await served_bot._agent.parse_message(ASKED)
    assert parse["faqs"][0]["name"] == "wrong_number"
    assert [process.sha256 for process in first.processes()] == [sha256]
    await first.publish(None, 1)
    assert await second._follow() is False
    parse = await served_bot._agent.parse_message(ASKED)
    assert all(found["name"] != "wrong_number" for found in parse["faqs"])


@pytest.mark.model
async def test_wordings_that_say_the_same_are_found(served_bot: Bot, files: dict[str, str]) -> None:
    bundles = Bundles(served_bot._agent, KnowledgeStoreInMemory())
    other = FAQ.replace("wrong_number", "other").replace("话费充错号码怎么办", "话费充错号码怎么办呀")
    files[PATH] += other.replace("[话费打到别人号上了, 手机号充错了能追回吗]", "[流量包买错了]")
    sha256 = await staged(bundles, files)
    found = await bundles.alike(sha256, ["faq/other"])
    assert [(pair["entry"], pair["other_entry"]) for pair in found] == [("faq/other", "faq/wrong_number")]


@pytest.mark.model
async def test_a_bundle_with_other_examples_is_served_by_a_model_of_its_own(
    served_bot: Bot, store: SQLKnowledgeStore, files: dict[str, str]
) -> None:
    agent = served_bot._agent
    bundles, other = Bundles(agent, store), Bundles(agent, store)
    assert bundles.model_key({path: _digest(text) for path, text in files.items()}) is None
    files[EXAMPLES] += "    - 忘了密码咋整呀\n"
    digests = {path: _digest(text) for path, text in files.items()}
    key, sha256 = bundles.model_key(digests), bundle_digest(digests)
    assert key is not None
    with pytest.raises(UntrainedError):
        await staged(bundles, files)
    with pytest.raises(UntrainedError):
        await bundles.publish(sha256, 2)
    training = await bundles.train(sha256, start=False)
    assert training is not None
    assert training.state == "untrained"
    # As if it had been trained, by whatever process.
    store.add_model(key, MODEL)
    own = agent.processor
    with turn_with():
        await bundles.publish(sha256, 2)
        # A turn that has begun is not read by one model and answered by another.
        assert agent.processor is own
    assert agent.processor is not own
    assert (await agent.parse_message("我忘记密码了"))["intent"]["name"] == "forgot_password"
    # Another process takes the model from the store.
    serve(own_bundle())
    assert await other._follow()
    assert agent.processor is not own
    await bundles.publish(None, 1)
    assert agent.processor is own


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("answer: 这是新写的回答。", "", "answer: required, but missing"),
        ("id: wrong_number", "id: wrong_number\n  buttons: [nothing]", "no topic is named 'nothing'"),
        ("answer: 这是新写的回答。", "answer: [", "not valid YAML"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(files: dict[str, str], old: str, new: str, problem: str) -> None:
    files[PATH] = files[PATH].replace(old, new)
    with pytest.raises(KnowledgeError) as caught:
        read_bundle("x", files, ["forgot_password"])
    (told,) = [line for line in caught.value.problems if problem in line]
    assert told.startswith(f"{PATH}:")


def test_a_topic_that_the_model_knows_cannot_be_taken_out(files: dict[str, str]) -> None:
    del files["data/knowledge/support_hours.yml"]
    del files["data/questions/support_hours.yml"]
    # Nothing leads there any more.
    files = {path: text.replace("support_hours", "contact_support") for path, text in files.items()}
    with pytest.raises(KnowledgeError, match="the model knows its intent"):
        read_bundle("x", files, list(own_bundle().knowledge.topics))


@pytest.mark.parametrize(
    "path", ["data/knowledge/../x.yml", "/etc/passwd", "data/lexicon/x.yml", "data/knowledge/x.py"]
)
async def test_other_files_are_refused(path: str) -> None:
    bundles = Bundles(None, KnowledgeStoreInMemory())  # type: ignore[arg-type] # nothing gets as far
    with pytest.raises(ValueError, match="does not belong"):
        await bundles.stage({path: _digest("")}, {})


async def test_contents_and_bundles_are_what_they_are_called() -> None:
    bundles = Bundles(None, KnowledgeStoreInMemory())  # type: ignore[arg-type] # nothing gets as far
    with pytest.raises(ValueError, match="is not the hash"):
        await bundles.stage({}, {_digest("a"): "b"})
    with pytest.raises(UnknownBundleError):
        await bundles.publish("0" * 64, 1)


@pytest.mark.parametrize("table", ["knowledge_files", "knowledge_bundles"])
def test_two_that_keep_the_same_at_once_both_succeed(tmp_path: Path, table: str) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    mine, other = sa.create_engine(address), sa.create_engine(address)
    first, second = SQLKnowledgeStore(mine), SQLKnowledgeStore(other)
    waiting = [table]

    def is_faster(_: object, cursor: object, statement: str, *rest: object) -> None:
        if waiting and statement.startswith(f"UPDATE {waiting[0]}"):
            waiting.clear()
            keep(second)

    def keep(store: SQLKnowledgeStore) -> None:
        store.add_texts({_digest("a"): "a"})
        store.add_bundle("bundle", {"x.yml": _digest("a")})

    sa.event.listen(mine, "before_cursor_execute", is_faster)
    keep(first)
    assert not waiting
    assert first.bundle("bundle") == {"x.yml": _digest("a")}
    assert first.texts({_digest("a")}) == {_digest("a"): "a"}


async def test_one_bundle_is_staged_at_a_time(store: SQLKnowledgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_store, "_MOST_BUNDLES", 1)
    bundles = Bundles(None, store)  # type: ignore[arg-type] # nothing gets as far
    own = _own_files()
    changed = [{**own, PATH: own[PATH] + f"# {number}\n"} for number in range(3)]

    async def made(*_: object) -> None:
        # Here another request would end, and drop what no bundle has yet.
        await asyncio.sleep(0.01)

    monkeypatch.setattr(bundles, "_made", made)
    await staged(bundles, changed[0])
    names = await asyncio.gather(*(staged(bundles, files) for files in changed[1:]))
    (kept,) = filter(None, map(store.bundle, names))
    assert store.texts(set(kept.values())).keys() == set(kept.values())


async def test_a_look_from_before_a_publication_takes_nothing_back(
    store: SQLKnowledgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = Bundles(None, store)  # type: ignore[arg-type] # nothing gets as far
    fresh = dataclasses.replace(own_bundle(), sha256="fresh")
    looked, published = threading.Event(), threading.Event()

    async def find(sha256: str | None) -> Bundle:
        return own_bundle() if sha256 is None else fresh

    def served() -> str | None:
        looked.set()
        # Read, and not told yet.
        published.wait(60)
        return None

    monkeypatch.setattr(bundles, "find", find)
    monkeypatch.setattr(bundles, "_drop_others", lambda _: None)
    monkeypatch.setattr(store, "served", served)
    following = asyncio.create_task(bundles._follow())
    await asyncio.to_thread(looked.wait, 60)
    await bundles.publish("fresh", 2)
    published.set()
    assert not await following
    assert served_bundle().sha256 == "fresh"


async def test_what_another_engine_drops_meanwhile_is_kept_again(
    tmp_path: Path, store: SQLKnowledgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_store, "_MOST_BUNDLES", 1)
    # Another process: its own connections, and nothing of what this one waits for.
    there = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}")
    other = SQLKnowledgeStore(there)
    bundles, files = Bundles(None, store), _own_files()  # type: ignore[arg-type] # nothing gets as far

    async def made(*_: object) -> None:
        for name in "ab":
            other.add_texts({_digest(name): name})
            other.add_bundle(name, {"x.yml": _digest(name)})

    monkeypatch.setattr(bundles, "_made", made)
    sha256 = await staged(bundles, files)
    kept = store.bundle(sha256)
    assert kept is not None
    assert store.texts(set(kept.values())).keys() == set(kept.values())
    there.dispose()


def test_what_is_there_is_changed_and_not_made_anew(store: SQLKnowledgeStore) -> None:
    statements: list[str] = []

    def hear(_: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(" ".join(statement.split()[:3]))

    for number in range(2):
        statements.clear()
        sa.event.listen(store._engine, "before_cursor_execute", hear)
        store.set_served("a", number, "b")
        store.note_process("here", "a")
        sa.event.remove(store._engine, "before_cursor_execute", hear)
    # PostgreSQL finds nothing to delete where another one has just put its own row, refuses that of the second, and
    # logs each refusal as an error.
    changed = ["knowledge_served SET", "knowledge_pilot SET", "knowledge_processes SET"]
    assert statements == [*(f"UPDATE {name}" for name in changed), "DELETE FROM knowledge_processes"]
    assert (store.served(), store.pilot()) == ("a", "b")
    store.set_served(None, 3)
    assert (store.served(), store.pilot()) == (None, None)
    assert [process.sha256 for process in store.processes()] == ["a"]


def test_old_bundles_are_dropped_but_not_what_is_served(
    store: SQLKnowledgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_store, "_MOST_BUNDLES", 2)
    for name in "abcd":
        store.add_texts({_digest(name): name})
        store.add_bundle(name, {"x.yml": _digest(name)})
        if name == "a":
            store.set_served("a", 1)
    assert [store.bundle(name) is not None for name in "abcd"] == [True, False, True, True]
    assert set(store.texts({_digest(name) for name in "abcd"}).values()) == {"a", "c", "d"}
