"""Which Python trains and runs a pipeline: the project's own, or for Rasa's the peers' environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.paths import ROOT

PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
# What upstream's Rasa runs on; the project itself runs on later ones.
_LAST_OF_PEERS = (3, 10)


def is_own(config: Mapping[str, Any]) -> bool:
    """Returns whether a configuration names a component of ours."""
    return any(str(component["name"]).startswith("engine.") for component in config["pipeline"])


def python_for(config: Mapping[str, Any]) -> Path:
    """Returns the Python for a configuration."""
    return Path(sys.executable) if is_own(config) else PEERS_PYTHON


def prepare_rasa() -> None:
    """Prepares Rasa where it is not run as published; to be called before it is imported."""
    if sys.version_info[:2] > _LAST_OF_PEERS:
        from engine import commands  # noqa: PLC0415 - the peers have Rasa as published

        commands.prepare_rasa()
