"""Reads a message as Mandarin syllables, so that homophone typos and typed pinyin look like the intended words.

「密码」, the typo 「蜜码」 and `mima` all become `mi ma`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache

# Characters are read one by one, so that the table of phrases is not needed: 45 MB. pypinyin asks when it is imported.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

# pypinyin: the maintained, MIT-licensed pronunciation table for Chinese characters.
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

_LATIN_RUN = re.compile(r"[a-z]+")


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Returns every toneless syllable that the pronunciation table knows, without one-letter interjections."""
    # 50,000 characters share 2,000 readings, and to_normal is slow.
    readings = set(",".join(PINYIN_DICT.values()).split(","))
    found = {to_normal(reading) for reading in readings}
    return frozenset(syllable for syllable in found if syllable.isascii() and (len(syllable) > 1 or syllable in "ae"))


@lru_cache(maxsize=65536)
def _character_syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


@lru_cache(maxsize=8192)
def split_syllables(letters: str) -> tuple[str, ...] | None:
    """Splits typed pinyin into syllables, preferring long ones.

    Args:
        letters: Lower-case latin letters without spaces.

    Returns:
        The syllables, or None when the letters are not pinyin throughout (an English word, initials).
    """
    known = syllables()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            head = best[start]
            if head is not None and letters[start:end] in known:
                candidate = (*head, letters[start:end])
                current = best[end]
                if current is None or len(candidate) < len(current):
                    best[end] = candidate
    return best[-1]


def to_syllables(text: str, aliases: Mapping[str, str]) -> list[str]:
    """Reads normalized text as syllables.

    Args:
        text: Normalized text.
        aliases: Latin spellings of Chinese words; they take precedence over reading the letters as pinyin.

    Returns:
        One item per Chinese character, typed syllable, other latin word or digit; everything else is left out.
    """
    result: list[str] = []
    position = 0
    while position < len(text):
        latin = _LATIN_RUN.match(text, position)
        if latin:
            result += _latin_syllables(latin.group(), aliases)
            position = latin.end()
            continue
        character = text[position]
        if character.isalnum():
            result.append(_character_syllable(character))
        position += 1
    return result


def _latin_syllables(letters: str, aliases: Mapping[str, str]) -> tuple[str, ...]:
    word = aliases.get(letters)
    if word:
        return tuple(_character_syllable(character) for character in word)
    return split_syllables(letters) or (letters,)
