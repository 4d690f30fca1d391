"""The compact dictionary cuts as jieba's own does."""

from __future__ import annotations

from pathlib import Path

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nlu.lexicon import read_lexicon
from engine.nlu.segmenter import Segmenter
from engine.paths import LEXICON, ROOT

WORDS = read_lexicon(LEXICON).words


@pytest.fixture(scope="module")
def original() -> jieba.Tokenizer:
    """Jieba as it is, with our words."""
    tokenizer = jieba.Tokenizer()
    for word in WORDS:
        tokenizer.add_word(word)
    return tokenizer


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    folder = tmp_path_factory.mktemp("dictionary")
    Segmenter.build(WORDS).save(folder)
    return Segmenter.load(folder)


def test_messages_are_cut_the_same(original: jieba.Tokenizer, segmenter: Segmenter) -> None:
    lines = (ROOT / "tests" / "nlu" / "dev.tsv").read_text(encoding="utf-8").splitlines()
    for text in [line.partition("\t")[0] for line in lines]:
        assert list(segmenter.cut(text)) == list(original.cut(text))


@given(text=st.lists(st.sampled_from([*"我的了不钱包密码付款啊𠮷a1 ，", *WORDS[:200]]), max_size=30).map("".join))
def test_anything_is_cut_the_same(original: jieba.Tokenizer, segmenter: Segmenter, text: str) -> None:
    assert list(segmenter.cut(text)) == list(original.cut(text))
    assert list(segmenter.cut(text, HMM=False)) == list(original.cut(text, HMM=False))
    assert list(segmenter.cut_for_search(text)) == list(original.cut_for_search(text))


def test_a_missing_dictionary_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="dictionary"):
        Segmenter.load(tmp_path)
