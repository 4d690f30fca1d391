"""The linear SVM with calibrated confidences that the intent classifiers share."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack

from engine.nlu.gathered_weights import GatheredWeights, Row
from engine.nlu.mapped_arrays import RowFile, mapped
from engine.nlu.near_fits import fit_near

# liblinear's own tolerance is 0.1; scikit-learn's 0.0001 takes twice as long for scores that differ by 0.001.
_TOLERANCE = 0.01
# One number, the temperature, is fitted on held-out scores: rougher ones give the same.
_ROUGH_TOLERANCE = 0.1
# What an intent of few examples is given, by the logarithm of how many times fewer than enough it has.
_HEAD_START = 0.95
# An intent of fewer is helped no further: from some eight examples on, it would take what nobody has taught.
_FEWEST_HELPED = 40
_MOST_WEIGHT = 10.0
FIT_DEFAULTS = {"C": 0.6, "calibration_folds": 5, "random_state": 0, "enough_examples": 0}
_RANKING_LENGTH = 10
_WEIGHTS_FILE = "weights.npy"
_SETTINGS_FILE = "classifier.json"


@dataclass(frozen=True)
class LinearModel:
    """One linear score per intent; a softmax with a fitted temperature turns the scores into confidences.

    Attributes:
        intents: Their names, in the order of the scores.
        weights: Shape (features, intents): prediction reads whole rows. Half precision halves the memory and moves
            no confidence by more than a thousandth.
        bias: Shape (intents,).
        temperature: Factor of the scores before the softmax.
        rows: The file that the weights lie in, if they do.
    """

    intents: list[str]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    temperature: float
    rows: RowFile | None = None

    @cached_property
    def _gathered(self) -> GatheredWeights:
        return GatheredWeights(self.weights if self.rows is None else self.rows)

    @classmethod
    def fit(
        cls,
        features: csr_matrix,
        labels: list[str],
        config: dict[str, Any],
        hard: NDArray[np.bool_] | None = None,
    ) -> LinearModel:
        """Fits the SVM, and the temperature on scores of examples held out.

        Args:
            features: One row per example.
            labels: The intent of each row.
            config: Holds the keys of `FIT_DEFAULTS`: `C`, the inverse regularization strength of the SVM;
                `calibration_folds`, one in so many examples is held out; `random_state`, the seed of that choice and
                of the solver; `enough_examples`, an intent with fewer is helped up, as the many others take what is
                said of it otherwise (docs/nlu.md).
            hard: Marks the examples to fit the temperature on instead: those by another hand than the rest, as users
                are. Held-out neighbours of an example make every classifier look surer than it is among strangers.
        """
        # Serving does without: 35 MB and a second of start.
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - see above

        targets = np.array(labels)
        if hard is not None and hard.any() and set(targets[hard]) <= set(targets[~hard]):
            kept, held_out = np.flatnonzero(~hard), np.flatnonzero(hard)
        else:
            folds = StratifiedKFold(config["calibration_folds"], shuffle=True, random_state=config["random_state"])
            # One fold is enough for one number: over the five it varies by 2 %, and each takes as long as the SVM.
            kept, held_out = next(folds.split(features, targets))
        intents, counts = np.unique(targets, return_counts=True)
        fewer = np.maximum(config["enough_examples"] / counts, 1.0)
        weights = np.minimum(fewer**2, _MOST_WEIGHT)
        head_start = _HEAD_START * np.log(np.minimum(fewer, max(config["enough_examples"] / _FEWEST_HELPED, 1.0)))
        of_intents = targets == intents[:, None]
        fitted_on = np.zeros(len(targets), bool)
        fitted_on[kept] = True
        scores = np.empty((len(intents), len(targets)))
        for number, target in enumerate(of_intents):
            row, bias = fit_near(features, target, weights[number], config, _ROUGH_TOLERANCE, known=fitted_on)
            scores[number] = features @ row + bias
        temperature = _fit_temperature(scores[:, held_out].T + head_start, np.searchsorted(intents, targets[held_out]))
        columns = np.empty((features.shape[1], len(intents)), np.float16)
        biases = np.empty(len(intents))
        for number, target in enumerate(of_intents):
            # What the rough fit takes for near is.
            row, biases[number] = fit_near(features, target, weights[number], config, _TOLERANCE, guess=scores[number])
            columns[:, number] = row
        return cls([str(intent) for intent in intents], columns, (biases + head_start).astype(np.float32), temperature)

    def confidences(self, rows: Sequence[Sequence[Row]]) -> NDArray[np.float32]:
        """Returns the confidence of each intent for each message, shape (messages, intents).

        Args:
            rows: For each message its row of each block of features.
        """
        # A message has some hundred of 150,000 features: gathering their weights is quicker than making a sparse matrix
        # for scipy to multiply.
        first_columns = [0, *itertools.accumulate(row.shape[1] for row in rows[0][:-1])]
        scores = np.empty((len(rows), len(self.intents)), np.float32)
        for blocks, score in zip(rows, scores, strict=True):
            values = np.concatenate([row.data for row in blocks]).astype(np.float32)
            np.matmul(values, self._gathered.of(blocks, first_columns), out=score)
        # scipy's softmax brings all of scipy.linalg.
        logits = (scores + self.bias) * self.temperature
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        confidences: NDArray[Any] = exponentials / exponentials.sum(axis=1, keepdims=True)
        return confidences

    def save(self, folder: Path) -> None:
        """Writes the model into a folder."""
        np.save(folder / _WEIGHTS_FILE, self.weights)
        settings = {"intents": self.intents, "bias": self.bias.tolist(), "temperature": self.temperature}
        (folder / _SETTINGS_FILE).write_text(json.dumps(settings), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what `save` wrote."""
        settings = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
        weights = mapped(folder / _WEIGHTS_FILE)
        return cls(
            settings["intents"],
            weights,
            np.array(settings["bias"], np.float32),
            settings["temperature"],
            RowFile(folder / _WEIGHTS_FILE),
        )


def labelled_examples(training_data: TrainingData, folds: int) -> list[Message]:
    """Returns the examples that have both a text and an intent.

    Raises:
        InvalidConfigException: There are fewer than three intents, or one has fewer examples than there are folds.
    """
    examples = [example for example in training_data.intent_examples if example.get(TEXT)]
    intents, counts = np.unique([example.get(INTENT) for example in examples], return_counts=True)
    if len(intents) < 3 or counts.min() < folds:
        raise InvalidConfigException(
            f"An intent classifier needs at least three intents with {folds} examples each; "
            f"{str(intents[counts.argmin()])!r} has {counts.min()}."
        )
    return examples


def sparse_rows(message: Message) -> list[csr_matrix]:
    """Returns the sparse sentence features of a message, one row per featurizer."""
    # Message.get_sparse_features would join them into one row, which takes longer than the prediction itself.
    return [
        feature.features
        for feature in message.features
        if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE and feature.is_sparse()
    ]


def sparse_features(messages: list[Message]) -> csr_matrix:
    """Returns the sparse sentence features of all messages, one row per message."""
    featurizers = zip(*(sparse_rows(message) for message in messages), strict=True)
    return hstack([vstack(rows, format="csr") for rows in featurizers], format="csr")


def set_intent(message: Message, intents: list[str], confidences: NDArray[np.float32]) -> None:
    """Sets `intent` and `intent_ranking` (the ten likeliest) of a message."""
    order = np.argsort(-confidences)[:_RANKING_LENGTH]
    ranking = [{"name": intents[i], "confidence": float(confidences[i])} for i in order]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def _fit_temperature(scores: NDArray[np.float64], targets: NDArray[np.intp]) -> float:
    """Returns the factor of the scores that makes held-out confidences as truthful as one number can."""
    # Serving does without: 20 MB.
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - see above
    from scipy.special import log_softmax  # noqa: PLC0415 - see above

    def loss(log_temperature: float) -> float:
        confidences = log_softmax(scores * np.exp(log_temperature), axis=1)
        return -float(confidences[np.arange(len(targets)), targets].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 4.0), method="bounded").x))
