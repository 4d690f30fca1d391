"""The model is trained when what it is made of has changed, and only then."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import train
from tests.paths import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the model is made of, with a model that was just trained."""
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("data", "engine", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setattr(train, "ROOT", tmp_path)
    monkeypatch.setattr(train, "MODEL", tmp_path / "models" / "uwallet.tar.gz")
    monkeypatch.setattr(train, "FINGERPRINT", tmp_path / "models" / "uwallet.fingerprint")
    train.MODEL.parent.mkdir()
    train.MODEL.touch()
    train.FINGERPRINT.write_text(train.fingerprint())
    return tmp_path


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The trainings that were started, none of which really runs."""
    started: list[list[str]] = []

    def start(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", start)
    return started


@pytest.mark.parametrize("path", ["data/nlu/social.yml", "data/lexicon/words.txt", "engine/nlu/views.py", "config.yml"])
def test_a_change_trains_once(project: Path, trainings: list[list[str]], path: str) -> None:
    with (project / path).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert [train.main([]), train.main([])] == [0, 0]
    assert len(trainings) == 1


def test_nothing_changed(project: Path, trainings: list[list[str]]) -> None:
    answer = project / "data" / "knowledge" / "support_hours.yml"
    answer.write_text(answer.read_text(encoding="utf-8").replace("免得白等", "免得空等"), encoding="utf-8")
    assert train.main([]) == 0
    assert trainings == []


def test_a_missing_model_and_a_new_topic_train(project: Path, trainings: list[list[str]]) -> None:
    train.MODEL.unlink()
    train.main([])
    train.MODEL.touch()
    (project / "data" / "knowledge" / "new_topic.yml").touch()
    train.main([])
    assert len(trainings) == 2
