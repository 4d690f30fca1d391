"""Fits a label against all other examples by those of them that are near to it.

To a support vector machine an example beyond the margin is as if it was not there, and of ten or thirty thousand
examples that is all but one or two thousand. So a fit begins with those that look nearest, and is repeated with those
that it has missed until none is: the outcome is that of a fit on all rows, in a half to a third of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

# An example without the label has no influence on it below this score.
_MARGIN = -1.0
# How many others a fit begins with and takes in addition each time: so many, or so many times those with the label.
_ADDED, _TIMES = 1200, 3
_ROUNDS = 6
# By how much an example may have been missed, and how many by more: less than what the tolerance leaves open.
_SLACK, _FEW_MISSED = 0.03, 5
# So near to the margin an example stays.
_NEARLY = 0.2


def fit_near(
    rows: csr_matrix,
    target: NDArray[np.bool_],
    weight: float,
    config: dict[str, Any],
    tolerance: float,
    counts: NDArray[np.float32] | None = None,
    guess: NDArray[np.float64] | None = None,
    known: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[np.float64], float]:
    """Returns the coefficients and the bias of a label.

    Args:
        rows: The features of all examples.
        target: Marks those with the label.
        weight: How much these count, beside 1 for others.
        config: `C`, the inverse regularization strength, and `random_state`.
        tolerance: Of liblinear.
        counts: How much each example counts beside that.
        known: Marks the examples to fit on, without a copy of them; all without it.
        guess: Scores that tell what is near; without them the examples that are most like the mean of the label are.
    """
    # Serving does without.
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - see above

    counts = np.ones(len(target), np.float32) if counts is None else counts
    with_label, others = (target, ~target) if known is None else (target & known, ~target & known)
    machine = LinearSVC(C=config["C"], tol=tolerance, random_state=config["random_state"], class_weight={True: weight})
    if guess is None:
        guess = rows @ np.asarray(rows[with_label].mean(axis=0)).ravel()
    added = max(_ADDED, _TIMES * int(with_label.sum()))
    used = with_label | _highest(guess, others, added)
    for _ in range(_ROUNDS):
        machine.fit(rows[used], target[used], sample_weight=counts[used])
        scores = rows @ machine.coef_[0] + machine.intercept_[0]
        missed = others & ~used & (scores > _MARGIN + _SLACK)
        if missed.sum() <= _FEW_MISSED:
            break
        nearly = used & others & (scores > _MARGIN - _NEARLY)
        used = with_label | nearly | _highest(scores, others & ~used & (scores > _MARGIN), added)
    else:
        used = with_label | others
        machine.fit(rows[used], target[used], sample_weight=counts[used])
    return machine.coef_[0], float(machine.intercept_[0])


def _highest(scores: NDArray[np.float64], among: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Marks those with the highest scores."""
    places = np.flatnonzero(among)
    found = np.zeros(len(scores), bool)
    found[places[np.argsort(-scores[places], kind="stable")[:most]]] = True
    return found
