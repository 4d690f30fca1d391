"""N-grams are counted as scikit-learn counts them, whatever the documents are and however many come at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from engine.nlu.ngram_vocabulary import NgramVocabulary

KNOWN, UNKNOWN = "^密码a1$", "忘ū"
documents = st.lists(st.lists(st.sampled_from(KNOWN), max_size=12), min_size=1, max_size=8)
some_unknown = st.lists(st.lists(st.sampled_from(KNOWN + UNKNOWN), max_size=12), max_size=8)
lengths = st.tuples(st.integers(1, 4), st.integers(1, 4)).map(lambda ends: range(min(ends), max(ends) + 1))


def names_of(vocabulary: NgramVocabulary) -> list[tuple[str, ...]]:
    """The n-grams in the order of their indices."""
    units, base = list(vocabulary.units), len(vocabulary.units) + 2
    names = []
    for key in vocabulary.keys.tolist():
        digits = []
        rest = key
        while rest:
            rest, digit = divmod(rest, base)
            digits.append(units[digit - 1])
        names.append(tuple(reversed(digits)))
    return names


def cells(vocabulary: NgramVocabulary, texts: Sequence[Sequence[str]]) -> list[dict[tuple[str, ...], int]]:
    """What was counted in each text, by the n-grams themselves."""
    names = names_of(vocabulary)
    found = vocabulary.count(texts)
    bounds = found.bounds.tolist()
    assert len(bounds) == len(texts) + 1
    return [
        {names[i]: n for i, n in zip(found.indices[a:b].tolist(), found.counts[a:b].tolist(), strict=True)}
        for a, b in itertools.pairwise(bounds)
    ]


@given(documents, some_unknown, lengths)
def test_counts_are_those_of_sklearn(learned: list[list[str]], asked: list[list[str]], sizes: range) -> None:
    def ngrams(units: list[str]) -> list[tuple[str, ...]]:
        return [tuple(units[i : i + n]) for n in sizes for i in range(len(units) - n + 1)]

    vocabulary, in_documents = NgramVocabulary.build(learned, sizes)
    if not any(ngrams(units) for units in learned):
        assert not len(vocabulary.keys)
        assert not any(cells(vocabulary, asked))
        return
    vectorizer = CountVectorizer(analyzer=ngrams).fit(learned)
    names = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    occurrences = (vectorizer.transform(learned) > 0).sum(axis=0).A1
    assert dict(zip(names_of(vocabulary), in_documents.tolist(), strict=True)) == dict(
        zip(names, occurrences.tolist(), strict=True)
    )
    for texts in (learned, asked):
        expected = [
            {names[column]: int(n) for column, n in zip(row.indices, row.data, strict=True)}
            for row in (vectorizer.transform(texts) if texts else [])
        ]
        assert cells(vocabulary, texts) == expected
        assert [cells(vocabulary, [text])[0] for text in texts] == expected


def test_the_same_after_loading(tmp_path: Path) -> None:
    vocabulary, _ = NgramVocabulary.build([["mi", "ma"], ["ma"]], range(1, 3))
    vocabulary.save(tmp_path)
    loaded = NgramVocabulary.load(tmp_path, range(1, 3))
    assert cells(loaded, [["ma", "mi", "ma"]]) == [{("ma",): 2, ("mi",): 1, ("mi", "ma"): 1}]


def test_numbers_that_would_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="5000 units are too many for n-grams of 6"):
        NgramVocabulary.build([[str(number) for number in range(5000)]], range(1, 7))
