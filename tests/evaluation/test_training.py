"""A trained model is kept for exactly as long as what it is made of stays the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evaluation import training
from evaluation.training import TrainingError, cached_model, content_key, read_config, trained_model
from tests.paths import ROOT

PEER: dict[str, Any] = {"language": "zh", "pipeline": [{"name": "JiebaTokenizer"}]}
OURS: dict[str, Any] = {"language": "zh", "pipeline": [{"name": "engine.nlu.reader.Reader"}]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an example, a component and a word."""
    for name, content in {"data/nlu/a.yml": "x", "engine/nlu/reader.py": "y", "data/lexicon/words.txt": "z"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_key_is_of_the_content(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = shutil.copytree(project, tmp_path_factory.mktemp("elsewhere") / "copy")
    assert content_key(OURS, project) == content_key(OURS, elsewhere)
    assert content_key(OURS, project) != content_key(PEER, project)
    assert content_key({**PEER, "language": "en"}, project) != content_key(PEER, project)


@pytest.mark.parametrize(
    ("file", "peer_changes"),
    [("data/nlu/a.yml", True), ("engine/nlu/reader.py", False), ("data/lexicon/words.txt", False)],
)
def test_key_changes_with_what_the_pipeline_reads(project: Path, file: str, peer_changes: bool) -> None:
    before = content_key(OURS, project), content_key(PEER, project)
    (project / file).write_text("changed", encoding="utf-8")
    assert content_key(OURS, project) != before[0]
    assert (content_key(PEER, project) != before[1]) is peer_changes


def test_dialogue_settings_do_not_count() -> None:
    config = read_config(ROOT / "config.yml")
    assert "pipeline" in config
    assert "policies" not in config


def test_peers_use_nothing_of_ours() -> None:
    # But for the least that is worth beating: Rasa has neither of its two parts.
    for path in {*(ROOT / "evaluation" / "peers").glob("*.yml")} - {ROOT / "evaluation" / "peers" / "tfidf_svc.yml"}:
        config = read_config(path)
        assert "importers" not in config
        assert not [component for component in config["pipeline"] if component["name"].startswith("engine.")]


def test_finished_training_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MODELS", tmp_path)
    folder = tmp_path / content_key(PEER)
    folder.mkdir()
    (folder / "model.tar.gz").write_bytes(b"x" * 2**20)
    assert cached_model(PEER) is None, "a training that was cut short counts as finished"
    measured = {"seconds": 1.5, "processor_seconds": 2.5, "peak_mib": 3.5}
    (folder / "training.json").write_text(json.dumps(measured), encoding="utf-8")
    found = trained_model(PEER)
    assert (found.key, found.seconds, found.size_mib) == (content_key(PEER), 1.5, 1.0)


def test_failed_training_names_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MODELS", tmp_path)
    monkeypatch.setattr(training, "python_for", lambda config: Path("/bin/false"))
    with pytest.raises(TrainingError, match=r"training\.log"):
        trained_model(PEER)
    assert cached_model(PEER) is None


def test_a_sample_has_a_model_of_its_own() -> None:
    assert training._folder(PEER, None) != training._folder(PEER, 2000) != training._folder(PEER, 1000)


def test_a_sample_keeps_the_proportions_of_the_intents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    lines = {"greet": 40, "goodbye": 20}
    blocks = "".join(
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {intent} {n}\n" for n in range(count))
        for intent, count in lines.items()
    )
    (data / "nlu.yml").write_text(f'version: "3.1"\nnlu:\n{blocks}', encoding="utf-8")
    monkeypatch.setattr(training, "NLU_DATA", data)
    first, second = (training._sample(tmp_path, 30).read_text(encoding="utf-8") for _ in range(2))
    assert first == second
    assert (first.count("- greet "), first.count("- goodbye ")) == (20, 10)
    with pytest.raises(SystemExit, match="fewer than the 60 examples"):
        training._sample(tmp_path, 60)
