"""Passwords and codes that are told in a sentence, not straight after their name: 「我输入abc123提示密码错误」.

Every word that can be a secret is looked at by itself: what was done with it (clues before it), what is said of it
(clues after it), which secret is named nearby, and whether something else is named nearer. The words are data:
`statements` in patterns.yml.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from uwallet_gateway.redaction.digits import as_digits
from uwallet_gateway.redaction.fillers import skip
from uwallet_gateway.redaction.kinds import Kind
from uwallet_gateway.redaction.patterns import SecretName, any_of, patterns
from uwallet_gateway.redaction.values import MANY, is_date, is_harmless, is_masked, is_model, is_no_secret, is_quantity

# How far from its name a value may stand, and how far from a value a clue is looked for.
_FAR_AFTER, _FAR_BEFORE, _NEAR = 26, 22, 16
# Between two values of which one is known to be a secret.
_FAR_FROM_OTHER = 12
_LONGEST = 64
_FEWEST_LETTERS = 5

_WORD = r"[a-z0-9@$%^&_][a-z0-9!@#$%^&*_+.~?-]{1,63}+"
_GROUPS = r"(?<![a-z0-9*])(?:[0-9]{3} [0-9]{3}|[0-9]{2} [0-9]{2} [0-9]{2}|[0-9]{4} [0-9]{4})(?![ ]?[0-9])"
_ERROR = re.compile(
    r"(?:0x[0-9a-f]+|-?[0-9]{3,5}|[a-z]{1,5}[-_:]?[0-9]{2,6}(?:-[0-9]{1,3})?|[a-z]{2,6}(?:_[a-z0-9]{1,8}){1,3}+)"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_IS_YOUR = re.compile(r"[ )\]]{0,2}(?:是|就是|为|為|係|is)[ ]?(?:您|你|我|本次|your|my|the)?的?.{0,10}")
# How often: 「换过一次kiwi5566」.
_AGAIN = "(?:(?:了|过|過)?(?:一|两|兩|几|幾|好几|好幾)(?:次|下|遍|回))?"
_HALVES = re.compile(r"[0-9]{3}-[0-9]{3}|[0-9]{4}-[0-9]{4}")
_LEADING_DIGITS, _DIGITS_AFTER_LETTERS = re.compile(r"[0-9]{1,5}(?=[a-z])"), re.compile(r"[a-z][0-9]")
_ROUND = re.compile(r"[1-9][0-9]?0{2,}|[1-9][05]0+")
_AMOUNT_VERBS = tuple("转轉付充扣花提买")
_BOUNDARIES = ("", " ", ",", "。", "!", "?", ";", "\n")
_LATIN = re.compile(r"[a-z0-9]")
# What follows a code that is told before it is called so: 「482913，说是验证码」.
_SAID_TO_BE = re.compile(r"[ ,)\]]{0,2}(?:是不是|是|说是|說是|这是|就是|说这是|算|叫|这个|係咪|係)")
_DIRECT, _REPORT = 8, 6
_IN_LATIN, _LATIN_FOLLOWS = re.compile(r"[a-z] ?$"), re.compile(r" [a-z]")
_SENTENCE_ENDS = re.compile(r"\n[^\n]*\n")


@dataclass(frozen=True)
class Name:
    """Where a secret is named."""

    start: int
    end: int
    secret: SecretName


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    word: str

    @property
    def digits(self) -> int:
        """How many digits it has, if it has nothing else; else 0."""
        digits = as_digits(self.word)
        word = self.word.replace("-", "") if _HALVES.fullmatch(self.word) else self.word
        return len(digits) if len(digits) == len(word.replace(" ", "")) else 0

    @property
    def mixed(self) -> bool:
        """Whether letters and digits stand in it: what hardly anything but a password has."""
        return len(self.word) >= _FEWEST_LETTERS and self.letters and any(map(str.isdigit, self.word))

    @property
    def letters(self) -> bool:
        """Whether it has Latin letters."""
        return any("a" <= character <= "z" for character in self.word)


@cache
def _token() -> re.Pattern[str]:
    numerals = re.escape("".join(patterns().numerals.values()))
    return re.compile(f"{_GROUPS}|{_WORD}|[{numerals}]{{4,8}}+(?![{numerals}])")


def _ending(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(any_of(words) + _AGAIN + r"[了过的嘅是係个個吧呀啊呢嘛哈哦啦:=\"“「 ,(\[#*.-]{0,4}$")


@cache
def _entered() -> re.Pattern[str]:
    return _ending(patterns().statements.entered)


@cache
def _used() -> re.Pattern[str]:
    return _ending(patterns().statements.used)


@cache
def _told() -> re.Pattern[str]:
    return _ending(patterns().statements.told)


@cache
def _remembered() -> re.Pattern[str]:
    return _ending(patterns().statements.remembered)


@cache
def _shown() -> re.Pattern[str]:
    statements = patterns().statements
    return re.compile(f"{any_of(statements.display_places)}{{0,3}}{any_of(statements.displayed)}[ :]?")


@cache
def _failure() -> re.Pattern[str]:
    return re.compile(r"[ ,]{0,2}" + any_of(patterns().statements.failures))


@cache
def _received() -> re.Pattern[str]:
    return _ending(patterns().statements.received)


@cache
def _belongs_elsewhere() -> re.Pattern[str]:
    return re.compile(any_of(patterns().statements.subjects))


@cache
def _strict_subject() -> re.Pattern[str]:
    return re.compile(any_of(patterns().statements.strict_subjects))


@cache
def _reported() -> re.Pattern[str]:
    return _ending(patterns().statements.reported)


@cache
def _copula() -> re.Pattern[str]:
    return re.compile(r"[ ,:]{0,2}" + any_of(patterns().statements.copulas))


@cache
def _made() -> re.Pattern[str]:
    return re.compile(r"[ ,\"”)\]]{0,2}" + any_of(patterns().statements.made))


@cache
def _refused() -> re.Pattern[str]:
    return re.compile(any_of(patterns().statements.refused))


@cache
def _located() -> re.Pattern[str]:
    return re.compile(any_of(patterns().statements.located) + r"[ ]?$")


@cache
def _place_after() -> re.Pattern[str]:
    return re.compile(r"[ ]?" + any_of(patterns().statements.places))


@cache
def _other() -> re.Pattern[str]:
    # Latin ones as whole words: password holds an "or".
    others = patterns().statements.others
    latin = any_of(word for word in others if word.isascii() and word.isalpha())
    return re.compile(any_of(word for word in others if not word.isascii()) + f"|/|(?<![a-z]){latin}(?![a-z])")


def _tokens(text: str, names: Sequence[Name]) -> Iterator[_Token]:
    index = 0
    for match in _token().finditer(text):
        start, end = match.span()
        while start < end and text[start] in "!?.-~*#+=":
            start += 1
        while start < end and text[end - 1] in ".?!~":
            end -= 1
        # The ! of 「abc123!」 is part of it, unless it ends the sentence.
        if (
            end < match.end()
            and text[end] == "!"
            and end + 1 == match.end()
            and text[end + 1 : end + 2] not in ("", " ", "\n")
        ):
            end += 1
        while index < len(names) and names[index].end <= start:
            index += 1
        if index < len(names) and names[index].start <= start:
            start, _ = skip(text, names[index].end)
        in_name = index < len(names) and start < names[index].end and names[index].start < end
        word = text[start:end]
        if in_name or "****" in word or start >= end:
            continue
        if text[start - 1 : start] == "@" or text[end : end + 1] == "@":
            continue
        yield _Token(start, end, word)


def _possible(text: str, token: _Token) -> bool:
    """Returns whether it has the form of a secret and not of something else."""
    word = token.word
    if (
        is_no_secret(word)
        or (is_model(word) and not _entered().search(text[max(0, token.start - _NEAR) : token.start]))
        or is_masked(text, token.start)
        or len(word) > _LONGEST
    ):
        return False
    if token.digits:
        if (
            not 3 <= token.digits <= 16
            or _MOBILE.fullmatch(word)
            or is_date(text, token.start, token.end)
            or is_quantity(text, token.start, token.end)
        ):
            return False
        return (token.digits == 3 or word not in patterns().known_numbers) and text[
            token.start - 1 : token.start
        ] not in ("¥", "￥", "$")
    leading = None if _DIGITS_AFTER_LETTERS.search(word) else _LEADING_DIGITS.match(word)
    if leading and is_quantity(text, token.start, token.start + leading.end()):
        return False
    known = not any(map(str.isdigit, word)) and is_harmless(word)
    return token.letters and not known and not _place_after().match(text, token.end)


def _fits(token: _Token, secret: SecretName) -> bool:
    fewest, most = secret.digits
    if token.digits:
        return fewest <= token.digits <= most
    if secret.kind is Kind.CODE:
        return token.mixed and fewest == 4 and 4 <= len(token.word) <= 10 and token.word.replace("-", "").isalnum()
    return token.mixed or len(token.word) >= _FEWEST_LETTERS


def _is_shown(text: str, token: _Token, gap: str) -> bool:
    """Returns whether the digits are what a message shows, and no error."""
    is_error = _ROUND.fullmatch(token.word) or _failure().match(text, token.end)
    return bool(token.digits) and not is_error and _shown().fullmatch(gap) is not None


def _after_name(text: str, token: _Token, name: Name) -> bool:
    gap = text[name.end : token.start]
    if len(gap) > _FAR_AFTER or not _fits(token, name.secret) or _SENTENCE_ENDS.search(gap):
        return False
    before = text[max(name.end, token.start - _NEAR) : token.start]
    reported = _reported().search(before)
    if reported and (_ERROR.fullmatch(token.word) or token.mixed):
        usual = token.digits == MANY and len(gap) <= _REPORT
        if name.secret.kind is not Kind.CODE or not (usual or _is_shown(text, token, gap)):
            return False
    code = name.secret.kind is Kind.CODE
    received = code and _received().search(before) is not None
    if _located().search(before) and not received:
        return False
    stated = _copula().match(gap) is not None and _LATIN.search(gap) is None
    if (_strict_subject() if stated else _belongs_elsewhere()).search(gap):
        return False
    remembered = _remembered().search(before) is not None
    evident = bool(_entered().search(before) or _told().search(before) or _used().search(before))
    evident = evident or received or remembered
    if token.digits:
        if _ROUND.fullmatch(token.word) and not evident:
            return False
        alone = token.digits in (6, 8) and gap[-1:] in " ," and text[token.end : token.end + 1] in _BOUNDARIES
        return evident or stated or (len(gap) <= 2 and token.digits >= MANY) or (alone and len(gap) <= _NEAR)
    if token.mixed:
        return evident or stated or (len(gap) <= _NEAR and not _refused().match(text, token.end))
    # Nothing but letters is a word of a sentence in pinyin or English, too.
    entered = (
        len(gap) <= _DIRECT and "," not in gap and (remembered or _entered().search(before) or _used().search(before))
    )
    return (
        bool(entered or (stated and len(gap) <= _DIRECT))
        and not _IN_LATIN.search(before)
        and not _LATIN_FOLLOWS.match(text, token.end)
    )


def _before_name(text: str, token: _Token, name: Name) -> bool:
    between = text[token.end : name.start]
    if len(between) > _FAR_BEFORE or not _fits(token, name.secret):
        return False
    before = text[max(0, token.start - _NEAR) : token.start]
    if _strict_subject().search(between) or _strict_subject().search(before[-5:]) or _SENTENCE_ENDS.search(between):
        return False
    if _made().match(between + text[name.start : name.end]) and (token.mixed or token.digits >= 4):
        return True
    code = name.secret.kind is Kind.CODE
    if _entered().search(before) and not _ROUND.fullmatch(token.word):
        return True
    if code and token.digits and (_IS_YOUR.fullmatch(between) or (not between and token.digits == MANY)):
        return not _ROUND.fullmatch(token.word) and before[-1:] not in _AMOUNT_VERBS
    if code and token.digits and _SAID_TO_BE.match(between) and len(between) <= _DIRECT:
        return bool(_received().search(before) or _told().search(before))
    if code and (_received().search(before) or before.endswith(("]", "】"))) and token.digits:
        return True
    if (_used().search(before) or _told().search(before)) and _refused().search(between):
        return not token.digits or token.digits >= MANY
    return False


def _beside(text: str, one: _Token, other: _Token) -> bool:
    """Returns whether what stands between two tokens makes the same of both."""
    gap = text[one.end : other.start]
    return (
        len(gap) <= _FAR_FROM_OTHER
        and (gap == "," or _other().search(gap) is not None)
        and not _belongs_elsewhere().search(gap)
    )


def find_stated(text: str, names: Sequence[Name]) -> Iterator[tuple[int, int, Kind]]:
    """Yields passwords and codes in folded text that a sentence tells of.

    Args:
        text: Folded text.
        names: The names of secrets in it, in their order, without overlaps.
    """
    for match in _IS_CODE.finditer(text):
        yield *match.span("said"), Kind.CODE
    if not names:
        yield from _unnamed(text)
        return
    starts = [name.start for name in names]
    tokens = [token for token in _tokens(text, names) if _possible(text, token)]
    known: list[SecretName | None] = []
    for token in tokens:
        index = bisect_left(starts, token.start)
        following = names[index] if index < len(names) else None
        previous = names[index - 1] if index else None
        secret = None
        if previous and _after_name(text, token, previous):
            secret = previous.secret
        elif following and _before_name(text, token, following):
            secret = following.secret
        known.append(secret)
    for order in (range(1, len(tokens)), range(len(tokens) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for index in order:
            secret = known[index - step]
            if known[index] is None and secret is not None and _fits(tokens[index], secret):
                first, second = sorted((tokens[index], tokens[index - step]), key=lambda token: token.start)
                if _beside(text, first, second):
                    known[index] = secret
    for token, secret in zip(tokens, known, strict=True):
        if secret is not None:
            yield token.start, token.end, secret.kind


_IS_CODE = re.compile(r"(?<![a-z0-9.-])(?P<said>[0-9]{4,8}) is (?:your|the|my) [a-z ]{0,40}code")
_MESSAGE = re.compile(r"(?:短信|簡訊)[^0-9\n]{0,4}[ :]?(?P<said>[0-9]{6})(?![0-9a-z%])")
_GOT = re.compile(r"(?:收到|發來|发来|弹出)了?(?:一个|個|个)?[ :]?(?P<said>[0-9]{6})(?![0-9a-z.%])")
_COUNTED = re.compile(r"[46四六]位数?字?[是為为:][ ]?(?P<said>[0-9]{4}(?:[0-9]{2})?)(?![0-9a-z.%])")


def _unnamed(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Yields codes that are told without being named: 「短信说482913」, 「6位数是482913」."""
    if _belongs_elsewhere().search(text):
        return
    for pattern in (_MESSAGE, _GOT, _COUNTED):
        for match in pattern.finditer(text):
            if not match["said"].endswith("00") and not is_quantity(text, *match.span("said")):
                yield *match.span("said"), Kind.CODE
