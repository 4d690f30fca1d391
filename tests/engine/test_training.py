"""Training without Rasa's cache gives the model that `rasa train` gives."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.extent import LONG
from tests.project import copy_project

# So many examples of each intent and label are enough to compare, and are trained on in seconds.
EXAMPLES = 12


def shortened(content: dict[str, Any]) -> dict[str, Any]:
    """Returns the content of a file of examples with the first of them only."""
    for block in content.get("nlu", ()):
        if "intent" in block:
            block["examples"] = "".join(block["examples"].splitlines(keepends=True)[:EXAMPLES])
    if "label" in content:
        groups = content["examples"]
        texts = itertools.chain.from_iterable(groups.values()) if isinstance(groups, dict) else groups
        content["examples"] = list(texts)[:EXAMPLES]
    return content


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with few examples."""
    folder = copy_project(tmp_path / "project", ["build"])
    paths = [path for name in ("nlu", "situated", "alarms") for path in (folder / "data" / name).glob("*.yml")]
    for path in paths:
        content = shortened(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
        with path.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(content, file)
    return folder


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Rasa writes sets into the model, whose order differs from process to process unless the seed of hashes is fixed.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def content(archive: Path) -> dict[str, Any]:
    """Returns a hash of each file in a model, and what its metadata tell about."""
    found: dict[str, Any] = {}
    with tarfile.open(archive) as model:
        for member in model.getmembers():
            if member.isfile():
                file = model.extractfile(member)
                assert file
                data = file.read()
                found[member.name] = hashlib.sha256(data).hexdigest()
        metadata = model.extractfile("metadata.json")
        assert metadata
        found["metadata.json"] = json.load(metadata)
    # Of the values, some name the training and its time, and others are sets in the order of the process.
    found["metadata.json"] = sorted(found["metadata.json"])
    return found


# Twice the whole of a training; what of Rasa is replaced for it stands in tests/engine/test_upstream.py.
@pytest.mark.skipif(not LONG, reason="only `make test-all` trains as Rasa does")
def test_the_model_is_that_of_rasa_train(project: Path) -> None:
    ours = run(project, "-m", "engine.training", "models/ours.tar.gz")
    assert ours.returncode == 0, ours.stderr
    options = ["--force", "--skip-validation", "--fixed-model-name", "rasa", "--quiet"]
    rasa = run(project, "scripts/rasa_cli.py", "train", *options)
    assert rasa.returncode == 0, rasa.stderr
    expected, found = content(project / "models" / "rasa.tar.gz"), content(project / "models" / "ours.tar.gz")
    assert set(found) == set(expected)
    assert any(name.endswith("weights.npy") for name in found)
    assert {name for name in expected if found[name] != expected[name]} == set()
    assert not list((project / "models").glob("*.new"))


def test_a_broken_file_is_said_and_leaves_no_model(project: Path) -> None:
    path = project / "data" / "knowledge" / "support_hours.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: answer", "kind: answr"), encoding="utf-8")
    result = run(project, "-m", "engine.training", "models/ours.tar.gz")
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"{path}:2: kind: Input should be")
    assert "Traceback" not in result.stderr
    assert not (project / "models").exists() or not list((project / "models").iterdir())
