"""The classifier of all that a message says: trained, stored, loaded, and several labels at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.said_classifier import SaidClassifier

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")
SAID = """situations:
  one:
    报过警了: [police_called]
    已经报警: [police_called]
    我报了警 钱没少: [police_called, nothing_lost]
    钱一分没少: [nothing_lost]
    钱没少: [nothing_lost]
    余额没少: [nothing_lost]
    好难受: [feels]
    真难受: [feels]
  two:
    警报了: [police_called]
    去报警了 好难受: [police_called, feels]
    钱都没少: [nothing_lost]
    难受死了: [feels]
    心里难受: [feels]
"""


@pytest.fixture
def classifier(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SaidClassifier:
    (tmp_path / "danger.yml").write_text(SAID, encoding="utf-8")
    texts = ["今天天气不错", "密码忘了", "付款失败", "怎么注销", "几点上班", "你好"]
    data = TrainingData([Message({TEXT: text, INTENT: "greet"}) for text in texts])
    config = {
        **SaidClassifier.get_default_config(),
        "folder": str(tmp_path),
        "background": {"intents": ["greet"]},
        "rarest": 1,
        "C": 1.0,
    }
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    given = (config, storage, Resource("r"), CONTEXT)
    SaidClassifier.create(*given).train(data)
    return SaidClassifier.load(*given)


def heard(classifier: SaidClassifier, text: str) -> dict[str, float]:
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    (message,) = classifier.process(nlp.process([Message({TEXT: text})], nlp.provide()))
    return {entry["name"]: entry["confidence"] for entry in message.get("said")}


def test_it_hears_several_things_in_one_message(classifier: SaidClassifier) -> None:
    found = heard(classifier, "报警了 钱没少")
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["police_called"] > found.get("feels", 0.0)
    assert found["nothing_lost"] > found.get("feels", 0.0)


@pytest.mark.parametrize("text", ["", "  ", "/affirm"])
def test_it_does_not_guess_from_nothing(classifier: SaidClassifier, text: str) -> None:
    assert heard(classifier, text) == {}
