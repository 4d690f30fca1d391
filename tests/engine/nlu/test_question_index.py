"""The index of questions: alike by meaning or by words, silent about what shares nothing, growing while it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from engine.nlu.question_index import Example, QuestionIndex
from engine.nlu.sentence_encoder import sentence_encoder
from language.text_normalization import normalize

QUESTIONS = {
    "dispute/cost": ["申诉要收费吗", "这个申诉得交钱不", "提交不花钱吧"],
    "dispute/how_long": ["申诉多久出结果", "几天能审完", "得等多长时间"],
    "dispute/withdraw": ["交上去了还能撤回不", "我想把申诉取消掉", "能撤销吗"],
}


def example(address: str, text: str) -> Example:
    plain = normalize(text)
    return Example(address, plain, sentence_encoder().encode([plain])[0])


@pytest.fixture(scope="module")
def index() -> QuestionIndex:
    return index_of(QUESTIONS)


def index_of(questions: Mapping[str, Sequence[str]]) -> QuestionIndex:
    return QuestionIndex.of([example(name, text) for name, texts in questions.items() for text in texts], {})


def nearest(index: QuestionIndex, text: str) -> dict[str, float]:
    plain = normalize(text)
    return index.nearest(plain, sentence_encoder().encode([plain])[0])


@pytest.mark.parametrize(
    ("text", "address"),
    [("要不要钱", "dispute/cost"), ("审核要几天呀", "dispute/how_long"), ("撤掉可以吗", "dispute/withdraw")],
)
def test_a_question_in_other_words_finds_its_answer(index: QuestionIndex, text: str, address: str) -> None:
    assert next(iter(nearest(index, text))) == address


def test_the_best_comes_first_and_an_example_is_nearer_than_what_is_like_it(index: QuestionIndex) -> None:
    found = nearest(index, "能撤销吗")
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert (
        max(nearest(index, "火锅好吃").values()) < max(nearest(index, "能不能撤").values()) < found["dispute/withdraw"]
    )


def test_entries_are_added_without_training(index: QuestionIndex) -> None:
    grown = index_of({**QUESTIONS, "faq/coupon": ("优惠券怎么用", "券在哪领", "有折扣券不")})
    assert next(iter(nearest(grown, "领券在哪"))) == "faq/coupon"
    assert next(iter(nearest(grown, "要不要钱"))) == "dispute/cost"
    assert "faq/coupon" not in nearest(index, "领券在哪")


def test_what_has_no_known_character_is_compared_all_the_same(index: QuestionIndex) -> None:
    found = nearest(index, "ок")
    assert set(found) == set(QUESTIONS)
    assert np.isfinite(list(found.values())).all()
