"""Imported into a gateway of browser tests: hashing a password takes a millisecond there, not a quarter of a second.

Accounts are made and signed in anew for each gateway; what real hashes are is told by tests/agents/test_passwords.py.
"""

from __future__ import annotations

from functools import partial

from argon2 import PasswordHasher

from uwallet_gateway.agents import passwords

passwords.PasswordHasher = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[attr-defined,assignment] # another one for this process
