"""Finds plain wishes for a human, which need no learning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_CLAUSE = re.compile(r"[^,.。;!?、\s…~:]+")
_FIELDS = ("wishes", "alone", "unless")


@dataclass(frozen=True)
class HandoffRules:
    """The words; see `data/lexicon/handoff.yml`."""

    wishes: tuple[str, ...]
    alone: tuple[str, ...]
    unless: tuple[str, ...]

    @cached_property
    def _alone(self) -> re.Pattern[str]:
        return re.compile(f"(?:{'|'.join(map(re.escape, self.alone))})+")

    def is_wish(self, text: str) -> bool:
        """Whether normalized text plainly asks for a human."""
        if any(word in text for word in self.unless):
            return False
        if any(word in text for word in self.wishes):
            return True
        return any(self._alone.fullmatch(clause.group()) for clause in _CLAUSE.finditer(text))


def handoff_rules(content: dict[str, Any]) -> HandoffRules:
    """Returns the rules that a parsed `handoff.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type.
    """
    for name in _FIELDS:
        value = content.get(name)
        if not (isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)):
            raise ValueError(f"{name}: expected a list of words, found {value!r}")
    unknown = sorted(set(content) - set(_FIELDS))
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    return HandoffRules(**{name: tuple(content[name]) for name in _FIELDS})
