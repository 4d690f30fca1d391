"""What is played before a publication is played once, in a process beside, and ends when nobody wants it any more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actions.knowledge.bundle import own_bundle, serve
from engine.serving import knowledge_store
from engine.serving.bundles import Bundles, UntrainedError, _digest, _own_files
from engine.serving.knowledge_store import KnowledgeStore, KnowledgeStoreInMemory, SQLKnowledgeStore
from engine.serving.replays import PlayedOn, Replayer, replay_key
from evaluation.conversations.bot import Bot
from tests.engine.serving.test_bundles import ASKED, EXAMPLES, FAQ, PATH, staged

BUNDLE = PlayedOn("a" * 64, {}, {}, None)
SET = [[("text", "你好")]]
# Monday, 10:30 in Shanghai.
MOMENT = 1_790_562_600.0


@pytest.fixture(params=[SQLKnowledgeStore, KnowledgeStoreInMemory])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeStore]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'engine.db'}")
    yield SQLKnowledgeStore(engine) if request.param is SQLKnowledgeStore else KnowledgeStoreInMemory()
    engine.dispose()


class Player(Replayer):
    """Starts no process; ends when it is told to."""

    def __init__(self, store: KnowledgeStore) -> None:
        super().__init__(store, "here", Path("model"))
        self.may_end = asyncio.Event()
        self.problems: list[str] = []
        self.folders: list[Path] = []
        self.played: list[str] = []

    async def _play(self, folder: Path, keys: Sequence[str]) -> list[str]:
        self.folders.append(folder)
        self.played += keys
        while not self.may_end.is_set():
            if not self._note(keys, 0.5):
                return []
            await asyncio.sleep(0.01)
        for key in () if self.problems else keys:
            self._store.end_replay(key, json.dumps([["played"]]))
        return self.problems

    async def end(self) -> None:
        self.may_end.set()
        await asyncio.gather(*self._tasks)


async def test_what_was_played_is_kept_and_not_played_again(store: KnowledgeStore) -> None:
    player, elsewhere = Player(store), Player(store)
    await player.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    # Another process that is asked for the same hears of it.
    await elsewhere.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    assert (await elsewhere.state(["a"])).state == "running"
    await player.end()
    assert (await elsewhere.state(["a"])).state == "done"
    assert store.replay_content("a") == '[["played"]]'
    await elsewhere.start({"a": (BUNDLE, 0), "b": (BUNDLE, 0)}, [SET], MOMENT)
    await elsewhere.end()
    assert (player.played, elsewhere.played) == (["a"], ["b"])
    # What users have said may be in there.
    assert not any(folder.exists() for folder in player.folders + elsewhere.folders)


async def test_it_is_stopped_from_anywhere_and_may_be_begun_again(store: KnowledgeStore) -> None:
    player, elsewhere = Player(store), Player(store)
    await player.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    async with asyncio.timeout(60):
        while not player.played:
            await asyncio.sleep(0.01)
    await elsewhere.stop(["a"])
    async with asyncio.timeout(60):
        await asyncio.gather(*player._tasks)
    assert (await player.state(["a"])).state == "stopped"
    await elsewhere.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    assert (await player.state(["a"])).state == "running"
    await elsewhere.stop()
    assert (await player.state(["a"])).state == "stopped"


async def test_a_failure_is_told_and_tried_again(store: KnowledgeStore) -> None:
    player = Player(store)
    player.problems = ["no memory is left"]
    await player.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    await player.end()
    failed = await player.state(["a"])
    assert (failed.state, failed.problems) == ("failed", ("no memory is left",))
    player.may_end.clear()
    await player.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    assert (await player.state(["a"])).state == "running"
    await player.end()


def test_old_plays_are_dropped(store: KnowledgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge_store, "_MOST_REPLAYS", 2)
    for key in "abcd":
        assert store.begin_replay(key, "here")
        store.end_replay(key, key)
    assert [store.replay_content(key) for key in "ab"] == [None, "b"]


def test_another_bundle_moment_or_message_is_another_play() -> None:
    keys = {
        replay_key("model", sha256, said, moment)
        for sha256, said, moment in (("a", SET, MOMENT), ("b", SET, MOMENT), ("a", [], MOMENT), ("a", SET, 0.0))
    }
    assert len(keys) == 4
    assert replay_key("model", "a", SET, MOMENT) in keys


@pytest.mark.model
async def test_two_bundles_are_played_in_a_process_as_of_one_moment(served_bot: Bot) -> None:
    bundles, files = Bundles(served_bot._agent, KnowledgeStoreInMemory()), _own_files()
    before = await staged(bundles, files)
    files[PATH] += FAQ
    after = await staged(bundles, files)
    sets = [[[("payload", "/session_start"), ("text", ASKED)], [("text", "现在有人在吗")]]]
    keys = await bundles.replay([(before, 0), (after, 0)], sets, MOMENT)
    async with asyncio.timeout(240):
        while (state := await bundles.replay_state(keys)).state == "running":
            await asyncio.sleep(0.2)
    assert state.state == "done", state

    async def told(key: str) -> list[list[dict[str, Any]]]:
        found, count = await bundles.replayed(key, 0, 10)
        assert count == len(found) == 2
        return found

    old, new = await told(keys[0]), await told(keys[1])
    assert [turn["events"] for turn in old[0]] != [turn["events"] for turn in new[0]]
    assert new[0][1]["events"][0]["topic"] == "faq/wrong_number"
    assert old[1] == new[1]
    assert (await bundles.replayed(keys[0], 1, 10))[0] == old[1:]
    with pytest.raises(LookupError):
        await bundles.replayed("unknown", 0, 1)
    await bundles.stop()
    serve(own_bundle())


@pytest.mark.model
async def test_a_bundle_is_trained_before_it_is_played(served_bot: Bot) -> None:
    bundles, files = Bundles(served_bot._agent, KnowledgeStoreInMemory()), _own_files()
    files[EXAMPLES] += "    - 忘了密码咋整呀\n"
    with pytest.raises(UntrainedError):
        await staged(bundles, files)
    sha256 = next(iter(bundles._store._bundles))  # type: ignore[attr-defined] # the store in memory has them
    assert _digest("") not in bundles._store.bundle(sha256).values()  # type: ignore[union-attr] # it was kept
    with pytest.raises(UntrainedError):
        await bundles.replay([(sha256, 0)], [SET], MOMENT)


async def test_what_users_were_told_is_not_kept(store: KnowledgeStore) -> None:
    player = Player(store)
    await player.start({"a": (BUNDLE, 0)}, [SET], MOMENT)
    await player.end()
    await player.forget(["a"])
    assert store.replay_content("a") is None
    assert (await player.state(["a"])).state == "stopped"
