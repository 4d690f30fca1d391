"""Passwords of agents."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from uwallet_gateway.agents.passwords import (
    CONTEXT_WORDS,
    FEWEST,
    MOST,
    Passwords,
    check_password,
    generated_password,
)
from uwallet_gateway.errors import InputError
from uwallet_gateway.settings import REPOSITORY


async def test_right_wrong_and_nobody() -> None:
    passwords = Passwords()
    stored = await passwords.hash("k7mwp-3xq9h")
    assert stored.startswith("$argon2id$")
    assert stored != await passwords.hash("k7mwp-3xq9h")
    assert (await passwords.verify(stored, "k7mwp-3xq9h")).right
    assert not (await passwords.verify(stored, "k7mwp-3xq9H")).right
    assert not (await passwords.verify(None, "k7mwp-3xq9h")).right
    assert not (await passwords.verify("no hash at all", "k7mwp-3xq9h")).right


async def test_older_parameters_are_renewed() -> None:
    weaker = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    stored = await weaker.hash("k7mwp-3xq9h")
    verified = await Passwords().verify(stored, "k7mwp-3xq9h")
    assert verified.renewed is not None
    again = await Passwords().verify(verified.renewed, "k7mwp-3xq9h")
    assert again.right
    assert again.renewed is None


async def test_one_character_typed_in_two_ways_is_one() -> None:
    passwords = Passwords()
    stored = await passwords.hash("Ａ１-zürich-7q")
    assert (await passwords.verify(stored, "A1-zu\u0308rich-7q")).right


@pytest.mark.parametrize(
    "password", ["", "short", "password12", "1234567890", "aaaaaaaaaaaaaaa", "xiaolin2026", "uwallet123", "a" * 200]
)
def test_weak_ones_are_refused(password: str) -> None:
    with pytest.raises(InputError, match="weak_password"):
        check_password(password, "xiaolin", "小林")


def test_good_and_generated_ones_are_taken() -> None:
    check_password("我家的猫周三爱吃鱼罐头")
    check_password("correct horse battery staple" * 4)
    found = {generated_password() for _ in range(50)}
    assert len(found) == 50
    for password in found:
        check_password(password, "xiaolin", "小林")


def test_rules_are_those_of_the_document() -> None:
    text = " ".join((REPOSITORY / "docs" / "gateway.md").read_text(encoding="utf-8").split())
    assert f"**Passwords** have {FEWEST} to {MOST} characters of any kind" in text
    assert f"of the product ({', '.join(f'`{word}`' for word in CONTEXT_WORDS)})" in text
    for word in CONTEXT_WORDS:
        with pytest.raises(InputError, match="weak_password"):
            check_password(f"{word}{word}2026")
