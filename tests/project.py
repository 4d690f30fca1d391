"""A copy of the bot, for tests that break or train it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.paths import ROOT

# What the bot does without, or what set-up, training and running have made; web/ is most of the repository.
_LEFT_OUT = (".*", "__pycache__", "*.db", "benchmarks", "deploy", "docs", "gateway", "node_modules", "tests", "web")
_MADE = ("build", "models", "results", "run")


def copy_project(folder: Path, made: Sequence[str] = ()) -> Path:
    """Copies the bot into a new folder, with what is named of that which was made."""
    left_out = (*_LEFT_OUT, *(name for name in _MADE if name not in made))
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out)))
