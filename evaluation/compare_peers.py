"""Trains Rasa's own pipelines on our examples and holds ours against them, side by side in one run.

Usage: python -m evaluation.compare_peers [--only PEER ...] [--examples N] [--sets SET.tsv[:blind] ...]

The peers are `peers/*.yml`. A model is kept for as long as its configuration, its examples and its packages stay the
same; DIET needs long the first time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evaluation import charts, environment
from evaluation.measure_model import MeasuredModel, MeasuringError, measure_model
from evaluation.metrics import (
    ANSWER,
    DEFINITIONS,
    FEWEST_MESSAGES,
    LOWER_IS_BETTER,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    Figures,
    Prediction,
    measure,
)
from evaluation.paths import CONFIG, OUTPUT, PACKAGE, shown
from evaluation.progress import progress_bars
from evaluation.pythons import python_for
from evaluation.report import FIGURE_NAMES, format_figure, page_environment
from evaluation.sets import LabelledSet, SetError, read_sets
from evaluation.training import Config, TrainedModel, TrainingError, cached_model, read_config, trained_model

OURS = "ours"
TUNED_ON = "dev"
# Rasa's defaults for FallbackClassifier.
STOCK_FALLBACK = (0.3, 0.1)
_THRESHOLDS = [step / 20 for step in range(20)]
_AMBIGUITIES = [0.0, 0.05, 0.1, 0.2]


@dataclass(frozen=True)
class Contender:
    """A pipeline with a way to fall back, and what it scored.

    Attributes:
        name: What the tables call it.
        fallback: How its FallbackClassifier was set.
        figures: By the name of the set.
        costs: Times in seconds, sizes and memory in MiB, by name; see `COST_NAMES`.
    """

    name: str
    fallback: str
    figures: Mapping[str, Figures]
    costs: Mapping[str, float]


COST_NAMES = {
    "training_seconds": "training, s",
    "training_processor_seconds": "training, processor s",
    "training_peak_mib": "training, peak memory MiB",
    "size_mib": "model, MiB",
    "load_seconds": "load, s",
    "resident_mib": "memory when loaded, MiB",
    "peak_mib": "peak memory while parsing, MiB",
}


def with_fallback(prediction: Prediction, threshold: float, ambiguity: float) -> Prediction:
    """Returns what Rasa's FallbackClassifier with these settings would have made of a prediction."""
    confidences = [confidence for _, confidence in prediction.ranking]
    unsure = not confidences or confidences[0] < threshold
    close = len(confidences) > 1 and confidences[0] - confidences[1] < ambiguity
    if unsure or close:
        return replace(prediction, intent=OUT_OF_SCOPE, band=NOT_UNDERSTOOD)
    return replace(prediction, intent=prediction.ranking[0][0], band=ANSWER)


def best_fallback(predictions: Sequence[Prediction]) -> tuple[float, float]:
    """Returns the threshold and the ambiguity threshold that give the highest accuracy; the lowest among equals."""

    def accuracy(settings: tuple[float, float]) -> int:
        return sum(with_fallback(prediction, *settings).is_correct for prediction in predictions)

    return max(((t, a) for t in _THRESHOLDS for a in _AMBIGUITIES), key=accuracy)


def read_peers() -> dict[str, Config]:
    """Returns the configurations of the peers by name."""
    return {path.stem: read_config(path) for path in sorted((PACKAGE / "peers").glob("*.yml"))}


def contenders(name: str, model: TrainedModel, measured: MeasuredModel) -> list[Contender]:
    """Returns a peer twice: with the fallback that suits it best on the development set, and with Rasa's defaults."""
    threshold, ambiguity = best_fallback(measured.predictions[TUNED_ON])
    settings = {
        f"{threshold:g} / {ambiguity:g}, best on {TUNED_ON}": (threshold, ambiguity),
        f"{STOCK_FALLBACK[0]:g} / {STOCK_FALLBACK[1]:g}, Rasa's defaults": STOCK_FALLBACK,
    }
    costs = _costs(model, measured)
    return [
        Contender(
            name,
            fallback,
            {
                set_name: measure([with_fallback(prediction, *values) for prediction in predictions])
                for set_name, predictions in measured.predictions.items()
            },
            costs,
        )
        for fallback, values in settings.items()
    ]


def _costs(model: TrainedModel, measured: MeasuredModel) -> dict[str, float]:
    return {
        "training_seconds": model.seconds,
        "training_processor_seconds": model.processor_seconds,
        "training_peak_mib": model.peak_mib,
        "size_mib": model.size_mib,
        "load_seconds": measured.load_seconds,
        "resident_mib": measured.resident_mib,
        "peak_mib": measured.peak_mib,
    }


def best(values: Sequence[float | None], *, lower: bool) -> float | None:
    """Returns the best of the values that exist."""
    known = [value for value in values if value is not None]
    return (min if lower else max)(known) if known else None


def render_page(found: Sequence[Contender], sets: Sequence[LabelledSet], about: Mapping[str, Any]) -> str:
    """Returns the comparison as a page."""
    pictures = {
        labelled.name: Markup(charts.group_dots(_by_group(found, labelled.name)))
        for labelled in sets
        if _shown_groups(found, labelled.name)
    }
    return page_environment().get_template("peers.html.j2").render(
        contenders=found,
        sets=sets,
        about=about,
        pictures=pictures,
        figure_names=FIGURE_NAMES,
        cost_names=COST_NAMES,
        definitions=DEFINITIONS,
        best=best,
        lower_is_better=LOWER_IS_BETTER,
    )  # fmt: skip


def _by_group(found: Sequence[Contender], set_name: str) -> dict[str, dict[str, float]]:
    """Returns accuracies by pipeline and group, each pipeline once, with the fallback that suits it best."""
    shown_groups = _shown_groups(found, set_name)
    by_name: dict[str, dict[str, float]] = {}
    for contender in found:
        groups = contender.figures[set_name].by_group
        by_name.setdefault(contender.name, {name: groups[name].value or 0.0 for name in shown_groups})
    return by_name


def _shown_groups(found: Sequence[Contender], set_name: str) -> list[str]:
    groups = found[0].figures[set_name].by_group
    return [name for name, one in groups.items() if one.n >= FEWEST_MESSAGES]


def terminal_table(found: Sequence[Contender], labelled: LabelledSet) -> Table:
    """Returns the figures of one set, a column for each pipeline."""
    table = Table(title=f"{labelled.name}, {len(labelled.messages)} messages")
    table.add_column("")
    for contender in found:
        table.add_column(f"{contender.name}\n{contender.fallback}", justify="right")
    for name, title in FIGURE_NAMES.items():
        values = [contender.figures[labelled.name].values().get(name) for contender in found]
        top = best(values, lower=name in LOWER_IS_BETTER)
        cells = [format_figure(value, name) for value in values]
        table.add_row(
            title, *(f"[bold]{cell}[/]" if value == top else cell for cell, value in zip(cells, values, strict=True))
        )
    for group in _shown_groups(found, labelled.name):
        shares = [contender.figures[labelled.name].by_group[group].value for contender in found]
        table.add_row(f"{labelled.grouping} {group}", *(format_figure(value) for value in shares))
    return table


def _cost_table(found: Sequence[Contender]) -> Table:
    table = Table(title="What it takes")
    table.add_column("")
    once = {contender.name: contender for contender in found}
    for name in once:
        table.add_column(name, justify="right")
    for key, title in COST_NAMES.items():
        table.add_row(title, *(f"{contender.costs[key]:.1f}" for contender in once.values()))
    return table


def main() -> int:
    """Returns the exit status."""
    peers = read_peers()
    parser = argparse.ArgumentParser(description="Holds our pipeline against Rasa's own, trained on the same examples.")
    parser.add_argument("--only", nargs="*", default=list(peers), choices=list(peers), help="these peers, not all")
    parser.add_argument("--examples", type=int, help="train all of them, ours too, on a sample of so many examples")
    parser.add_argument("--sets", nargs="*", default=[], help="further sets; a path that ends in :blind is blind")
    arguments = parser.parse_args()
    console = Console()
    further = [*os.environ.get("EVALUATION_SETS", "").split(), *arguments.sets]
    configs = {OURS: read_config(CONFIG), **{name: peers[name] for name in arguments.only}}
    models: dict[str, TrainedModel] = {}
    try:
        sets = read_sets(further)
        with progress_bars(console) as progress:
            for name, config in progress.track(configs.items(), description="training"):
                step = (
                    None
                    if cached_model(config, arguments.examples)
                    else progress.add_task(f"training {name}", total=None)
                )

                def show(line: str, name: str = name, step: Any = step) -> None:
                    progress.update(step, description=escape(f"training {name}: {line[-60:]}"))

                models[name] = trained_model(config, on_output=show, examples=arguments.examples)
                if step is not None:
                    progress.remove_task(step)
        measured = {}
        for name, model in models.items():
            console.print(f"Running {name}")
            measured[name] = measure_model(model.path, further, python_for(configs[name]))
    except (SetError, TrainingError, MeasuringError) as error:
        print(error, file=sys.stderr)
        return 1
    ours = measured.pop(OURS)
    figures = {name: measure(predictions) for name, predictions in ours.predictions.items()}
    found = [Contender(OURS, "as in config.yml", figures, _costs(models[OURS], ours))]
    for name, result in measured.items():
        found += contenders(name, models[name], result)
    about = {
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": environment.commit(),
        "machine": environment.machine(),
        "versions": environment.versions(),
        "sampled_examples": arguments.examples,
    }
    folder = OUTPUT / ("peers" if arguments.examples is None else f"peers-{arguments.examples}-examples")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(render_page(found, sets, about), encoding="utf-8")
    document = {"schema_version": 1, **about, "contenders": [_document(contender, sets) for contender in found]}
    (folder / "report.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for labelled in sets:
        console.print(terminal_table(found, labelled))
    console.print(_cost_table(found))
    console.print(f"Report: {shown(folder / 'report.html')}", soft_wrap=True)
    return 0


def _document(contender: Contender, sets: Sequence[LabelledSet]) -> dict[str, Any]:
    document = asdict(contender)
    for labelled in sets:
        document["figures"][labelled.name]["values"] = contender.figures[labelled.name].values()
        if labelled.blind:
            del document["figures"][labelled.name]["confusions"]
    return document


if __name__ == "__main__":
    sys.exit(main())
