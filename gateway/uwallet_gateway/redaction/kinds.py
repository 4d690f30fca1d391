"""What redaction finds, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was masked."""

    BANK_CARD = "bank_card"
    ID_NUMBER = "id_number"
    PASSWORD = "password"
    CODE = "code"
    PHONE = "phone"
    EMAIL = "email"


# What nobody should send to support. Contacts are masked too, but giving one is no mistake of the user's.
NOTICED = (Kind.BANK_CARD, Kind.ID_NUMBER, Kind.PASSWORD, Kind.CODE)
# Where finds overlap, the one that hides most decides.
STRICTEST_FIRST = (Kind.PASSWORD, Kind.CODE, Kind.ID_NUMBER, Kind.BANK_CARD, Kind.PHONE, Kind.EMAIL)


@dataclass(frozen=True)
class Redacted:
    """Text that may be stored, logged and sent on.

    Attributes:
        text: The text with each find replaced by its mask; everything else as it was.
        kinds: What was masked; empty if the text is unchanged.
    """

    text: str
    kinds: frozenset[Kind] = frozenset()

    @property
    def noticed(self) -> tuple[Kind, ...]:
        """The kinds that warrant a kind word to the user, in a fixed order; a phone number or e-mail does not."""
        return tuple(kind for kind in NOTICED if kind in self.kinds)


@dataclass(frozen=True)
class Find:
    """A part of the folded text that is to be replaced.

    Attributes:
        start: Where it begins in the folded text.
        end: Where it ends, exclusive.
        kind: What it is.
        mask: What stands there instead.
    """

    start: int
    end: int
    kind: Kind
    mask: str
