"""The score tells what was missed and what was damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tools.redaction import generator, plain_speech
from tools.redaction.samples import Sample, fill
from tools.redaction.scoring import score


def test_counts_what_is_missed_and_what_is_damaged() -> None:
    samples = [
        Sample("打13800138000", ((1, 12),), "phone", "plain"),
        Sample("打12", ((1, 3),), "phone", "plain"),
        Sample("打13800138000", (), "phone", "plain"),
    ]
    figures = score(samples, by_form=True)["phone", "plain"]
    assert (figures.messages, figures.missed, figures.damaged) == (3, 1, 1)
    assert figures.precision == 0.5


def test_knows_where_the_values_stand() -> None:
    text, spans = fill("甲{a}乙{b}", lambda field: field * 3)
    assert text == "甲aaa乙bbb"
    assert [text[slice(*span)] for span in spans] == ["aaa", "bbb"]


@pytest.mark.parametrize("source", [generator.secrets, generator.numbers, generator.harmless, plain_speech.messages])
def test_generates_the_same_for_the_same_seed(source: Callable[[int, int], Iterator[Sample]]) -> None:
    assert list(source(3, 60)) == list(source(3, 60)) != list(source(4, 60))
