"""Compares what was masked with what should be."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.redaction.samples import Sample
from uwallet_gateway.redaction import redact

_OF_LETTERS = ("password",)


@dataclass
class Figures:
    """What happened to the messages of one kind and form.

    Attributes:
        messages: How many there are.
        missed: Those in which some of a secret stays.
        damaged: Those in which a letter, digit or word beside a secret, or a message without one, is masked.
        examples: Some of those that failed: what was typed and what became of it.
    """

    messages: int = 0
    missed: int = 0
    damaged: int = 0
    hits: int = 0
    false_hits: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the messages in which every secret is masked."""
        return 1 - self.missed / self.messages

    @property
    def damage(self) -> float:
        """Share of the messages in which something else is masked."""
        return self.damaged / self.messages

    @property
    def precision(self) -> float:
        """Share of the hits that cover a secret."""
        return 1 - self.false_hits / self.hits if self.hits else 1.0


def _matters(text: str, place: int) -> bool:
    return unicodedata.category(text[place])[0] in "LN"


def _glued(sample: Sample) -> set[int]:
    """Returns the Latin letters and digits that touch a secret: where it ends, nobody can tell (用abc123login)."""
    glued: set[int] = set()
    if sample.kind in _OF_LETTERS:
        for _, last in sample.secrets:
            end = last
            while end < len(sample.text) and sample.text[end].isascii() and sample.text[end].isalnum():
                glued.add(end)
                end += 1
    return glued


def score(samples: Iterable[Sample], by_form: bool) -> dict[tuple[str, str], Figures]:
    """Returns the figures of each kind, and of each form where these are told apart."""
    result: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for sample in samples:
        redacted = redact(sample.text)
        figures = result[sample.kind, sample.form if by_form else ""]
        masked = {place for hit in redacted.hits for place in range(hit.start, hit.end)}
        secret = {place for span in sample.secrets for place in range(*span)}
        missed = any(_matters(sample.text, place) for place in secret - masked)
        damaged = any(_matters(sample.text, place) for place in masked - secret - _glued(sample))
        figures.messages += 1
        figures.missed += missed
        figures.damaged += damaged
        figures.hits += len(redacted.hits)
        figures.false_hits += sum(secret.isdisjoint(range(hit.start, hit.end)) for hit in redacted.hits)
        if missed or damaged:
            figures.examples.append((sample.text, redacted.text))
    return result


def total(by_form: dict[tuple[str, str], Figures]) -> dict[tuple[str, str], Figures]:
    """Returns the figures of each kind over all its forms; the examples stay with the forms."""
    result: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for (kind, _), its in by_form.items():
        whole = result[kind, ""]
        whole.messages += its.messages
        whole.missed += its.missed
        whole.damaged += its.damaged
        whole.hits += its.hits
        whole.false_hits += its.false_hits
    return result
