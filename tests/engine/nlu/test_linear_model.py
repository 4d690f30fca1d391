"""The scores are those of the matrix product that they stand for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, random
from scipy.special import softmax

from engine.nlu.linear_model import FIT_DEFAULTS, LinearModel

WIDTHS = (40, 7, 25)


def test_confidences_are_the_softmax_of_the_linear_scores() -> None:
    generator = np.random.default_rng(1)
    weights = generator.normal(size=(sum(WIDTHS), 5)).astype(np.float16)
    bias = generator.normal(size=5).astype(np.float32)
    model = LinearModel([f"intent_{number}" for number in range(5)], weights, bias, 1.5)
    rows = [
        [random(1, width, density, "csr", random_state=seed + width) for width in WIDTHS]
        for seed, density in enumerate((0.3, 0.1, 0.0, 1.0))
    ]
    expected = [softmax((hstack(row).toarray()[0] @ weights.astype(np.float32) + bias) * 1.5) for row in rows]
    np.testing.assert_allclose(model.confidences(rows), expected, rtol=1e-5)
    # Alone as among others.
    np.testing.assert_array_equal(model.confidences(rows[:1]), model.confidences(rows)[:1])


def test_intent_of_few_examples_is_not_taken_by_the_many() -> None:
    generator = np.random.default_rng(1)

    def around(intent: int, examples: int) -> NDArray[np.float64]:
        points: NDArray[np.float64] = np.eye(3)[intent] + generator.normal(0, 0.5, (examples, 3))
        return points

    features = csr_matrix(np.vstack([around(0, 400), around(1, 400), around(2, 10)]))
    labels = ["many"] * 400 + ["much"] * 400 + ["few"] * 10
    messages = [[csr_matrix(row)] for row in around(2, 200)]

    def understood(enough: int) -> float:
        model = LinearModel.fit(features, labels, {**FIT_DEFAULTS, "enough_examples": enough})
        return float(np.mean(model.confidences(messages).argmax(axis=1) == model.intents.index("few")))

    assert understood(100) > understood(0) + 0.2
    # Nobody has fewer than these.
    assert understood(10) == understood(0)
