"""Writes a report: one self-contained HTML page for people, and the same figures as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation import charts
from evaluation.compare import SCHEMA_VERSION, Comparison
from evaluation.metrics import (
    CHOICE,
    DEFINITIONS,
    FAMILY,
    LOWER_IS_BETTER,
    MAIN_INTENTS,
    OUT_OF_SCOPE,
    Figures,
    Prediction,
    Share,
    measure,
)
from evaluation.neighbours import Neighbour, TrainingExamples
from evaluation.paths import PACKAGE
from evaluation.robustness import DEFINITIONS as ROBUSTNESS_DEFINITIONS
from evaluation.robustness import Robustness
from evaluation.sets import LabelledSet
from evaluation.several_requests import DEFINITIONS as REQUEST_DEFINITIONS
from evaluation.several_requests import RequestFigures

_MOST_MISSES = 60
_NEIGHBOURS = 2

FIGURE_NAMES = {
    "accuracy": "Accuracy",
    "family_accuracy": "Family accuracy",
    "worst_group": "Worst style or source",
    "worst_main_intent": "Worst main intent",
    "out_of_scope_recall": "Out of scope recognised",
    "refused": "In scope, but refused",
    "dangerous": "Dangerous mistakes",
    "dangerous_answered": "Dangerous and answered",
    "ece": "Calibration error (ECE)",
    "parse_p50_ms": "Parse time p50",
    "parse_p95_ms": "Parse time p95",
}
_BAND_NAMES = {"answer": "answer", "choice": "choice of up to three", "not_understood": "not understood"}


@dataclass(frozen=True)
class Check:
    """A figure with its target, if it has one; `met` is None without a target. `detail` tells counts or names."""

    name: str
    value: float
    target: str
    met: bool | None
    detail: str


@dataclass(frozen=True)
class Miss:
    """A wrong prediction in context: what else was likely, and the training examples that pull either way."""

    prediction: Prediction
    confidence: float
    pulled_by: tuple[Neighbour, ...]
    should_pull: tuple[Neighbour, ...]


@dataclass(frozen=True)
class SetResult:
    """A scored set; `predictions` is empty for a blind set, so that nothing downstream can tell its messages."""

    labelled: LabelledSet
    figures: Figures
    checks: tuple[Check, ...]
    predictions: tuple[Prediction, ...]
    milliseconds: tuple[float, ...]

    @property
    def missed(self) -> int:
        """Number of targets that were not reached."""
        return sum(check.met is False for check in self.checks)


def score(
    labelled: LabelledSet, predictions: Sequence[Prediction], targets: Mapping[str, Mapping[str, Mapping[str, float]]]
) -> SetResult:
    """Measures a set and holds it against its targets."""
    figures = measure(predictions)
    wanted = targets.get(labelled.grouping or "none", targets["none"])
    return SetResult(
        labelled,
        figures,
        tuple(_check(name, value, wanted.get(name, {}), figures) for name, value in figures.values().items()),
        () if labelled.blind else tuple(predictions),
        tuple(prediction.milliseconds for prediction in predictions),
    )


def _check(name: str, value: float, target: Mapping[str, float], figures: Figures) -> Check:
    text, met = "", None
    if "at_least" in target:
        text, met = f"≥ {target['at_least']:g}", value >= target["at_least"]
    elif "at_most" in target:
        text, met = f"≤ {target['at_most']:g}", value <= target["at_most"]
    worst = getattr(figures, name) if name in {"worst_group", "worst_main_intent"} else None
    counted = worst.share if worst else getattr(figures, name, None)
    detail = f"{counted.hits}/{counted.n}" if isinstance(counted, Share) else ""
    return Check(name, value, text, met, f"{worst.name} {detail}" if worst else detail)


def report_document(
    results: Sequence[SetResult],
    requests: Sequence[RequestFigures],
    about: Mapping[str, Any],
    robustness: Sequence[Robustness] = (),
) -> dict[str, Any]:
    """Returns the report for programs.

    Args:
        results: The scored sets.
        requests: The figures of the sets with several requests.
        robustness: The figures of `evaluation.robustness`, totals only.
        about: What was measured: `created`, `commit`, `model`, `training_examples`, `machine`, `versions`.

    Returns:
        `schema_version`, everything of `about`, `several_requests` (the figures of each such set), and `sets`. Each set
        has `name`, `path`, `blind`, `grouping`,
        `sha256`, `values` (the main figures by name), `targets`, `figures` (all figures with counts and intervals),
        and, unless it is blind, `messages`.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        **about,
        "several_requests": [dataclasses.asdict(figures) for figures in requests],
        "robustness": [dataclasses.asdict(figures) for figures in robustness],
        "sets": [_set_document(result) for result in results],
    }


def _set_document(result: SetResult) -> dict[str, Any]:
    labelled, figures = result.labelled, dataclasses.asdict(result.figures)
    document: dict[str, Any] = {
        "name": labelled.name,
        "path": labelled.path,
        "blind": labelled.blind,
        "grouping": labelled.grouping,
        "sha256": labelled.sha256,
        "values": result.figures.values(),
        "targets": {check.name: {"target": check.target, "met": check.met} for check in result.checks if check.target},
        "figures": figures,
    }
    if labelled.blind:
        del figures["confusions"]
    else:
        document["messages"] = [
            {
                "text": prediction.text,
                "label": prediction.label,
                "group": prediction.group,
                "intent": prediction.intent,
                "band": prediction.band,
                "choices": prediction.choices,
                "ranking": [(name, round(confidence, 4)) for name, confidence in prediction.ranking[:3]],
                "milliseconds": round(prediction.milliseconds, 2),
            }
            for prediction in result.predictions
        ]
    return document


def without_messages(document: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a report's figures alone, for a record that may be published whatever the sets' licences are.

    Times, sizes and the machine are left out too: they would be compared with those of another machine.
    """
    kept = {name: value for name, value in document.items() if name not in {"sets", "machine", "machine_busy", "model"}}
    sets = []
    for entry in document["sets"]:
        copy = {name: value for name, value in entry.items() if name not in {"messages", "targets"}}
        for part in ("values", "figures"):
            copy[part] = {name: value for name, value in entry[part].items() if not name.endswith("_ms")}
        sets.append(copy)
    return {**kept, "sets": sets}


def worst_misses(result: SetResult, examples: TrainingExamples) -> list[Miss]:
    """Returns the wrong predictions of a set: dangerous ones first, then by how sure the model was."""
    wrong = [prediction for prediction in result.predictions if not prediction.is_correct]
    ordered = sorted(wrong, key=_badness, reverse=True)[:_MOST_MISSES]
    return [
        Miss(
            prediction,
            prediction.ranking[0][1] if prediction.ranking else 0.0,
            tuple(examples.nearest(prediction.text, prediction.intent, _NEIGHBOURS)),
            tuple(examples.nearest(prediction.text, prediction.label, _NEIGHBOURS)),
        )
        for prediction in ordered
    ]


def _badness(prediction: Prediction) -> tuple[bool, bool, float]:
    confidence = prediction.ranking[0][1] if prediction.ranking else 0.0
    return prediction.is_dangerous, not prediction.is_same_family, confidence


def render_report(
    document: Mapping[str, Any],
    results: Sequence[SetResult],
    misses: Mapping[str, Sequence[Miss]],
    comparison: Comparison | None,
    comparison_note: str = "",
) -> str:
    """Returns the page for people.

    Args:
        document: What `report_document` returned.
        results: The scored sets.
        misses: The worst misses by the name of the set.
        comparison: What changed, if there is something to compare with.
        comparison_note: Why there is no comparison.
    """
    pictures = {result.labelled.name: _pictures(result) for result in results}
    return page_environment().get_template("report.html.j2").render(
        document=document,
        results=results,
        misses=misses,
        pictures=pictures,
        comparison=comparison,
        comparison_note=comparison_note,
        definitions=DEFINITIONS,
        request_definitions=REQUEST_DEFINITIONS,
        robustness_definitions=ROBUSTNESS_DEFINITIONS,
        figure_names=FIGURE_NAMES,
        band_names=_BAND_NAMES,
        choice_band=CHOICE,
        out_of_scope=OUT_OF_SCOPE,
        family=FAMILY,
    )  # fmt: skip


def _pictures(result: SetResult) -> dict[str, Markup]:
    """The SVG is ours: its only words are names of intents and groups, which matplotlib escapes."""
    figures = result.figures
    targets = {check.name: check for check in result.checks}
    main = {name: one for name, one in figures.by_intent.items() if name in MAIN_INTENTS}
    other = {name: one for name, one in figures.by_intent.items() if name not in MAIN_INTENTS}
    drawn = {
        "main_intents": charts.share_bars(main, _limit(targets, "worst_main_intent"), label="Accuracy by main intent"),
        "other_intents": charts.share_bars(other, None, label="Accuracy by other intent"),
        "reliability": charts.reliability_curve(figures.reliability),
        "latency": charts.latency_histogram(result.milliseconds, figures.parse_p50_ms, figures.parse_p95_ms),
    }
    if figures.by_group:
        drawn["groups"] = charts.share_bars(figures.by_group, _limit(targets, "worst_group"), label="Accuracy by group")
    if not result.labelled.blind:
        drawn["confusion"] = charts.confusion_matrix(figures.confusions)
    return {name: Markup(svg) for name, svg in drawn.items()}


def _limit(checks: Mapping[str, Check], name: str) -> float | None:
    check = checks.get(name)
    return float(check.target.split()[1]) if check and check.target else None


def page_environment() -> Environment:
    """Returns the templates, with everything escaped that is filled in."""
    environment = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = format_figure
    environment.filters["change"] = format_change
    environment.globals["lower_is_better"] = LOWER_IS_BETTER
    return environment


def format_figure(value: float | None, name: str = "") -> str:
    """Formats a figure: times in milliseconds, everything else as a share of one."""
    if value is None:
        return "–"
    return f"{value:.1f} ms" if name.endswith("_ms") else f"{value:.3f}"


def format_change(difference: float, name: str = "") -> str:
    """Formats a difference with its sign."""
    return f"{difference:+.1f} ms" if name.endswith("_ms") else f"{difference:+.3f}"


def write_report(folder: Path, page: str, document: Mapping[str, Any]) -> None:
    """Writes `report.html` and `report.json`, and points `latest` beside the folder at it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    pointer = folder.parent / "latest"
    fresh = folder.parent / ".latest"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name, target_is_directory=True)
    fresh.replace(pointer)


def read_report(path: Path) -> dict[str, Any] | None:
    """Reads a `report.json` or the baseline; None when there is none."""
    if not path.exists():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
