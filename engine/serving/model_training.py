"""Trains a model on knowledge that was edited at the desk, in a process of its own beside the one that serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from engine.paths import PROJECT_VARIABLE, ROOT
from engine.progress_lines import share_done
from engine.serving.knowledge_store import KnowledgeStore, Training

logger = logging.getLogger(__name__)

# What a bundle has instead of the checkout.
FOLDERS = ("data/knowledge", "data/questions", "data/nlu")
# Users come first: the training takes what they leave.
_NICENESS = "15"
_LONGEST = 15 * 60.0
# The rest of the way is the check of the result and its storing.
_TRAINED = 0.9
_MOST_PROBLEMS = 20


class ModelTrainer:
    """One training at a time among all processes that share a store."""

    def __init__(self, store: KnowledgeStore, name: str, model: Path | None) -> None:
        """Takes the name of this process and the model that it was started with, of which most is taken over."""
        self._store = store
        self._name = name
        self._model = model
        self._key = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self, key: str, contents: Mapping[str, str], *, again: bool = True) -> Training:
        """Begins to train a model unless somebody trains it, or it is there already; returns how far it is.

        Args:
            key: What the model is kept by.
            contents: The files of the bundle by path.
            again: Whether to try again what has failed.
        """
        known = await asyncio.to_thread(self._store.training, key)
        if known is not None and (known.state in {"running", "done"} or (known.state == "failed" and not again)):
            return known
        if await asyncio.to_thread(self._store.begin_training, key, self._name):
            # The loop holds tasks weakly.
            self._key, self._task = key, asyncio.create_task(self._run(key, dict(contents)))
        return await self.state(key)

    async def state(self, key: str) -> Training:
        """Returns how far the training of a model is; `waiting` while another one is trained."""
        known = await asyncio.to_thread(self._store.training, key)
        if known is not None:
            return known
        is_busy = await asyncio.to_thread(self._store.is_training)
        return Training(key, "waiting" if is_busy else "untrained", 0.0, (), 0.0)

    async def stop(self) -> None:
        """Ends what is trained here."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            # Also where it had not begun to run.
            await asyncio.to_thread(self._store.end_training, self._key, "stopped", ())

    async def _run(self, key: str, contents: Mapping[str, str]) -> None:
        started = time.monotonic()
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="uwallet_training_"))
        try:
            problems = await asyncio.wait_for(self._train(key, contents, folder), _LONGEST)
            if not problems:
                await asyncio.to_thread(self._store.add_model, key, folder / "model.tar.gz")
        except TimeoutError:
            problems = ["The training took too long."]
        except Exception as error:
            # The disk is full, the database away, or a bug: the owner is told that it failed, the log why.
            logger.exception("A model could not be trained.")
            problems = [f"{type(error).__name__}: {error}"]
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        state = "failed" if problems else "done"
        await asyncio.to_thread(self._store.end_training, key, state, tuple(problems[:_MOST_PROBLEMS]))
        logger.info("Training %s: %s after %.1f s.", key, state, time.monotonic() - started)

    async def _train(self, key: str, contents: Mapping[str, str], folder: Path) -> list[str]:
        """Trains and checks the result; returns what is wrong with it."""
        project = folder / "project"
        await asyncio.to_thread(lay_out, project, contents)
        with (folder / "stderr").open("w+b") as errors:
            process = await asyncio.create_subprocess_exec(
                *("nice", "-n", _NICENESS, sys.executable, "-W", "ignore", "-m", "engine.checked_training"),
                str(folder / "model.tar.gz"),
                *([] if self._model is None else [str(self._model.resolve())]),
                cwd=project,
                env={**os.environ, PROJECT_VARIABLE: str(project)},
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
            try:
                assert process.stdout is not None, "asked for"
                async for line in process.stdout:
                    share = share_done(line.decode(errors="replace"))
                    if share is not None:
                        await asyncio.to_thread(self._store.note_training, key, _TRAINED * share)
                status = await process.wait()
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
            if status == 0:
                return []
            errors.seek(0)
            told = errors.read().decode(errors="replace").replace(f"{project}/", "").strip().splitlines()
        return told[-_MOST_PROBLEMS:] or [f"The training ended with status {status}."]


def lay_out(project: Path, contents: Mapping[str, str]) -> None:
    """Makes a folder that looks like the checkout, with the files of a bundle instead of its own."""
    project.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name != "data" and not path.name.startswith("."):
            (project / path.name).symlink_to(path)
    (project / "data").mkdir()
    for path in (ROOT / "data").iterdir():
        if f"data/{path.name}" not in FOLDERS:
            (project / "data" / path.name).symlink_to(path)
    for name, text in contents.items():
        target = project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
