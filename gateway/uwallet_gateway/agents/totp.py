"""Time-based one-time passwords (RFC 6238) as authenticator apps make them: six digits, SHA-1, every 30 seconds."""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime

import pyotp

# Of the phone's clock to either side; RFC 6238, 5.2 recommends at most one.
_DRIFT_STEPS = (0, -1, 1)
_CODE = re.compile("[0-9]{6}")


def new_secret() -> str:
    """A random secret in base 32, 160 bits as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def provisioning_uri(secret: str, username: str, issuer: str) -> str:
    """What the QR code says: the address that authenticator apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def as_code(text: str) -> str | None:
    """The six digits of a code that was typed, whatever width and blanks; None if it is something else."""
    digits = "".join(unicodedata.normalize("NFKC", text).split())
    return digits if _CODE.fullmatch(digits) else None


def matching_step(secret: str, code: str, moment: datetime, *, after: int) -> int | None:
    """The time step that a code belongs to, None if it is wrong or was used.

    Args:
        secret: In base 32.
        code: Six digits.
        moment: Now.
        after: The last step that was used: a code is good once, and none before it is good any more.
    """
    totp = pyotp.TOTP(secret)
    current = totp.timecode(moment)
    for step in (current + drift for drift in _DRIFT_STEPS):
        if step > after and hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None
