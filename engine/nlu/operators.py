"""Finds what a sentence does with a matter that it names: denies it, supposes it, says that it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_CLAUSE = re.compile(r"[^,，.。;；!！?？、\s…~]+")
_WORDS = (
    "denials",
    "refusals",
    "adjacent",
    "wished",
    "no_denials",
    "trouble_after",
    "past",
    "past_needs",
    "hypothetical",
    "only_asks",
    "persons",
)
_BY_MATTER = ("matters", "denied_by", "anchors")

NAMED, NEGATED, PAST, HYPOTHETICAL, OTHER_PERSON = "named", "negated", "past", "hypothetical", "other_person"
ANCHOR, ONLY_ASKED = "anchor", "only_asked"


@dataclass(frozen=True)
class Operator:
    """A matter that a message names, and what the sentence does with it.

    Attributes:
        name: `named` alone, `negated`, `past`, `hypothetical`, `only_asked` or `other_person`; `anchor` for a word
            that turns to a topic.
        matter: The intent or danger that is named.
        start: Where its word begins in the text.
        end: Where it ends.
    """

    name: str
    matter: str
    start: int
    end: int


@dataclass(frozen=True)
class OperatorRules:
    """The words of `data/lexicon/operators.yml`."""

    matters: Mapping[str, tuple[str, ...]]
    denied_by: Mapping[str, tuple[str, ...]]
    anchors: Mapping[str, tuple[str, ...]]
    denials: tuple[str, ...]
    refusals: tuple[str, ...]
    adjacent: tuple[str, ...]
    wished: frozenset[str]
    no_denials: tuple[str, ...]
    trouble_after: tuple[str, ...]
    reach: int
    past: tuple[str, ...]
    past_needs: tuple[str, ...]
    hypothetical: tuple[str, ...]
    only_asks: tuple[str, ...]
    persons: tuple[str, ...]

    @cached_property
    def _matter(self) -> re.Pattern[str]:
        # One group per matter: the longest word of all wins, whichever matter it names.
        words = sorted(
            ((word, matter) for matter, of in self.matters.items() for word in of), key=lambda pair: -len(pair[0])
        )
        return re.compile(
            "|".join(f"(?P<{matter}_{number}>{re.escape(word)})" for number, (word, matter) in enumerate(words))
        )

    def find(self, text: str) -> list[Operator]:
        """Returns what normalized text does with the matters that it names, in the order of the text."""
        found = [
            Operator(NEGATED, matter, text.index(word), text.index(word) + len(word))
            for matter, words in self.denied_by.items()
            for word in words
            if word in text and f"不{word}" not in text
        ]
        found += [
            Operator(ANCHOR, topic, text.index(word), text.index(word) + len(word))
            for topic, words in self.anchors.items()
            for word in words
            if word in text
        ]
        is_supposed = any(word in text for word in self.hypothetical)
        is_only_asked = any(word in text for word in self.only_asks)
        for clause in _CLAUSE.finditer(text):
            for match in self._matter.finditer(clause.group()):
                matter = str(match.lastgroup).rpartition("_")[0]
                before, after = clause.group()[: match.start()], clause.group()[match.end() :]
                span = clause.start() + match.start(), clause.start() + match.end()
                names = list(self._of_matter(matter, before, after)) or [NAMED]
                if is_supposed:
                    names.append(HYPOTHETICAL)
                if is_only_asked:
                    names.append(ONLY_ASKED)
                if any(person in text[: span[0]] for person in self.persons):
                    names.append(OTHER_PERSON)
                found += [Operator(name, matter, *span) for name in names]
        return found

    def _of_matter(self, matter: str, before: str, after: str) -> Iterator[str]:
        if self._is_denied(matter, before, after):
            yield NEGATED
        elif any(word in before for word in self.past) and any(word in after for word in self.past_needs):
            yield PAST

    def _is_denied(self, matter: str, before: str, after: str) -> bool:
        if any(word in before for word in self.no_denials) or after.startswith(self.trouble_after):
            return False
        words = self.refusals if matter == "human_handoff" else self.denials
        if matter in self.wished and matter != "human_handoff":
            words = (*self.denials, *self.refusals)
        if before.endswith(self.adjacent):
            return True
        near = before[-self.reach - max(map(len, words)) :]
        return any(
            0 <= len(near) - (near.rfind(word) + len(word)) <= self.reach for word in words if near.rfind(word) >= 0
        )


def operator_rules(content: Mapping[str, Any]) -> OperatorRules:
    """Returns the rules that a parsed `operators.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type.
    """
    lists = {name: content.get(name) for name in _WORDS}
    by_matter = {name: content.get(name) for name in _BY_MATTER}
    for name, mapping in by_matter.items():
        if not isinstance(mapping, dict) or not mapping:
            raise ValueError(f"{name}: expected lists of words by matter, found {mapping!r}")
        lists |= {f"{name}.{matter}": words for matter, words in mapping.items()}
    for name, words in lists.items():
        if not (isinstance(words, list) and words and all(isinstance(word, str) and word for word in words)):
            raise ValueError(f"{name}: expected a list of words, found {words!r}")
    unknown = sorted(set(content) - {*_WORDS, *_BY_MATTER, "reach"})
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    reach = content.get("reach")
    if not isinstance(reach, int) or reach < 0:
        raise ValueError(f"reach: expected a number of characters, found {reach!r}")
    words = {name: tuple(content[name]) for name in _WORDS if name != "wished"}
    mappings: dict[str, Any] = {
        name: {matter: tuple(of) for matter, of in content[name].items()} for name in _BY_MATTER
    }
    return OperatorRules(**mappings, wished=frozenset(content["wished"]), reach=reach, **words)
