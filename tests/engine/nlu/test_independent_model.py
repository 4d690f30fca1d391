"""A label that is fitted on what is near to it is fitted as on everything."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from engine.nlu import independent_model
from engine.nlu.independent_model import IndependentModel

_CONFIG = {"C": 0.5, "random_state": 0}


@pytest.fixture(name="texts")
def examples() -> tuple[csr_matrix, np.ndarray]:
    """Rows, of which the first hundred are alike, and one more in fifty nearly as much."""
    numbers = np.random.default_rng(0)
    rows = numbers.normal(size=(6000, 40))
    rows[:100, :4] += 3.0
    rows[100::50, :4] += 2.0
    return csr_matrix(rows / np.linalg.norm(rows, axis=1, keepdims=True)), np.arange(6000) < 100


def test_what_is_far_from_a_label_changes_nothing(texts: tuple[csr_matrix, np.ndarray]) -> None:
    rows, target = texts
    found, bias = independent_model._fit_one(rows, target, np.ones(6000, np.float32), _CONFIG)
    weight = min(np.sqrt(59.0), independent_model._MOST_WEIGHT)
    all_at_once = LinearSVC(C=0.5, tol=1e-4, random_state=0, class_weight={True: weight}).fit(rows, target)
    difference = rows @ (found - all_at_once.coef_[0]) + bias - all_at_once.intercept_[0]
    assert np.abs(difference).max() < 0.1


def test_the_same_examples_give_the_same_model(texts: tuple[csr_matrix, np.ndarray]) -> None:
    rows, target = texts
    other = np.arange(6000) % 50 == 0
    known = np.ones(6000, np.float32)
    of_some = np.where(np.arange(6000) < 4000, known, 0)
    targets, weights = {"a": target, "b": other & (of_some > 0)}, {"a": known, "b": of_some}
    held_out = np.arange(6000) % 4 == 0
    first, again = (IndependentModel.fit(rows, targets, weights, held_out, _CONFIG) for _ in range(2))
    assert first.labels == ["a", "b"]
    assert np.array_equal(first.weights, again.weights)
    assert first.weights.dtype == np.float16
    assert first.weights.shape == (40, 2)
    assert (first.slope, first.offsets.tolist()) == (again.slope, again.offsets.tolist())
