"""Digits that belong together although something stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from uwallet_gateway.redaction.patterns import patterns

# What people write between the groups of a number, at most three characters of it.
_SEPARATORS = frozenset(" \t\n\r-‐‑‒–—―−_./\\,、。·•・:;|()[]~*'\"`")
# These also stand between numbers that have nothing to do with each other: only between groups of usual sizes.
_LISTING = frozenset("\n\r./\\,、。:;|'\"")
# Of these, what stands between amounts: 「1500、2000、300」.
_ENUMERATING = frozenset("\n\r,、。;")
_LONGEST_GAP = 3
# Masks leave digits beside these, which must not be taken for the beginning of another number.
_MASK = "****"
_LONGEST_REST = 4
_WHOLE_GROUPS = frozenset(
    {(3, 4, 4), (3, 3, 5), (3, 8), (4, 6, 5), (4, 6, 4), (6, 8, 4), (6, 8, 3), (6, 6, 3), (6, 4, 4, 4), (6, 4, 4, 3)}
)


class Group(NamedTuple):
    """Digits with nothing between them, all written in the same way."""

    start: int
    end: int
    digits: str
    listed: bool  # before it stands what also stands between numbers that do not belong together
    enumerated: bool  # before it stands what also stands between amounts


class Window(NamedTuple):
    """Neighbouring groups read as one number."""

    start: int
    end: int
    digits: str
    sizes: tuple[int, ...]
    enumerated: bool = False  # some of it could be amounts one after another


@cache
def _numerals() -> dict[str, str]:
    return {character: digit for digit, characters in patterns().numerals.items() for character in characters}


@cache
def _group() -> re.Pattern[str]:
    return re.compile("[0-9]+|[" + re.escape("".join(_numerals())) + "]+")


def as_digits(text: str) -> str:
    """Returns the digits in folded text, those written as Chinese characters included."""
    return "".join(
        _numerals().get(character, character) for character in text if character.isdigit() or character in _numerals()
    )


def is_rest(text: str, start: int, end: int) -> bool:
    """Returns whether these digits are what a mask left of a number."""
    short = end - start <= _LONGEST_REST
    return short and (text[max(0, start - len(_MASK)) : start] == _MASK or text[end : end + len(_MASK)] == _MASK)


def end_with_x(text: str, end: int) -> int | None:
    """Returns where an X after digits ends that belongs to them, as in resident IDs; None if there is none."""
    place = end
    while place < end + _LONGEST_GAP and text[place : place + 1] in _SEPARATORS:
        place += 1
    return place + 1 if text[place : place + 1] == "x" else None


def chains(text: str) -> Iterator[tuple[Group, ...]]:
    """Yields groups of digits that may belong together, in the order of the folded text."""
    chain: list[Group] = []
    for match in _group().finditer(text):
        start, end = match.span()
        if is_rest(text, start, end):
            if chain:
                yield tuple(chain)
            chain = []
            continue
        gap = text[chain[-1].end : start] if chain else ""
        if chain and (len(gap) > _LONGEST_GAP or not _SEPARATORS.issuperset(gap)):
            yield tuple(chain)
            chain, gap = [], ""
        listed, enumerated = not _LISTING.isdisjoint(gap), not _ENUMERATING.isdisjoint(gap)
        chain.append(Group(start, end, as_digits(match[0]), listed, enumerated))
    if chain:
        yield tuple(chain)


def _is_usual(sizes: Sequence[int]) -> bool:
    """Returns whether people divide a number into groups of these sizes: equal ones between the first and the last."""
    *middle, last = sizes[1:] or sizes
    return (len(set(middle)) <= 1 and last <= max(middle, default=_LONGEST_REST)) or tuple(sizes) in _WHOLE_GROUPS


def windows(chain: Sequence[Group], shortest: int, longest: int) -> Iterator[Window]:
    """Yields every run of neighbouring groups with so many digits; at most `longest` runs begin with each group."""
    for index, first in enumerate(chain):
        digits, sizes = first.digits, [len(first.digits)]
        listing = enumerated = False
        if shortest <= len(digits) <= longest:
            yield Window(first.start, first.end, digits, (len(digits),))
        for group in chain[index + 1 : index + longest]:
            digits += group.digits
            if len(digits) > longest:
                break
            sizes.append(len(group.digits))
            listing, enumerated = listing or group.listed, enumerated or group.enumerated
            if len(digits) >= shortest and (not listing or _is_usual(sizes)):
                yield Window(first.start, group.end, digits, tuple(sizes), enumerated)
