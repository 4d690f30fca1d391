"""Writes what `turns.py` measured: a table with the ratios first, a chart, and the figures themselves."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.systems import ENGINE, RASA, System

mpl.use("Agg")
from matplotlib import pyplot as plt

# A row: its title, its unit, where its figure lies, and what is to be reached as a ratio to Rasa.
Row = tuple[str, str, tuple[str, ...], str]
ROWS: list[Row] = [
    ("turns a second, 1 conversation", "1/s", ("load_1", "per_second"), "≥ 14"),
    ("turns a second, 16 conversations", "1/s", ("load_16", "per_second"), "≥ 14"),
    ("turns a second, 64 conversations", "1/s", ("load_64", "per_second"), "≥ 14"),
    ("turn, 1 conversation, p50", "ms", ("load_1", "p50"), "≤ 0.071"),
    ("turn, 1 conversation, p95", "ms", ("load_1", "p95"), ""),
    ("turn, 1 conversation, p99", "ms", ("load_1", "p99"), ""),
    ("turn, 16 conversations, p50", "ms", ("load_16", "p50"), ""),
    ("turn, 16 conversations, p95", "ms", ("load_16", "p95"), ""),
    ("turn, 16 conversations, p99", "ms", ("load_16", "p99"), ""),
    ("turn, 64 conversations, p50", "ms", ("load_64", "p50"), ""),
    ("turn, 64 conversations, p95", "ms", ("load_64", "p95"), ""),
    ("turn, 64 conversations, p99", "ms", ("load_64", "p99"), ""),
    ("parse over HTTP, p50", "ms", ("parse", "p50"), ""),
    ("parse over HTTP, p95", "ms", ("parse", "p95"), ""),
    ("start to first correct answer", "s", ("start_seconds",), "≤ 0.14"),
    ("memory after 1,000 turns", "MB", ("memory",), "≤ 0.25"),
    ("turn at the beginning of a conversation", "ms", ("long", "first"), ""),
    ("turn 200 of a conversation", "ms", ("long", "last"), ""),
]


def _pick(figure: Any, path: tuple[str, ...]) -> float:
    for name in path:
        figure = figure[name]
    return float(figure)


def _median(figures: dict[str, Any], system: System, pick: Callable[[Any], float]) -> float | None:
    found = [pick(value) for name, value in figures.items() if name.startswith(f"single {system.name} ")]
    return statistics.median(found) if found else None


def _ratio(figures: dict[str, Any], system: System, pick: Callable[[Any], float]) -> tuple[float, float, float] | None:
    """Returns the median, lowest and highest ratio to Rasa, each of one repetition."""
    ratios = []
    for name, value in figures.items():
        kind, _, rest = name.partition(" ")
        if kind == "single" and rest.split()[0] == system.name:
            rasa = figures.get(f"single {RASA.name} {rest.split()[1]}")
            if rasa:
                ratios.append(pick(value) / pick(rasa))
    return (statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def write_report(figures: dict[str, Any], commit: str, systems: list[System], folder: Path) -> str:
    """Writes turns.md, turns.svg and turns.json into `folder`; returns the table."""
    folder.mkdir(parents=True, exist_ok=True)
    text = _table(figures, commit, systems)
    (folder / "turns.md").write_text(text, encoding="utf-8")
    (folder / "turns.json").write_text(json.dumps({"commit": commit, "figures": figures}, indent=1) + "\n", "utf-8")
    _chart(figures, systems, folder / "turns.svg")
    return text


def _table(figures: dict[str, Any], commit: str, systems: list[System]) -> str:
    others = [system for system in systems if system is not RASA]
    lines = ["# A turn, side by side", "", "Written by `make bench`.", ""]
    lines += [f"- {name}: {value}" for name, value in {"commit": commit, **figures["machine"]}.items()]
    lines += ["", "Ratios to Rasa's server with the same model, as the median (lowest–highest) of the repetitions.", ""]
    head = ["", "to reach", *(f"{system.title}: ratio" for system in others), *(system.title for system in systems)]
    lines += [_line(head), _line(["---"] * len(head))]
    for title, unit, path, goal in ROWS:

        def pick(figure: Any, path: tuple[str, ...] = path) -> float:
            return _pick(figure, path)

        ratios = []
        for system in others:
            ratio = _ratio(figures, system, pick)
            ratios.append(f"**{ratio[0]:.3g}** ({ratio[1]:.3g}–{ratio[2]:.3g})" if ratio else "–")
        values = [f"{_number(_median(figures, system, pick))} {unit}" for system in systems]
        lines.append(_line([title, goal, *ratios, *values]))
    growth = [_growth(figures, system) for system in systems]
    lines.append(_line(["turn 200 to the beginning", "≤ 1.3", *[""] * len(others), *growth]))
    lines += ["", *_single_figures(figures, systems)]
    return "\n".join(lines) + "\n"


def _growth(figures: dict[str, Any], system: System) -> str:
    return _number(_median(figures, system, lambda figure: figure["long"]["last"] / figure["long"]["first"]))


def _single_figures(figures: dict[str, Any], systems: list[System]) -> list[str]:
    lines = []
    for system in systems:
        workers = figures.get(f"two workers {system.name}")
        if workers:
            lines.append(
                f"- {system.title}, two workers, 16 conversations: {_number(workers['per_second'])} turns a second, "
                f"p50 {_number(workers['p50'])} ms, p95 {_number(workers['p95'])} ms"
            )
        many = figures.get(f"many {system.name}")
        if many:
            lines.append(
                f"- {system.title}, memory per 1,000 more conversations: {_number(max(many['growth'], 0))} MB "
                f"(over {many['conversations']:,})"
            )
        lines.append(f"- {system.title}, size of the model: {_number(figures['models'][system.name])} MB")
    if not any(name.startswith("two workers") for name in figures):
        lines.append("- Two workers were left out: `redis-server` was not installed.")
    sizes = figures.get("installations")
    if sizes:
        lines.append(
            f"- installation: {_number(sizes['bot'])} MB, {_number(sizes['peers'])} MB for Rasa as published "
            f"({sizes['bot'] / sizes['peers']:.2f})"
        )
    return lines


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _chart(figures: dict[str, Any], systems: list[System], path: Path) -> None:
    shown = [row for row in ROWS if row[3]]
    figure, axes = plt.subplots(1, len(shown), figsize=(3 * len(shown), 3.2))
    for axis, (title, unit, where, _) in zip(axes, shown, strict=True):

        def pick(value: Any, where: tuple[str, ...] = where) -> float:
            return _pick(value, where)

        values = [_median(figures, system, pick) or 0 for system in systems]
        colours = ["#2a7de1" if system is ENGINE else "#b8bec7" for system in systems]
        bars = axis.bar([system.name for system in systems], values, color=colours)
        axis.bar_label(bars, [_number(value) for value in values])
        axis.set_title(f"{title}\n({unit})", fontsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    # No date and no random ids, so that the same figures give the same file.
    mpl.rcParams["svg.hashsalt"] = "turns"
    figure.savefig(path, metadata={"Date": None})
