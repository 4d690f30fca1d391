"""A site vouches for its user with HMAC-SHA256 over the time and the user id (docs/protocol.md)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from uwallet_gateway.clock import now
from uwallet_gateway.identity.attributes import shown_fields

# Of a token of attributes; what it says is shorter yet.
_MOST_OF_TOKEN = 8192
_MOST_ATTRIBUTES = 20
_DATED = re.compile(r"(?P<time>[0-9]{1,11})\.(?P<digest>[0-9A-Fa-f]{64})")


@dataclass(frozen=True, slots=True)
class Voucher:
    """A hash that the site has made; `made_at` is None of one in the former format, which names no time."""

    made_at: datetime | None


def user_hash(secret: str, user_id: str, made_at: datetime | None = None) -> str:
    """What a site's backend computes: `TIME.HMAC`.

    TIME is the Unix time in seconds, HMAC the hexadecimal HMAC-SHA256 with the site's secret as key, over TIME, a line
    feed and the user id in UTF-8.

    Args:
        secret: Of the site.
        user_id: What the site calls the user.
        made_at: The time of the hash; None for now.
    """
    time = str(int((made_at or now()).timestamp()))
    return f"{time}.{_digest(secret, f'{time}\n{user_id}')}"


def undated_hash(secret: str, user_id: str) -> str:
    """The former format: hexadecimal HMAC-SHA256 over the user id alone, good for ever. Refused by default."""
    return _digest(secret, user_id)


def read_voucher(secret: str, user_id: str, given_hash: str) -> Voucher | None:
    """Returns the voucher in a hash, or None if the site did not make it for this user.

    Compares in constant time, so that a hash cannot be guessed byte by byte.
    """
    dated = _DATED.fullmatch(given_hash)
    if dated is None:
        return Voucher(None) if _equal(undated_hash(secret, user_id), given_hash) else None
    if not _equal(_digest(secret, f"{dated['time']}\n{user_id}"), dated["digest"]):
        return None
    return Voucher(datetime.fromtimestamp(int(dated["time"]), UTC))


def signed_attributes(secret: str, user_id: str, data: str, made_at: datetime | None = None) -> str:
    """What a site's backend makes to tell of its user: `TIME.HMAC.DATA`.

    As `user_hash`, over TIME, a line feed, the user id, a line feed and DATA.

    Args:
        secret: Of the site.
        user_id: What the site calls the user.
        data: A JSON object of short values by name.
        made_at: The time of it; None for now.
    """
    time = str(int((made_at or now()).timestamp()))
    return f"{time}.{_digest(secret, f'{time}\n{user_id}\n{data}')}.{data}"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a site has told of its user."""

    voucher: Voucher
    fields: dict[str, str]


def read_attributes(secret: str, user_id: str, token: object) -> Attributes | None:
    """Returns what can be shown of a token, or None if the site did not make it for this user, or it is no token."""
    if not isinstance(token, str) or len(token) > _MOST_OF_TOKEN:
        return None
    time, _, rest = token.partition(".")
    digest, _, data = rest.partition(".")
    if _DATED.fullmatch(f"{time}.{digest}") is None or not _equal(
        _digest(secret, f"{time}\n{user_id}\n{data}"), digest
    ):
        return None
    try:
        values = json.loads(data)
    except ValueError:
        return None
    if not isinstance(values, dict):
        return None
    return Attributes(Voucher(datetime.fromtimestamp(int(time), UTC)), shown_fields(values, _MOST_ATTRIBUTES))


def _digest(secret: str, message: str) -> str:
    # A client may send halves of surrogate pairs, which no site has signed.
    return hmac.new(secret.encode(), message.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _equal(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.lower().encode(errors="replace"))
