"""Words that stand between the name of a secret and its value."""

from __future__ import annotations

import re
from functools import cache

from uwallet_gateway.redaction.patterns import any_of, patterns

_MOST = 8
_ONLY_DIGITS = re.compile(r"[0-9]++(?![!-~])")


@cache
def _forward() -> tuple[re.Pattern[str], frozenset[str]]:
    fillers = patterns().fillers
    return re.compile(any_of([*fillers.strong, *fillers.weak])), frozenset(fillers.strong)


@cache
def _backward() -> tuple[tuple[str, ...], frozenset[str]]:
    fillers = patterns().fillers
    words = sorted({*fillers.back_strong, *fillers.back_weak}, key=len, reverse=True)
    return tuple(words), frozenset(fillers.back_strong)


def skip(text: str, place: int) -> tuple[int, bool]:
    """Returns where the words after a name end, and whether they announce a value.

    Args:
        text: Folded text.
        place: Where the name ends.
    """
    pattern, strong = _forward()
    announced = False
    for _ in range(_MOST):
        match = pattern.match(text, place)
        # A Latin filler is one only as a whole word: 「pwd island1」 holds no "is".
        if match is None or (_splits_word(text, match.end()) and match[0][-1].isalpha() and match[0].isascii()):
            break
        place = match.end()
        announced = announced or match[0] in strong
    return place, announced


def skip_back(text: str, place: int) -> tuple[int, bool]:
    """Returns where the words before a name begin, and whether they say that a value stands before them.

    Args:
        text: Folded text.
        place: Where the name begins.
    """
    words, strong = _backward()
    announced = False
    for _ in range(_MOST):
        word = next((word for word in words if text.endswith(word, 0, place)), None)
        if word is None:
            break
        place -= len(word)
        announced = announced or word in strong
    return place, announced


def _splits_word(text: str, place: int) -> bool:
    """Returns whether a Latin filler that ends there is the beginning of a longer word; 「mimashi123456」 is three."""
    after = text[place : place + 1]
    if not (text[place - 1 : place].isalpha() and after.isascii() and after.isalnum()):
        return False
    return after.isalpha() or _ONLY_DIGITS.match(text, place) is None
