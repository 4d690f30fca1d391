"""Where the evaluation reads and writes."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(__file__).resolve().parent
CONFIG = ROOT / "config.yml"
NLU_DATA = ROOT / "data" / "nlu"
MODEL = ROOT / "models" / "uwallet.tar.gz"
OUTPUT = ROOT / "build" / "evaluation"
MODELS = OUTPUT / "models"
BASELINE = PACKAGE / "baseline.json"


def shown(path: Path) -> str:
    """Returns the path relative to the project, or its bare name when it lies elsewhere."""
    path = path.resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
