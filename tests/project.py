"""A copy of the bot, for tests that break or train it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.paths import ROOT

# All that Rasa and the engine read; neither the gateway nor web/, which is most of the repository.
_PARTS = (
    "actions",
    "common",
    "config.yml",
    "credentials.yml",
    "data",
    "domain.yml",
    "endpoints.yml",
    "engine",
    "scripts",
)


def copy_project(folder: Path, more: Sequence[str] = ()) -> Path:
    """Copies the bot into a new folder, with more of the repository's parts if they are named."""
    folder.mkdir()
    for name in (*_PARTS, *more):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder
