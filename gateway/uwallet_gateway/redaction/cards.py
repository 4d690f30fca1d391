"""Numbers of bank cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from stdnum import luhn

from uwallet_gateway.redaction.digits import Window
from uwallet_gateway.redaction.kinds import Find, Kind
from uwallet_gateway.redaction.orders import is_order
from uwallet_gateway.redaction.patterns import patterns

# ISO/IEC 7812 allows up to 19; shorter ones than 13 are not issued any more.
SHORTEST, LONGEST = 13, 19
# Of numbers in unequal groups only those of the issuers that most people have, in few groups.
_COMMON = ("62", "4", "51", "52", "53", "54", "55", "34", "37", "35")
_MOST_UNEQUAL_GROUPS, _FEWEST_IN_GROUP = 5, 2
_TRACK = re.compile(
    r"%?b[0-9]{13,19}\^[^^\n]{2,26}\^[0-9]{7,64}+\??|(?<![0-9]);?[0-9]{13,19}[=d][0-9]{7,40}+(?![0-9])\??"
)
_CURRENCY = ("元", "块", "塊", ".", "万")


@cache
def _prefixes() -> dict[int, tuple[str, ...]]:
    return {
        length: tuple(prefix for card in patterns().cards if length in card.lengths for prefix in card.prefixes)
        for length in range(SHORTEST, LONGEST + 1)
    }


def is_card(digits: str) -> bool:
    """Returns whether these digits can be a card: an issuer's prefix and length, and the Luhn check digit."""
    prefixes = _prefixes().get(len(digits))
    return prefixes is not None and digits.startswith(prefixes) and luhn.is_valid(digits)


def mask(digits: str) -> str:
    """Returns the mask of a card: its last four digits, by which its owner knows it."""
    return "****" + digits[-4:]


def _are_amounts(window: Window) -> bool:
    """Returns whether the groups are round numbers: 「1000、2000、3000、4000」."""
    place = 0
    for size in window.sizes:
        group = window.digits[place : place + size]
        if group.startswith("0") or not group.endswith("00"):
            return False
        place += size
    return True


def _is_certain(text: str, window: Window) -> bool:
    """Returns whether unequal groups with commas or the like between them are a card and no amounts."""
    few = len(window.sizes) <= _MOST_UNEQUAL_GROUPS and min(window.sizes) >= _FEWEST_IN_GROUP
    return few and window.digits.startswith(_COMMON) and text[window.end : window.end + 1] not in _CURRENCY


def find_tracks(text: str) -> Iterator[Find]:
    """Yields what a card's magnetic stripe holds (ISO/IEC 7813), as readers and receipts print it."""
    for match in _TRACK.finditer(text):
        yield Find(*match.span(), Kind.CARD_TRACK, "******")


def find_card(text: str, window: Window) -> Find | None:
    """Returns the card that these digits of folded text are."""
    if not is_card(window.digits) or is_order(text, window):
        return None
    if window.enumerated and _are_amounts(window):
        return None
    if not window.usual and not _is_certain(text, window):
        return None
    return Find(window.start, window.end, Kind.BANK_CARD, mask(window.digits))
