"""The NLU components in Rasa's own graph: trained, stored, loaded, and giving the same again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.nlu.answer_bands import AnswerBands
from engine.nlu.character_entity_extractor import CharacterEntityExtractor
from engine.nlu.contrast_focus import WANTED_SPANS, ContrastFocus
from engine.nlu.linear_intent_classifier import LinearIntentClassifier
from engine.nlu.manners_focus import MannersFocus
from engine.nlu.message_parts import MessageParts
from engine.nlu.ngram_featurizer import NgramFeaturizer
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.request_collector import RequestCollector
from engine.nlu.views import ngrams

EXAMPLES = {
    "forgot_password": ["忘记密码了", "密码忘了", "密码想不起来", "登录密码不记得", "找回密码"],
    "payment_failure": ["付不了款", "支付失败", "付款不成功", "扫码付不出去", "转账失败"],
    "human_handoff": ["转人工", "找人工客服", "我要真人", "人工服务", "叫你们客服来"],
}
CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")


@pytest.fixture
def storage(tmp_path: Path) -> ModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture(scope="module")
def spacy_nlp() -> NormalizedSpacyNLP:
    return NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)


def messages(spacy_nlp: NormalizedSpacyNLP, *texts: str) -> list[Message]:
    return list(spacy_nlp.process([Message({TEXT: text}) for text in texts], spacy_nlp.provide()))


@pytest.fixture
def training_data(spacy_nlp: NormalizedSpacyNLP) -> TrainingData:
    examples = [Message({TEXT: text, INTENT: intent}) for intent, texts in EXAMPLES.items() for text in texts]
    return TrainingData(list(spacy_nlp.process(examples, spacy_nlp.provide())))


def arguments(component: Any, storage: ModelStorage, **config: Any) -> tuple[Any, ...]:
    return {**component.get_default_config(), **config}, storage, Resource(str(config)), CONTEXT


def test_contrast_is_looked_for_within_the_manners(storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP) -> None:
    found = messages(spacy_nlp, "你好，不是忘了密码，是付不了款，谢谢", "你好")
    for component in (MannersFocus, ContrastFocus):
        found = component.create(component.get_default_config(), storage, Resource("none"), CONTEXT).process(found)
    texts = [message.get(TEXT) for message in found]
    wanted = [[text[a:b] for a, b in m.get(WANTED_SPANS)] for text, m in zip(texts, found, strict=True)]
    assert wanted == [["是付不了款"], ["你好"]]


@pytest.mark.parametrize("view", ["character", "syllable", "sound"])
def test_featurizer_gives_the_same_after_loading(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData, view: str
) -> None:
    given = arguments(NgramFeaturizer, storage, view=view)
    trained = NgramFeaturizer.create(*given)
    trained.train(training_data)
    (before,) = trained.process(messages(spacy_nlp, "密碼忘了咋整"))
    (after,) = NgramFeaturizer.load(*given).process(messages(spacy_nlp, "密碼忘了咋整"))
    first, second = (message.get_sparse_features(TEXT)[1].features for message in (before, after))
    assert first.nnz > 5
    assert np.allclose(first.toarray(), second.toarray())


def test_features_are_those_of_sklearn(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData
) -> None:
    featurizer = NgramFeaturizer.create(*arguments(NgramFeaturizer, storage, weight=1.0))
    featurizer.train(training_data)

    def analyze(message: Message) -> list[str]:
        return ngrams(featurizer._units(featurizer._read(message)), range(1, 4))

    expected = TfidfVectorizer(analyzer=analyze, sublinear_tf=True).fit(training_data.intent_examples)
    asked = featurizer.process(messages(spacy_nlp, "密码密码忘了，密码！", "怎么付不了款", "ሰላም忘"))
    for message, row in zip(asked, expected.transform(asked).toarray(), strict=True):
        # The order of the n-grams is another.
        features = np.sort(message.get_sparse_features(TEXT)[1].features.toarray()[0])
        assert np.allclose(features, np.sort(row))


def test_featurizer_weight_is_the_length_of_the_vector(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData
) -> None:
    featurizer = NgramFeaturizer.create(*arguments(NgramFeaturizer, storage, weight=0.5))
    featurizer.train(training_data)
    (message,) = featurizer.process(messages(spacy_nlp, "付款失败"))
    assert np.linalg.norm(message.get_sparse_features(TEXT)[1].features.toarray()) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "config", [{"view": "letters"}, {"scope": "page"}, {"min_ngram": 3, "max_ngram": 2}, {"min_ngram": 0}]
)
def test_featurizer_refuses_a_config_that_makes_no_sense(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException, match="NgramFeaturizer"):
        NgramFeaturizer.validate_config({**NgramFeaturizer.get_default_config(), **config})


def test_classifier_learns_stores_and_loads(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData
) -> None:
    featurizer = NgramFeaturizer.create(*arguments(NgramFeaturizer, storage))
    featurizer.train(training_data)
    featurizer.process_training_data(training_data)
    given = arguments(LinearIntentClassifier, storage, calibration_folds=3)
    LinearIntentClassifier.create(*given).train(training_data)
    classifier = LinearIntentClassifier.load(*given)
    unseen = {"密码忘记了怎么办": "forgot_password", "付款失敗": "payment_failure", "人工": "human_handoff"}
    for text, intent in unseen.items():
        (message,) = classifier.process(featurizer.process(messages(spacy_nlp, text)))
        assert message.get(INTENT)["name"] == intent
        ranking = message.get("intent_ranking")
        assert ranking[0]["name"] == intent
        assert sum(entry["confidence"] for entry in ranking) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\n", "ሰላም ለዓለም", "γειά"])
def test_classifier_does_not_guess_from_nothing(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData, text: str
) -> None:
    featurizer = NgramFeaturizer.create(*arguments(NgramFeaturizer, storage))
    featurizer.train(training_data)
    featurizer.process_training_data(training_data)
    classifier = LinearIntentClassifier.create(*arguments(LinearIntentClassifier, storage, calibration_folds=3))
    classifier.train(training_data)
    (message,) = classifier.process(featurizer.process(messages(spacy_nlp, text)))
    assert message.get(INTENT)["confidence"] == pytest.approx(1 / 3)


def test_classifier_says_which_intent_has_too_few_examples(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData
) -> None:
    lonely = messages(spacy_nlp, "再见")[0]
    lonely.set(INTENT, "goodbye")
    data = TrainingData([*training_data.training_examples, lonely])
    with pytest.raises(InvalidConfigException, match="'goodbye' has 1"):
        LinearIntentClassifier.create(*arguments(LinearIntentClassifier, storage)).train(data)


def test_entities_carry_canonical_values_and_offsets(spacy_nlp: NormalizedSpacyNLP, storage: ModelStorage) -> None:
    extractor = CharacterEntityExtractor.create(*arguments(CharacterEntityExtractor, storage))
    (message,) = extractor.process(messages(spacy_nlp, "是不是銀行的問題"))
    (entity,) = message.get(ENTITIES)
    assert (entity["entity"], entity["value"]) == ("payment_cause", "bank")
    assert (entity["start"], entity["end"]) == (3, 8)
    assert entity["extractor"] == "CharacterEntityExtractor"


def test_a_message_of_two_requests_is_read_in_parts_and_folded_again(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP, training_data: TrainingData
) -> None:
    featurizer = NgramFeaturizer.create(*arguments(NgramFeaturizer, storage))
    featurizer.train(training_data)
    featurizer.process_training_data(training_data)
    classifier = LinearIntentClassifier.create(*arguments(LinearIntentClassifier, storage, calibration_folds=3))
    classifier.train(training_data)
    extractor = CharacterEntityExtractor.create(*arguments(CharacterEntityExtractor, storage))
    splitter = MessageParts.create(*arguments(MessageParts, storage))
    collector = RequestCollector.create(
        *arguments(RequestCollector, storage, sure=0.5, sure_after_connector=0.4, urgent=["human_handoff"])
    )
    read = extractor.process(messages(spacy_nlp, "付款失败200元，另外找人工客服", "密码忘了"))
    parts = splitter.process(read)
    assert len(parts) > 2
    two, one = collector.process(classifier.process(featurizer.process(parts)))
    assert two.get(INTENT)["name"] == two.get("intent_ranking")[0]["name"] == "human_handoff"
    (further,) = two.get("further_requests")
    assert further["name"] == "payment_failure"
    assert further["text"].startswith("付款失败")
    assert ("amount", "200") in [(entity["entity"], entity["value"]) for entity in further["entities"]]
    assert one.get(INTENT)["name"] == "forgot_password"
    assert one.get("further_requests") is None


def ranked(*confidences: float) -> Message:
    names = ["forgot_password", "payment_failure", "out_of_scope"]
    ranking = [{"name": name, "confidence": value} for name, value in zip(names, confidences, strict=False)]
    return Message({INTENT: ranking[0], "intent_ranking": ranking})


def test_answer_bands(storage: ModelStorage) -> None:
    bands = AnswerBands.create(*arguments(AnswerBands, storage, answer=0.6, choice=0.4, candidate=0.1))
    answer, choice, not_understood = bands.process([ranked(0.7, 0.2, 0.1), ranked(0.5, 0.3, 0.2), ranked(0.3, 0.3)])
    assert answer.get("answer_band") == "answer"
    assert choice.get("answer_band") == "choice"
    assert choice.get(INTENT)["name"] == "forgot_password"
    assert [entry["name"] for entry in choice.get("choices")] == ["forgot_password", "payment_failure"]
    assert not_understood.get("answer_band") == "not_understood"
    assert not_understood.get(INTENT) == {"name": "nlu_fallback", "confidence": pytest.approx(0.7)}
    assert [entry["name"] for entry in not_understood.get("intent_ranking")][:2] == ["nlu_fallback", "forgot_password"]


def test_with_nothing_to_ask_about_the_likeliest_is_answered(storage: ModelStorage) -> None:
    given = arguments(AnswerBands, storage, answer=0.6, choice=0.4, no_candidates=["forgot_password"], candidate=0.35)
    (message,) = AnswerBands.create(*given).process([ranked(0.5, 0.3, 0.2)])
    assert message.get("answer_band") == "answer"
    assert message.get("choices") is None


def test_answer_bands_refuse_limits_in_the_wrong_order(storage: ModelStorage) -> None:
    with pytest.raises(InvalidConfigException, match="choice <= answer"):
        AnswerBands.create(*arguments(AnswerBands, storage, answer=0.3, choice=0.4))
