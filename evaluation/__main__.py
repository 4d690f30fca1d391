"""Trains if needed, scores all sets, and writes a report. Usage: python -m evaluation [SET.tsv[:blind] ...].

Further sets may also be given by the environment variable EVALUATION_SETS, separated by spaces.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime

from rich.console import Console
from rich.table import Table

from evaluation import environment
from evaluation.compare import Comparison, IncompatibleReportError, compare
from evaluation.neighbours import read_training_examples
from evaluation.paths import BASELINE, MODEL, OUTPUT, ROOT, shown
from evaluation.predict import Parser, predict
from evaluation.progress import progress_bars
from evaluation.report import (
    FIGURE_NAMES,
    SetResult,
    format_figure,
    read_report,
    render_report,
    report_document,
    score,
    worst_misses,
    write_report,
)
from evaluation.robustness import COVERAGES, Robustness, measure_robustness
from evaluation.sets import SetError, read_sets, read_targets
from evaluation.several_requests import RequestFigures, score_requests


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0 when a report was written, whatever the figures are."""
    console = Console()
    try:
        sets = read_sets([*os.environ.get("EVALUATION_SETS", "").split(), *arguments])
        targets = read_targets()
    except SetError as error:
        print(error, file=sys.stderr)
        return 2
    trained = subprocess.run([sys.executable, "-m", "scripts.train"], cwd=ROOT, check=False).returncode
    if trained != 0:
        return trained
    with console.status("Loading the model and the training examples ..."):
        parser = Parser(MODEL)
        examples = read_training_examples()
    with progress_bars(console) as progress:
        predictions = predict(parser, sets, progress)
        requests = score_requests(parser, progress)
        robustness = measure_robustness(parser, predictions, examples, progress)
    results = [score(labelled, predictions[labelled.name], targets) for labelled in sets]
    created = datetime.now().astimezone()
    about = {
        "created": created.isoformat(timespec="seconds"),
        "commit": environment.commit(),
        "training_examples": len(examples),
        "model": {
            "size_mib": MODEL.stat().st_size / 2**20,
            "load_seconds": parser.loaded.seconds,
            "resident_mib": parser.loaded.resident_mib,
        },
        "machine": environment.machine(),
        "machine_busy": environment.busy(),
        "versions": environment.versions(),
    }
    document = report_document(results, requests, about, robustness)
    comparison, note = _comparison(document)
    with console.status("Drawing the report ..."):
        misses = {result.labelled.name: worst_misses(result, examples) for result in results}
        page = render_report(document, results, misses, comparison, note)
    folder = OUTPUT / created.strftime("%Y-%m-%dT%H-%M-%S")
    write_report(folder, page, document)
    console.print(_table(results, comparison))
    console.print(_requests_table(requests))
    console.print(_robustness_table(robustness))
    if comparison is None:
        console.print(note)
    console.print(f"Report: {shown(folder / 'report.html')}", soft_wrap=True)
    return 0


def _comparison(document: dict[str, object]) -> tuple[Comparison | None, str]:
    for path, source in (
        (OUTPUT / "latest" / "report.json", "the previous report"),
        (BASELINE, "the accepted baseline"),
    ):
        previous = read_report(path)
        if previous is None:
            continue
        try:
            return compare(document, previous, source), ""
        except IncompatibleReportError as error:
            return None, f"No comparison: {error}."
    return None, "There is no earlier report to compare with; the next one will be compared with this one."


def _table(results: list[SetResult], comparison: Comparison | None) -> Table:
    table = Table(title="How well messages are understood")
    table.add_column("")
    verdicts = {}
    for result in results:
        table.add_column(f"{result.labelled.name} ({result.figures.n})", justify="right")
    for compared in comparison.sets if comparison else ():
        verdicts.update({(compared.name, change.name): change for change in compared.figures})
    for name, title in FIGURE_NAMES.items():
        cells = []
        for result in results:
            check = next((check for check in result.checks if check.name == name), None)
            change = verdicts.get((result.labelled.name, name))
            cell = format_figure(check.value, name) if check else ""
            if check and check.met is not None:
                cell = f"[{'green' if check.met else 'red'}]{cell}[/] [dim]{check.target}[/]"
            if change and change.verdict != "same":
                arrow = "▲" if change.after > change.before else "▼"
                cell += f" [{'green' if change.verdict == 'better' else 'red'}]{arrow} {change.verdict}[/]"
            cells.append(cell)
        table.add_row(title, *cells)
    return table


def _requests_table(requests: list[RequestFigures]) -> Table:
    table = Table(title="Messages with several requests")
    for column in ("", "served first", "all found", "invented"):
        table.add_column(column, justify="right" if column else "left")
    for figures in requests:
        shares = (figures.served_first, figures.all_found, figures.invented)
        table.add_row(figures.name, *(f"{format_figure(one.value)} [dim]of {one.n}[/]" for one in shares))
    return table


def _robustness_table(robustness: list[Robustness]) -> Table:
    table = Table(title="Harmless changes, nearness of the training examples, risk")
    table.add_column("")
    for one in robustness:
        table.add_column(one.name, justify="right")
    for way in robustness[0].flips:
        table.add_row(f"flips: {way}", *(format_figure(one.flips[way].value) for one in robustness))
    table.add_row("flips, all", *(format_figure(one.all_flips.value) for one in robustness))
    table.add_row("stand in training", *(format_figure(one.verbatim.value) for one in robustness))
    table.add_row("have a near example", *(format_figure(one.near.value) for one in robustness))
    table.add_row("accuracy of the others", *(format_figure(one.accuracy_of_others.value) for one in robustness))
    for coverage in (f"{value:.0%}" for value in COVERAGES):
        table.add_row(f"wrong at coverage {coverage}", *(format_figure(one.risks.get(coverage)) for one in robustness))
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
