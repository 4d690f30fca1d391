"""What each figure means. The tests, the reports and the comparison with peers all take their figures from here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
ANSWER, CHOICE, NOT_UNDERSTOOD = BANDS = ("answer", "choice", "not_understood")
MAIN_INTENTS = frozenset({
    "forgot_password", "payment_failure", "account_security", "account_closure", "transaction_dispute",
    "contact_support", "support_hours", "contact_preparation", "human_handoff", "account_compromised",
})  # fmt: skip
# A neighbouring topic that gives the same help.
FAMILY = {
    "support_hours": "contact_support",
    "contact_preparation": "contact_support",
    "account_compromised": "account_security",
    "closure_consequences": "account_closure",
    "dispute_outcome": "transaction_dispute",
}
# The bot offers three choices.
_CHOICES_SHOWN = 3
_RELIABILITY_BINS = 10
# The accuracy of fewer messages says nothing; such a group or intent is shown, but not named as the worst.
FEWEST_MESSAGES = 10

# Shown in the reports; keys are the names of the figures.
DEFINITIONS = {
    "accuracy": "Share of messages whose intent is the labelled one. nlu_fallback counts as out_of_scope.",
    "family_accuracy": (
        "As accuracy, but a neighbouring topic that gives the same help counts as right: "
        + ", ".join(f"{name} = {family}" for name, family in FAMILY.items())
        + "."
    ),
    "worst_group": f"Lowest accuracy of a style (or source) with at least {FEWEST_MESSAGES} messages.",
    "worst_main_intent": (
        f"Lowest accuracy of a main intent with at least {FEWEST_MESSAGES} messages: "
        + ", ".join(sorted(MAIN_INTENTS))
        + "."
    ),
    "out_of_scope_recall": "Share of the out_of_scope messages that were recognised as such (or as nlu_fallback).",
    "refused": "Share of the messages in scope that were taken for out_of_scope or nlu_fallback.",
    "dangerous": (
        "Share of all messages with a dangerous mistake: account_closure although the user asked neither for that nor "
        "for its consequences; account_compromised or human_handoff missed. Counted by intent, whatever the band."
    ),
    "dangerous_answered": "The dangerous mistakes in the band answer only, as a share of all messages.",
    "ece": (
        "Expected calibration error: how far confidence and accuracy lie apart, averaged over ten bins of equal width "
        "weighted by their messages. Of the likeliest intent, before any fallback or band replaces it."
    ),
    "parse_p50_ms": "Half of the messages were parsed within this time (in this process, one after the other).",
    "parse_p95_ms": "95 % of the messages were parsed within this time.",
    "band_answer": "The bot answers. Right: the intent is the labelled one.",
    "band_choice": (
        "The bot offers up to three choices and 都不是. Right: the labelled intent is among the first three; or the "
        "label is out_of_scope, for which 都不是 is there; or the intent is right and none that anybody is asked about "
        "(affirm, thank), which the conversation takes as it is."
    ),
    "band_not_understood": "The bot says that it did not understand. Right: the label is out_of_scope.",
}
LOWER_IS_BETTER = frozenset({"refused", "dangerous", "dangerous_answered", "ece", "parse_p50_ms", "parse_p95_ms"})


@dataclass(frozen=True)
class Prediction:
    """What the model made of a labelled message.

    Attributes:
        text: The message.
        label: The intent it should have.
        group: Its style or source.
        intent: The intent it was given; not understood counts as out of scope.
        ranking: Likeliest intents with confidences, best first, as the classifier had them before any fallback.
        band: One of `BANDS`.
        choices: The intents offered in the band `choice`.
        further: Further requests found in the same message.
        milliseconds: Time of the parse.
    """

    text: str
    label: str
    group: str
    intent: str
    ranking: tuple[tuple[str, float], ...]
    band: str = ANSWER
    choices: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    milliseconds: float = 0.0

    @property
    def is_correct(self) -> bool:
        """Whether the intent is the labelled one."""
        return self.intent == self.label

    @property
    def is_same_family(self) -> bool:
        """Whether the intent is the labelled one or a neighbour that gives the same help."""
        return FAMILY.get(self.intent, self.intent) == FAMILY.get(self.label, self.label)

    @property
    def is_dangerous(self) -> bool:
        """Starting a closure nobody asked for; missing a stolen account; missing a request for a human."""
        closes = self.intent == "account_closure" and self.label not in {"account_closure", "closure_consequences"}
        misses = self.label in {"account_compromised", "human_handoff"} and not self.is_correct
        return closes or misses

    @property
    def is_band_right(self) -> bool:
        """Whether what the bot does in this band helps the user; see `DEFINITIONS`."""
        if self.band == CHOICE:
            is_taken = self.is_correct and self.intent not in self.choices
            return self.label in self.choices[:_CHOICES_SHOWN] or self.label == OUT_OF_SCOPE or is_taken
        if self.band == NOT_UNDERSTOOD:
            return self.label == OUT_OF_SCOPE
        return self.is_correct


def read_parse(
    parse: Mapping[str, Any], *, text: str, label: str, group: str = "", milliseconds: float = 0.0
) -> Prediction:
    """Reads the result of a parse, as Rasa's `/model/parse` returns it.

    Args:
        parse: `intent` and `intent_ranking`; optionally `answer_band`, `choices` and `further_requests`.
        text: The message.
        label: The intent it should have.
        group: Its style or source.
        milliseconds: Time of the parse.
    """
    # A retrieval intent is named intent/response.
    name = str((parse.get("intent") or {}).get("name") or FALLBACK).split("/")[0]
    band = parse.get("answer_band") or (NOT_UNDERSTOOD if name == FALLBACK else ANSWER)
    if band not in BANDS:
        raise ValueError(f"answer_band: expected one of {', '.join(BANDS)}, found {band!r}")
    return Prediction(
        text=text,
        label=label,
        group=group,
        intent=OUT_OF_SCOPE if name == FALLBACK else name,
        ranking=tuple(
            (str(entry["name"]), float(entry["confidence"]))
            for entry in parse.get("intent_ranking") or ()
            if entry["name"] != FALLBACK
        ),
        band=band,
        choices=tuple(str(choice["name"]) for choice in parse.get("choices") or ()),
        further=tuple(str(request["name"]) for request in parse.get("further_requests") or ()),
        milliseconds=milliseconds,
    )


@dataclass(frozen=True)
class Share:
    """`hits` of `n` with the 95 % Wilson interval; `value`, `low` and `high` are None when `n` is 0."""

    hits: int
    n: int
    value: float | None
    low: float | None
    high: float | None


def share(hits: Iterable[bool]) -> Share:
    """Counts how many are true."""
    values = list(hits)
    count, n = sum(values), len(values)
    if not n:
        return Share(0, 0, None, None, None)
    interval = binomtest(count, n).proportion_ci(method="wilson")
    return Share(count, n, count / n, float(interval.low), float(interval.high))


@dataclass(frozen=True)
class ReliabilityBin:
    """Messages whose confidence lies in [low, high): their mean confidence and accuracy, None when there are none."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Reliability:
    """Whether confidences are truthful; `left_out` counts messages without a ranking, for which there is none."""

    ece: float | None
    bins: tuple[ReliabilityBin, ...]
    left_out: int


def reliability(predictions: Sequence[Prediction]) -> Reliability:
    """Compares the confidence of the likeliest intent with how often it is the labelled one."""
    ranked = [(p.ranking[0][1], p.ranking[0][0] == p.label) for p in predictions if p.ranking]
    binned: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, hit in ranked:
        binned[min(int(confidence * _RELIABILITY_BINS), _RELIABILITY_BINS - 1)].append((confidence, hit))
    bins, error = [], 0.0
    for index in range(_RELIABILITY_BINS):
        content = binned[index]
        low, high = index / _RELIABILITY_BINS, (index + 1) / _RELIABILITY_BINS
        if not content:
            bins.append(ReliabilityBin(low, high, 0, None, None))
            continue
        mean_confidence, accuracy = (float(mean) for mean in np.mean(content, axis=0))
        error += abs(mean_confidence - accuracy) * len(content) / len(ranked)
        bins.append(ReliabilityBin(low, high, len(content), mean_confidence, accuracy))
    return Reliability(error if ranked else None, tuple(bins), len(predictions) - len(ranked))


@dataclass(frozen=True)
class Band:
    """How many messages are in a band, and how often it is right."""

    name: str
    messages: Share
    right: Share


@dataclass(frozen=True)
class Worst:
    """The group or intent with the lowest accuracy."""

    name: str
    share: Share


@dataclass(frozen=True)
class Figures:
    """All figures of a set; see `DEFINITIONS`. `confusions` counts (label, intent) pairs, right ones included."""

    n: int
    accuracy: Share
    family_accuracy: Share
    out_of_scope_recall: Share
    refused: Share
    dangerous: Share
    dangerous_answered: Share
    by_group: dict[str, Share]
    by_intent: dict[str, Share]
    worst_group: Worst | None
    worst_main_intent: Worst | None
    bands: tuple[Band, ...]
    reliability: Reliability
    parse_p50_ms: float
    parse_p95_ms: float
    parse_p99_ms: float
    confusions: tuple[tuple[str, str, int], ...]

    def values(self) -> dict[str, float]:
        """Returns each figure that has a target or is compared, by its name; those that do not exist are left out."""
        values = {
            "accuracy": self.accuracy.value,
            "family_accuracy": self.family_accuracy.value,
            "worst_group": self.worst_group.share.value if self.worst_group else None,
            "worst_main_intent": self.worst_main_intent.share.value if self.worst_main_intent else None,
            "out_of_scope_recall": self.out_of_scope_recall.value,
            "refused": self.refused.value,
            "dangerous": self.dangerous.value,
            "dangerous_answered": self.dangerous_answered.value,
            "ece": self.reliability.ece,
            "parse_p50_ms": self.parse_p50_ms,
            "parse_p95_ms": self.parse_p95_ms,
        }
        return {name: value for name, value in values.items() if value is not None}


def measure(predictions: Sequence[Prediction]) -> Figures:
    """Computes all figures.

    Args:
        predictions: At least one.
    """
    by_group, by_intent = defaultdict(list), defaultdict(list)
    for prediction in predictions:
        by_intent[prediction.label].append(prediction.is_correct)
        if prediction.group:
            by_group[prediction.group].append(prediction.is_correct)
    groups = {name: share(hits) for name, hits in sorted(by_group.items())}
    intents = {name: share(hits) for name, hits in sorted(by_intent.items())}
    p50, p95, p99 = (float(ms) for ms in np.percentile([p.milliseconds for p in predictions], [50, 95, 99]))
    return Figures(
        n=len(predictions),
        accuracy=share(p.is_correct for p in predictions),
        family_accuracy=share(p.is_same_family for p in predictions),
        out_of_scope_recall=share(p.intent == OUT_OF_SCOPE for p in predictions if p.label == OUT_OF_SCOPE),
        refused=share(p.intent == OUT_OF_SCOPE for p in predictions if p.label != OUT_OF_SCOPE),
        dangerous=share(p.is_dangerous for p in predictions),
        dangerous_answered=share(p.is_dangerous and p.band == ANSWER for p in predictions),
        by_group=groups,
        by_intent=intents,
        worst_group=_worst(groups),
        worst_main_intent=_worst({name: value for name, value in intents.items() if name in MAIN_INTENTS}),
        bands=tuple(
            Band(
                name,
                share(p.band == name for p in predictions),
                share(p.is_band_right for p in predictions if p.band == name),
            )
            for name in BANDS
        ),
        reliability=reliability(predictions),
        parse_p50_ms=p50,
        parse_p95_ms=p95,
        parse_p99_ms=p99,
        confusions=tuple(
            (label, intent, n)
            for (label, intent), n in sorted(Counter((p.label, p.intent) for p in predictions).items())
        ),
    )


def _worst(shares: Mapping[str, Share]) -> Worst | None:
    values = {name: one.value for name, one in shares.items() if one.value is not None and one.n >= FEWEST_MESSAGES}
    if not values:
        return None
    name = min(values, key=values.__getitem__)
    return Worst(name, shares[name])
