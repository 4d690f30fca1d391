"""A linear SVM over sparse sentence features, with calibrated confidences."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu import linear_model, near_fits
from engine.nlu.labelled_texts import read_nlu_texts
from engine.nlu.linear_model import (
    FIT_DEFAULTS,
    LinearModel,
    labelled_examples,
    set_intent,
    sparse_features,
    sparse_rows,
)
from engine.nlu.side_by_side import later
from engine.paths import ROOT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """One linear score per intent; a softmax with a fitted temperature turns the scores into confidences.

    Rasa's LogisticRegressionClassifier needs over a minute on this data (multinomial L-BFGS over some 150,000
    features) and cannot set its regularization; liblinear's SVM needs a second and errs less.

    Config:
        C: Inverse regularization strength of the SVM.
        calibration_file: File of examples, relative to the project's root, that the temperature is fitted on, by a
            model that has not seen them.
        calibration_folds: Without such a file one in so many examples is held out instead.
        random_state: Seed of that choice and of the solver.
        enough_examples: An intent with fewer is helped up.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {**FIT_DEFAULTS, "calibration_file": None, "enough_examples": 100}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns the source of the model, so that Rasa retrains when it changes; of itself Rasa sees this class."""
        return "".join(inspect.getsource(module) for module in (linear_model, near_fits))

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: LinearModel | None = None
    ) -> None:
        """Makes a classifier, untrained when there is no model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

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

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the SVM and the temperature.

        Raises:
            InvalidConfigException: An intent has fewer examples than there are calibration folds.
        """
        examples = labelled_examples(training_data, self._config["calibration_folds"])
        labels = [example.get(INTENT) for example in examples]
        hard = self._hard(examples)

        def fit() -> None:
            self._model = LinearModel.fit(sparse_features(examples), labels, self._config, hard)
            with self._model_storage.write_to(self._resource) as folder:
                self._model.save(folder)

        later(fit)
        return self._resource

    def _hard(self, examples: list[Message]) -> NDArray[np.bool_] | None:
        if not self._config["calibration_file"]:
            return None
        texts = read_nlu_texts(ROOT / self._config["calibration_file"])
        return np.array([example.get(TEXT) in texts for example in examples])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds predictions to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent` and `intent_ranking` (the ten likeliest) of each message."""
        model = self._model
        assert model is not None, "Rasa trains or loads a classifier before it predicts."
        if not messages:
            return messages
        rows = [sparse_rows(message) for message in messages]
        confidences = model.confidences(rows)
        for message, blocks, of_message in zip(messages, rows, confidences, strict=True):
            if not any(row.nnz for row in blocks):
                # Nothing to go by (an empty or invisible message): the bias alone would name an intent with confidence.
                of_message[:] = 1 / len(model.intents)
            set_intent(message, model.intents, of_message)
        return messages

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
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))
