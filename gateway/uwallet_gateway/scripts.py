"""Simplified and traditional characters, and the sounds of what was typed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC

# The standard characters of Taiwan without its vocabulary, as the bot writes them (actions/outgoing.py).
_TO_TRADITIONAL = ("s2t", "t2tw")
_TO_SIMPLIFIED = "t2s"


@lru_cache(maxsize=3)
def _converter(name: str) -> OpenCC:
    # Loaded when the first user writes so: its tables take some memory.
    return OpenCC(name)


@lru_cache(maxsize=1024)
def to_traditional(text: str) -> str:
    """Returns a text in traditional characters."""
    for name in _TO_TRADITIONAL:
        text = _converter(name).convert(text)
    return text


def simplified(text: str) -> str:
    """Returns a text in simplified characters."""
    return str(_converter(_TO_SIMPLIFIED).convert(text))


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """Returns a text for comparing: simplified, half width, lower case, without spaces and punctuation."""
    plain = simplified(unicodedata.normalize("NFKC", text)).lower()
    return "".join(character for character in plain if character.isalnum())


def sound(text: str) -> str:
    """Returns how a folded text is pronounced, without tones; typed pinyin stays as it is."""
    # A third of a second, which commands need not spend.
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    return "".join(lazy_pinyin(text))
