"""Draws the pictures of the report as SVG that follows the page's colours, light or dark."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
from matplotlib.patches import Rectangle

from evaluation.metrics import Reliability, Share

# Each drawing colour stands for a colour of the page: CSS replaces it, so that one picture serves light and dark.
_CSS_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--muted)",
    "#030303": "var(--line)",
    "#040404": "var(--good)",
    "#050505": "var(--bad)",
    "#060606": "var(--accent)",
    "#070707": "var(--warn)",
    "#080808": "var(--track)",
}
_INK, _MUTED, _LINE, _GOOD, _BAD, _ACCENT, _WARN, _TRACK = _CSS_COLOURS
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "uwallet",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _MUTED,
    "axes.edgecolor": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _MUTED,
    "ytick.labelcolor": _INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}
_DECLARATION = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_GROUP_ID = re.compile(r' id="[A-Za-z]+[A-Za-z.]*_\d+"')
_FIXED_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"', re.DOTALL)
_FIXED_HEIGHT = re.compile(r'(<svg[^>]*?) height="[^"]*"', re.DOTALL)


@contextmanager
def _figure(width: float, height: float, **subplots: Any) -> Iterator[tuple[Any, Any]]:
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(width, height), constrained_layout=True, **subplots)
        try:
            yield figure, axes
        finally:
            plt.close(figure)


def _svg(figure: Any, label: str) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = _METADATA.sub("", _DECLARATION.sub("", buffer.getvalue()))
    svg = _GROUP_ID.sub("", svg)
    width = figure.get_size_inches()[0] * 72
    svg = _FIXED_HEIGHT.sub(r"\1", _FIXED_SIZE.sub(r"\1", svg, count=1), count=1)
    for drawn, css in _CSS_COLOURS.items():
        svg = svg.replace(drawn, css)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}" style="max-width:{width * 1.25:.0f}px"', 1)


def share_bars(shares: Mapping[str, Share], target: float | None, *, label: str) -> str:
    """Returns horizontal bars of shares, worst first, with 95 % intervals, counts, and the target as a line.

    Args:
        shares: Shares by name; those of nothing are left out.
        target: What each is to reach; a bar under it is red. None: no target, and no red.
        label: What the picture shows, for those who cannot see it.
    """
    rows = sorted(((name, one) for name, one in shares.items() if one.n), key=_by_value, reverse=True)
    with _figure(8.2, 0.5 + 0.27 * len(rows)) as (figure, axes):
        for position, (name, one) in enumerate(rows):
            value, low, high = one.value or 0.0, one.low or 0.0, one.high or 0.0
            colour = _ACCENT if target is None else _GOOD if value >= target else _BAD
            axes.barh(position, 1, height=0.62, color=_TRACK)
            axes.barh(position, value, height=0.62, color=colour, label=name)
            axes.plot([low, high], [position, position], color=_INK, linewidth=1.1, alpha=0.75)
            axes.text(1.015, position, f"{value:.3f}", va="center", color=_INK)
            axes.text(1.095, position, f"{one.hits}/{one.n}", va="center", color=_MUTED, fontsize=9)
        if target is not None:
            axes.axvline(target, color=_INK, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.set_xlim(0, 1.17)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.spines["bottom"].set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=0)
        return _svg(figure, label)


def _by_value(row: tuple[str, Share]) -> tuple[float, str]:
    return row[1].value or 0.0, row[0]


def confusion_matrix(confusions: Sequence[tuple[str, str, int]]) -> str:
    """Returns the matrix of labelled intents (rows) against predicted ones (columns), mistakes in red."""
    names = sorted({label for label, _, _ in confusions} | {intent for _, intent, _ in confusions})
    place = {name: index for index, name in enumerate(names)}
    rows = dict.fromkeys(names, 0)
    for label, _, n in confusions:
        rows[label] += n
    most_mistakes = max((n for label, intent, n in confusions if label != intent), default=1)
    size = 2.4 + 0.27 * len(names)
    with _figure(size + 0.4, size) as (figure, axes):
        for label, intent, n in confusions:
            right = label == intent
            strength = n / rows[label] * 0.55 if right else 0.3 + 0.6 * n / most_mistakes
            corner = (place[intent] - 0.5, place[label] - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, color=_GOOD if right else _BAD, alpha=strength, linewidth=0))
            axes.text(place[intent], place[label], str(n), ha="center", va="center", fontsize=8, color=_INK)
        for index in range(len(names) + 1):
            axes.axhline(index - 0.5, color=_LINE, linewidth=0.4)
            axes.axvline(index - 0.5, color=_LINE, linewidth=0.4)
        axes.set_xlim(-0.5, len(names) - 0.5)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor", color=_INK)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("what the model said")
        axes.set_ylabel("what it should have said")
        axes.tick_params(length=0, labelsize=9)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return _svg(figure, "Confusion matrix: labelled intents against predicted ones")


def reliability_curve(measured: Reliability) -> str:
    """Returns accuracy against confidence, and beneath it how many messages have which confidence."""
    filled = [one for one in measured.bins if one.n]
    with _figure(5.2, 4.6, nrows=2, sharex=True, gridspec_kw={"height_ratios": [3, 1]}) as (figure, (curve, counts)):
        curve.plot([0, 1], [0, 1], color=_MUTED, linewidth=1, linestyle=(0, (3, 2)))
        confidences, accuracies = [one.confidence for one in filled], [one.accuracy for one in filled]
        curve.plot(confidences, accuracies, color=_ACCENT, linewidth=2, marker="o", markersize=5)
        curve.set_xlim(0, 1.02)
        curve.set_ylim(0, 1.04)
        curve.set_ylabel("accuracy")
        curve.text(0.03, 0.94, "above the line: too modest", fontsize=9, color=_MUTED)
        curve.text(0.98, 0.05, "below the line: too sure", fontsize=9, color=_MUTED, ha="right")
        counts.bar([(one.low + one.high) / 2 for one in filled], [one.n for one in filled], width=0.085, color=_ACCENT)
        for one in filled:
            counts.text((one.low + one.high) / 2, one.n, str(one.n), ha="center", va="bottom", fontsize=8, color=_MUTED)
        counts.set_ylim(0, max((one.n for one in filled), default=1) * 1.3)
        counts.set_yticks([])
        counts.set_xlabel("confidence of the likeliest intent")
        counts.set_ylabel("messages")
        return _svg(figure, "Reliability curve: accuracy against confidence")


def latency_histogram(milliseconds: Sequence[float], p50: float, p95: float) -> str:
    """Returns how many messages took how long, with the percentiles marked; the slowest 1 % share the last bar."""
    values = sorted(milliseconds)
    edge = max(values[int(len(values) * 0.99)], p95 * 1.15)
    with _figure(5.2, 3.2) as (figure, axes):
        axes.hist([min(value, edge) for value in values], bins=40, range=(0, edge), color=_ACCENT)
        top = axes.get_ylim()[1] * 1.12
        axes.set_ylim(0, top)
        for name, value, height in (("p50", p50, 0.99), ("p95", p95, 0.88)):
            axes.axvline(value, color=_INK, linewidth=1, linestyle=(0, (3, 2)))
            side = "right" if value > edge * 0.7 else "left"
            offset = -0.01 if side == "right" else 0.01
            axes.text(value + offset * edge, top * height, f"{name} {value:.1f} ms", ha=side, va="top", color=_INK)
        axes.set_xlabel("milliseconds to parse a message (last bar: and slower)")
        axes.set_ylabel("messages")
        return _svg(figure, "Histogram of parse times")


def group_dots(accuracies: Mapping[str, Mapping[str, float]]) -> str:
    """Returns the accuracy of each group as one dot for each pipeline.

    Args:
        accuracies: By pipeline and then by group; all pipelines have the same groups. The first is drawn strongest.
    """
    pipelines = list(accuracies)
    groups = sorted(accuracies[pipelines[0]], key=accuracies[pipelines[0]].__getitem__, reverse=True)
    markers = dict(zip(pipelines, (("o", _ACCENT), ("s", _BAD), ("^", _WARN), ("D", _MUTED)), strict=False))
    with _figure(8.2, 1.0 + 0.3 * len(groups)) as (figure, axes):
        for position, group in enumerate(groups):
            values = [accuracies[pipeline][group] for pipeline in pipelines]
            axes.plot([min(values), max(values)], [position, position], color=_LINE, linewidth=2, zorder=1)
        for pipeline, (marker, colour) in markers.items():
            values = [accuracies[pipeline][group] for group in groups]
            axes.scatter(values, range(len(groups)), marker=marker, color=colour, s=42, label=pipeline, zorder=2)
        axes.set_yticks(range(len(groups)), groups)
        axes.set_xlabel("accuracy")
        axes.set_xlim(right=1.005)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=len(pipelines), frameon=False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        return _svg(figure, "Accuracy by group for each pipeline")
