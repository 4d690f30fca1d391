"""Plays sets of conversations on bundles of knowledge, in a process of its own beside the one that serves."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from engine.paths import ROOT
from engine.progress_lines import share_done
from engine.serving.knowledge_store import KnowledgeStore

logger = logging.getLogger(__name__)

# Users come first: a replay takes what nobody else wants, and one core.
_NICENESS = "19"
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Seconds. Some thousand messages take two minutes on a quiet machine.
_LONGEST = 60 * 60.0
_LOOK = 1.0
_MOST_PROBLEMS = 20
_CODE, _READ = ("actions", "common", "engine", "language"), frozenset({".py", ".json", ".yml"})

Conversation = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class PlayedOn:
    """A bundle, with what a process needs to play on it.

    Attributes:
        sha256: Its hash; None: the files of the checkout.
        files: SHA-256 by path.
        contents: The files by path.
        model: What its model is kept by; None: the one that the engine came with.
    """

    sha256: str | None
    files: Mapping[str, str]
    contents: Mapping[str, str]
    model: str | None


class Replay(NamedTuple):
    """How far some plays are: `running`, `done`, `failed` or `stopped`, with what is wrong."""

    state: str
    progress: float
    problems: tuple[str, ...]


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Returns a hash of what answers beside the model and the bundle: another version may say something else."""
    digest = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in _READ:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    digest.update((ROOT / "domain.yml").read_bytes())
    return digest.hexdigest()


def replay_key(model_id: str, sha256: str | None, conversations: Sequence[Conversation], moment: float) -> str:
    """Returns what the plays of some conversations on a bundle are kept by.

    Args:
        model_id: Of the model that the engine came with.
        sha256: The bundle.
        conversations: Kind and text of each message.
        moment: When they are played, in seconds since 1970.
    """
    told = json.dumps([code_digest(), model_id, sha256, moment, conversations], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


class Replayer:
    """One process at a time, of which each play is kept in the store, so that what was played once is not again."""

    def __init__(self, store: KnowledgeStore, name: str, model: Path) -> None:
        """Takes the name of this process and the model that it was started with."""
        self._store = store
        self._name = name
        self._model = model
        # The loop holds tasks weakly.
        self._tasks: dict[asyncio.Task[None], list[str]] = {}
        self._place = asyncio.Lock()

    async def start(
        self, plays: Mapping[str, tuple[PlayedOn, int]], sets: Sequence[Sequence[Conversation]], moment: float
    ) -> None:
        """Begins to play what is neither kept nor played already.

        Args:
            plays: By key, a bundle and the number of the set that is played on it.
            sets: The conversations.
            moment: When they are played, in seconds since 1970.
        """
        begun = {
            key: play
            for key, play in plays.items()
            if await asyncio.to_thread(self._store.begin_replay, key, self._name)
        }
        if begun:
            task = asyncio.create_task(self._run(begun, sets, moment))
            self._tasks[task] = list(begun)
            task.add_done_callback(lambda ended: self._tasks.pop(ended, None))

    async def state(self, keys: Sequence[str]) -> Replay:
        """Returns how far some plays are, all together."""
        known = [await asyncio.to_thread(self._store.replay, key) for key in keys]
        if any(it is None for it in known):
            return Replay("stopped", 0.0, ())
        found = [Replay(*it) for it in known if it is not None]
        progress = sum(it.progress for it in found) / len(found)
        problems = tuple(problem for it in found for problem in it.problems)
        state = next((name for name in ("failed", "running") if any(it.state == name for it in found)), "done")
        return Replay(state, progress, problems)

    async def stop(self, keys: Sequence[str] | None = None) -> None:
        """Ends plays, wherever they run; without keys, all that run here."""
        if keys is not None:
            await asyncio.to_thread(self._store.stop_replays, set(keys))
            return
        here = dict(self._tasks)
        for task in here:
            task.cancel()
        await asyncio.gather(*here, return_exceptions=True)
        # Also what had not begun to run.
        await asyncio.to_thread(self._store.stop_replays, {key for begun in here.values() for key in begun})

    async def forget(self, keys: Sequence[str]) -> None:
        """Keeps nothing of some plays any more."""
        await asyncio.to_thread(self._store.forget_replays, set(keys))

    async def _run(
        self, plays: Mapping[str, tuple[PlayedOn, int]], sets: Sequence[Sequence[Conversation]], moment: float
    ) -> None:
        started, keys = time.monotonic(), list(plays)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="uwallet_replay_"))
        problems: list[str] = []
        try:
            async with self._waiting(keys):
                await asyncio.to_thread(self._lay_out, folder, list(plays.values()), sets, moment)
                problems = await asyncio.wait_for(self._play(folder, keys), _LONGEST)
        except TimeoutError:
            problems = ["The replay took too long."]
        except Exception as error:
            # The disk is full, the database away, or a bug: the owner is told that it failed, the log why.
            logger.exception("Conversations could not be played.")
            problems = [f"{type(error).__name__}: {error}"]
        finally:
            # What users have said may be among it.
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if problems:
            logger.error("A replay has failed: %s", "\n".join(problems))
        for key in keys if problems else ():
            await asyncio.to_thread(self._store.fail_replay, key, tuple(problems[:_MOST_PROBLEMS]))
        logger.info("Replay of %d plays ended after %.1f s.", len(keys), time.monotonic() - started)

    @contextlib.asynccontextmanager
    async def _waiting(self, keys: Sequence[str]) -> Any:
        """Waits until no other one is played here; meanwhile others hear that these are not forgotten."""

        async def tell() -> None:
            while True:
                await asyncio.to_thread(self._note, keys, 0.0)
                await asyncio.sleep(_LOOK)

        telling = asyncio.create_task(tell())
        try:
            async with self._place:
                telling.cancel()
                yield
        finally:
            telling.cancel()

    def _note(self, keys: Sequence[str], done: float) -> bool:
        """Says how many of the plays are done; returns False once all that are left were stopped."""
        heard = [
            self._store.note_replay(key, min(1.0, max(0.0, done - number)))
            for number, key in enumerate(keys)
            if done < number + 1
        ]
        return any(heard) or not heard

    def _lay_out(
        self,
        folder: Path,
        plays: Sequence[tuple[PlayedOn, int]],
        sets: Sequence[Sequence[Conversation]],
        moment: float,
    ) -> None:
        models: dict[str, str] = {}
        for bundle, _ in plays:
            if bundle.model is not None and bundle.model not in models:
                archive = folder / f"model_{len(models)}.tar.gz"
                if not self._store.write_model(bundle.model, archive):
                    raise LookupError("The model is not kept any more.")
                models[bundle.model] = str(archive)
        job = {
            "moment": moment,
            "sets": sets,
            "plays": [
                {
                    "set": number,
                    "sha256": bundle.sha256,
                    "files": dict(bundle.files),
                    "contents": dict(bundle.contents),
                    "model": None if bundle.model is None else models[bundle.model],
                }
                for bundle, number in plays
            ],
        }
        (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")

    async def _play(self, folder: Path, keys: Sequence[str]) -> list[str]:
        """Plays, and keeps each set once it is through; returns what is wrong."""
        with (folder / "stderr").open("w+b") as errors:
            process = await asyncio.create_subprocess_exec(
                *("nice", "-n", _NICENESS, sys.executable, "-W", "ignore", "-m", "engine.replay"),
                *(str(folder), str(self._model.resolve())),
                env={**os.environ, **_ONE_CORE},
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
            told = asyncio.create_task(self._follow(process, folder, keys))
            try:
                is_wanted = await told
                if not is_wanted:
                    return []
                status = await process.wait()
            finally:
                told.cancel()
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
            if status == 0:
                return []
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
        return lines[-_MOST_PROBLEMS:] or [f"The replay ended with status {status}."]

    async def _follow(self, process: asyncio.subprocess.Process, folder: Path, keys: Sequence[str]) -> bool:
        """Keeps what is through until the process ends; returns False once nobody wants the rest any more."""
        share, kept, ended = 0.0, 0, False
        assert process.stdout is not None, "asked for"
        while not ended:
            with contextlib.suppress(TimeoutError):
                line = await asyncio.wait_for(process.stdout.readline(), _LOOK)
                ended = not line
                share = share_done(line.decode(errors="replace")) or share
            while kept < len(keys) and (folder / f"{kept}.json").exists():
                content = await asyncio.to_thread((folder / f"{kept}.json").read_text, "utf-8")
                await asyncio.to_thread(self._store.end_replay, keys[kept], content)
                kept += 1
            wanted = await asyncio.to_thread(self._note, keys, max(float(kept), share * len(keys)))
            if not wanted:
                return False
        return True
