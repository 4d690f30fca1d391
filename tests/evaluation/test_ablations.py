"""Ablations change the pipeline in one thing each, and fit the pipeline that is configured."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.ablations import (
    CONFIGURED,
    AblationError,
    Row,
    ablations,
    markdown_table,
    overridden,
    read_ablations,
    short_name,
    without,
)

CONFIG: dict[str, Any] = {
    "language": "zh",
    "pipeline": [
        {"name": "engine.nlu.reader.Reader"},
        {"name": "engine.nlu.featurizer.Featurizer", "alias": "words", "length": 1},
        {"name": "engine.nlu.featurizer.Featurizer", "alias": "characters", "length": 3},
        {"name": "FallbackClassifier", "threshold": 0.4},
    ],
}


def names(config: dict[str, Any]) -> list[str]:
    return [short_name(component) for component in config["pipeline"]]


def test_components_are_meant_by_alias_or_last_part_of_the_name() -> None:
    assert names(CONFIG) == ["Reader", "words", "characters", "FallbackClassifier"]
    assert names(without(CONFIG, ["words", "FallbackClassifier"])) == ["Reader", "characters"]


def test_override_changes_one_component_of_a_copy() -> None:
    changed = overridden(CONFIG, "characters", {"length": 2, "new": True})
    assert changed["pipeline"][2] == {**CONFIG["pipeline"][2], "length": 2, "new": True}
    assert changed["pipeline"][1] == CONFIG["pipeline"][1]
    assert CONFIG["pipeline"][2]["length"] == 3


def test_every_other_component_is_left_out_in_turn() -> None:
    found = ablations(CONFIG, {"cannot_be_left_out": ["Reader"], "changes": []})
    assert [one.name for one in found] == [
        CONFIGURED, "without words", "without characters", "without FallbackClassifier",
    ]  # fmt: skip
    assert found[0].config == CONFIG
    assert names(found[2].config) == ["Reader", "words", "FallbackClassifier"]


def test_declared_changes() -> None:
    changes = [
        {"name": "short", "component": "characters", "set": {"length": 1}},
        {"name": "alone", "drop": ["words"], "component": "characters", "set": {"length": 4}},
    ]
    short, alone = ablations(CONFIG, {"cannot_be_left_out": names(CONFIG), "changes": changes})[1:]
    assert short.config["pipeline"][2]["length"] == 1
    assert names(alone.config) == ["Reader", "characters", "FallbackClassifier"]
    assert alone.config["pipeline"][1]["length"] == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "a", "drop": ["Missing"]}, r"a: expected one component 'Missing' in the pipeline, which has Reader"),
        ({"name": "b", "component": "Missing", "set": {"x": 1}}, r"b: expected one component 'Missing'"),
        ({"name": "c", "set": {"x": 1}}, r"c: 'component'"),
        ({"name": "d", "component": "words", "set": {"length": 1}}, r"d: changes nothing"),
        ({"name": "e"}, r"e: changes nothing"),
    ],
)
def test_change_that_does_not_fit(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AblationError, match=message):
        ablations(CONFIG, {"cannot_be_left_out": [], "changes": [change]})


def test_declared_ablations_fit_the_configured_pipeline() -> None:
    found = read_ablations()
    assert len({one.name for one in found}) == len(found) > 3
    assert len({str(one.config) for one in found}) == len(found)


def test_table() -> None:
    rows = [
        Row(CONFIGURED, {"dev": {"accuracy": 0.98, "refused": 0.01, "parse_p50_ms": 3.0}}),
        Row("without words", {"dev": {"accuracy": 0.95, "refused": 0.005, "parse_p50_ms": 2.0}}),
        Row("without characters", {"dev": {"accuracy": 0.98, "refused": 0.02, "parse_p50_ms": 2.0}}),
        Row("without Reader", {}, "Training failed (status 1)"),
    ]
    assert markdown_table(rows, "dev").splitlines() == [
        "| pipeline | accuracy | in scope, but refused |",
        "|---|---|---|",
        "| as configured | 0.980 | 0.010 |",
        "| without words | **-0.030** | -0.005 |",
        "| without characters | = | **+0.010** |",
        "| without Reader | Training failed (status 1) |",
    ]
