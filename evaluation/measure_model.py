"""Loads and runs one model in a process of its own, so that its memory is its own.

Usage: python -m evaluation.measure_model MODEL OUTPUT.json [SET.tsv[:blind] ...].
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from evaluation.metrics import Prediction
from evaluation.paths import ROOT
from evaluation.predict import Parser, predict
from evaluation.progress import progress_bars
from evaluation.sets import read_sets


@dataclass(frozen=True)
class MeasuredModel:
    """What running a model took, and what it made of the sets.

    Attributes:
        load_seconds: Time to load it, without the import of Rasa.
        resident_mib: Resident memory of the process after loading.
        peak_mib: The most that the process held while it parsed all messages.
        predictions: By the name of the set.
    """

    load_seconds: float
    resident_mib: float
    peak_mib: float
    predictions: Mapping[str, Sequence[Prediction]]


class MeasuringError(Exception):
    """The process that ran the model failed; its reason is on the terminal."""


def measure_model(model: Path, further_sets: Sequence[str], python: Path = Path(sys.executable)) -> MeasuredModel:
    """Runs a model over all sets in a process of its own, showing how far it is.

    Args:
        model: The archive.
        further_sets: Sets beside those of the project.
        python: Runs it.

    Raises:
        MeasuringError: The process failed.
    """
    with tempfile.TemporaryDirectory(prefix="uwallet-evaluation-") as folder:
        output = Path(folder) / "measured.json"
        command = [str(python), "-m", "evaluation.measure_model", str(model), str(output), *further_sets]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status != 0:
            raise MeasuringError(f"Running {model} failed (status {status}).")
        measured = json.loads(output.read_text(encoding="utf-8"))
    predictions = {name: [_prediction(one) for one in found] for name, found in measured.pop("predictions").items()}
    return MeasuredModel(**measured, predictions=predictions)


def _prediction(fields: dict[str, Any]) -> Prediction:
    ranking = tuple((name, confidence) for name, confidence in fields.pop("ranking"))
    choices, further = tuple(fields.pop("choices")), tuple(fields.pop("further"))
    return Prediction(**fields, ranking=ranking, choices=choices, further=further)


def _main(arguments: list[str]) -> None:
    model, output, *further = arguments
    parser = Parser(Path(model))
    with progress_bars(Console()) as progress:
        predictions = predict(parser, read_sets(further), progress)
    # ru_maxrss counts KiB on Linux and bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    measured = MeasuredModel(
        parser.loaded.seconds,
        parser.loaded.resident_mib,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
        predictions,
    )
    Path(output).write_text(json.dumps(asdict(measured)), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
