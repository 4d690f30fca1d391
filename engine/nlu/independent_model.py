"""Linear models of labels that do not exclude each other: each has a probability of its own."""

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
from scipy.sparse import csr_matrix

from engine.nlu.gathered_weights import GatheredWeights, Row
from engine.nlu.side_by_side import for_each

_TOLERANCE = 0.1
# What a label of few examples is given, so that the many others do not drown it.
_MOST_WEIGHT = 8.0
# Fewer tell nothing about a label.
_FEWEST = 3
# As many labels are enough for three numbers.
_CALIBRATED = 60
_WEIGHTS_FILE = "weights.npy"
_SETTINGS_FILE = "labels.json"


@dataclass(frozen=True)
class IndependentModel:
    """One linear score per label; a fitted sigmoid turns each into a probability.

    Attributes:
        labels: Their names, in the order of the scores.
        weights: Shape (features, labels), in half precision: prediction reads whole rows.
        bias: Shape (labels,).
        slope: Factor of the scores before the sigmoid.
        offsets: Shape (labels,); added to the scores before the sigmoid.
    """

    labels: list[str]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    slope: float
    offsets: NDArray[np.float32]

    @cached_property
    def _gathered(self) -> GatheredWeights:
        return GatheredWeights(self.weights)

    @classmethod
    def fit(
        cls,
        features: csr_matrix,
        targets: dict[str, NDArray[np.bool_]],
        weights: dict[str, NDArray[np.float32]],
        held_out: NDArray[np.bool_],
        config: dict[str, Any],
    ) -> IndependentModel:
        """Fits an SVM per label, and the sigmoid on scores of examples that another one has not seen.

        Args:
            features: One row per example.
            targets: For each label which examples have it.
            weights: For each label how much each example counts; 0 where it is not known whether it has the label.
            held_out: Marks the examples that the sigmoid is fitted on: situations that the rest does not tell of, as
                users' are. Neighbours of an example make every model look surer than it is among strangers.
            config: `C`, the inverse regularization strength, and `random_state`.
        """
        kept = ~held_out
        truths, shares, counts = [], [], []
        tried: list[tuple[str, NDArray[np.bool_]]] = []
        commonest = sorted(targets, key=lambda label: -int((targets[label] & held_out).sum()))[:_CALIBRATED]
        for label in commonest:
            target = targets[label]
            known = held_out & (weights[label] > 0)
            if target[kept].sum() < _FEWEST or not target[known].any():
                continue
            tried.append((label, known))
            truths.append(target[known])
            shares.append(np.full(known.sum(), _log_share(target, weights[label])))
            counts.append(weights[label][known])
        labels = [label for label, target in targets.items() if target.sum() >= _FEWEST]
        features_kept = features[kept]

        def fitted(number: int) -> tuple[NDArray[np.float64], float]:
            """Fits a label that is tried, and returns its scores; after these, one for the model."""
            if number >= len(tried):
                label = labels[number - len(tried)]
                return _fit_one(features, targets[label], weights[label], config)
            label, known = tried[number]
            coefficients, bias = _fit_one(features_kept, targets[label][kept], weights[label][kept], config)
            return features[known] @ coefficients + bias, bias

        found = for_each(fitted, range(len(tried) + len(labels)))
        scores, columns = [of_held_out for of_held_out, _ in found[: len(tried)]], found[len(tried) :]
        slope, offset, per_share = _fit_sigmoid(*(np.concatenate(each) for each in (scores, shares, truths, counts)))
        return cls(
            labels,
            np.ascontiguousarray(np.array([coefficients for coefficients, _ in columns]).T, np.float16),
            np.array([bias for _, bias in columns], np.float32),
            slope,
            np.array([offset + per_share * _log_share(targets[label], weights[label]) for label in labels], np.float32),
        )

    def probabilities(self, blocks: Sequence[Row]) -> NDArray[np.float32]:
        """Returns the probability of each label for one text.

        Args:
            blocks: Its row of each block of features.
        """
        firsts = [0, *itertools.accumulate(row.shape[1] for row in blocks[:-1])]
        values = np.concatenate([row.data for row in blocks]).astype(np.float32)
        scores: NDArray[Any] = values @ self._gathered.of(blocks, firsts) + self.bias
        found: NDArray[Any] = 1 / (1 + np.exp(-(self.slope * scores + self.offsets)))
        return found

    def save(self, folder: Path) -> None:
        """Writes the model into a folder."""
        np.save(folder / _WEIGHTS_FILE, self.weights)
        settings = {
            "labels": self.labels,
            "bias": self.bias.tolist(),
            "slope": self.slope,
            "offsets": self.offsets.tolist(),
        }
        (folder / _SETTINGS_FILE).write_text(json.dumps(settings), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IndependentModel:
        """Reads what `save` wrote."""
        settings = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
        weights = np.load(folder / _WEIGHTS_FILE, allow_pickle=False)
        bias, offsets = (np.array(settings[name], np.float32) for name in ("bias", "offsets"))
        return cls(settings["labels"], weights, bias, settings["slope"], offsets)


def _fit_one(
    features: csr_matrix, target: NDArray[np.bool_], counts: NDArray[np.float32], config: dict[str, Any]
) -> tuple[NDArray[np.float64], float]:
    # Serving does without.
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - see above

    known = counts > 0
    features, target, counts = features[known], target[known], counts[known]
    positive = float(counts[target].sum())
    balance = min(np.sqrt(max(float(counts.sum()) - positive, 1.0) / positive), _MOST_WEIGHT)
    machine = LinearSVC(
        C=config["C"], tol=_TOLERANCE, random_state=config["random_state"], class_weight={True: balance}
    )
    machine.fit(features, target, sample_weight=counts)
    return machine.coef_[0], float(machine.intercept_[0])


def _log_share(target: NDArray[np.bool_], counts: NDArray[np.float32]) -> float:
    return float(np.log((counts[target].sum() + 1) / (counts.sum() + 1)))


def _fit_sigmoid(
    scores: NDArray[np.float64], shares: NDArray[np.float64], truths: NDArray[np.bool_], counts: NDArray[np.float32]
) -> tuple[float, float, float]:
    """Returns what makes held-out probabilities as truthful as three numbers can: slope, offset, and per log share."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - serving does without

    known = np.column_stack([scores, shares])
    machine = LogisticRegression(C=1e6).fit(known, truths, sample_weight=counts)
    return float(machine.coef_[0][0]), float(machine.intercept_[0]), float(machine.coef_[0][1])
