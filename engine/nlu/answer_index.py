"""Tells which answers of the knowledge lie nearest to a message, whatever its words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import load_knowledge
from actions.knowledge.answers import known_answers
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_encoder import SentenceEncoder, Vectors, encoder_name, sentence_encoder
from engine.paths import KNOWLEDGE
from language.text_normalization import normalize

_PASSAGES_FILE, _VECTORS_FILE = "passages.json", "vectors.npy"
# As many characters as the classifiers read, so that the vector is there already.
_LONGEST_READ = 120


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AnswerIndex(GraphComponent, IntentClassifier):
    """Sets `answers` on each message: the addresses of the nearest answers with their likeness, best first.

    The patterns of an answer know how a question is worded, the vector what it is about. Which answer fits depends on
    the conversation, which `actions/dialogue/answers.py` knows. Costs a fifth of a millisecond: the vector of the
    message is there already.

    Config:
        answers: How many of the nearest answers are told.
        least: Likeness under which an answer is not told.
    """

    output = "answers"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"answers": 8, "least": 0.4}

    @classmethod
    def read_passages(cls) -> list[tuple[str, str]]:
        """Returns the passages that are compared with what is typed, with their addresses."""
        return _passages()

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns a hash of the answers and the encoder's version, so that Rasa retrains when either changes."""
        passages = [passage for _, passage in cls.read_passages()]
        return hashlib.sha256("\n".join([encoder_name(), *passages]).encode()).hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
        addresses: list[str],
        vectors: Vectors | None,
    ) -> None:
        """Makes an index, empty when there are no vectors."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._addresses = addresses
        self._vectors = vectors

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswerIndex:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource, sentence_encoder(), [], None)

    def train(self, training_data: TrainingData) -> Resource:
        """Reads all answers once."""
        addresses, passages = zip(*self.read_passages(), strict=True)
        self._addresses = list(addresses)
        self._vectors = self._encoder.encode_examples(passages)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _PASSAGES_FILE).write_text(json.dumps(passages, ensure_ascii=False), encoding="utf-8")
            np.save(folder / _VECTORS_FILE, self._vectors)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `answers` of each message; an empty list for a button."""
        for message in messages:
            is_button = message.get(TEXT, "").startswith("/")
            nearest = [] if is_button else self.nearest(normalized_text(message))
            message.set(self.output, nearest, add_to_output=True)
        return messages

    def nearest(self, text: str) -> list[dict[str, Any]]:
        """Returns the addresses of the nearest passages of normalized text with their likeness, best first."""
        assert self._vectors is not None, "Rasa trains or loads a component before it predicts."
        text = text[-_LONGEST_READ:]
        if not text.strip():
            return []
        likeness = self._vectors @ self._encoder.encode([text])[0]
        nearest: dict[str, float] = {}
        # Each answer has up to two passages.
        for i in np.argsort(-likeness)[: 2 * self._config["answers"]]:
            if likeness[i] >= self._config["least"]:
                nearest.setdefault(self._addresses[i], round(float(likeness[i]), 3))
        return [{"name": name, "confidence": value} for name, value in nearest.items()][: self._config["answers"]]

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AnswerIndex:
        """Loads a trained component (see parent class)."""
        with model_storage.read_from(resource) as folder:
            trained = json.loads((folder / _PASSAGES_FILE).read_text(encoding="utf-8"))
            vectors = dict(zip(trained, np.load(folder / _VECTORS_FILE, allow_pickle=False), strict=True))
        encoder = sentence_encoder()
        # The texts of the knowledge are read when the bot starts: what has changed since the training is read here.
        current = cls.read_passages()
        unknown = [passage for _, passage in current if passage not in vectors]
        vectors.update(zip(unknown, encoder.encode_examples(unknown), strict=True))
        addresses = [address for address, _ in current]
        return cls(
            config, model_storage, resource, encoder, addresses, np.array([vectors[passage] for _, passage in current])
        )


def _passages() -> list[tuple[str, str]]:
    """Returns the passages of all answers with their addresses, as they are compared with what is typed."""
    answers = known_answers(load_knowledge(KNOWLEDGE).topics)
    return [(answer.address, normalize(passage)) for answer in answers for passage in answer.passages]
