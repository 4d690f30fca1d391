"""Which files of a bundle the engine reads while it runs, and how it gets them."""

from __future__ import annotations

from collections.abc import Mapping

from uwallet_gateway.engine.knowledge import EngineKnowledge
from uwallet_gateway.knowledge.bundles import Files, digest, whole_digest

# Examples are in a model, which the engine trains beside the one that serves. The lexicon is in the engine itself.
_SERVED = ("data/knowledge/", "data/questions/", "data/nlu/")


async def stage(engine: EngineKnowledge, files: Files) -> str:
    """Gives a bundle to the engine, which then can play and serve it; returns the hash that the engine knows it by.

    Raises:
        BrokenBundleError: The engine refuses it.
        UntrainedError: Its model is to be trained first.
        InputError: unavailable.
    """
    served = {path: content for path, content in files.items() if path.startswith(_SERVED)}
    digests = {path: digest(content) for path, content in served.items()}
    sha256 = whole_digest(digests)
    await engine.stage(sha256, digests, {digests[path]: content for path, content in served.items()})
    return sha256


def served_digest(digests: Mapping[str, str]) -> str:
    """The hash that the engine knows a version by, of the hashes of its files."""
    return whole_digest({path: sha256 for path, sha256 in digests.items() if path.startswith(_SERVED)})


def fixed_files_changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files that differ and that only the operator can bring live, by the hashes of all files."""
    paths = sorted(path for path in before.keys() | after.keys() if not path.startswith(_SERVED))
    return [path for path in paths if before.get(path) != after.get(path)]
