"""A topic that plays the new one keeps as few examples as it is given, and all others keep theirs."""

from __future__ import annotations

import numpy as np

from evaluation.new_topic import kept_rows


def test_kept_rows() -> None:
    labels = np.array(["a", "b"] * 50)
    rows = kept_rows(labels, "a", 7)
    assert (labels[rows] == "a").sum() == 7
    assert (labels[rows] == "b").sum() == 50
    assert len(set(rows)) == len(rows)


def test_fewer_examples_than_wanted() -> None:
    assert len(kept_rows(np.array(["a", "b", "b"]), "a", 40)) == 3
