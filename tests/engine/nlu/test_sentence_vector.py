"""The sentence vector, other wallets' names and plain wishes for a human in Rasa's own graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.brand_names import BrandNames, reading
from engine.nlu.linear_model import FIT_DEFAULTS, LinearModel, sparse_rows
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.plain_handoff import PlainHandoff
from engine.nlu.sentence_vector import SentenceVector

CONTEXT = ExecutionContext(GraphSchema({}), node_name="node")


@pytest.fixture
def storage(tmp_path: Path) -> ModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture(scope="module")
def spacy_nlp() -> NormalizedSpacyNLP:
    return NormalizedSpacyNLP.create(NormalizedSpacyNLP.get_default_config(), None, None, CONTEXT)


def messages(spacy_nlp: NormalizedSpacyNLP, *texts: str) -> list[Message]:
    return list(spacy_nlp.process([Message({TEXT: text}) for text in texts], spacy_nlp.provide()))


def arguments(component: Any, storage: ModelStorage, **config: Any) -> tuple[Any, ...]:
    return {**component.get_default_config(), **config}, storage, Resource("vector"), CONTEXT


def test_vector_has_the_configured_length(storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP) -> None:
    given = arguments(SentenceVector, storage, weight=1.5)
    SentenceVector.create(*given).train(TrainingData())
    (message,) = SentenceVector.load(*given).process(messages(spacy_nlp, "密码忘了"))
    (row,) = sparse_rows(message)
    assert np.linalg.norm(row.data) == pytest.approx(1.5, abs=1e-3)


def test_payloads_and_empty_messages_are_not_read(storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP) -> None:
    component = SentenceVector.create(*arguments(SentenceVector, storage))
    found = component.process(messages(spacy_nlp, "/affirm", " ", "好"))
    assert [sparse_rows(message)[0].nnz > 0 for message in found] == [False, False, True]


def test_only_the_end_of_a_long_message_counts(storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP) -> None:
    component = SentenceVector.create(*arguments(SentenceVector, storage, longest=4))
    long, short = component.process(messages(spacy_nlp, "今天天气真好密码忘了", "密码忘了"))
    assert np.allclose(sparse_rows(long)[0].toarray(), sparse_rows(short)[0].toarray())


def test_a_model_refuses_another_encoder(storage: ModelStorage) -> None:
    given = arguments(SentenceVector, storage)
    resource = SentenceVector.create(*given).train(TrainingData())
    with storage.write_to(resource) as folder:
        (folder / "encoder.json").write_text(json.dumps("another 1.0"), encoding="utf-8")
    with pytest.raises(InvalidConfigException, match=r"another 1\.0"):
        SentenceVector.load(*given)


def test_names_are_read_but_not_changed(storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP) -> None:
    component = BrandNames.create(*arguments(BrandNames, storage))
    named, plain = component.process(messages(spacy_nlp, "花呗付不了", "密码忘了"))
    assert (reading(named), named.get(TEXT)) == ("钱包付不了", "花呗付不了")
    assert reading(plain) == "密码忘了"


def test_a_plain_wish_goes_first_and_leaves_the_other_guesses(
    storage: ModelStorage, spacy_nlp: NormalizedSpacyNLP
) -> None:
    found = messages(spacy_nlp, "早上好 人工", "早上好")
    ranking = [{"name": "greet", "confidence": 0.9}, {"name": "human_handoff", "confidence": 0.1}]
    for message in found:
        message.set(INTENT, ranking[0])
        message.set(INTENT_RANKING_KEY, ranking)
    wish, greeting = PlainHandoff.create(*arguments(PlainHandoff, storage)).process(found)
    assert wish.get(INTENT)["name"] == "human_handoff"
    assert [entry["name"] for entry in wish.get(INTENT_RANKING_KEY)] == ["human_handoff", "greet"]
    assert sum(entry["confidence"] for entry in wish.get(INTENT_RANKING_KEY)) <= 1
    assert greeting.get(INTENT)["name"] == "greet"


def test_strangers_make_confidences_modest() -> None:
    rng = np.random.default_rng(0)
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - for this test alone

    labels = [name for name in ("a", "b", "c") for _ in range(60)]
    centres = {name: np.eye(3)[number] for number, name in enumerate("abc")}
    near = np.array([centres[name] + rng.normal(0, 0.05, 3) for name in labels])
    hard = np.array([number % 6 == 0 for number in range(len(labels))])
    # What is marked as hard looks like nothing in particular.
    near[hard] = rng.normal(0.3, 0.3, (hard.sum(), 3))
    config = FIT_DEFAULTS
    features = csr_matrix(near)
    assert (
        LinearModel.fit(features, labels, config, hard).temperature
        < LinearModel.fit(
            csr_matrix(near[~hard]), [x for x, h in zip(labels, hard, strict=True) if not h], config
        ).temperature
    )
