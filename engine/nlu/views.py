"""The three ways in which a message is cut into n-grams: as characters, as jieba words, as Mandarin syllables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from language.pinyin import to_syllables

_LATIN_RUN = re.compile(r"[a-z]+")
_LONG_REPEAT = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")
EDGES = _START, _END = "^", "$"


def _shorten_repeats(text: str) -> str:
    # 「快快快快」 and 「！！！！！」 mean what two of them mean.
    return _LONG_REPEAT.sub(r"\1\1", text)


def character_units(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Returns the characters of normalized text, aliases replaced by their words; spaces are left out."""
    if not text.strip():
        return []
    replaced = _LATIN_RUN.sub(lambda match: aliases.get(match.group(), match.group()), _shorten_repeats(text))
    return [_START, *_SPACE.sub("", replaced), _END]


def syllable_units(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Returns the Mandarin syllables of normalized text (see `language.pinyin`)."""
    if not text.strip():
        return []
    return [_START, *to_syllables(_shorten_repeats(text), aliases), _END]


def ngrams(units: Sequence[str], lengths: range) -> list[str]:
    """Returns all n-grams of the units, joined by a space, for each length in `lengths`."""
    found: list[str] = []
    longer = list(units)
    for length in range(1, lengths.stop):
        if length > 1:
            # Each n-gram is the one before and one unit more: half as long as joining slices.
            longer = [f"{head} {tail}" for head, tail in zip(longer, units[length - 1 :])]  # noqa: B905 - one is longer
        if length >= lengths.start:
            found += longer
    return found
