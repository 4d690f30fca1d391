"""Sends encrypted notices to browsers (Web Push: RFC 8030, 8291, 8292)."""

from __future__ import annotations

import base64
import binascii
import os
import time
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import http_ece
import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.addresses import AddressRefusedError
from uwallet_gateway.hooks.transport import CheckedTransport

_TIMEOUT = 10.0
# Seconds for which the push service keeps a notice for a device that is off; then it is old news.
_KEPT_FOR = 3600
# Seconds for which a signature is good; at most a day (RFC 8292).
_SIGNED_FOR = 12 * 3600
_AUTH_BYTES, _LONGEST_ADDRESS = 16, 1000
# The subscription is over (RFC 8030).
_GONE = {404, 410}


class PushOutcome(StrEnum):
    """What became of a notice."""

    SENT = "sent"
    # The browser takes no more under this address.
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PushAddress:
    """Where a browser takes notices, and by what they are encrypted for it; keys in base64url without padding."""

    endpoint: str
    public_key: str
    auth_secret: str

    def check(self, *, development: bool) -> None:
        """Refuses what no browser gives.

        Raises:
            InputError: malformed.
        """
        parts = urlsplit(self.endpoint)
        schemes = {"https", "http"} if development else {"https"}
        is_address = parts.scheme in schemes and parts.hostname and not parts.username
        try:
            _point(self.public_key)
            has_keys = len(decoded(self.auth_secret)) == _AUTH_BYTES
        except (ValueError, UnsupportedAlgorithm):
            has_keys = False
        if not is_address or not has_keys or len(self.endpoint) > _LONGEST_ADDRESS:
            raise InputError(ErrorCode.MALFORMED)


class PushSender:
    """Encrypts, signs and sends. Without a key it sends nothing."""

    def __init__(self, key: str | None, contact: str, *, allow_private: bool) -> None:
        """Opens nothing yet.

        Args:
            key: The private key that push services know the gateway by, in base64url; None: there is none.
            contact: Where they write if something goes wrong: `mailto:` or `https:`.
            allow_private: Whether an address may lead into a private network.
        """
        self._vapid = Vapid02.from_raw(key.encode()) if key else None
        self._contact = contact
        self._client = httpx.AsyncClient(
            transport=CheckedTransport(allow_private=allow_private, connect_timeout=_TIMEOUT), timeout=_TIMEOUT
        )

    @property
    def public_key(self) -> str | None:
        """What browsers are told of the key."""
        if self._vapid is None:
            return None
        return encoded(self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    async def send(self, address: PushAddress, notice: bytes) -> PushOutcome:
        """Sends a notice to one browser."""
        if self._vapid is None:
            return PushOutcome.FAILED
        parts = urlsplit(address.endpoint)
        claims = {
            "sub": self._contact,
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + _SIGNED_FOR,
        }
        headers = {
            **self._vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_KEPT_FOR),
            "Urgency": "high",
        }
        body = http_ece.encrypt(
            notice,
            salt=os.urandom(16),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=decoded(address.public_key),
            auth_secret=decoded(address.auth_secret),
            version="aes128gcm",
        )
        try:
            response = await self._client.post(address.endpoint, headers=headers, content=body)
        except (httpx.HTTPError, AddressRefusedError):
            return PushOutcome.FAILED
        if response.status_code in _GONE:
            return PushOutcome.GONE
        return PushOutcome.SENT if response.is_success else PushOutcome.FAILED

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.aclose()


def new_push_key() -> str:
    """A private key for `UWALLET_PUSH_KEY`."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding.

    Raises:
        ValueError: It is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


def _point(public_key: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public_key))
