"""Adds the vector of a sentence encoder to the n-grams of a message."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder, Vectors, encoder_name, sentence_encoder

_ENCODER_FILE = "encoder.json"
_COLUMNS = np.arange(DIMENSIONS, dtype=np.int32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceVector(GraphComponent):
    """Adds what a message means as a whole, beside the n-grams that say how it is worded.

    N-grams of a word that no example has are zero, and then a word such as 「密码」 decides alone. The vector of
    「路由器的密码」 lies elsewhere than that of 「登录密码」 although no example names a router.

    Config:
        weight: Length of the vector, beside n-gram vectors of length 1 or less.
        longest: Most characters that are read; of a longer message the last ones, where the request of a story mostly
            stands. Time grows with length, and anyone can send a long message.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults; chosen on held-out messages (docs/nlu.md)."""
        return {"weight": 1.0, "longest": 120}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns the encoder's version, so that Rasa retrains when it changes."""
        return encoder_name()

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
    ) -> None:
        """Makes a featurizer; `name` marks the origin of its features."""
        self._config = config
        self._name = config.get(FEATURIZER_CLASS_ALIAS, name)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVector:
        """Creates the component (see parent class)."""
        return cls(config, execution_context.node_name, model_storage, resource, sentence_encoder())

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the encoder's version; the encoder itself is trained already."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _ENCODER_FILE).write_text(json.dumps(encoder_name()), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the vector to all training examples."""
        self._add(training_data.training_examples, self._encoder.encode_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vector to each message. All at once: the encoder reads a message and its parts in half the time."""
        self._add(messages, self._encoder.encode)
        return messages

    def _add(self, messages: list[Message], encode: Callable[[Sequence[str]], Vectors]) -> None:
        texts = [self._text(message) for message in messages]
        read = [text for text in texts if text]
        vectors = iter(encode(read) * self._config["weight"] if read else ())
        for message, text in zip(messages, texts, strict=True):
            row = _row(next(vectors)) if text else csr_matrix((1, DIMENSIONS))
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._name))

    def _text(self, message: Message) -> str:
        # A button's payload names its intent itself; Rasa reads it at the end of the pipeline.
        if message.get(TEXT, "").startswith(INTENT_MESSAGE_PREFIX):
            return ""
        return wanted_text(message)[-self._config["longest"] :]

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceVector:
        """Loads a trained component (see parent class).

        Raises:
            InvalidConfigException: The encoder is not the one that the model was trained with.
        """
        with model_storage.read_from(resource) as folder:
            trained_with = json.loads((folder / _ENCODER_FILE).read_text(encoding="utf-8"))
        if trained_with != encoder_name():
            raise InvalidConfigException(
                f"The model was trained with {trained_with}, but {encoder_name()} is installed. Train again."
            )
        return cls.create(config, model_storage, resource, execution_context)


def wanted_text(message: Message) -> str:
    """Returns what a message says that is wanted, normalized: without what it only denies."""
    # Not what BrandNames makes of it: the encoder knows these names, and what they stand for costs nothing to tell.
    text = normalized_text(message)
    spans = message.get(WANTED_SPANS) or [(0, len(text))]
    return " ".join(",".join(text[start:end] for start, end in spans).split())


def _row(vector: Any) -> csr_matrix:
    return csr_matrix((vector, _COLUMNS, np.array([0, DIMENSIONS], np.int32)), shape=(1, DIMENSIONS))
