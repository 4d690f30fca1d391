"""The index of answers: trained, stored, loaded, and true to the knowledge of the moment."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu import answer_index
from engine.nlu.answer_index import AnswerIndex
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")
PASSAGES = [("a/topic/1", "申诉：要不要收费没有登记"), ("a/topic/2", "申诉：多久出结果没有登记")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer_index, "_passages", lambda: list(PASSAGES))
        AnswerIndex.create(AnswerIndex.get_default_config(), storage, Resource("r"), CONTEXT).train(TrainingData())
    return storage


def nearest(storage: LocalModelStorage, text: str) -> list[str]:
    index = AnswerIndex.load(AnswerIndex.get_default_config(), storage, Resource("r"), CONTEXT)
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    (message,) = index.process(nlp.process([Message({TEXT: text})], nlp.provide()))
    return [answer["name"] for answer in message.get("answers")]


def test_the_nearest_answer_comes_first(trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_index, "_passages", lambda: list(PASSAGES))
    assert nearest(trained, "申诉要钱不")[:1] == ["a/topic/1"]
    assert nearest(trained, "申訴幾天有結果")[:1] == ["a/topic/2"]
    assert nearest(trained, "火锅好吃") == []
    assert nearest(trained, "/affirm") == []


def test_knowledge_changed_since_the_training_is_read_anew(
    trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        answer_index, "_passages", lambda: [("b/topic/1", "申诉：能不能撤回"), ("b/topic/2", PASSAGES[0][1])]
    )
    assert nearest(trained, "申诉要钱不")[:1] == ["b/topic/2"]
    assert nearest(trained, "申诉可以撤回吗")[:1] == ["b/topic/1"]
