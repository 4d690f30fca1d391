"""How a user can be reached: a telephone number or an e-mail address."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from uwallet_gateway.errors import ErrorCode, InputError

_REGION = "CN"
# As long as the column.
_LONGEST = 255
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}")


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


def _is_number(contact: str) -> bool:
    if re.search(r"[^0-9+()\s-]", contact):
        return False
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(contact, _REGION)))
    except phonenumbers.NumberParseException:
        return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
