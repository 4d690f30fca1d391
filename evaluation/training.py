"""Trains a pipeline on the NLU examples in a process of its own, and keeps the model for as long as it stays valid."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from evaluation.paths import MODELS, NLU_DATA, ROOT, shown
from evaluation.pythons import is_own, prepare_rasa, python_for

Config = dict[str, Any]

_MODEL_FILE, _CONFIG_FILE, _MEASURED_FILE, _LOG_FILE = "model.tar.gz", "config.yml", "training.json", "training.log"
# What decides about a model besides its configuration and the examples.
_LOCK, _PEERS_LOCK = "requirements/bot.txt", "requirements/peers.txt"
_OWN_CODE = (
    "engine/nlu",
    "engine/importer.py",
    "data/lexicon",
    "data/situated",
    "data/alarms",
    "data/after_alarm",
    "data/said",
)


class TrainingError(Exception):
    """A pipeline could not be trained; the message names the log."""


@dataclass(frozen=True)
class TrainedModel:
    """A trained model and what its training took.

    Attributes:
        path: The archive.
        key: Hash of everything that the model is made of.
        seconds: Wall-clock time of the training without the imports before it.
        processor_seconds: Processor time of the same, over all cores; the fairer figure on a shared machine.
        peak_mib: Peak resident memory of the training process.
    """

    path: Path
    key: str
    seconds: float
    processor_seconds: float
    peak_mib: float

    @property
    def size_mib(self) -> float:
        """Size of the archive."""
        return self.path.stat().st_size / 2**20


def read_config(path: Path) -> Config:
    """Reads a Rasa configuration, leaving out what only the dialogue needs."""
    config = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return {name: value for name, value in config.items() if name != "policies"}


def content_key(config: Config, root: Path = ROOT) -> str:
    """Returns a hash over everything that decides what a model trained from `config` is.

    Our own components and the lexicon count only when the configuration names one of them, so that a peer is not
    trained anew because of them.
    """
    digest = hashlib.sha256(json.dumps(config, sort_keys=True, ensure_ascii=False).encode())
    own = is_own(config)
    digest.update((ROOT / (_LOCK if own else _PEERS_LOCK)).read_bytes())
    for name in ("data/nlu", *(_OWN_CODE if own else ())):
        path = root / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in {".py", ".yml", ".txt"})
        for file in files:
            digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _folder(config: Config, examples: int | None) -> Path:
    return MODELS / (content_key(config) + (f"-{examples}-examples" if examples else ""))


def cached_model(config: Config, examples: int | None = None) -> TrainedModel | None:
    """Returns the model of this configuration if it has been trained and nothing has changed since."""
    return _read_model(_folder(config, examples))


def trained_model(
    config: Config, on_output: Callable[[str], None] | None = None, *, examples: int | None = None
) -> TrainedModel:
    """Returns the model of a configuration, training it first when needed.

    The training runs in a process of its own; its output goes to `training.log` beside the model.

    Args:
        config: The pipeline.
        on_output: Called about every second with the last line of the output.
        examples: Train on a sample of so many examples, with the intents in the same proportions; None: on all.

    Raises:
        TrainingError: The training failed.
    """
    folder = _folder(config, examples)
    found = _read_model(folder)
    if found:
        return found
    python = python_for(config)
    if not python.exists():
        raise TrainingError(f"{shown(python)} is missing: `make setup-peers` makes it.")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _CONFIG_FILE).open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(config, file)
    with (folder / _LOG_FILE).open("wb") as log:
        process = subprocess.Popen(
            [str(python), "-m", "evaluation.training", str(folder), *([str(examples)] if examples else [])],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        status = _wait(process, folder / _LOG_FILE, on_output)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    trained = _read_model(folder)
    if status != 0 or trained is None:
        raise TrainingError(f"Training failed (status {status}); see {shown(folder / _LOG_FILE)}")
    return trained


def _wait(process: subprocess.Popen[bytes], log: Path, on_output: Callable[[str], None] | None) -> int:
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            # A progress bar ends its line with a carriage return.
            lines = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
            if on_output and lines:
                on_output(lines[-1].strip())


def _read_model(folder: Path) -> TrainedModel | None:
    # Written last, so a training that was cut short leaves nothing that looks finished.
    if not (folder / _MEASURED_FILE).exists():
        return None
    measured = json.loads((folder / _MEASURED_FILE).read_text(encoding="utf-8"))
    return TrainedModel(folder / _MODEL_FILE, folder.name, **measured)


def _sample(folder: Path, examples: int) -> Path:
    """Writes a sample of the training examples beside the model; the same one for every pipeline."""
    from rasa.shared.nlu.training_data.loading import load_data  # noqa: PLC0415 - Rasa takes seconds to import

    every = load_data(str(NLU_DATA))
    if not 0 < examples < len(every.intent_examples):
        sys.exit(f"Expected a sample of fewer than the {len(every.intent_examples)} examples, found {examples}.")
    sample, _ = every.train_test_split(train_frac=examples / len(every.intent_examples), random_seed=0)
    path = folder / "nlu.yml"
    path.write_text(sample.nlu_as_yaml(), encoding="utf-8")
    return path


def _train(folder: Path, examples: int | None) -> None:
    """Trains in this process; Rasa's cache is off, so that the time is that of a first training."""
    os.environ |= {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "RASA_MAX_CACHE_SIZE": "0"}
    with tempfile.TemporaryDirectory(prefix="uwallet-rasa-cache-") as cache:
        os.environ["RASA_CACHE_DIRECTORY"] = cache
        prepare_rasa()
        from rasa.model_training import train_nlu  # noqa: PLC0415 - reads the variables above on import

        nlu_data = _sample(folder, examples) if examples else NLU_DATA
        started, processor_started = time.perf_counter(), time.process_time()
        made = train_nlu(
            config=str(folder / _CONFIG_FILE),
            nlu_data=str(nlu_data),
            output=str(folder),
            fixed_model_name=_MODEL_FILE.removesuffix(".tar.gz"),
        )
        seconds, processor_seconds = time.perf_counter() - started, time.process_time() - processor_started
    if made is None:
        sys.exit("Rasa made no model.")
    # ru_maxrss counts KiB on Linux and bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    measured = {"seconds": seconds, "processor_seconds": processor_seconds, "peak_mib": peak_mib}
    (folder / _MEASURED_FILE).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _train(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
