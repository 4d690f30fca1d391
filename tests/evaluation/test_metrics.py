"""The figures of hand-made predictions are those that one counts by hand."""

from __future__ import annotations

import pytest

from evaluation.metrics import (
    CHOICE,
    DEFINITIONS,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    Prediction,
    measure,
    read_parse,
    reliability,
    share,
)
from evaluation.report import FIGURE_NAMES
from tests.evaluation.builders import prediction


def test_share_has_wilson_interval() -> None:
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    found = share([True] * 81 + [False] * 182)
    assert found.value == pytest.approx(81 / 263)
    assert [found.low, found.high] == pytest.approx([0.2553, 0.3662], abs=1e-4)


def test_share_of_nothing_is_no_number() -> None:
    assert share([]).value is None


def test_accuracy_family_and_scope() -> None:
    figures = measure([
        prediction("support_hours", "contact_support"),
        prediction("support_hours", "support_hours"),
        prediction("payment_failure", "forgot_password"),
        prediction("payment_failure", OUT_OF_SCOPE),
        prediction(OUT_OF_SCOPE, OUT_OF_SCOPE),
        prediction(OUT_OF_SCOPE, "greet"),
    ])  # fmt: skip
    assert (figures.accuracy.hits, figures.family_accuracy.hits, figures.n) == (2, 3, 6)
    assert (figures.out_of_scope_recall.hits, figures.out_of_scope_recall.n) == (1, 2)
    assert (figures.refused.hits, figures.refused.n) == (1, 4)


@pytest.mark.parametrize(
    ("label", "intent", "dangerous"),
    [
        ("payment_failure", "account_closure", True),
        ("closure_consequences", "account_closure", False),
        ("account_closure", "account_closure", False),
        ("account_compromised", "account_security", True),
        ("human_handoff", "contact_support", True),
        ("human_handoff", "human_handoff", False),
        ("account_closure", "human_handoff", False),
    ],
)
def test_dangerous(label: str, intent: str, dangerous: bool) -> None:
    assert prediction(label, intent).is_dangerous is dangerous


def test_dangerous_and_answered_leaves_out_what_is_only_offered() -> None:
    wrong = prediction("payment_failure", "account_closure")
    figures = measure([wrong, prediction("payment_failure", "account_closure", band=CHOICE)])
    assert (figures.dangerous.hits, figures.dangerous_answered.hits) == (2, 1)


def test_worst_is_named_among_those_with_enough_messages() -> None:
    plain = [prediction("payment_failure", "payment_failure")] * 9 + [prediction("payment_failure", "greet")]
    figures = measure([*plain, prediction("forgot_password", "greet", group="terse")])
    assert figures.worst_group is not None
    assert (figures.worst_group.name, figures.worst_group.share.hits) == ("plain", 9)
    assert figures.worst_main_intent is not None
    assert figures.worst_main_intent.name == "payment_failure"
    assert figures.by_group["terse"].value == 0


def test_expected_calibration_error() -> None:
    right, wrong = prediction("greet", "greet", 0.95), prediction("deny", "greet", 0.95)
    modest = prediction("greet", "greet", 0.25)
    # 0.95 is right in 3 of 4 (0.2 off), 0.25 in 1 of 1 (0.75 off): (4 * 0.2 + 1 * 0.75) / 5.
    assert reliability([right, right, right, wrong, modest]).ece == pytest.approx(0.31)


def test_full_confidence_falls_into_the_last_bin() -> None:
    assert reliability([prediction("greet", "greet", 1.0)]).bins[-1].n == 1


def test_reliability_leaves_out_what_has_no_ranking() -> None:
    nothing = Prediction("", "greet", "", OUT_OF_SCOPE, ())
    assert (reliability([nothing]).ece, reliability([nothing]).left_out) == (None, 1)


def test_bands() -> None:
    figures = measure([
        prediction("greet", "greet"),
        prediction("greet", "deny"),
        prediction("greet", "deny", band=CHOICE, choices=("deny", "thank", "greet")),
        prediction("greet", "deny", band=CHOICE, choices=("deny", "thank", "affirm", "greet")),
        prediction(OUT_OF_SCOPE, OUT_OF_SCOPE, band=NOT_UNDERSTOOD),
    ])  # fmt: skip
    counted = {band.name: (band.messages.hits, band.right.hits) for band in figures.bands}
    assert counted == {"answer": (2, 1), "choice": (2, 1), "not_understood": (1, 1)}


def test_every_figure_is_named_and_explained() -> None:
    names = set(measure([prediction("account_closure", "account_closure")] * 10).values()) | {"out_of_scope_recall"}
    assert names == set(FIGURE_NAMES)
    assert names <= set(DEFINITIONS)


RANKING = [{"name": "greet", "confidence": 0.3}, {"name": "deny", "confidence": 0.2}]


def test_fallback_counts_as_out_of_scope_and_keeps_what_was_likeliest() -> None:
    fallback = {"name": "nlu_fallback", "confidence": 0.4}
    found = read_parse({"intent": fallback, "intent_ranking": [fallback, *RANKING]}, text="x", label="greet")
    assert (found.intent, found.band) == (OUT_OF_SCOPE, NOT_UNDERSTOOD)
    assert found.ranking == (("greet", 0.3), ("deny", 0.2))


def test_parse_without_bands_is_answered() -> None:
    found = read_parse({"intent": RANKING[0], "intent_ranking": RANKING}, text="x", label="greet")
    assert (found.intent, found.band, found.choices, found.further) == ("greet", "answer", (), ())


def test_parse_with_bands_and_further_requests() -> None:
    parse = {
        "intent": RANKING[0],
        "intent_ranking": RANKING,
        "answer_band": "choice",
        "choices": RANKING,
        "further_requests": [{"name": "thank", "confidence": 0.9, "text": "谢谢"}],
    }
    found = read_parse(parse, text="x", label="deny")
    assert (found.band, found.choices, found.further) == ("choice", ("greet", "deny"), ("thank",))
    assert found.is_band_right


def test_unknown_band_is_refused() -> None:
    with pytest.raises(ValueError, match="answer_band"):
        read_parse({"intent": RANKING[0], "answer_band": "perhaps"}, text="x", label="deny")


def test_asking_is_right_where_none_of_these_is_or_the_intent_needs_no_asking() -> None:
    choices = ("payment_failure", "forgot_password")
    assert prediction("out_of_scope", "payment_failure", band=CHOICE, choices=choices).is_band_right
    assert prediction("affirm", "affirm", band=CHOICE, choices=choices).is_band_right
    assert not prediction("affirm", "payment_failure", band=CHOICE, choices=choices).is_band_right
