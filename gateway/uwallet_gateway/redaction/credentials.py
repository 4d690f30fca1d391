"""Passwords and verification codes, found by what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from uwallet_gateway.redaction.digits import as_digits
from uwallet_gateway.redaction.fillers import skip, skip_back
from uwallet_gateway.redaction.folding import fold
from uwallet_gateway.redaction.kinds import Find, Kind
from uwallet_gateway.redaction.patterns import SecretName, name, patterns
from uwallet_gateway.redaction.statements import Name, find_stated
from uwallet_gateway.redaction.values import (
    MANY,
    Context,
    find_value,
    find_values,
    is_masked,
    is_no_secret,
    is_secret_word,
    trim,
)

MASK = "******"
_LONGEST_TOKEN_BACK = 64
_LONGEST_DETOUR = 14
# How far before a name a verb may stand, and before a value the word that says whose it is.
_NEAR, _NEAR_OWNER = 5, 3

# Ambiguous names that are clear in a sentence that tells a value.
_PLAIN = frozenset({"mima", "yanzhengma", "密吗", "密妈", "mm"})
_ACCOUNT = re.compile(r"(?:账号|帐号|账户|帐户|賬號|帳號|用户名|用戶名)(?:或者|或|和|、|/)?$")
# And this one where a sentence begins with it.
_SHORT = frozenset("码碼")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# 「输密码时报79903」
_REPORTS = re.compile(r"报|报错|提示|显示|弹出|返回|出现")
_TALKS_OF_ERRORS = re.compile(r"错误|錯誤|报错|报|提示|返回|error|弹出|显示|失败|出现|顯示|報|返囘|err")
_ERROR_CODE = re.compile(
    r"(?:(?:code|error|err)[:=])?[a-z_-]{0,8}[0-9]{2,5}(?:-[0-9]{1,3})?|0x[0-9a-f]+|[a-z_]+[a-z0-9]{1,6}"
)
# When a card expires is asked for wherever its number pays, and C3 like its CVV.
_EXPIRY = re.compile(
    r"(?:有效期|有效日期|到期日|expiry|expires|exp)[^0-9\n]{0,4}(?P<said>(?:0[1-9]|1[0-2])[/-](?:20)?[2-4][0-9])(?![0-9/-])"
)
_CARD = re.compile(r"卡|cvv|cvc|cvn|card|安全码|安全碼")
_FIRST_LATIN = re.compile(r"[a-z0-9]")
_BEGINS_MESSAGE = re.compile(r"(?:^|[ ,。:;!\n]|收到|到的)$")


@cache
def _names() -> tuple[tuple[SecretName, re.Pattern[str], bool], ...]:
    """Returns the names of each secret as one pattern, certain and ambiguous ones apart."""
    return tuple(
        (secret, re.compile(name(words, secret.within)), certain)
        for secret in patterns().secrets
        for words, certain in ((secret.words, True), (secret.ambiguous, False))
        if words
    )


def _names_in(text: str) -> list[tuple[int, int, SecretName, bool]]:
    found = [
        (*match.span(), secret, certain) for secret, pattern, certain in _names() for match in pattern.finditer(text)
    ]
    # Of names that overlap, the longest: 动态密码 is a code.
    kept: list[tuple[int, int, SecretName, bool]] = []
    for start, end, secret, certain in sorted(found, key=lambda item: (item[0], -item[1])):
        if kept and start < kept[-1][1]:
            continue
        unless_after = secret.unless_after if certain else patterns().harmless_prefixes
        if text.endswith(unless_after, 0, start):
            continue
        if secret.unless_before and text.startswith(secret.unless_before, end):
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


def _after_detour(text: str, place: int, secret: SecretName) -> tuple[int, int] | None:
    """Returns a value that is announced some words after its name: 「密码没错啊就是abc123」."""
    match = _FIRST_LATIN.search(text, place, place + _LONGEST_DETOUR)
    if match is None:
        return None
    detour = text[place : match.start()]
    announced = any(word in detour for word in patterns().fillers.strong if not word.isascii() or word in ":=")
    if not announced or any(sign in detour for sign in "?*\n") or any(owner in detour for owner in patterns().owners):
        return None
    value = find_value(text, match.start(), Context(secret, announced=True))
    if value is None:
        return None
    word = text[slice(*value)]
    return value if as_digits(word) and (secret.kind is Kind.CODE or len(word) >= MANY) else None


def _before(text: str, name_start: int, secret: SecretName) -> tuple[int, int] | None:
    """Returns a value that stands before its name: 「482913是我的验证码」, 「拿abc123当密码」."""
    place, announced = skip_back(text, name_start)
    start = place
    while start > 0 and "!" <= text[start - 1] <= "~" and place - start < _LONGEST_TOKEN_BACK:
        start -= 1
    start, end = trim(text, start, place)
    word = text[start:end]
    if (
        not word
        or is_no_secret(word)
        or any(owner in text[max(0, start - _NEAR_OWNER) : start] for owner in patterns().owners)
    ):
        return None
    if word.isdigit():
        fewest, most = secret.digits
        if not fewest <= len(word) <= most or word in patterns().known_numbers:
            return None
        alone = _BEGINS_MESSAGE.search(text[max(0, start - 4) : start]) is not None
        return (start, end) if announced or (len(word) == MANY and alone) else None
    if not announced or not is_secret_word(word, Context(secret, announced=True)):
        return None
    return start, end


def find_credentials(text: str, asked: Kind | None = None) -> Iterator[Find]:
    """Yields passwords and codes in folded text.

    Args:
        text: Folded text.
        asked: What the bot has just spoken of; a value with which the message begins is then one of it.
    """
    found_until = 0
    names = _names_in(text)
    told = [
        Name(start - _account_before(text, start), end, secret)
        for start, end, secret, certain in names
        if certain
        or text[start:end] in _PLAIN
        or (text[start:end] in _SHORT and not _HAN.match(text[start - 1 : start]))
    ]
    for stated_start, stated_end, kind in find_stated(text, told):
        yield Find(stated_start, stated_end, kind, MASK)
    for start, end, secret, certain in names:
        if start < found_until:
            continue
        place, announced = skip(text, end)
        values = [
            value
            for value in find_values(text, place, Context(secret, announced, certain))
            if not _is_error_code(text, (end, place), value, secret, certain)
        ]
        if not values and certain and not is_masked(text, place):
            detour = _after_detour(text, end, secret)
            values = [detour] if detour else []
        if certain:
            earlier = _before(text, start, secret)
            values += [earlier] if earlier else []
        for found in values:
            found_until = max(found_until, found[1])
            yield Find(*found, secret.kind, MASK)
    if _CARD.search(text):
        for match in _EXPIRY.finditer(text):
            yield Find(*match.span("said"), Kind.CODE, MASK)
    if asked is not None:
        secret = next(secret for secret in patterns().secrets if secret.kind is asked)
        place, _ = skip(text, 0)
        value = find_value(text, place, Context(secret, announced=True))
        word = text[slice(*value)] if value else ""
        # Something short can also be an answer to something else, unless it is all of it.
        if value and as_digits(word) and (len(word) >= MANY or asked is Kind.CODE or _is_all(text, value)):
            yield Find(*value, secret.kind, MASK)


def _is_error_code(text: str, gap: tuple[int, int], value: tuple[int, int], secret: SecretName, certain: bool) -> bool:
    """Returns whether the value is what an error message says: 「输密码时报79903」, 「提示code:1279」."""
    word = text[slice(*value)]
    if not _ERROR_CODE.fullmatch(word):
        return False
    if not certain:
        return len(word) < MANY and _TALKS_OF_ERRORS.search(text) is not None
    return secret.kind is Kind.PASSWORD and _REPORTS.search(text, *gap) is not None


def _account_before(text: str, start: int) -> int:
    """Returns how long the name of the account is that is told in one breath with the secret: 「账号或密码」."""
    match = _ACCOUNT.search(text[max(0, start - _NEAR) : start])
    return len(match[0]) if match else 0


def _is_all(text: str, value: tuple[int, int]) -> bool:
    return not any(character.isalnum() for character in text[value[1] :])
