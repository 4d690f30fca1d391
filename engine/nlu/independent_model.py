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
from engine.nlu.mapped_arrays import RowFile, mapped
from engine.nlu.near_fits import fit_near
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
        rows: The file that the weights lie in, if they do.
    """

    labels: list[str]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    slope: float
    offsets: NDArray[np.float32]
    rows: RowFile | None = None

    @cached_property
    def _gathered(self) -> GatheredWeights:
        return GatheredWeights(self.weights if self.rows is None else self.rows)

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
        everything, kept = np.ones_like(held_out), ~held_out
        commonest = sorted(targets, key=lambda label: -int((targets[label] & held_out).sum()))[:_CALIBRATED]
        tried = [
            label
            for label in commonest
            if targets[label][kept].sum() >= _FEWEST and targets[label][held_out & (weights[label] > 0)].any()
        ]
        labels = [label for label, target in targets.items() if target.sum() >= _FEWEST]
        # Those that are known of the same examples follow each other, so that these are picked out once.
        fits = [(label, True) for label in tried] + [(label, False) for label in labels]
        fits.sort(key=lambda fit: (fit[1], weights[fit[0]].tobytes()))
        picked = _Picked(features)

        def fitted(fit: tuple[str, bool]) -> tuple[NDArray[Any], float]:
            """Fits a label, and returns its weights, or its scores if it is tried on what is held out."""
            label, is_tried = fit
            known = weights[label] > 0
            used = (kept if is_tried else everything) & known
            row, bias = _fit_one(picked.of(used), targets[label][used], weights[label][used], config)
            if is_tried:
                return features[held_out & known] @ row + bias, bias
            # Here, as a process hands over a quarter of the bytes then.
            return row.astype(np.float16), bias

        found = dict(zip(fits, for_each(fitted, fits), strict=True))
        slope, offset, per_share = _calibration(
            {label: found[label, True][0] for label in tried}, targets, weights, held_out
        )
        return cls(
            labels,
            np.stack([found[label, False][0] for label in labels], axis=1),
            np.array([found[label, False][1] for label in labels], np.float32),
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
        weights = mapped(folder / _WEIGHTS_FILE)
        bias, offsets = (np.array(settings[name], np.float32) for name in ("bias", "offsets"))
        return cls(settings["labels"], weights, bias, settings["slope"], offsets, RowFile(folder / _WEIGHTS_FILE))


class _Picked:
    """Some of the rows, kept until others are asked for."""

    def __init__(self, rows: csr_matrix) -> None:
        self._rows = rows
        self._used: NDArray[np.bool_] | None = None
        self._found: csr_matrix | None = None

    def of(self, used: NDArray[np.bool_]) -> csr_matrix:
        if self._used is None or not np.array_equal(used, self._used):
            self._used, self._found = used, self._rows[used]
        return self._found


def _fit_one(
    rows: csr_matrix, target: NDArray[np.bool_], counts: NDArray[np.float32], config: dict[str, Any]
) -> tuple[NDArray[np.float64], float]:
    positive = float(counts[target].sum())
    balance = min(np.sqrt(max(float(counts.sum()) - positive, 1.0) / positive), _MOST_WEIGHT)
    return fit_near(rows, target, balance, config, _TOLERANCE, counts)


def _log_share(target: NDArray[np.bool_], counts: NDArray[np.float32]) -> float:
    return float(np.log((counts[target].sum() + 1) / (counts.sum() + 1)))


def _calibration(
    tries: dict[str, NDArray[np.float64]],
    targets: dict[str, NDArray[np.bool_]],
    weights: dict[str, NDArray[np.float32]],
    held_out: NDArray[np.bool_],
) -> tuple[float, float, float]:
    """Returns the numbers of the sigmoid, fitted on the scores of labels for what was held out and is known of them."""
    truths, shares, counts = [], [], []
    for label in tries:
        known = held_out & (weights[label] > 0)
        truths.append(targets[label][known])
        shares.append(np.full(known.sum(), _log_share(targets[label], weights[label])))
        counts.append(weights[label][known])
    return _fit_sigmoid(*(np.concatenate(each) for each in (list(tries.values()), shares, truths, counts)))


def _fit_sigmoid(
    scores: NDArray[np.float64], shares: NDArray[np.float64], truths: NDArray[np.bool_], counts: NDArray[np.float32]
) -> tuple[float, float, float]:
    """Returns what makes held-out probabilities as truthful as three numbers can: slope, offset, and per log share."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - serving does without

    known = np.column_stack([scores, shares])
    machine = LogisticRegression(C=1e6).fit(known, truths, sample_weight=counts)
    return float(machine.coef_[0][0]), float(machine.intercept_[0]), float(machine.coef_[0][1])
