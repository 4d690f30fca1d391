"""The scores are those of the matrix product that they stand for."""

from __future__ import annotations

import numpy as np
from scipy.sparse import hstack, random
from scipy.special import softmax

from engine.nlu.linear_model import LinearModel

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
