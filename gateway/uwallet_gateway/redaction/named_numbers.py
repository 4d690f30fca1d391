"""Numbers that are masked because of the name before them, even if they are mistyped: 「身份证号是…」."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from uwallet_gateway.redaction import cards, contacts, identities
from uwallet_gateway.redaction.digits import Group, Window, end_with_x, windows
from uwallet_gateway.redaction.fillers import skip
from uwallet_gateway.redaction.kinds import Find, Kind
from uwallet_gateway.redaction.patterns import NumberName, name, patterns

_DOCUMENT = re.compile(r"[a-z]{0,2}[ -]?[0-9](?:[ -]?[0-9]){5,11}+\(?[0-9a-z]?\)?(?![0-9a-z])")
# 「手机2024-05-01没电了」, 「手机20240501没电了」
_DAY = re.compile(
    r"20[0-9]{2}([-./]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])(?![0-9-])"
    r"|[0-9]{1,2}[-./][0-9]{1,2} [0-9]{1,2}:[0-9]{2}"
)

# The chain of digits and the place in it of the group that begins at a place of the text.
Chains = Mapping[int, tuple[tuple[Group, ...], int]]


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    names: NumberName = getattr(patterns().named_numbers, kind)
    return re.compile(name(names.words))


def _values(text: str, kind: str) -> Iterator[int]:
    """Yields where a value may begin, after each of the kind's names."""
    for match in _pattern(kind).finditer(text):
        yield skip(text, match.end())[0]


def _windows_at(text: str, place: int, chains: Chains, kind: str) -> list[Window]:
    names: NumberName = getattr(patterns().named_numbers, kind)
    if place not in chains or _DAY.match(text, place):
        return []
    chain, index = chains[place]
    # A number has no more groups than digits.
    nearby = chain[index : index + names.digits[1]]
    found = [window for window in windows(nearby, *names.digits) if window.start == place and window.usual]
    # The 一 of 「…330一直」 only where nothing else makes a number.
    return [window for window in found if not window.doubtful] or found


def _cards(text: str, chains: Chains) -> Iterator[Find]:
    for place in _values(text, "bank_card"):
        found = _windows_at(text, place, chains, "bank_card")
        if found and not any(cards.is_card(window.digits) for window in found):
            longest = found[-1]
            yield Find(place, longest.end, Kind.BANK_CARD, cards.mask(longest.digits))


def _resident_ids(text: str, chains: Chains) -> Iterator[Find]:
    for place in _values(text, "id_number"):
        found = _windows_at(text, place, chains, "id_number")
        if found:
            digits, end = found[-1].digits, found[-1].end
            end_of_x = end_with_x(text, end)
            mask = identities.mask(digits + ("x" if end_of_x else ""))
            yield Find(place, end_of_x or end, Kind.ID_NUMBER, mask)


def _documents(text: str) -> Iterator[Find]:
    for kind in ("travel_document", "id_number"):
        for place in _values(text, kind):
            match = _DOCUMENT.match(text, place)
            letters = match and match[0][0].isalpha()
            if match and (letters or kind == "travel_document"):
                yield Find(*match.span(), Kind.ID_NUMBER, identities.mask_document(match[0]))


def _phones(text: str, chains: Chains) -> Iterator[Find]:
    for place in _values(text, "phone"):
        found = _windows_at(text, place, chains, "phone")
        if not found or any(contacts.find_mobile(window) for window in found):
            continue
        shortest = found[0]
        if not contacts.is_service_number(shortest.digits):
            yield Find(place, shortest.end, Kind.PHONE, contacts.mask_phone(shortest.digits))


def find_named_numbers(text: str, chains: Chains, *, keep_contact: bool) -> Iterator[Find]:
    """Yields numbers of cards, documents and telephones that follow their name.

    Args:
        text: Folded text.
        chains: The digits in it, by where each group begins.
        keep_contact: Whether telephone numbers stay readable.
    """
    yield from _cards(text, chains)
    yield from _resident_ids(text, chains)
    yield from _documents(text)
    if not keep_contact:
        yield from _phones(text, chains)
