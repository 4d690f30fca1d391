"""Numbers of identity documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from uwallet_gateway.redaction.digits import Window, end_with_x
from uwallet_gateway.redaction.kinds import Find, Kind

_LONG, _SHORT = 18, 15
_LENGTHS = (_SHORT, _LONG - 1, _LONG)
# Hong Kong: one or two letters, six digits, a check character in brackets. Without brackets it looks like any product
# number, so it is then found by its name only (named_numbers in patterns.yml).
_HONG_KONG = re.compile(r"(?<![a-z0-9])([a-z]{1,2})[ -]?([0-9]{6})[ -]?\(([0-9a])\)")
_TAIWAN = re.compile(r"(?<![a-z0-9])([a-z])[ -]?([1289][0-9]{8})(?![0-9a-z])")
# The numbers that Taiwan's rule gives to A…Z.
_TAIWAN_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33),
        strict=True,
    )
)


def _has_birth_date(number: str) -> bool:
    try:
        return 1850 <= ric.get_birth_date(number).year < 2100
    except ValidationError:
        return False


def _has_birth_place(number: str) -> bool:
    # Not stdnum's get_birth_place: it wants the county to have existed at birth, but who was born before the numbers
    # came in 1984 got the county of that time.
    return any("county" in properties for _, properties in numdb.get("cn/loc").info(number[:6]))


def is_resident_id(number: str) -> bool:
    """Returns whether these 18 or 15 characters can be the number of a Chinese resident identity card.

    The date of birth must exist. Besides, the check digit must be right or the county exist or have existed: hardly
    anything else has a date and one of these, and one mistyped digit must not let a number through.
    """
    if len(number) == _SHORT:
        # The old form has no check digit and two digits of the year.
        return is_resident_id(f"{number[:6]}19{number[6:]}?") if number.isdigit() else False
    # Dates of birth are looked up only where the month can be one: a line of nothing but digits has many windows.
    if number[10:12] > "12" or not _has_birth_date(number):
        return False
    return _has_birth_place(number) or ric.calc_check_digit(number) == number[-1].upper()


def is_hong_kong_id(letters: str, digits: str, check: str) -> bool:
    """Returns whether the check character is that of a Hong Kong identity card (weights 9 to 2, modulo 11)."""
    values = [36 if letter == " " else ord(letter) - ord("a") + 10 for letter in letters.rjust(2)]
    values += [int(digit) for digit in digits]
    total = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True))
    return (total + (10 if check == "a" else int(check))) % 11 == 0


def is_taiwan_id(letter: str, digits: str) -> bool:
    """Returns whether the check digit is that of an identity or resident card of Taiwan (weights, modulo 10)."""
    tens, ones = divmod(_TAIWAN_LETTERS[letter], 10)
    values = [tens, ones, *map(int, digits)]
    return (
        sum(weight * value for weight, value in zip((1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), values, strict=True)) % 10 == 0
    )


def mask(number: str) -> str:
    """Returns the mask of a document: its first and last character; the rest tells birthday and home."""
    return f"{number[0]}****************{number[-1]}".upper()


def mask_document(number: str) -> str:
    """Returns the mask of a short number, of a passport for example: its first character."""
    return f"{number[0]}******".upper()


def find_resident_id(text: str, window: Window) -> Find | None:
    """Returns the resident ID that these digits of folded text are, or are with an X after them."""
    number, end = window.digits, window.end
    if len(number) not in _LENGTHS:
        return None
    if len(number) == _LONG - 1:
        end_of_x = end_with_x(text, end)
        if end_of_x is None:
            return None
        number, end = number + "x", end_of_x
    if not is_resident_id(number):
        return None
    if not window.usual and (len(number) != _LONG or ric.calc_check_digit(number) != number[-1].upper()):
        return None
    return Find(window.start, end, Kind.ID_NUMBER, mask(number))


def find_other_ids(text: str) -> Iterator[Find]:
    """Yields identity cards of Hong Kong and Taiwan in folded text."""
    for match in _HONG_KONG.finditer(text):
        if is_hong_kong_id(*match.groups()):
            yield Find(*match.span(), Kind.ID_NUMBER, mask_document(match[0]))
    for match in _TAIWAN.finditer(text):
        if is_taiwan_id(*match.groups()):
            yield Find(*match.span(), Kind.ID_NUMBER, mask_document(match[0]))
