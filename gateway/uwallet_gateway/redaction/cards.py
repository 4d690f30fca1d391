"""Numbers of bank cards."""

from __future__ import annotations

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


def _is_certain(text: str, window: Window) -> bool:
    """Returns whether unequal groups with commas or the like between them are a card and no amounts."""
    digits, place, amounts = window.digits, 0, False
    for size in window.sizes:
        place += size
        amounts = amounts or digits[:place].endswith("00")
    few = len(window.sizes) <= _MOST_UNEQUAL_GROUPS and min(window.sizes) >= _FEWEST_IN_GROUP
    return few and not amounts and digits.startswith(_COMMON) and text[window.end : window.end + 1] not in _CURRENCY


def find_card(text: str, window: Window) -> Find | None:
    """Returns the card that these digits of folded text are."""
    if not is_card(window.digits) or is_order(text, window):
        return None
    if not window.usual and not _is_certain(text, window):
        return None
    return Find(window.start, window.end, Kind.BANK_CARD, mask(window.digits))
