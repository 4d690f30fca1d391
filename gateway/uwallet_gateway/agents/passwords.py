"""Passwords of agents: argon2id, and how good one must be."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from uwallet_gateway.errors import ErrorCode, InputError

# Characters. NIST SP 800-63B asks for 8 at least and 64 to be allowed; no rules about kinds of characters.
FEWEST, MOST = 10, 128
# What guessers of a password for this desk try first; docs/gateway.md names them.
CONTEXT_WORDS = ("uwallet", "u钱包")
# Of zxcvbn's 0 to 4: 3 withstands 10^8 guesses, with argon2id and the lockout more than anybody can try.
_LEAST_SCORE = 3
# Characters that zxcvbn looks at; more takes it long, and is no weaker.
_ESTIMATED = 72
# Without those that are taken for one another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
# Each takes 64 MB and some 50 ms of several cores.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a password is right; `renewed` is its hash by today's parameters if the stored one is older."""

    right: bool
    renewed: str | None = None


class Passwords:
    """Hashes and verifies beside the loop, few at a time. Parameters are the library's: RFC 9106, low memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Keeps the hasher; another one than the library's own is for tests."""
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        # What an unknown name is compared with, so that it takes as long as a known one.
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """What is stored of a password."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normalized(password))

    async def verify(self, stored: str | None, password: str) -> Verified:
        """Compares a password with the stored hash. None (no such agent) takes as long and fails."""
        async with self._slots:
            return await asyncio.to_thread(self._verify, stored, _normalized(password))

    def _verify(self, stored: str | None, password: str) -> Verified:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        try:
            self._hasher.verify(self._nobody if stored is None else stored, password)
        except (InvalidHashError, VerificationError):
            return Verified(right=False)
        if stored is None:
            return Verified(right=False)
        renewed = self._hasher.hash(password) if self._hasher.check_needs_rehash(stored) else None
        return Verified(right=True, renewed=renewed)


def generated_password() -> str:
    """A random password that can be read out over the telephone; some 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def check_password(password: str, *about: str) -> None:
    """Refuses what is guessed easily.

    Args:
        password: A new one.
        about: What guessers know of the agent: name, user name.

    Raises:
        InputError: weak_password.
    """
    password = _normalized(password)
    if not FEWEST <= len(password) <= MOST:
        raise InputError(ErrorCode.WEAK_PASSWORD)
    estimate = zxcvbn(password[:_ESTIMATED], user_inputs=[*about, *CONTEXT_WORDS])
    if estimate["score"] < _LEAST_SCORE:
        raise InputError(ErrorCode.WEAK_PASSWORD)


def _normalized(password: str) -> str:
    # Keyboards and systems write the same character in several ways.
    return unicodedata.normalize("NFKC", password)
