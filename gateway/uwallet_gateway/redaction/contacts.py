"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberType

from uwallet_gateway.redaction.digits import Window
from uwallet_gateway.redaction.kinds import Find, Kind
from uwallet_gateway.redaction.orders import is_part_of_order

# Any prefix that the mainland may give out, also those not given out yet: a mistyped number is somebody's number too.
_MOBILE_LENGTHS = range(11, 17)
_MOBILE = re.compile(r"(?P<dialled>(?:00)?86|0|1795[1-9])?(?P<number>1[3-9][0-9]{9})")
# Digits in the first group of a mobile number with commas in it; 「1500、2000、300」 are amounts.
_BEGINNINGS = (1, 3, 11)
_IS_MOBILE = re.compile(r"861[3-9]")  # these are found as what they are in China
_LANDLINE_LENGTHS = (10, 11, 12)
_DOMAIN = re.compile(r" ?[a-z0-9-]{1,63}+(?:[.。][a-z0-9-]{1,63}+){0,4}[.。][a-z]{2,24}+(?![a-z0-9-])")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_LONGEST_LOCAL = 64
_MASKED = "****"


def mask_phone(digits: str) -> str:
    """Returns the mask of a telephone number: 138****5678, of short ones the last two digits."""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"****{digits[-2:]}"


def is_service_number(digits: str) -> bool:
    """Returns whether this is a number of a company's service (400, 800), which is no secret of the user's."""
    return len(digits) == 10 and digits.startswith(("400", "800"))


def _is_valid(digits: str, region: str | None, *kinds: int) -> bool:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and (not kinds or phonenumbers.number_type(number) in kinds)


def find_mobile(window: Window) -> Find | None:
    """Returns the mobile number of the mainland that the window is."""
    match = _MOBILE.fullmatch(window.digits) if len(window.digits) in _MOBILE_LENGTHS else None
    # 86 in a group of its own stays as it is; the window that begins after it holds the number.
    if match is None or (match["dialled"] and window.sizes[0] == len(match["dialled"])):
        return None
    if window.enumerated and window.sizes[0] not in _BEGINNINGS:
        return None
    return Find(window.start, window.end, Kind.PHONE, mask_phone(match["number"]))


def _find_landline(window: Window) -> Find | None:
    digits, sizes = window.digits, window.sizes
    if len(digits) not in _LANDLINE_LENGTHS or digits[0] != "0" or digits[1] == "0":
        return None
    together, one_by_one = len(sizes) == 1, len(sizes) == len(digits)
    if not (together or one_by_one or sizes[0] in (3, 4)):
        return None
    # The area codes of the mainland, 02 to 09 and 010; Taiwan's mobile numbers begin with 09 and have ten digits.
    if _is_valid(digits, "CN", PhoneNumberType.FIXED_LINE) or _is_valid(digits, "TW", PhoneNumberType.MOBILE):
        return Find(window.start, window.end, Kind.PHONE, mask_phone(digits))
    return None


def _find_international(text: str, window: Window) -> Find | None:
    if window.enumerated:
        return None
    dialled = window.digits.startswith("00") and window.sizes[0] > 3
    before = text[max(0, window.start - 2) : window.start]
    if not dialled and "+" not in before:
        return None
    before = before.rstrip(" (")
    # In a sum it is no sign of a country: 92897+690223.
    plus = before.endswith("+") and not before[:-1].isdigit()
    if not (plus or dialled) or len(window.digits) > 15 + 2 * dialled:
        return None
    digits = window.digits[2:] if dialled else window.digits
    if _IS_MOBILE.match(digits) or not _is_valid(f"+{digits}", None):
        return None
    country = phonenumbers.parse(f"+{digits}", None).country_code
    start = window.start - 2 + len(before) - 1 if plus and window.start > 1 else window.start - plus
    return Find(start, window.end, Kind.PHONE, f"+{country}****{digits[-4:]}")


def _with_sign(text: str, find: Find) -> Find:
    """Returns the find with the sign before it that means nothing without it: (010) 8234 5678, +8613800138000."""
    inside = text[find.start : find.end]
    before = text[find.start - 1 : find.start]
    bracket = before == "(" and ")" in inside and "(" not in inside
    plus = before == "+" and not find.mask.startswith("+")
    return Find(find.start - (bracket or plus), find.end, find.kind, find.mask)


def find_phone(text: str, window: Window) -> Find | None:
    """Returns the telephone number that these digits of folded text are."""
    if not window.usual:
        return None
    find = find_mobile(window) or _find_landline(window) or _find_international(text, window)
    return _with_sign(text, find) if find and not is_part_of_order(text, window) else None


def find_emails(text: str) -> Iterator[Find]:
    """Yields the part of e-mail addresses before the @, of which the first character stays."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        end = at - 1 if text[at - 1 : at] == " " else at
        start = end
        while start > 0 and text[start - 1] in _LOCAL and end - start < _LONGEST_LOCAL:
            start -= 1
        masked = text[max(0, start - len(_MASKED)) : start] == _MASKED
        if domain and start < end and not masked:
            yield Find(start, end, Kind.EMAIL, text[start] + _MASKED)
        at = text.find("@", at + 1)
