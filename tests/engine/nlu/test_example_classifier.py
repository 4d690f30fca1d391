"""The classifier of situated acts and alarms: trained, stored, loaded, and giving the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu import example_classifier
from engine.nlu.example_classifier import ExampleClassifier
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")
DONE = ["填好了", "点好了", "弄完了", "收到了", "做好啦", "已经填了"]
WAITING = ["等一下", "我找找", "稍等", "马上弄", "先等等", "等我会儿"]
TROUBLE = ["点不动", "收不到", "打不开", "没反应", "找不到", "进不去"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, texts in (("done", DONE), ("trouble", TROUBLE), ("waiting", WAITING)):
        (tmp_path / f"{name}.yml").write_text(f"label: {name}\nexamples: [{', '.join(texts)}]\n", encoding="utf-8")
    return tmp_path


def config(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        **ExampleClassifier.get_default_config(),
        "folder": str(folder),
        "output": "acts",
        "calibration_folds": 3,
        **more,
    }


def trained(project: Path, storage: LocalModelStorage, data: TrainingData | None = None, **more: Any) -> ExampleClassifier:
    given = (config(project, **more), storage, Resource("r"), CONTEXT)
    ExampleClassifier.create(*given).train(data or TrainingData())
    return ExampleClassifier.load(*given)


def ranked(classifier: ExampleClassifier, text: str) -> list[dict[str, Any]]:
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    (message,) = classifier.process(nlp.process([Message({TEXT: text})], nlp.provide()))
    return list(message.get("acts"))


@pytest.fixture
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path_factory.mktemp("storage"))


@pytest.mark.parametrize(("text", "label"), [("都填好了", "done"), ("按钮点不动", "trouble"), ("驗證碼收不到", "trouble")])
def test_it_learns_stores_and_loads(project: Path, storage: LocalModelStorage, text: str, label: str) -> None:
    ranking = ranked(trained(project, storage), text)
    assert ranking[0]["name"] == label
    assert ranking[0]["confidence"] > ranking[1]["confidence"]
    assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "  "])
def test_it_does_not_guess_from_nothing(project: Path, storage: LocalModelStorage, text: str) -> None:
    assert ranked(trained(project, storage), text) == []


def test_only_the_likeliest_labels_are_told(project: Path, storage: LocalModelStorage) -> None:
    assert len(ranked(trained(project, storage, labels=1), "填好了")) == 1


def test_intents_are_examples_of_the_background(project: Path, storage: LocalModelStorage) -> None:
    texts = ["转人工", "找人工客服", "我要真人", "人工服务", "叫你们客服来", "客服在吗"]
    data = TrainingData([Message({TEXT: text, INTENT: "human_handoff"}) for text in texts])
    classifier = trained(project, storage, data, background={"other": {"intents": ["human_handoff"]}})
    assert ranked(classifier, "快转人工客服")[0]["name"] == "other"


@pytest.mark.parametrize("missing", ["folder", "output"])
def test_folder_and_output_are_needed(project: Path, missing: str) -> None:
    with pytest.raises(InvalidConfigException, match=missing):
        ExampleClassifier.validate_config({**config(project), missing: None})


def test_a_change_of_the_examples_retrains(project: Path) -> None:
    before = ExampleClassifier.fingerprint_addon(config(project))
    (project / "done.yml").write_text("label: done\nexamples: [好了]\n", encoding="utf-8")
    assert ExampleClassifier.fingerprint_addon(config(project)) != before
    assert example_classifier.ROOT.is_dir()
