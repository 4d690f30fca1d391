"""Codes on paper, for who has lost the phone: each is good once."""

from __future__ import annotations

import secrets
import unicodedata

COUNT = 10
# Without those that are taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Two groups of five letters: 49 bits, of which a thief of the database gets nothing as they are stored with argon2id.
_GROUPS, _GROUP = 2, 5


def new_codes() -> list[str]:
    """Ten different codes."""
    codes: set[str] = set()
    while len(codes) < COUNT:
        codes.add("-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)))
    return sorted(codes)


def normalized(code: str) -> str:
    """A code as it is hashed: dashes, blanks, width and capitals do not matter."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", code).lower() if letter in _LETTERS)


def is_recovery_code(code: str) -> bool:
    """Whether what was typed looks like a code, so that it is worth to compare it with the stored ones."""
    return len(normalized(code)) == _GROUPS * _GROUP
