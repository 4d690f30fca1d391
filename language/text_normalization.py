"""One spelling for one meaning: width, case, traditional characters, words of dialects, invisible characters.

Every function keeps the length of its input, so that an entity found in the normalized text has the same
`start` and `end` in what the user typed.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC

from language.dialects import to_standard

# Pairs that OpenCC keeps apart because both are simplified characters, and that wallet users mix freely.
_VARIANTS = str.maketrans({"帐": "账", "徵": "征", "妳": "你", "牠": "它"})

# A lone invisible character must not become part of a word; a space is ignored by every component.
_INVISIBLE_CATEGORIES = {"Cf", "Cc", "Zs", "Zl", "Zp"}

# In one turn a message, its clauses and the words of the knowledge are looked at some seventy times.
_REMEMBERED = 1024


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65536)
def _normalize_character(character: str) -> str:
    if unicodedata.category(character) in _INVISIBLE_CATEGORIES:
        return " "
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


@lru_cache(maxsize=_REMEMBERED)
def to_simplified(text: str) -> str:
    """Converts traditional characters to simplified ones.

    Args:
        text: Any text.

    Returns:
        Text of the same length. Where OpenCC's phrase table would change the length, characters are converted
        one by one instead.
    """
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(_converter().convert(character)[:1] or character for character in text)
    return converted.translate(_VARIANTS)


@lru_cache(maxsize=_REMEMBERED)
def normalize(text: str) -> str:
    """Folds width, case, traditional characters, words of dialects and invisible characters.

    Args:
        text: What the user typed.

    Returns:
        Text of the same length.
    """
    return to_standard(to_simplified("".join(_normalize_character(character) for character in text)))
