"""The model is trained when what it is made of has changed, and only then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import actions.rules  # noqa: F401 - defines all actions
from actions.base import DialogueAction
from actions.dialogue.acts import CONTROL_INTENTS
from scripts import train
from tests.paths import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the model is made of, with a model that was just trained."""
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("actions", "data", "engine", "language", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
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


TRAINED = [
    "config.yml",
    "data/alarms/crisis.yml",
    "data/after_alarm/lost.yml",
    "data/said/danger.yml",
    "data/lexicon/words.txt",
    "data/nlu/social.yml",
    "engine/importer.py",
    "engine/nlu/views.py",
    "language/pinyin.py",
]
SERVED = [
    "actions/dialogue/acts.py",
    "actions/dialogue/dialogue.py",
    "actions/steps.py",
    "engine/assistance.py",
    "engine/channel.py",
    "engine/serve.py",
    "engine/serving/server.py",
]


def change(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")


@pytest.mark.parametrize("path", TRAINED)
def test_a_change_trains_once(project: Path, trainings: list[list[str]], path: str) -> None:
    change(project / path)
    assert [train.main([]), train.main([])] == [0, 0]
    assert len(trainings) == 1


def test_what_only_serves_is_no_part_of_the_model(project: Path, trainings: list[list[str]]) -> None:
    for path in SERVED:
        change(project / path)
    assert train.main([]) == 0
    assert trainings == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("actions/dialogue/acts.py", '"back": Act.PREVIOUS', '"back": Act.CANCEL'),
        ("actions/steps.py", "act=Act.NEXT", "act=Act.REPEAT"),
    ],
)
def test_another_act_of_an_intent_or_an_action_trains(
    project: Path, trainings: list[list[str]], path: str, before: str, after: str
) -> None:
    source = (project / path).read_text(encoding="utf-8")
    assert before in source
    (project / path).write_text(source.replace(before, after), encoding="utf-8")
    train.main([])
    assert len(trainings) == 1


def test_the_acts_read_from_the_source_are_those_of_the_program() -> None:
    intents, actions = train.acts()
    assert intents == {intent: act.name for intent, act in CONTROL_INTENTS.items()}
    assert actions == {action.action_name: action.act.name for action in DialogueAction.__subclasses__()}
    assert "action_next_step" in actions


def test_everything_that_the_components_import_is_an_input() -> None:
    names = [entry["name"] for entry in YAML(typ="safe").load(ROOT / "config.yml")["pipeline"]]
    modules = [name.rpartition(".")[0] for name in names if "." in name]
    # engine.serving first: prepares what Rasa needs on this Python, and goes into no model.
    code = f"""if True:
        import importlib, sys, engine.serving
        before = set(sys.modules)
        for name in {modules}:
            importlib.import_module(name)
        print(*(getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - before), sep="\\n")
    """
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = {Path(line).relative_to(ROOT) for line in printed.splitlines() if line.startswith(f"{ROOT}/")}
    ours = {path for path in files if path.parts[0] in {"actions", "common", "engine", "language"}}
    assert Path("engine/nlu/views.py") in ours
    inputs = [Path(name) for name in train.INPUTS]
    # Where files lie, what is said of Rasa's code, how any YAML file is read, and what is asked while the bot runs.
    inputs += [
        Path("engine/paths.py"),
        Path("engine/upstream.py"),
        Path("actions/__init__.py"),
        Path("actions/knowledge"),
        Path("actions/reading/__init__.py"),
        Path("actions/reading/questions.py"),
        Path("common"),
    ]
    assert {path for path in ours if not any(path.is_relative_to(name) for name in inputs)} == set()


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
