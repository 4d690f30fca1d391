"""The index of asked answers as a component: trained, stored, loaded, and true to the questions of the moment."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu import asked_answers
from engine.nlu.asked_answers import AskedAnswers
from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")
EXAMPLES = [("a/topic/cost", "申诉要收费吗"), ("a/topic/how_long", "多久出结果"), ("a/topic/how_long", "几天审完")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked_answers, "_examples", lambda: list(EXAMPLES))
        AskedAnswers.create(AskedAnswers.get_default_config(), storage, Resource("r"), CONTEXT).train(TrainingData())
    return storage


def nearest(storage: LocalModelStorage, message: Message) -> list[str]:
    index = AskedAnswers.load(AskedAnswers.get_default_config(), storage, Resource("r"), CONTEXT)
    nlp = NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)
    (message,) = index.process(nlp.process([message], nlp.provide()))
    return list(message.get("asked_answers"))


def test_the_nearest_answer_comes_first(trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_answers, "_examples", lambda: list(EXAMPLES))
    assert nearest(trained, Message({TEXT: "申诉要钱不"}))[0] == "a/topic/cost"
    assert nearest(trained, Message({TEXT: "申訴幾天有結果"}))[0] == "a/topic/how_long"
    assert nearest(trained, Message({TEXT: "/affirm"})) == []


def test_what_is_denied_is_left_out(trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_answers, "_examples", lambda: list(EXAMPLES))
    message = Message({TEXT: "我问的是几天审完 不是要收费吗", WANTED_SPANS: [(0, 8)]})
    assert nearest(trained, message)[0] == "a/topic/how_long"


def test_questions_changed_since_the_training_are_read_anew(
    trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = [("b/topic/withdraw", "能不能撤回"), ("b/topic/cost", EXAMPLES[0][1])]
    monkeypatch.setattr(asked_answers, "_examples", lambda: changed)
    monkeypatch.setattr(asked_answers, "sources_digest", lambda: "changed")
    assert nearest(trained, Message({TEXT: "申诉要钱不"}))[0] == "b/topic/cost"
    assert nearest(trained, Message({TEXT: "可以撤回吗"}))[0] == "b/topic/withdraw"


def test_the_index_is_made_once(trained: LocalModelStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_answers, "_examples", lambda: list(EXAMPLES))
    monkeypatch.setattr(asked_answers, "sources_digest", lambda: "once")
    first = nearest(trained, Message({TEXT: "申诉要钱不"}))
    monkeypatch.setattr(asked_answers, "_examples", lambda: pytest.fail("made again"))
    assert nearest(trained, Message({TEXT: "申诉要钱不"})) == first
    with trained.read_from(Resource("r")) as folder:
        assert [path.name for path in folder.glob("index-*")] == ["index-once"]
