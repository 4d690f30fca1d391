"""What is made before the first start is what a start looks for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.serving.unpacked_models import FOLDER
from evaluation.paths import MODEL
from tests.paths import ROOT


@pytest.mark.model
def test_what_a_start_keeps_is_there() -> None:
    command = [sys.executable, "-m", "engine.prepare_start", "--model", str(MODEL)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (copy,) = (MODEL.parent / FOLDER).glob(f"{MODEL.name}-*")
    assert len(list(copy.glob("components/*/index-*"))) == 2
    for name in ("knowledge", "domain", "patterns"):
        assert len(list((ROOT / "build" / name).glob("*.pickle"))) == 1
