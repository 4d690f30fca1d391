"""Encryption of single values that are stored in the database."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretUnreadableError(Exception):
    """A stored secret was encrypted under a key that is not set any more."""


class Seal:
    """Encrypts with the first key (Fernet: AES-128-CBC with HMAC-SHA256), decrypts what any of them has encrypted."""

    def __init__(self, keys: Sequence[bytes], what: str) -> None:
        """Takes keys as Fernet has them, the current one first; `what` is sealed, for errors: "a contact"."""
        fernets = [Fernet(key) for key in keys]
        self._all, self._current = MultiFernet(fernets), fernets[0]
        self._what = what

    def seal(self, value: str) -> str:
        """The value as it is stored."""
        return self._current.encrypt(value.encode()).decode()

    def open(self, stored: str) -> str:
        """The value again.

        Raises:
            SecretUnreadableError: None of the keys has encrypted it.
        """
        try:
            return self._all.decrypt(stored.encode()).decode()
        except InvalidToken as error:
            msg = f"{self._what} was encrypted under another UWALLET_SECRET_KEY: put that in UWALLET_OLD_SECRET_KEYS"
            raise SecretUnreadableError(msg) from error

    def is_current(self, stored: str) -> bool:
        """Whether a value is encrypted under the current key."""
        try:
            self._current.decrypt(stored.encode())
        except InvalidToken:
            return False
        return True

    def renew(self, stored: str) -> str:
        """The same value, encrypted under the current key.

        Raises:
            SecretUnreadableError: None of the keys has encrypted it.
        """
        return self.seal(self.open(stored))
