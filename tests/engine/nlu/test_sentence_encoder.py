"""The encoder puts like meanings together, remembers, and takes no text for another."""

from __future__ import annotations

import numpy as np
import pytest

from engine.nlu.sentence_encoder import DIMENSIONS, SentenceEncoder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_like_meanings_lie_close(encoder: SentenceEncoder) -> None:
    ours, same, foreign = encoder.encode(["登录密码忘了", "我记不起登录的口令", "明天会下雨吗"])
    assert ours @ same > ours @ foreign + 0.1


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["付不了款", "a", "👍"])
    assert vectors.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_what_is_remembered_is_what_was_computed(encoder: SentenceEncoder) -> None:
    first = encoder.encode(["怎么注销", "怎么注销", "转人工"])
    again = encoder.encode(["转人工", "怎么注销"])
    assert np.allclose(first[[2, 0]], again, atol=1e-5)
    assert np.array_equal(first[0], first[1])


def test_nothing_to_read(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)
