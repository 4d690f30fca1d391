"""What is made of the secret key: signatures of tokens and addresses, and the encryption of the sites' secrets.

The secret of a site must be readable by the gateway, because HMAC needs it; a digest would not do. It is therefore
stored encrypted (Fernet: AES-128-CBC with HMAC-SHA256) under a key that is derived from UWALLET_SECRET_KEY and never
stored with the data: who has only the database, or a backup of it, has no secret. Each purpose has a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from uwallet_gateway.sealing import Seal


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Who the address of a picture is for.

    Attributes:
        kind: A user's `session`, an agent's session at the `desk`, or a site's `backend`, which has no session.
        id: Of the session; of the conversation for a backend.
    """

    kind: Literal["session", "desk", "backend"]
    id: str


class Keys:
    """Signs and encrypts with the first key; accepts signatures and ciphertexts of all keys.

    Attributes:
        site_secrets: Encrypts what sites vouch for their users with.
        contacts: Encrypts how a user can be reached, as it is stored with a ticket.
        hooks: Encrypts addresses and secrets of hooks that are set at the desk.
        second_factors: Encrypts the secrets of agents' authenticator apps.
        audit_keys: Seal the entries of the audit log, the current one first.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        """Takes the current secret key first, then former ones."""
        self.site_secrets = _seal(secret_keys, b"site secrets", "a site's secret")
        self.contacts = _seal(secret_keys, b"contacts", "a contact")
        self.hooks = _seal(secret_keys, b"hooks", "the address or secret of a hook")
        self.second_factors = _seal(secret_keys, b"second factors", "an agent's second factor")
        self.audit_keys = [_derive(key, b"audit") for key in secret_keys]
        # The library signs with the last key of a list.
        oldest_first = list(reversed(secret_keys))
        self._sessions = URLSafeSerializer(
            [_derive(key, b"sessions") for key in oldest_first],
            salt="session",
            signer_kwargs=_SIGNER,
            # Tokens of visitors who were here before the library's own HMAC-SHA-1 was replaced; signed anew when they
            # come back.
            fallback_signers=[{"digest_method": hashlib.sha1}],
        )
        self._devices = _timed(oldest_first, b"devices", "device")
        self._provider_states = _timed(oldest_first, b"provider states", "provider")
        self._addresses = _timed(oldest_first, b"addresses", "attachment")

    def sign_session(self, session_id: str) -> str:
        """The token of a session."""
        return str(self._sessions.dumps(session_id))

    def read_session(self, token: object) -> str | None:
        """The session id in a token, or None if the gateway did not sign it."""
        try:
            value = self._sessions.loads(token) if isinstance(token, str) and len(token) <= _MAX_TOKEN else None
        except BadSignature:
            return None
        return value if isinstance(value, str) else None

    def sign_device(self, device: Mapping[str, Any]) -> str:
        """What a browser keeps to be known again."""
        return str(self._devices.dumps(dict(device)))

    def read_device(self, signed: object, max_age: int) -> Mapping[str, Any] | None:
        """What was signed at most `max_age` seconds ago, or None if the gateway did not sign it."""
        try:
            value = self._devices.loads(signed, max_age=max_age) if isinstance(signed, str) else None
        except BadSignature:
            return None
        return value if isinstance(value, Mapping) else None

    def sign_provider_state(self, state: Mapping[str, Any]) -> str:
        """What a browser keeps until it is back from the identity provider."""
        return str(self._provider_states.dumps(dict(state)))

    def read_provider_state(self, signed: object, max_age: int) -> Mapping[str, Any] | None:
        """What was signed at most `max_age` seconds ago, or None if the gateway did not sign it."""
        try:
            value = self._provider_states.loads(signed, max_age=max_age) if isinstance(signed, str) else None
        except BadSignature:
            return None
        return value if isinstance(value, Mapping) else None

    def sign_attachment(self, attachment_id: str, reader: PictureReader) -> str:
        """A signature that allows the reader to read one picture for a while without a token."""
        return str(self._addresses.dumps([attachment_id, *astuple(reader)]))

    def attachment_reader(self, signature: str, attachment_id: str, max_age: int) -> PictureReader | None:
        """Who may read this picture, or None if the signature is another's or older than `max_age` seconds."""
        try:
            signed_id, kind, reader_id = self._addresses.loads(signature, max_age=max_age)
        except (BadSignature, ValueError, TypeError):
            # The latter two: signed by an older version, for everybody.
            return None
        return PictureReader(kind, reader_id) if signed_id == attachment_id else None


_MAX_TOKEN = 300
_SIGNER = {"digest_method": hashlib.sha256}


def _timed(oldest_first: Sequence[str], purpose: bytes, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer([_derive(key, purpose) for key in oldest_first], salt=salt, signer_kwargs=_SIGNER)


def _seal(secret_keys: Sequence[str], purpose: bytes, what: str) -> Seal:
    return Seal([base64.urlsafe_b64encode(_derive(key, purpose)) for key in secret_keys], what)


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"uwallet gateway: " + purpose).derive(
        secret_key.encode()
    )
