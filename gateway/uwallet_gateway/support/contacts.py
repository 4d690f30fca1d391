"""How a user can be reached: a telephone number or an e-mail address."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.redaction import redact
from uwallet_gateway.scripts import folded
from uwallet_gateway.texts import ContactWords

_REGION = "CN"
# As long as the column.
_LONGEST = 255
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class OfferedContact:
    """What a user gives to be reached by.

    Attributes:
        contact: A telephone number or an e-mail address.
        is_alone: Whether the message says nothing else.
    """

    contact: str
    is_alone: bool


def checked_contact(value: object) -> str:
    """Returns a contact as it is kept: without blanks around it, in half-width characters.

    Raises:
        InputError: `contact_invalid` if it is neither a telephone number nor an e-mail address.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise InputError(ErrorCode.CONTACT_INVALID)
    contact = _folded(value).strip()
    if not (_EMAIL.fullmatch(contact) or _is_number(contact)):
        raise InputError(ErrorCode.CONTACT_INVALID)
    return contact


def find_contact(text: str) -> str | None:
    """Returns the first contact in a text, or None."""
    folded = _folded(text)
    email = _EMAIL.search(folded)
    if email:
        return email[0]
    number = next(iter(phonenumbers.PhoneNumberMatcher(folded, _REGION)), None)
    return str(number.raw_string) if number else None


def contact_hint(contact: str) -> str:
    """What is shown of a contact: masked as it is in the transcript."""
    return redact(contact).text


def offered_contact(text: str, words: ContactWords, *, is_awaited: bool) -> OfferedContact | None:
    """Returns what the user gives to be reached by, or None: a number may also be what the question is about.

    Args:
        text: As typed, not redacted.
        words: How a contact is offered.
        is_awaited: Whether a ticket waits for a human, so that a bare number is a contact.
    """
    contact = find_contact(text)
    if contact is None:
        return None
    rest = folded(_folded(text).replace(contact, " "))
    if any(word in rest for word in words.others):
        return None
    is_offer = any(word in rest for word in words.offers)
    is_named = not rest or any(word in rest for word in words.names)
    if not is_offer and not (is_awaited and is_named):
        return None
    for word in sorted((*words.offers, *words.names, *words.fillers), key=len, reverse=True):
        rest = rest.replace(word, "")
    return OfferedContact(contact, is_alone=not rest)


def given_contact(text: str) -> OfferedContact | None:
    """Returns the contact in a text that was asked for one, or None."""
    contact = find_contact(text)
    if contact is None:
        return None
    return OfferedContact(contact, is_alone=_folded(text).strip() == contact.strip())


def _is_number(contact: str) -> bool:
    if re.search(r"[^0-9+()\s-]", contact):
        return False
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(contact, _REGION)))
    except phonenumbers.NumberParseException:
        return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
