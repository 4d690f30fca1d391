"""Plays conversations on bundles of knowledge, in a process of its own beside the one that serves.

Usage: python -m engine.replay FOLDER MODEL, in a folder that `engine.serving.replays` lays out: `job.json` says what
is played on which bundles, and `N.json` is what came of the play N.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Until everything is loaded, as `engine.serve` does: there is next to no garbage in it to be found.
    gc.disable()

with warnings.catch_warnings(record=True):
    # Rasa and what it pins warn some forty times, and nobody can act on it.
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import engine.serving  # isort: skip  # noqa: F401 - before Rasa: prepares what it needs on this Python
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from engine.progress_lines import progress_line
    from engine.serving.agent import ServingAgent, load_serving_agent
    from engine.serving.bundles import Bundles
    from engine.serving.knowledge_store import KnowledgeStoreInMemory
    from engine.serving.local_actions import LocalActionEndpoint
    from engine.serving.tracker_store import memory_tracker_store
    from engine.wire import played

# Conversations between two lines that say how far it is.
_TOLD_EVERY = 10


async def play_all(
    bundles: Bundles, sha256: str | None, conversations: list[list[list[str]]], tell: Callable[[], None]
) -> list[list[dict[str, Any]]]:
    """Returns the turns of each conversation on a bundle.

    Args:
        bundles: Which can find it.
        sha256: The bundle; None: the files of the checkout.
        conversations: Kind and text of each message.
        tell: Called after each.
    """
    found = []
    for number, conversation in enumerate(conversations):
        # Rasa draws between variations of a response: the same ones on each bundle.
        random.seed(number)
        turns = await bundles.play(sha256, [(kind, text) for kind, text in conversation], {})
        found.append([played(turn) for turn in turns])
        tell()
    return found


def stand_still_at(moment: float) -> None:
    """Lets this process begin at a moment: opening hours and validity are then those of what is compared with."""
    begun, real = time.time(), time.time
    time.time = lambda: moment + real() - begun


async def _run(folder: Path, agent: ServingAgent) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    stand_still_at(job["moment"])
    store = KnowledgeStoreInMemory()
    bundles = Bundles(agent, store)
    parts, done = sum(len(job["sets"][play["set"]]) for play in job["plays"]), 0

    def tell() -> None:
        nonlocal done
        done += 1
        if done % _TOLD_EVERY == 0:
            print(progress_line(done, parts), flush=True)

    for number, play in enumerate(job["plays"]):
        sha256, files = play["sha256"], play["files"]
        if sha256 is not None:
            store.add_texts({files[path]: text for path, text in play["contents"].items()})
            store.add_bundle(sha256, files)
        if play["model"] is not None:
            key = bundles.model_key(files)
            assert key is not None, "whoever has laid out the folder has given its model"
            store.add_model(key, Path(play["model"]))
        plays = await play_all(bundles, sha256, job["sets"][play["set"]], tell)
        partial = folder / f"{number}.part"
        partial.write_text(json.dumps(plays, ensure_ascii=False), encoding="utf-8")
        # It is read while the next one is played.
        partial.rename(folder / f"{number}.json")


def main() -> int:
    """Plays; returns the exit status."""
    folder, model = Path(sys.argv[1]), sys.argv[2]
    configure_structlog(logging.ERROR)
    logging.getLogger().setLevel(logging.ERROR)
    # Actions and components are named by their modules in this folder.
    sys.path.insert(0, str(Path.cwd()))
    with warnings.catch_warnings(record=True):
        agent = load_serving_agent(model, AvailableEndpoints(action=LocalActionEndpoint("actions")))
    agent.use_stores(memory_tracker_store(agent.domain), InMemoryLockStore())
    gc.freeze()
    gc.enable()
    asyncio.run(_run(folder, agent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
