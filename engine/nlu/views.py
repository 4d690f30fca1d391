"""The ways in which a message is cut into n-grams: characters, Mandarin syllables, sounds, jieba words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from language.pinyin import to_syllables

_LATIN_RUN = re.compile(r"[a-z]+")
_LONG_REPEAT = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")
# Sounds that many people do not tell apart, in speaking, typing or dictating: zh and z, n and l, f and h, ing and in.
_FOLDED_STARTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_FOLDED_ENDS = ("ing", "eng", "ang")
EDGES = _START, _END = "^", "$"


# Texts of the last turns, each of which a dozen vocabularies are asked about.
_REMEMBERED = 256


class Aliases(dict[str, str]):
    """What is written in several ways, by how; a key for what is remembered by it, which is why it is not changed."""

    def __hash__(self) -> int:  # type: ignore[override]
        """Returns the identity: `aliases_of` makes equal ones the same."""
        return id(self)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same object."""
        return self is other

    def __ne__(self, other: object) -> bool:
        """Whether they are two objects."""
        return self is not other


_aliases: dict[frozenset[tuple[str, str]], Aliases] = {}


def aliases_of(spellings: Mapping[str, str]) -> Aliases:
    """Returns the one object for equal aliases: each component reads a copy of its own."""
    if isinstance(spellings, Aliases):
        return spellings
    return _aliases.setdefault(frozenset(spellings.items()), Aliases(spellings))


def _shorten_repeats(text: str) -> str:
    # 「快快快快」 and 「！！！！！」 mean what two of them mean.
    return _LONG_REPEAT.sub(r"\1\1", text)


def character_units(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Returns the characters of normalized text, aliases replaced by their words; spaces are left out."""
    return list(_characters(text, aliases_of(aliases)))


@lru_cache(maxsize=_REMEMBERED)
def _characters(text: str, aliases: Aliases) -> tuple[str, ...]:
    if not text.strip():
        return ()
    replaced = _LATIN_RUN.sub(lambda match: aliases.get(match.group(), match.group()), _shorten_repeats(text))
    return (_START, *_SPACE.sub("", replaced), _END)


def syllable_units(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Returns the Mandarin syllables of normalized text (see `language.pinyin`)."""
    return list(_syllables(text, aliases_of(aliases)))


@lru_cache(maxsize=_REMEMBERED)
def _syllables(text: str, aliases: Aliases) -> tuple[str, ...]:
    if not text.strip():
        return ()
    return (_START, *to_syllables(_shorten_repeats(text), aliases), _END)


def sound_units(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Returns the same with sounds that accents do not tell apart made one."""
    return [unit if unit in EDGES else _fold(unit) for unit in syllable_units(text, aliases)]


@lru_cache(maxsize=4096)
def _fold(syllable: str) -> str:
    for start, folded in _FOLDED_STARTS:
        if syllable.startswith(start):
            syllable = folded + syllable[len(start) :]
            break
    return syllable[:-1] if syllable.endswith(_FOLDED_ENDS) else syllable


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
