"""What redaction finds, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Sensitivity(StrEnum):
    """Classes of personal financial information after JR/T 0171-2020, section 4.2."""

    C3 = "C3"  # authenticates: never stored, never shown
    C2 = "C2"  # identifies: stored and shown masked


class Kind(StrEnum):
    """What was masked."""

    BANK_CARD = "bank_card"
    ID_NUMBER = "id_number"
    PASSWORD = "password"
    CODE = "code"
    CARD_TRACK = "card_track"
    PHONE = "phone"
    EMAIL = "email"

    @property
    def sensitivity(self) -> Sensitivity:
        """How sensitive such a value is."""
        return Sensitivity.C3 if self in _C3 else Sensitivity.C2


_C3 = frozenset({Kind.PASSWORD, Kind.CODE, Kind.CARD_TRACK})
# What nobody should send to support. Contacts are masked too, but giving one is no mistake of the user's.
NOTICED = (Kind.BANK_CARD, Kind.ID_NUMBER, Kind.PASSWORD, Kind.CODE, Kind.CARD_TRACK)
# Where finds overlap, the one that hides most decides.
STRICTEST_FIRST = (
    Kind.CARD_TRACK,
    Kind.PASSWORD,
    Kind.CODE,
    Kind.ID_NUMBER,
    Kind.BANK_CARD,
    Kind.PHONE,
    Kind.EMAIL,
)


class Hit(NamedTuple):
    """A part of the original text that was masked.

    Attributes:
        start: Where it begins in the text given to `redact`.
        end: Where it ends, exclusive.
        kind: What it is; `kind.sensitivity` is its class.
    """

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Redacted:
    """Text that may be stored, logged and sent on.

    Attributes:
        text: The text with each find replaced by its mask; everything else as it was.
        kinds: What was masked; empty if the text is unchanged.
        hits: Where in the original text, in its order, without overlaps.
    """

    text: str
    kinds: frozenset[Kind] = frozenset()
    hits: tuple[Hit, ...] = ()

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
