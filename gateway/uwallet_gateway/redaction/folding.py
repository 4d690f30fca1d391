"""Text as it is compared: half width, small letters, nothing invisible; with the way back to the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Shown as nothing, although Unicode calls them letters or symbols.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_KEPT_CONTROLS = frozenset("\t\n\r")
_MARKS = ("Mn", "Me")


@dataclass(frozen=True)
class Folded:
    """A text and the places in the original that its characters come from.

    Attributes:
        original: The text as it was.
        text: The folded text.
        places: For each folded character the index of the original one; several may share one (㈠ is three).
    """

    original: str
    text: str
    places: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where a part of the folded text stands in the original, with marks that sit on its last character.

        Args:
            start: Where the part begins in the folded text.
            end: Where it ends, exclusive; greater than `start`.
        """
        last = self.places[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) in _MARKS:
            last += 1
        return self.places[start], last


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isprintable() or character in _KEPT_CONTROLS else ""
    if character in _BLANK:
        return ""
    category = unicodedata.category(character)
    if category in ("Cf", "Cc", *_MARKS):
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    parts = []
    for part in unicodedata.normalize("NFKC", character):
        if part.isspace():
            parts.append(" ")
        elif unicodedata.category(part) not in _MARKS:
            lower = part.lower()
            parts.append(lower if len(lower) == 1 else part)
    return "".join(parts)


def fold(text: str) -> Folded:
    """Returns the text as it is compared; takes time in proportion to its length."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in _fold_character(character):
            characters.append(folded)
            places.append(place)
    return Folded(text, "".join(characters), tuple(places))
