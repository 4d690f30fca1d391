"""Compares two reports: which figures got better or worse, and which messages flipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scipy.stats import binomtest

from evaluation.metrics import LOWER_IS_BETTER

SCHEMA_VERSION = 1
# A difference in time of less than this share is noise of the machine.
_NOISE_OF_TIMES = 0.15
# Shares are of hundreds of messages; less than this is rounding.
_NOISE_OF_SHARES = 5e-4

Report = Mapping[str, Any]


class IncompatibleReportError(ValueError):
    """The other report was written by another version of the evaluation."""


@dataclass(frozen=True)
class Change:
    """A figure before and after; `verdict` is better, worse or same."""

    name: str
    before: float
    after: float
    verdict: str


@dataclass(frozen=True)
class Flip:
    """A message that was right and is wrong now, or the other way round."""

    text: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class SetComparison:
    """What changed on one set.

    Attributes:
        name: Name of the set.
        same_messages: Whether both reports are about the same file. Otherwise a figure may differ because of that.
        figures: All figures that both reports have.
        groups: The styles or sources whose accuracy changed.
        intents: The intents whose accuracy changed.
        fixed: Messages that were wrong and are right; None when they are not to be listed or are not known.
        broken: The other way round.
        chance: Probability of so uneven a split of flips, or a more uneven one, when both models are equally good
            (sign test); None without flips.
    """

    name: str
    same_messages: bool
    figures: tuple[Change, ...]
    groups: tuple[Change, ...]
    intents: tuple[Change, ...]
    fixed: tuple[Flip, ...] | None
    broken: tuple[Flip, ...] | None
    chance: float | None


@dataclass(frozen=True)
class Comparison:
    """What changed since another report: when it was made, from which commit, and what differs on each set."""

    created: str
    commit: str
    source: str
    sets: tuple[SetComparison, ...]


def compare(current: Report, previous: Report, source: str) -> Comparison:
    """Compares the sets that both reports have.

    Args:
        current: The new report.
        previous: The one before, or the accepted baseline.
        source: What `previous` is, as shown to people.

    Raises:
        IncompatibleReportError: `previous` has another schema version.
    """
    if previous.get("schema_version") != SCHEMA_VERSION:
        raise IncompatibleReportError(
            f"{source} has schema version {previous.get('schema_version')!r}, this evaluation writes {SCHEMA_VERSION}"
        )
    before = {entry["name"]: entry for entry in previous["sets"]}
    return Comparison(
        previous["created"],
        previous["commit"],
        source,
        tuple(_compare_set(entry, before[entry["name"]]) for entry in current["sets"] if entry["name"] in before),
    )


def verdict(name: str, before: float, after: float) -> str:
    """Says whether a figure got `better`, `worse`, or stayed the `same` within its noise."""
    noise = _NOISE_OF_TIMES * before if name.endswith("_ms") else _NOISE_OF_SHARES
    if abs(after - before) <= noise:
        return "same"
    return "better" if (after < before) == (name in LOWER_IS_BETTER) else "worse"


def _compare_set(current: Report, previous: Report) -> SetComparison:
    fixed = broken = None
    chance = None
    if "messages" in current and "messages" in previous:
        flips = _flips(current["messages"], previous["messages"])
        fixed = tuple(flip for flip in flips if flip.after == flip.label)
        broken = tuple(flip for flip in flips if flip.before == flip.label)
        if flips:
            chance = float(binomtest(len(fixed), len(flips)).pvalue)
    return SetComparison(
        name=current["name"],
        same_messages=current["sha256"] == previous["sha256"],
        figures=_changes(current["values"], previous["values"]),
        groups=_changed(current["figures"]["by_group"], previous["figures"]["by_group"]),
        intents=_changed(current["figures"]["by_intent"], previous["figures"]["by_intent"]),
        fixed=fixed,
        broken=broken,
        chance=chance,
    )


def _changes(current: Mapping[str, float], previous: Mapping[str, float]) -> tuple[Change, ...]:
    return tuple(
        Change(name, previous[name], value, verdict(name, previous[name], value))
        for name, value in current.items()
        if name in previous
    )


def _changed(current: Report, previous: Report) -> tuple[Change, ...]:
    shares = [{name: entry["value"] for name, entry in report.items()} for report in (current, previous)]
    changes = [change for change in _changes(*shares) if change.verdict != "same"]
    return tuple(sorted(changes, key=_difference))


def _difference(change: Change) -> float:
    return change.after - change.before


def _flips(current: list[Report], previous: list[Report]) -> list[Flip]:
    before = {(message["text"], message["label"]): message["intent"] for message in previous}
    flips = []
    for message in current:
        label, after = message["label"], message["intent"]
        intent = before.get((message["text"], label))
        if intent is not None and (intent == label) != (after == label):
            flips.append(Flip(message["text"], label, intent, after))
    return flips
