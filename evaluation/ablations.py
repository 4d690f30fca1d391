"""Measures what each part of the pipeline is worth: trains it without that part and scores it again.

Usage: python -m evaluation.ablations [SET.tsv[:blind] ...]. Needs a minute or so for each part the first time.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from ruamel.yaml import YAML

from evaluation import environment
from evaluation.compare import verdict
from evaluation.metrics import measure
from evaluation.paths import CONFIG, OUTPUT, PACKAGE, shown
from evaluation.predict import Parser, predict
from evaluation.progress import progress_bars
from evaluation.report import FIGURE_NAMES, format_change, format_figure
from evaluation.sets import LabelledSet, SetError, read_sets
from evaluation.training import Config, TrainedModel, TrainingError, read_config, trained_model

ABLATIONS_FILE = PACKAGE / "ablations.yml"
CONFIGURED = "as configured"
_FIGURES = ("accuracy", "family_accuracy", "worst_group", "out_of_scope_recall", "refused", "dangerous", "ece")


class AblationError(ValueError):
    """`ablations.yml` does not fit the pipeline; the message names the entry and what there is."""


@dataclass(frozen=True)
class Ablation:
    """A pipeline that differs in one thing."""

    name: str
    config: Config


@dataclass(frozen=True)
class Row:
    """What an ablation scored: figures by set and name; `failure` says why there are none."""

    name: str
    values: Mapping[str, Mapping[str, float]]
    failure: str = ""


def short_name(component: Mapping[str, Any]) -> str:
    """Returns what a component is called here: its alias, or the last part of its name."""
    return str(component.get("alias") or component["name"]).rsplit(".", 1)[-1]


def without(config: Config, names: Sequence[str]) -> Config:
    """Returns the configuration without some components.

    Raises:
        AblationError: The pipeline has no such component.
    """
    for name in names:
        _position(config, name)
    pipeline = [component for component in config["pipeline"] if short_name(component) not in names]
    return {**copy.deepcopy(config), "pipeline": pipeline}


def overridden(config: Config, component: str, settings: Mapping[str, Any]) -> Config:
    """Returns the configuration with some settings of a component replaced.

    Raises:
        AblationError: The pipeline has no such component.
    """
    changed = copy.deepcopy(config)
    changed["pipeline"][_position(config, component)].update(settings)
    return changed


def _position(config: Config, name: str) -> int:
    names = [short_name(component) for component in config["pipeline"]]
    if names.count(name) != 1:
        raise AblationError(f"expected one component {name!r} in the pipeline, which has {', '.join(names)}")
    return names.index(name)


def ablations(config: Config, settings: Mapping[str, Any]) -> list[Ablation]:
    """Returns the configured pipeline and then each ablation.

    Args:
        config: The pipeline.
        settings: What `ablations.yml` holds.

    Raises:
        AblationError: An entry does not fit the pipeline.
    """
    kept = settings["cannot_be_left_out"]
    for name in kept:
        _position(config, name)
    found = [Ablation(CONFIGURED, config)]
    names = [short_name(component) for component in config["pipeline"]]
    found += [Ablation(f"without {name}", without(config, [name])) for name in names if name not in kept]
    for change in settings.get("changes") or ():
        try:
            changed = without(config, change.get("drop", ()))
            if "set" in change:
                changed = overridden(changed, change["component"], change["set"])
        except (KeyError, AblationError) as error:
            raise AblationError(f"{change.get('name', change)}: {error}") from error
        if changed == config:
            raise AblationError(f"{change['name']}: changes nothing")
        found.append(Ablation(change["name"], changed))
    return found


def read_ablations(config: Path = CONFIG, settings: Path = ABLATIONS_FILE) -> list[Ablation]:
    """Reads the pipeline and what to take away from it.

    Raises:
        AblationError: They do not fit each other.
    """
    try:
        return ablations(read_config(config), YAML(typ="safe").load(settings.read_text(encoding="utf-8")))
    except AblationError as error:
        raise AblationError(f"{shown(settings)}: {error}") from error


def scored(model: TrainedModel, sets: Sequence[LabelledSet], progress: Progress) -> dict[str, dict[str, float]]:
    """Returns the figures of a model by set; those measured before are read from beside the model."""
    # The definitions count too: a figure that means something else now is not the same figure.
    digest = hashlib.sha256((PACKAGE / "metrics.py").read_bytes())
    digest.update("".join(labelled.sha256 for labelled in sets).encode())
    kept = model.path.parent / f"figures-{digest.hexdigest()[:16]}.json"
    if not kept.exists():
        predictions = predict(Parser(model.path), sets, progress)
        values = {name: measure(found).values() for name, found in predictions.items()}
        kept.write_text(json.dumps(values), encoding="utf-8")
    figures: dict[str, dict[str, float]] = json.loads(kept.read_text(encoding="utf-8"))
    return figures


def markdown_table(rows: Sequence[Row], set_name: str) -> str:
    """Returns a table of one set: the figures as configured, then by how much each ablation differs from them."""
    configured = rows[0].values[set_name]
    figures = [name for name in _FIGURES if name in configured]
    lines = [
        "| pipeline | " + " | ".join(FIGURE_NAMES[name].lower() for name in figures) + " |",
        "|---|" + "---|" * len(figures),
        f"| {CONFIGURED} | " + " | ".join(format_figure(configured[name], name) for name in figures) + " |",
    ]
    for row in rows[1:]:
        cells = [_cell(name, configured, row.values.get(set_name, {})) for name in figures]
        lines.append(f"| {row.name} | " + (row.failure or " | ".join(cells)) + " |")
    return "\n".join(lines)


def _cell(name: str, configured: Mapping[str, float], values: Mapping[str, float]) -> str:
    if name not in values:
        return ""
    judged = verdict(name, configured[name], values[name])
    change = format_change(values[name] - configured[name], name)
    return f"**{change}**" if judged == "worse" else change if judged == "better" else "="


def report(rows: Sequence[Row], sets: Sequence[LabelledSet]) -> str:
    """Returns the tables of all sets as Markdown."""
    parts = [
        "# What each part of the pipeline is worth\n",
        "Each row: the pipeline trained anew with one thing changed, as a difference from the pipeline as configured. "
        "**Bold**: worse without it. `=`: no difference.\n",
    ]
    for labelled in sets:
        parts.append(f"## {labelled.name}, {len(labelled.messages)} messages\n")
        parts.append(markdown_table(rows, labelled.name) + "\n")
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    console = Console()
    try:
        sets = read_sets([*os.environ.get("EVALUATION_SETS", "").split(), *arguments])
        planned = read_ablations()
    except (SetError, AblationError) as error:
        print(error, file=sys.stderr)
        return 2
    rows = []
    with progress_bars(console) as progress:
        for ablation in progress.track(planned, description="ablations"):
            step = progress.add_task(f"training {ablation.name}", total=None)
            try:
                model = trained_model(ablation.config)
                rows.append(Row(ablation.name, scored(model, sets, progress)))
            except TrainingError as error:
                if ablation.name == CONFIGURED:
                    print(error, file=sys.stderr)
                    return 1
                rows.append(Row(ablation.name, {}, str(error)))
            progress.remove_task(step)
    made = report(rows, sets)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "ablations.md").write_text(made, encoding="utf-8")
    document = {"schema_version": 1, "commit": environment.commit(), "rows": [asdict(row) for row in rows]}
    (OUTPUT / "ablations.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(made)
    print(f"Written to {shown(OUTPUT / 'ablations.md')} and ablations.json.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
