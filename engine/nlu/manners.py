"""Finds the request within its manners: greeting, fillers and thanks around it tell nothing about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.nlu.contrast import Span

_WORDS = ("openings", "endings", "particles", "softeners")
_NUMBERS = ("shortest_after_opening", "shortest_before_ending")


@dataclass(frozen=True)
class MannerRules:
    """The words; see `data/lexicon/manners.yml`."""

    openings: tuple[str, ...]
    endings: tuple[str, ...]
    particles: tuple[str, ...]
    softeners: tuple[str, ...]
    shortest_after_opening: int
    shortest_before_ending: int

    @cached_property
    def _opening(self) -> re.Pattern[str]:
        return re.compile(rf"\W*(?:(?:{_any_of(self.openings)})(?:{_any_of(self.particles)})*\W+)+")

    @cached_property
    def _ending(self) -> re.Pattern[str]:
        return re.compile(rf"(?:\W+(?:{_any_of(self.endings)})(?:{_any_of(self.particles)})*)+\W*$")

    @cached_property
    def _softener(self) -> re.Pattern[str]:
        characters = re.escape("".join(sorted(set("".join(self.softeners)))))
        return re.compile(rf"(?<=[^\W{characters}])(?:{_any_of(self.softeners)})\W*$")

    def request_span(self, text: str) -> Span:
        """Returns where in normalized text the request stands; all of it when it is nothing but manners."""
        start, end = 0, len(text)
        opening = self._opening.match(text)
        if opening and _length(text[opening.end() :]) >= self.shortest_after_opening:
            start = opening.end()
        ending = self._ending.search(text, start)
        if ending and _length(text[start : ending.start()]) >= self.shortest_before_ending:
            end = ending.start()
        softener = self._softener.search(text, start, end)
        return start, softener.start() if softener else end


def _length(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def manner_rules(content: dict[str, Any]) -> MannerRules:
    """Returns the rules that a parsed `manners.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type.
    """
    fields: dict[str, Any] = {}
    for name in _WORDS:
        value = content.get(name)
        if not (isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)):
            raise ValueError(f"{name}: expected a list of words, found {value!r}")
        fields[name] = tuple(value)
    for name in _NUMBERS:
        if not isinstance(content.get(name), int) or content[name] < 1:
            raise ValueError(f"{name}: expected a number of characters, found {content.get(name)!r}")
        fields[name] = content[name]
    unknown = sorted(set(content) - set(fields))
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    return MannerRules(**fields)
