"""Finds the part of a message that says what is wanted, leaving out what is only rejected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_CLAUSE = re.compile(r"[^,.。;!?、\s…~]+")
# A shorter last clause says nothing of its own (「谢谢」, 「咋办」).
_SHORTEST_CLAUSE = 4
Span = tuple[int, int]


@dataclass(frozen=True)
class ContrastRules:
    """The words by which people reject one thing and ask for another; see `data/lexicon/contrast.yml`."""

    fillers: tuple[str, ...]
    rejections: tuple[str, ...]
    pivots: tuple[str, ...]
    shortest_request: int

    @cached_property
    def _rejection(self) -> re.Pattern[str]:
        return re.compile(f"(?:{_any_of(self.fillers)})*(?:{_any_of(self.rejections)})")

    @cached_property
    def _pivoted(self) -> re.Pattern[str]:
        return re.compile(f".*?(?:{_any_of(self.rejections)}).+?(?:{_any_of(self.pivots)})(.{{3,}})$")

    def wanted_spans(self, text: str) -> list[Span]:
        """Returns the parts of normalized text that say what is wanted.

        Args:
            text: Normalized text.

        Returns:
            Start and end of each such part in the order of the text; the whole text when nothing is rejected.
        """
        whole = [(0, len(text))]
        clauses = [match.span() for match in _CLAUSE.finditer(text)]
        if len(clauses) == 1:
            pivoted = self._pivoted.match(text)
            return [pivoted.span(1)] if pivoted else whole
        if not clauses or not self._rejection.match(text, *clauses[0]):
            return whole
        wanted = [span for span in clauses if not self._rejection.match(text, *span)]
        return wanted if sum(end - start for start, end in wanted) >= self.shortest_request else whole


def last_clause(text: str, span: Span) -> Span:
    """Returns the last clause of a part of normalized text that is long enough to be a request; else the whole part."""
    clauses = [match.span() for match in _CLAUSE.finditer(text, *span)]
    long_enough = [(start, end) for start, end in clauses if end - start >= _SHORTEST_CLAUSE]
    return long_enough[-1] if long_enough else span


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def contrast_rules(content: dict[str, Any]) -> ContrastRules:
    """Returns the rules that a parsed `contrast.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type.
    """
    words = {}
    for name in ("fillers", "rejections", "pivots"):
        value = content.get(name)
        if not (isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)):
            raise ValueError(f"{name}: expected a list of words, found {value!r}")
        words[name] = tuple(value)
    shortest = content.get("shortest_request")
    if not isinstance(shortest, int) or shortest < 1:
        raise ValueError(f"shortest_request: expected a number of characters, found {shortest!r}")
    unknown = sorted(set(content) - {*words, "shortest_request"})
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    return ContrastRules(words["fillers"], words["rejections"], words["pivots"], shortest)
