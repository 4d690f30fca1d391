"""What can be a password or code, judged by its own form and by what is known from around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from uwallet_gateway.redaction.digits import as_digits
from uwallet_gateway.redaction.kinds import Kind
from uwallet_gateway.redaction.patterns import SecretName, any_of, patterns

# Numbers that are masked already look like this: 138****8000.
_REST_OF_MASK = "****"
_TOKEN = re.compile(r"[!-~]{1,128}+")
_REST_OF_TOKEN = re.compile(r"[!-~]*+")
_MASKED = re.compile(r"\*{3,}+(?![a-z0-9])")
_DIGITS = re.compile(r"[0-9]+")
_SPACED_DIGITS = re.compile(r"[0-9]{1,3}(?:[ -][0-9]{1,3}){1,15}+")
# Long ones, such as payment codes, are shown in groups of four.
_FOURS = re.compile(r"[0-9]{2,4}(?:[ -][0-9]{2,4}){3,7}+")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])")
# 「密码20230105改的」; 「密码是19900307」 is somebody's birthday and a password.
_COMPACT_DATE = re.compile(
    r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?"
    r"(?:改(?![0-9a-z])|设(?!为|成|置)|換|换|更|才|发|發|收|到|还没|就|先|没|绑|被|那天|开)"
)
_DECIMAL = re.compile(r"[0-9]+[.][0-9]{1,2}(?![0-9a-z])")
_LINK = re.compile(r"https?:|www\.|/{2}")
_ADDRESS = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}\.")
_DAY_TIME = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2} [0-9]{1,2}:[0-9]{2}")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?![0-9])")
_RANGE = re.compile(r"[0-9]{1,2}[-~][0-9]{1,2}")
_NEXT_CLAUSE = re.compile(r",([a-z]{1,20})$")
# 8644km7q is no distance.
_SEVERAL_RUNS = re.compile(r"[a-z][0-9]")
_EMPHASIS = re.compile(r"[*]{1,2}(?=[a-z0-9])")
_CODE_WORD = re.compile(r"[a-z0-9-]{4,10}")
# From so many digits on, a number without a unit is hardly an amount.
MANY = 6
# After the name of a brand with so many letters one or two more tell the series: vivox90.
_LONG_BRAND = 4
_USUAL_CODE = (4, 8)
_ENDING = ".,;!?)"
_OPENING, _CLOSING = "\"'([{<`", "\"')]}>`,.;:?"


@dataclass(frozen=True)
class Context:
    """How much is known about a value from what stands around it.

    Attributes:
        secret: What is expected.
        announced: It follows 「是」 or the like.
        certain: It is next to a name that means nothing else.
    """

    secret: SecretName
    announced: bool
    certain: bool = True


@cache
def _unit() -> re.Pattern[str]:
    return re.compile(" ?" + any_of(patterns().units))


@cache
def _more() -> re.Pattern[str]:
    return re.compile(any_of(patterns().fillers.more))


@cache
def _numeral_run() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(re.escape, patterns().numerals.values())) + "]{4,32}+")


@cache
def _model() -> re.Pattern[str]:
    # A brand, a series, a number, an edition: oppoa5, redminote12pro, v2.3.1.
    brands = patterns().harmless_models
    number = r"[0-9]{1,3}(?![0-9])[a-z]{0,6}(?:\.[0-9]{1,3}){0,3}+"
    return re.compile(
        any_of(brand for brand in brands if len(brand) >= _LONG_BRAND)
        + r"[-_ ]?[a-z]{0,2}"
        + number
        + "|"
        + any_of(brand for brand in brands if len(brand) < _LONG_BRAND)
        + r"[-_ ]?"
        + number
        + r"|rmx[0-9]{4}|sm-[a-z][0-9]{3,4}[a-z]?|[a-z][0-9]{4}[a-z][0-9]{1,2}[a-z]"
    )


@cache
def _unit_of_many() -> re.Pattern[str]:
    return re.compile(" ?" + any_of(patterns().units_of_many))


def is_model(word: str) -> bool:
    """Returns whether a word names a product, an operating system or a version."""
    return _model().fullmatch(word) is not None


def is_date(text: str, start: int, end: int) -> bool:
    """Returns whether the eight digits there are a day, and what follows tells that it is meant as one."""
    return end - start == 8 and _COMPACT_DATE.match(text, start) is not None


def is_quantity(text: str, start: int, end: int) -> bool:
    """Returns whether the digits there are a date, an amount or a number of something."""
    if is_date(text, start, end) or _DAY_TIME.match(text, start):
        return True
    if _DATE.match(text, start) or _DECIMAL.match(text, start) or _TIME.match(text, start):
        return True
    return bool((_unit_of_many() if end - start >= MANY else _unit()).match(text, end))


def _fewest(context: Context) -> int:
    return context.secret.digits[0] if context.certain or context.announced else MANY


def _digit_value(text: str, place: int, context: Context) -> tuple[int, int] | None:
    match = _DIGITS.match(text, place)
    if match is None:
        return None
    most = context.secret.digits[1]
    if len(match[0]) < _fewest(context):
        match = (_SPACED_DIGITS if context.secret.digits[0] < MANY else _FOURS).match(text, place)
    if match is None or not _fewest(context) <= len(as_digits(match[0])) <= most:
        return None
    following = text[match.end() : match.end() + 1]
    if (following.isascii() and following.isalnum()) or is_quantity(text, *match.span()):
        return None
    if not context.announced and context.secret.digits[0] > 3 and match[0] in patterns().known_numbers:
        return None
    return match.span()


def _numeral_value(text: str, place: int, context: Context) -> tuple[int, int] | None:
    match = _numeral_run().match(text, place)
    if match is None or not context.certain or _unit().match(text, match.end()):
        return None
    fewest, most = context.secret.digits
    return match.span() if fewest <= len(as_digits(match[0])) <= most else None


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns the part without brackets, quotes and full stops around it."""
    while start < end and text[start] in _OPENING:
        start += 1
    while start < end and text[end - 1] in _CLOSING:
        end -= 1
    return start, end


def is_harmless(word: str) -> bool:
    """Returns whether a word names a product or is made of words of everyday speech."""
    parts = [part for part in re.split(r"[^a-z]+", word) if part]
    return bool(_model().fullmatch(word)) or all(part in patterns().harmless_words for part in parts)


def is_secret_word(word: str, context: Context) -> bool:
    """Returns whether a run of Latin letters, digits and signs can be a password or code."""
    if _REST_OF_MASK in word:
        return False
    letters = any(character.isalpha() for character in word)
    digits = sum(character.isdigit() for character in word)
    if context.secret.kind is Kind.CODE:
        fits = context.secret.digits == _USUAL_CODE and _CODE_WORD.fullmatch(word)
        return bool(fits) and letters and digits > 0 and not _model().fullmatch(word)
    if not letters:
        return digits >= context.secret.digits[0]
    if digits:
        known = context.announced or context.certain
        return known and len(word) >= (4 if context.announced else 6) and not _model().fullmatch(word)
    return context.announced and len(word) >= 4 and not is_harmless(word)


def _word_value(text: str, place: int, context: Context) -> tuple[int, int] | None:
    match = _TOKEN.match(text, place)
    if match is None or text[place] in _ENDING or _LINK.match(text, place) or _ADDRESS.match(text, place):
        return None
    start, end = trim(text, *match.span())
    digits = _DIGITS.match(text, start)
    if digits and is_date(text, *digits.span()):
        return None
    if (
        digits
        and len(digits[0]) < MANY
        and not _SEVERAL_RUNS.search(text, start, end)
        and is_quantity(text, *digits.span())
    ):
        return None
    if _RANGE.fullmatch(text, start, end) and _unit().match(text, end):
        return None
    if start == end or not is_secret_word(text[start:end], context):
        return None
    # A full-width comma ends it; in folded text both look the same.
    clause = _NEXT_CLAUSE.search(text, start, end)
    if clause and is_harmless(clause[1]):
        return start, clause.start()
    # Longer than any password; judged by its beginning, so that a line of nothing but names takes no longer.
    rest = _REST_OF_TOKEN.match(text, match.end())
    return trim(text, start, rest.end()) if rest and rest[0] else (start, end)


def find_value(text: str, place: int, context: Context) -> tuple[int, int] | None:
    """Returns where the value stands that begins at a place of folded text, or None if there is none."""
    emphasis = _EMPHASIS.match(text, place)
    place = emphasis.end() if emphasis else place
    return (
        _digit_value(text, place, context) or _numeral_value(text, place, context) or _word_value(text, place, context)
    )


def find_values(text: str, place: int, context: Context) -> Iterator[tuple[int, int]]:
    """Yields the value at a place and those that follow it: 「abc123或者abc456」."""
    while True:
        masked = _MASKED.match(text, place)
        value = masked.span() if masked else find_value(text, place, context)
        if value is None:
            return
        if not masked:
            yield value
        more = _more().match(text, value[1])
        if more is None:
            return
        place = more.end()
        context = Context(context.secret, announced=True, certain=context.certain)


def is_masked(text: str, place: int) -> bool:
    """Returns whether a mask begins at a place of folded text."""
    return _MASKED.match(text, place) is not None


def is_no_secret(word: str) -> bool:
    """Returns whether a word is a link, an e-mail address, a date or an amount."""
    return any(pattern.match(word) for pattern in (_LINK, _ADDRESS, _DATE)) or _DECIMAL.fullmatch(word) is not None
