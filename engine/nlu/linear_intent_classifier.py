"""A linear SVM over sparse sentence features, with calibrated confidences."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import log_softmax, softmax

_RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """One linear score per intent; a softmax with a fitted temperature turns the scores into confidences.

    Rasa's LogisticRegressionClassifier needs over a minute on this data (multinomial L-BFGS over some 150,000
    features) and cannot set its regularization; liblinear's SVM needs a second and errs less.

    Config:
        C: Inverse regularization strength of the SVM.
        calibration_folds: Folds of the cross-validation whose scores the temperature is fitted on.
        random_state: Seed of the folds and the solver.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"C": 0.6, "calibration_folds": 5, "random_state": 0}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Makes an untrained classifier."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._intents: list[str] = []
        self._weights: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._bias: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    @staticmethod
    def _rows(message: Message) -> list[csr_matrix]:
        # Message.get_sparse_features would join them into one row, which takes longer than the prediction itself.
        return [
            feature.features
            for feature in message.features
            if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE and feature.is_sparse()
        ]

    def _features(self, messages: list[Message]) -> csr_matrix:
        featurizers = zip(*(self._rows(message) for message in messages), strict=True)
        return hstack([vstack(rows, format="csr") for rows in featurizers], format="csr")

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the SVM and the temperature.

        Raises:
            InvalidConfigException: An intent has fewer examples than there are calibration folds.
        """
        # Serving does without: 35 MB and a second of start.
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415
        from sklearn.svm import LinearSVC  # noqa: PLC0415

        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        labels = np.array([example.get(INTENT) for example in examples])
        intents, counts = np.unique(labels, return_counts=True)
        folds = self._config["calibration_folds"]
        if len(intents) < 3 or counts.min() < folds:
            raise InvalidConfigException(
                f"LinearIntentClassifier needs at least three intents with {folds} examples each; "
                f"{intents[counts.argmin()]!r} has {counts.min()}."
            )
        features = self._features(examples)
        machine = LinearSVC(C=self._config["C"], random_state=self._config["random_state"])
        splits = StratifiedKFold(folds, shuffle=True, random_state=self._config["random_state"])
        held_out = cross_val_predict(machine, features, labels, cv=splits, method="decision_function")
        self._temperature = _fit_temperature(held_out, np.searchsorted(intents, labels))
        machine.fit(features, labels)
        self._intents = [str(intent) for intent in machine.classes_]
        self._weights = machine.coef_.astype(np.float32)
        self._bias = machine.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds predictions to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent` and `intent_ranking` (the ten likeliest) of each message."""
        for message in messages:
            rows = self._rows(message)
            if not any(row.nnz for row in rows):
                # Nothing to go by (an empty or invisible message): the bias alone would name an intent with confidence.
                confidences = np.full(len(self._intents), 1 / len(self._intents))
            else:
                confidences = softmax((self._scores(rows) + self._bias) * self._temperature)
            order = np.argsort(-confidences)[:_RANKING_LENGTH]
            ranking = [{"name": self._intents[i], "confidence": float(confidences[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _scores(self, rows: list[csr_matrix]) -> NDArray[np.float32]:
        # A message touches some hundred of 150,000 features: pick these columns instead of multiplying all.
        scores = np.zeros(len(self._intents), dtype=np.float32)
        first_column = 0
        for row in rows:
            scores += self._weights[:, first_column + row.indices] @ row.data.astype(np.float32)
            first_column += row.shape[1]
        return scores

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / "weights.npz", weights=self._weights, bias=self._bias)
            settings = {"intents": self._intents, "temperature": self._temperature}
            (folder / "classifier.json").write_text(json.dumps(settings), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Loads a trained component (see parent class)."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            settings = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                # Column-major: prediction reads whole columns.
                classifier._weights = np.asfortranarray(arrays["weights"])
                classifier._bias = arrays["bias"]
        classifier._intents = settings["intents"]
        classifier._temperature = settings["temperature"]
        return classifier


def _fit_temperature(scores: NDArray[np.float64], targets: NDArray[np.intp]) -> float:
    """Returns the factor of the scores that makes held-out confidences as truthful as one number can."""

    def loss(log_temperature: float) -> float:
        confidences = log_softmax(scores * np.exp(log_temperature), axis=1)
        return -float(confidences[np.arange(len(targets)), targets].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 4.0), method="bounded").x))
