"""A comparison says what got better and what worse, and which messages flipped."""

from __future__ import annotations

import pytest

from evaluation.compare import IncompatibleReportError, compare, verdict
from evaluation.report import without_messages
from tests.evaluation.builders import document, prediction, result

BEFORE = [
    prediction("greet", "greet", text="一"),
    prediction("greet", "deny", text="二"),
    prediction("deny", "deny", text="三"),
    prediction("deny", "greet", text="四"),
]
AFTER = [
    prediction("greet", "greet", text="一"),
    prediction("greet", "greet", text="二"),
    prediction("deny", "greet", text="三"),
    prediction("deny", "thank", text="四"),
]


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("accuracy", 0.9, 0.95, "better"),
        ("accuracy", 0.9, 0.85, "worse"),
        ("accuracy", 0.9, 0.9003, "same"),
        ("refused", 0.02, 0.01, "better"),
        ("dangerous", 0.0, 0.004, "worse"),
        ("parse_p50_ms", 10, 11, "same"),
        ("parse_p50_ms", 10, 12, "worse"),
        ("parse_p95_ms", 10, 5, "better"),
    ],
)
def test_verdict(name: str, before: float, after: float, expected: str) -> None:
    assert verdict(name, before, after) == expected


def test_flips() -> None:
    (compared,) = compare(document(result(AFTER)), document(result(BEFORE)), "the previous report").sets
    assert compared.fixed is not None
    assert compared.broken is not None
    assert [(flip.text, flip.before, flip.after) for flip in compared.fixed] == [("二", "deny", "greet")]
    assert [(flip.text, flip.before, flip.after) for flip in compared.broken] == [("三", "deny", "greet")]
    assert compared.chance == pytest.approx(1.0)
    assert compared.same_messages


def test_changes_by_intent() -> None:
    (compared,) = compare(document(result(AFTER)), document(result(BEFORE)), "x").sets
    assert [(change.name, change.verdict) for change in compared.intents] == [("deny", "worse"), ("greet", "better")]


def test_blind_set_has_figures_but_no_flips() -> None:
    (compared,) = compare(document(result(AFTER, blind=True)), document(result(BEFORE, blind=True)), "x").sets
    assert (compared.fixed, compared.broken) == (None, None)
    assert compared.figures


def test_baseline_has_figures_but_no_flips() -> None:
    (compared,) = compare(document(result(AFTER)), without_messages(document(result(BEFORE))), "x").sets
    assert (compared.fixed, compared.broken) == (None, None)
    assert compared.figures


def test_set_that_only_one_report_has_is_left_out() -> None:
    assert compare(document(result(AFTER, name="a")), document(result(BEFORE, name="b")), "x").sets == ()


def test_other_schema_is_refused() -> None:
    with pytest.raises(IncompatibleReportError, match="schema version 0"):
        compare(document(result(AFTER)), {**document(result(BEFORE)), "schema_version": 0}, "x")
