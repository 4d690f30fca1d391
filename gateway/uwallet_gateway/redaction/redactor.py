"""Puts the finders together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from uwallet_gateway.redaction.cards import find_card, find_tracks
from uwallet_gateway.redaction.contacts import find_emails, find_phone
from uwallet_gateway.redaction.credentials import find_credentials
from uwallet_gateway.redaction.digits import Window, chains, windows
from uwallet_gateway.redaction.folding import fold
from uwallet_gateway.redaction.identities import find_other_ids, find_resident_id
from uwallet_gateway.redaction.kinds import STRICTEST_FIRST, Find, Hit, Kind, Redacted
from uwallet_gateway.redaction.named_numbers import find_named_numbers

# The shortest telephone number without a name, the longest card.
_SHORTEST, _LONGEST = 8, 19
# A mask can end what stood too close to digits to be seen: 护照E12345678A62220212…. Two passes are enough for what
# people type, the last of which finds nothing.
_MOST_PASSES = 8


class _Candidate(NamedTuple):
    find: Find
    window: Window


def _finds_in(text: str, window: Window, *, keep_contact: bool) -> Iterator[_Candidate]:
    finds = (
        find_card(text, window),
        find_resident_id(text, window),
        None if keep_contact else find_phone(text, window),
    )
    return (_Candidate(find, window) for find in finds if find)


def _without_neighbours(candidates: list[_Candidate]) -> Iterator[Find]:
    """Yields the finds, except those that only take in the word beside another one: 「…128一直」."""
    sure = [find for find, window in candidates if not window.doubtful]
    for find, window in candidates:
        both_sides = window.sure_start != window.start and window.sure_end != window.end
        # An ID has a date and a county; a card inside it can be chance.
        outweighs = find.kind is Kind.ID_NUMBER and not both_sides
        if window.doubtful and any(
            other.start <= window.sure_start
            and other.end >= window.sure_end
            and (other.kind is find.kind or not outweighs)
            for other in sure
        ):
            continue
        yield find


def _finds(text: str, *, keep_contact: bool, asked: Kind | None) -> Iterator[Find]:
    places = {}
    for chain in chains(text):
        candidates = [
            candidate
            for window in windows(chain, _SHORTEST, _LONGEST)
            for candidate in _finds_in(text, window, keep_contact=keep_contact)
        ]
        yield from _without_neighbours(candidates)
        places.update({group.start: (chain, index) for index, group in enumerate(chain)})
    yield from find_tracks(text)
    yield from find_other_ids(text)
    yield from find_named_numbers(text, places, keep_contact=keep_contact)
    yield from find_credentials(text, asked)
    if not keep_contact:
        yield from find_emails(text)


def _weight(find: Find) -> tuple[int, int]:
    return -STRICTEST_FIRST.index(find.kind), find.end - find.start


def _joined(finds: Iterable[Find]) -> list[Find]:
    """Returns the finds without overlaps: where some overlap, everything that any of them covers is masked at once."""
    joined: list[Find] = []
    for find in sorted(finds, key=lambda find: (find.start, -find.end)):
        if joined and find.start < joined[-1].end:
            last = joined[-1]
            stricter = max(last, find, key=_weight)
            joined[-1] = Find(last.start, max(last.end, find.end), stricter.kind, stricter.mask)
        else:
            joined.append(find)
    return joined


def _apart(text: str, find: Find) -> str:
    """Returns the mask, set apart from digits beside it so that they do not become one number with what it shows."""
    before, after = text[find.start - 1 : find.start], text[find.end : find.end + 1]
    left = "*" if before.isdigit() and find.mask[0].isdigit() else ""
    right = "*" if after.isdigit() and find.mask[-1].isdigit() else ""
    return f"{left}{find.mask}{right}"


# For each character of a text on its way through the passes, the part of the original that it stands for.
_Origins = list[tuple[int, int]]


def _redact_once(
    text: str, origins: _Origins, *, keep_contact: bool, asked: Kind | None
) -> tuple[str, _Origins, list[Hit]]:
    folded = fold(text)
    parts: list[str] = []
    kept: _Origins = []
    hits: list[Hit] = []
    done = 0
    for find in _joined(_finds(folded.text, keep_contact=keep_contact, asked=asked)):
        start, end = folded.original_span(find.start, find.end)
        start = max(done, start)
        mask = _apart(folded.text, find)
        origin = origins[start][0], origins[end - 1][1]
        parts += [text[done:start], mask]
        kept += [*origins[done:start], *[origin] * len(mask)]
        hits.append(Hit(*origin, find.kind))
        done = end
    return "".join([*parts, text[done:]]), kept + origins[done:], hits


def _merged(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Returns the hits of all passes; a later one may cover an earlier one, and then says what both are."""
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit.start):
        if merged and hit.start < merged[-1].end:
            last = merged[-1]
            kind = min(last.kind, hit.kind, key=STRICTEST_FIRST.index)
            merged[-1] = Hit(last.start, max(last.end, hit.end), kind)
        else:
            merged.append(hit)
    return tuple(merged)


def redact(text: str, *, keep_contact: bool = False, asked: Kind | None = None) -> Redacted:
    """Returns the text without what must not be stored, logged or sent on.

    Masked are bank cards, identity documents, passwords and verification codes, telephone numbers and e-mail
    addresses, in whatever form of digits they are typed. Everything else stays exactly as it was. What is masked
    already stays as it is: redacting twice is redacting once. Takes time in proportion to the length of the text.

    Args:
        text: What somebody typed.
        keep_contact: Leave telephone numbers and e-mail addresses readable, for the answer to a question for one.
        asked: `Kind.PASSWORD` or `Kind.CODE` if the bot's last message speaks of one (`secret_named_in`): a value that
            stands at the beginning without its name is then masked, too.
    """
    origins: _Origins = [(place, place + 1) for place in range(len(text))]
    hits: list[Hit] = []
    for _ in range(_MOST_PASSES):
        text, origins, found = _redact_once(text, origins, keep_contact=keep_contact, asked=asked)
        if not found:
            break
        hits += found
    return Redacted(text, frozenset(hit.kind for hit in hits), _merged(hits))
