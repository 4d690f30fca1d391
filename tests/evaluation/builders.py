"""Hand-made predictions and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.metrics import ANSWER, OUT_OF_SCOPE, Prediction
from evaluation.report import SetResult, report_document, score
from evaluation.sets import LabelledMessage, LabelledSet, read_targets
from evaluation.several_requests import RequestMessage, measure_requests

ABOUT = {
    "created": "2026-01-02T03:04:05+00:00",
    "commit": "abc1234",
    "training_examples": 3,
    "model": {"size_mib": 1.0, "load_seconds": 2.0, "resident_mib": 3.0},
    "machine": "a machine",
    "machine_busy": False,
    "versions": {"python": "3.10"},
}


REQUESTS = [measure_requests("requests", [RequestMessage("…", ("greet",))], [["greet"]])]


def prediction(label: str, intent: str, confidence: float = 0.9, **fields: Any) -> Prediction:
    """One prediction; its text names what it is about unless it is given."""
    values: dict[str, Any] = {"text": f"{label}被当成{intent}", "group": "plain", "band": ANSWER} | fields
    return Prediction(label=label, intent=intent, ranking=((intent, confidence),), **values)


def result(predictions: Sequence[Prediction], *, name: str = "dev", blind: bool = False) -> SetResult:
    """A scored set."""
    messages = tuple(LabelledMessage(one.text, one.label, one.group) for one in predictions)
    labelled = LabelledSet(name, f"tests/nlu/{name}.tsv", blind, "style", messages, f"hash of {name}")
    return score(labelled, predictions, read_targets())


def document(*results: SetResult) -> dict[str, Any]:
    """A report of some sets."""
    return report_document(results, REQUESTS, ABOUT)


SOME = [
    prediction("account_closure", "account_closure"),
    prediction("payment_failure", "account_closure", 0.8, text="付不了款<script>alert(1)</script>"),
    prediction("support_hours", "contact_support", 0.4),
    prediction(OUT_OF_SCOPE, OUT_OF_SCOPE, 0.3),
]
