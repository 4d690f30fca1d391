"""Passwords and verification codes, found by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from uwallet_gateway.redaction.digits import as_digits
from uwallet_gateway.redaction.fillers import skip, skip_back
from uwallet_gateway.redaction.folding import fold
from uwallet_gateway.redaction.kinds import Find, Kind
from uwallet_gateway.redaction.patterns import SecretName, any_of, name, patterns

MASK = "******"
# Numbers that are masked already look like this: 138****8000.
_REST_OF_MASK = "****"
_LONGEST_TOKEN_BACK = 64
_LONGEST_DETOUR = 14
_NEAR = 5

_TOKEN = re.compile(r"[!-~]{1,128}+")
_REST_OF_TOKEN = re.compile(r"[!-~]*+")
_MASKED = re.compile(r"\*{3,}+(?![a-z0-9])")
_DIGITS = re.compile(r"[0-9]+")
_SPACED_DIGITS = re.compile(r"[0-9]{1,3}(?:[ -][0-9]{1,3}){1,15}+")
# Long ones, such as payment codes, are shown in groups of four.
_FOURS = re.compile(r"[0-9]{2,4}(?:[ -][0-9]{2,4}){3,7}+")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])")
_DECIMAL = re.compile(r"[0-9]+[.][0-9]{1,2}(?![0-9a-z])")
_LINK = re.compile(r"https?:|www\.|/{2}")
_ADDRESS = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}\.")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?![0-9])")
_RANGE = re.compile(r"[0-9]{1,2}[-~][0-9]{1,2}")
_EMPHASIS = re.compile(r"[*]{1,2}(?=[a-z0-9])")
_CODE_WORD = re.compile(r"[a-z0-9-]{4,10}")
_FIRST_LATIN = re.compile(r"[a-z0-9]")
_BEGINS_MESSAGE = re.compile(r"(?:^|[ ,。:;!\n]|收到|到的)$")
# From so many digits on, a number without a unit is hardly an amount.
_MANY = 6
_USUAL_CODE = (4, 8)
_ENDING = ".,;!?)"
_OPENING, _CLOSING = "\"'([{<`", "\"')]}>`,.;:?"


@dataclass(frozen=True)
class _Context:
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
def _names() -> tuple[tuple[SecretName, re.Pattern[str], bool], ...]:
    """Returns the names of each secret as one pattern, certain and ambiguous ones apart."""
    return tuple(
        (secret, re.compile(name(words, secret.within)), certain)
        for secret in patterns().secrets
        for words, certain in ((secret.words, True), (secret.ambiguous, False))
        if words
    )


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
    return re.compile(any_of(patterns().harmless_models) + r"[-_ ]?[0-9]+[a-z]{0,5}")


def _names_in(text: str) -> list[tuple[int, int, SecretName, bool]]:
    found = [
        (*match.span(), secret, certain) for secret, pattern, certain in _names() for match in pattern.finditer(text)
    ]
    # Of names that overlap, the longest: 动态密码 is a code.
    kept: list[tuple[int, int, SecretName, bool]] = []
    for start, end, secret, certain in sorted(found, key=lambda item: (item[0], -item[1])):
        if kept and start < kept[-1][1]:
            continue
        if not certain and text.endswith(patterns().harmless_prefixes, 0, start):
            continue
        kept.append((start, end, secret, certain))
    return kept


def secret_named_in(text: str) -> Kind | None:
    """Returns which secret a message of the bot has the user enter, so that a mere value in reply is understood as it.

    Args:
        text: A message of the bot, such as 「第3步 填验证码……」. To mention one (「忘记密码」) is not enough.

    Returns:
        `Kind.PASSWORD`, `Kind.CODE`, or None if it speaks of neither; fit for `redact(…, asked=…)`.
    """
    folded = fold(text).text
    for start, _, secret, certain in _names_in(folded):
        before = folded[max(0, start - _NEAR) : start]
        if certain and any(word in before for word in patterns().asking):
            return secret.kind
    return None


@cache
def _unit_of_many() -> re.Pattern[str]:
    return re.compile(" ?" + any_of(patterns().units_of_many))


def _is_quantity(text: str, start: int, end: int) -> bool:
    """Returns whether the digits there are a date, an amount or a number of something."""
    if _DATE.match(text, start) or _DECIMAL.match(text, start) or _TIME.match(text, start):
        return True
    return bool((_unit_of_many() if end - start >= _MANY else _unit()).match(text, end))


def _fewest(context: _Context) -> int:
    return context.secret.digits[0] if context.certain or context.announced else _MANY


def _digit_value(text: str, place: int, context: _Context) -> tuple[int, int] | None:
    match = _DIGITS.match(text, place)
    if match is None:
        return None
    most = context.secret.digits[1]
    if len(match[0]) < _fewest(context):
        match = (_SPACED_DIGITS if context.secret.digits[0] < _MANY else _FOURS).match(text, place)
    if match is None or not _fewest(context) <= len(as_digits(match[0])) <= most:
        return None
    following = text[match.end() : match.end() + 1]
    if (following.isascii() and following.isalnum()) or _is_quantity(text, *match.span()):
        return None
    if not context.announced and match[0] in patterns().known_numbers:
        return None
    return match.span()


def _numeral_value(text: str, place: int, context: _Context) -> tuple[int, int] | None:
    match = _numeral_run().match(text, place)
    if match is None or not context.certain or _unit().match(text, match.end()):
        return None
    fewest, most = context.secret.digits
    return match.span() if fewest <= len(as_digits(match[0])) <= most else None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _OPENING:
        start += 1
    while start < end and text[end - 1] in _CLOSING:
        end -= 1
    return start, end


def _is_harmless(word: str) -> bool:
    parts = [part for part in re.split(r"[^a-z]+", word) if part]
    return bool(_model().fullmatch(word)) or any(part in patterns().harmless_words for part in parts)


def _is_secret_word(word: str, context: _Context) -> bool:
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
    return context.announced and len(word) >= 4 and not _is_harmless(word)


def _word_value(text: str, place: int, context: _Context) -> tuple[int, int] | None:
    match = _TOKEN.match(text, place)
    if match is None or text[place] in _ENDING or _LINK.match(text, place) or _ADDRESS.match(text, place):
        return None
    start, end = _trim(text, *match.span())
    digits = _DIGITS.match(text, start)
    if digits and len(digits[0]) < _MANY and _is_quantity(text, *digits.span()):
        return None
    if _RANGE.fullmatch(text, start, end) and _unit().match(text, end):
        return None
    if start == end or not _is_secret_word(text[start:end], context):
        return None
    # Longer than any password; judged by its beginning, so that a line of nothing but names takes no longer.
    rest = _REST_OF_TOKEN.match(text, match.end())
    return _trim(text, start, rest.end()) if rest and rest[0] else (start, end)


def _value(text: str, place: int, context: _Context) -> tuple[int, int] | None:
    emphasis = _EMPHASIS.match(text, place)
    place = emphasis.end() if emphasis else place
    return (
        _digit_value(text, place, context) or _numeral_value(text, place, context) or _word_value(text, place, context)
    )


def _values(text: str, place: int, context: _Context) -> Iterator[tuple[int, int]]:
    """Yields the value at a place and those that follow it: 「abc123或者abc456」."""
    while True:
        masked = _MASKED.match(text, place)
        value = masked.span() if masked else _value(text, place, context)
        if value is None:
            return
        if not masked:
            yield value
        more = _more().match(text, value[1])
        if more is None:
            return
        place = more.end()
        context = _Context(context.secret, announced=True, certain=context.certain)


def _after_detour(text: str, place: int, secret: SecretName) -> tuple[int, int] | None:
    """Returns a value that is announced some words after its name: 「密码没错啊就是abc123」."""
    match = _FIRST_LATIN.search(text, place, place + _LONGEST_DETOUR)
    if match is None:
        return None
    detour = text[place : match.start()]
    announced = any(word in detour for word in patterns().fillers.strong if not word.isascii() or word in ":=")
    if not announced or any(sign in detour for sign in "?*\n") or any(owner in detour for owner in patterns().owners):
        return None
    value = _value(text, match.start(), _Context(secret, announced=True))
    if value is None:
        return None
    word = text[slice(*value)]
    return value if as_digits(word) and (secret.kind is Kind.CODE or len(word) >= _MANY) else None


def _before(text: str, name_start: int, secret: SecretName) -> tuple[int, int] | None:
    """Returns a value that stands before its name: 「482913是我的验证码」, 「拿abc123当密码」."""
    place, announced = skip_back(text, name_start)
    start = place
    while start > 0 and "!" <= text[start - 1] <= "~" and place - start < _LONGEST_TOKEN_BACK:
        start -= 1
    start, end = _trim(text, start, place)
    word = text[start:end]
    if not word or _LINK.match(word) or _ADDRESS.match(word) or _DATE.match(word) or _DECIMAL.fullmatch(word):
        return None
    if word.isdigit():
        fewest, most = secret.digits
        if not fewest <= len(word) <= most or word in patterns().known_numbers:
            return None
        alone = _BEGINS_MESSAGE.search(text[max(0, start - 4) : start]) is not None
        return (start, end) if announced or (len(word) == _MANY and alone) else None
    named = announced or text[place:name_start].strip() != ""
    if not named or not _is_secret_word(word, _Context(secret, announced=announced)):
        return None
    return start, end


def find_credentials(text: str, asked: Kind | None = None) -> Iterator[Find]:
    """Yields passwords and codes in folded text.

    Args:
        text: Folded text.
        asked: What the bot has just spoken of; a value with which the message begins is then one of it.
    """
    found_until = 0
    for start, end, secret, certain in _names_in(text):
        if start < found_until:
            continue
        place, announced = skip(text, end)
        values = list(_values(text, place, _Context(secret, announced, certain)))
        if not values and certain and not _MASKED.match(text, place):
            detour = _after_detour(text, end, secret)
            values = [detour] if detour else []
        if certain:
            earlier = _before(text, start, secret)
            values += [earlier] if earlier else []
        for found in values:
            found_until = max(found_until, found[1])
            yield Find(*found, secret.kind, MASK)
    if asked is not None:
        secret = next(secret for secret in patterns().secrets if secret.kind is asked)
        place, _ = skip(text, 0)
        value = _value(text, place, _Context(secret, announced=True))
        word = text[slice(*value)] if value else ""
        # Something short can also be an answer to something else, unless it is all of it.
        if value and as_digits(word) and (len(word) >= _MANY or asked is Kind.CODE or _is_all(text, value)):
            yield Find(*value, secret.kind, MASK)


def _is_all(text: str, value: tuple[int, int]) -> bool:
    return not any(character.isalnum() for character in text[value[1] :])
