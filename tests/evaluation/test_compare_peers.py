"""Peers fall back as Rasa's FallbackClassifier would, and the page shows all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.training_data.message import Message

from evaluation.compare_peers import (
    COST_NAMES,
    Contender,
    best,
    best_fallback,
    contenders,
    read_peers,
    render_page,
    with_fallback,
)
from evaluation.measure_model import MeasuredModel
from evaluation.metrics import NOT_UNDERSTOOD, OUT_OF_SCOPE, Prediction, measure, read_parse
from evaluation.training import TrainedModel
from tests.evaluation.builders import ABOUT, SOME, result

COSTS = dict.fromkeys(COST_NAMES, 1.0)


def ranked(label: str, *ranking: tuple[str, float]) -> Prediction:
    return Prediction("x", label, "plain", ranking[0][0], ranking)


@pytest.mark.parametrize("confidences", [(0.29, 0.01), (0.3, 0.01), (0.6, 0.5), (0.6, 0.51), (0.6, 0.4), (0.9, 0.1)])
@pytest.mark.parametrize("settings", [(0.3, 0.1), (0.5, 0.0), (0.0, 0.2)])
def test_falls_back_as_rasa_does(confidences: tuple[float, float], settings: tuple[float, float]) -> None:
    ranking = [{"name": "greet", "confidence": confidences[0]}, {"name": "deny", "confidence": confidences[1]}]
    message = Message(data={"text": "x", "intent": ranking[0], "intent_ranking": list(ranking)})
    config = {"threshold": settings[0], "ambiguity_threshold": settings[1]}
    (parsed,) = FallbackClassifier(config).process([message])
    data: dict[str, Any] = parsed.data
    expected = read_parse(data, text="x", label="greet")
    unset = ranked("greet", ("greet", confidences[0]), ("deny", confidences[1]))
    found = with_fallback(unset, *settings)
    assert (found.intent, found.band, found.ranking) == (expected.intent, expected.band, expected.ranking)


def test_fallback_without_ranking() -> None:
    assert with_fallback(Prediction("x", "greet", "", "greet", ()), 0.0, 0.0).band == NOT_UNDERSTOOD


def test_best_fallback_is_the_lowest_that_separates() -> None:
    predictions = [
        ranked("greet", ("greet", 0.62), ("deny", 0.3)),
        ranked(OUT_OF_SCOPE, ("greet", 0.52), ("deny", 0.1)),
    ]
    assert best_fallback(predictions) == (0.55, 0.0)


def test_a_peer_is_shown_with_both_fallbacks(tmp_path: Path) -> None:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"x")
    predictions = {"dev": [ranked(OUT_OF_SCOPE, ("greet", 0.52), ("deny", 0.1))]}
    model = TrainedModel(path, "key", 1.0, 2.0, 3.0)
    tuned, stock = contenders("peer", model, MeasuredModel(1.0, 2.0, 3.0, predictions))
    assert tuned.figures["dev"].accuracy.value == 1
    assert stock.figures["dev"].accuracy.value == 0
    assert set(tuned.costs) == set(COST_NAMES)


def test_best_of_a_row() -> None:
    assert best([0.1, None, 0.3], lower=False) == 0.3
    assert best([0.1, None, 0.3], lower=True) == 0.1
    assert best([None], lower=True) is None


def test_page_shows_every_contender_and_no_message() -> None:
    figures = {"dev": measure(SOME * 3)}
    found = [Contender(name, f"fallback of {name}", figures, COSTS) for name in ("ours", "a", "<b>")]
    page = render_page(found, [result(SOME).labelled], {**ABOUT, "sampled_examples": 3})
    assert page.count("fallback of ours") == 2
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "付不了款" not in page


def test_peers_are_stock() -> None:
    peers = read_peers()
    diet = peers["stock_diet"]["pipeline"]
    assert {"name": "DIETClassifier", "epochs": 100, "random_seed": 0} in diet
    logistic = peers["logistic_regression"]["pipeline"]
    assert diet[:3] == logistic[:3]
    assert diet[1:3] == [
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    ]
    assert {"name": "LogisticRegressionClassifier"} in logistic
