"""Many expressions over one short text: most of them need a character that it does not have."""

from __future__ import annotations

import importlib
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

# Python's own parser of expressions, which has no public name any more. A test compares what is found with and without.
# The peers' Python 3.10 has it by its old name, and knows neither possessive repeats nor atomic groups.
_IS_OLD = sys.version_info < (3, 11)
_parser: Any = importlib.import_module("sre_parse" if _IS_OLD else "re._parser")
_constants: Any = importlib.import_module("sre_constants" if _IS_OLD else "re._constants")
_REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, getattr(_constants, "POSSESSIVE_REPEAT", None)}
_ATOMIC_GROUP = getattr(_constants, "ATOMIC_GROUP", None)


class Expressions:
    """Expressions of which only those are tried that a text can hold; each is compiled when it is tried first."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Works out which characters each expression needs."""
        self._patterns = list(patterns)
        self._compiled: list[re.Pattern[str] | None] = [None] * len(self._patterns)
        self._by_character: defaultdict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        for place, pattern in enumerate(self._patterns):
            needed = needed_characters(pattern)
            if needed is None:
                self._always.append(place)
            for character in needed or ():
                self._by_character[character].append(place)

    def __getitem__(self, place: int) -> re.Pattern[str]:
        """Returns an expression, compiled."""
        compiled = self._compiled[place]
        if compiled is None:
            compiled = self._compiled[place] = re.compile(self._patterns[place])
        return compiled

    def possible(self, text: str) -> list[int]:
        """Returns the places of the expressions that may be found in a text, rising."""
        found = set(self._always)
        for character in set(text):
            found.update(self._by_character.get(character, ()))
        return sorted(found)


def needed_characters(pattern: str) -> frozenset[str] | None:
    """Returns characters of which each text that holds the expression has at least one; None if nothing can be said."""
    parsed = _parser.parse(pattern)
    return None if parsed.state.flags & re.IGNORECASE else _needed(parsed)


def _needed(items: Any) -> frozenset[str] | None:
    """Returns what a sequence needs: what that part of it needs which needs the fewest."""
    found = [needed for needed in (_needed_by(*item) for item in items) if needed is not None]
    return min(found, key=len, default=None)


def _needed_by(kind: Any, of: Any) -> frozenset[str] | None:
    if kind is _constants.LITERAL:
        return frozenset(chr(of))
    if kind is _constants.IN:
        is_plain = all(one is _constants.LITERAL for one, _ in of)
        return frozenset(chr(value) for _, value in of) if is_plain else None
    if kind is _constants.BRANCH:
        branches = [_needed(branch) for branch in of[1]]
        return None if None in branches else frozenset().union(*(needed or () for needed in branches))
    if kind is _constants.SUBPATTERN:
        # Flags of a group are rare, and one of them folds case.
        return None if of[1] & re.IGNORECASE else _needed(of[3])
    if kind in _REPEATS:
        return _needed(of[2]) if of[0] else None
    if kind is _ATOMIC_GROUP:
        return _needed(of)
    # What must stand before or behind stands in the text, too.
    return _needed(of[1]) if kind is _constants.ASSERT else None
