"""Reads patterns.yml, once, into what the finders compare with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from uwallet_gateway.redaction.kinds import Kind


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CardRange(_Part):
    """Beginnings of an issuer's card numbers and their lengths in digits."""

    issuer: str
    prefixes: tuple[str, ...]
    lengths: tuple[int, ...]


class SecretName(_Part):
    """What a password or code is called; see patterns.yml."""

    kind: Kind
    digits: tuple[int, int]
    words: tuple[str, ...]
    ambiguous: tuple[str, ...]
    within: tuple[str, ...]
    unless_after: tuple[str, ...] = ()
    unless_before: tuple[str, ...] = ()


class NumberName(_Part):
    """What a number that is to be masked is called, and how many digits it has at least and at most."""

    words: tuple[str, ...]
    digits: tuple[int, int]


class NumberNames(_Part):
    """The numbers that have names."""

    bank_card: NumberName
    id_number: NumberName
    travel_document: NumberName
    phone: NumberName


class Fillers(_Part):
    """What may stand between a name and its value."""

    strong: tuple[str, ...]
    weak: tuple[str, ...]
    back_strong: tuple[str, ...]
    back_weak: tuple[str, ...]
    more: tuple[str, ...]


class Links(_Part):
    """Words between the parts of one number; see patterns.yml."""

    signs: tuple[str, ...]
    words: tuple[str, ...]
    places: tuple[str, ...]


class NumeralWords(_Part):
    """Words that begin or end with a numeral; see patterns.yml."""

    before: tuple[str, ...]
    measures: tuple[str, ...]
    pairs: tuple[str, ...]
    after: dict[str, tuple[str, ...]]


class Statements(_Part):
    """Words of a sentence that tells a secret; see patterns.yml."""

    entered: tuple[str, ...]
    used: tuple[str, ...]
    told: tuple[str, ...]
    received: tuple[str, ...]
    remembered: tuple[str, ...]
    display_places: tuple[str, ...]
    displayed: tuple[str, ...]
    failures: tuple[str, ...]
    copulas: tuple[str, ...]
    made: tuple[str, ...]
    refused: tuple[str, ...]
    others: tuple[str, ...]
    reported: tuple[str, ...]
    located: tuple[str, ...]
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    strict_subjects: tuple[str, ...]


class Patterns(_Part):
    """The content of patterns.yml."""

    cards: tuple[CardRange, ...]
    numerals: dict[str, str]
    lookalikes: dict[str, str]
    syllables: dict[str, tuple[str, ...]]
    english_digits: dict[str, tuple[str, ...]]
    links: Links
    numeral_words: NumeralWords
    order_names: tuple[str, ...]
    secrets: tuple[SecretName, ...]
    harmless_prefixes: tuple[str, ...]
    asking: tuple[str, ...]
    named_numbers: NumberNames
    fillers: Fillers
    statements: Statements
    owners: tuple[str, ...]
    units: tuple[str, ...]
    units_of_many: tuple[str, ...]
    known_numbers: frozenset[str]
    harmless_words: frozenset[str]
    harmless_models: tuple[str, ...]


@cache
def patterns() -> Patterns:
    """Returns the content of patterns.yml.

    Raises:
        pydantic.ValidationError: A field is missing, unknown or of the wrong type.
    """
    text = files("uwallet_gateway.redaction").joinpath("patterns.yml").read_text(encoding="utf-8")
    # Everything as text: no, on and 010 are words and digits here.
    return Patterns.model_validate(yaml.load(text, yaml.BaseLoader))


def any_of(words: Iterable[str]) -> str:
    """Returns a regular expression that matches the longest of the words, and nothing of the text that follows."""
    longest_first = sorted(set(words), key=len, reverse=True)
    return "(?>" + "|".join(map(re.escape, longest_first)) + ")"


def name(words: Iterable[str], within: Iterable[str] = ()) -> str:
    """Returns a regular expression for names; Latin ones only as whole words, except those in `within`."""
    within = set(within)
    alternatives = []
    for word in sorted(set(words), key=len, reverse=True):
        before = "(?<![a-z])" if word[0].isascii() and word not in within else ""
        after = "(?![a-z])" if word[-1].isascii() and word not in within else ""
        if word[-1].isdigit():
            after = "(?![0-9])"
        alternatives.append(before + re.escape(word) + after)
    return "(?:" + "|".join(alternatives) + ")"
