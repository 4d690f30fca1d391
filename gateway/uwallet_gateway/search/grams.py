"""Texts as pairs of characters, by which databases search Chinese.

Chinese has no spaces, and most of its words have two characters: fewer than the trigrams of SQLite and PostgreSQL
need. A word that is searched for is found as the phrase of its pairs wherever it stands, so numbers and names are found
by parts.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator

from uwallet_gateway.scripts import simplified

# More words than anybody types; each costs a look into the index.
_MOST_WORDS = 8


def grams(text: str) -> str:
    """The pairs of a text for the index, with spaces between them.

    Each run of letters, characters and digits ends with its last one alone, so that a single character is found there.
    """
    return " ".join(itertools.chain.from_iterable([*_pairs(run), run[-1]] for run in _runs(text)))


def phrases(query: str) -> list[list[str]]:
    """What the index must have in a row, for each word of a query; a single character is a beginning."""
    words = [list(_runs(word)) for word in query.split()]
    return [_phrase(runs) for runs in words if runs][:_MOST_WORDS]


def excerpt(text: str, query: str, length: int) -> str:
    """The part of a text around the first word of a query, or its beginning; so many characters at most."""
    place = next((start for start, _ in marks(text, query)), -1)
    start = max(0, min(place - length // 3, len(text) - length))
    return text[start : start + length].replace("\n", " ")


def marks(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words of a query stand first in a text, in either script: begin and end of each."""
    plain = _compared(text)
    places = [(plain.find(word), len(word)) for word in _compared(query).split()]
    return [(start, start + length) for start, length in places if start >= 0]


def _compared(text: str) -> str:
    """A text to be compared, character by character: the index finds traditional by simplified characters."""
    plain = simplified(unicodedata.normalize("NFKC", text)).lower()
    return plain if len(plain) == len(text) else text.lower()


def _phrase(runs: list[str]) -> list[str]:
    # As `grams` has it, but for the end, behind which the text may go on.
    whole = [[*_pairs(run), run[-1]] for run in runs[:-1]]
    return [*itertools.chain.from_iterable(whole), *(_pairs(runs[-1]) or [runs[-1]])]


def _runs(text: str) -> Iterator[str]:
    plain = simplified(unicodedata.normalize("NFKC", text)).lower()
    for is_word, run in itertools.groupby(plain, str.isalnum):
        if is_word:
            yield "".join(run)


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in itertools.pairwise(run)]
