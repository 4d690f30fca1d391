"""Signatures and encryption."""

from __future__ import annotations

import base64
import re
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from uwallet_gateway.identity.keys import Keys, PictureReader, _derive
from uwallet_gateway.sealing import SecretUnreadableError
from uwallet_gateway.settings import REPOSITORY

KEYS = Keys(["k" * 32])
CRYPTOGRAPHY = re.compile(
    r"^(?:import|from) (?:hashlib|hmac|argon2|cryptography|itsdangerous|pyotp|joserfc|authlib)\b", re.MULTILINE
)
READER = PictureReader("session", "s1")


def test_token_is_read_again() -> None:
    assert KEYS.read_session(KEYS.sign_session("abc")) == "abc"


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text()), st.binary()))
def test_nothing_else_is_a_token(value: Any) -> None:
    assert KEYS.read_session(value) is None


@given(st.integers(min_value=0, max_value=200), st.characters(codec="ascii"))
def test_changed_token_is_none(position: int, character: str) -> None:
    token = KEYS.sign_session("0123456789abcdef0123456789abcdef")
    changed = token[: position % len(token)] + character + token[position % len(token) + 1 :]
    # The last character of base64 has bits that mean nothing.
    assert changed == token or KEYS.read_session(changed) is None or position % len(token) == len(token) - 1


def test_signature_for_one_purpose_is_none_for_another() -> None:
    assert KEYS.read_session(KEYS.sign_attachment("abc", READER)) is None
    assert KEYS.attachment_reader(KEYS.sign_session("abc"), "abc", 60) is None


def test_address_is_for_one_picture_and_ages() -> None:
    signature = KEYS.sign_attachment("abc", READER)
    assert KEYS.attachment_reader(signature, "abc", 60) == READER
    assert KEYS.attachment_reader(signature, "abd", 60) is None
    assert KEYS.attachment_reader(signature, "abc", -1) is None
    assert KEYS.attachment_reader("字", "abc", 60) is None


def test_address_that_an_older_version_signed_for_everybody_opens_nothing() -> None:
    for former in ("abc", "ab", 1, ["abc"]):
        assert KEYS.attachment_reader(str(KEYS._addresses.dumps(former)), "abc", 60) is None


def test_signatures_are_by_sha_256_and_tokens_from_before_are_read() -> None:
    before = URLSafeSerializer([_derive("k" * 32, b"sessions")], salt="session")
    assert KEYS.read_session(before.dumps("abc")) == "abc"
    assert KEYS.sign_session("abc") != before.dumps("abc")
    # 256 bits in base 64.
    for signed in (KEYS.sign_session("abc"), KEYS.sign_device({}), KEYS.sign_attachment("abc", READER)):
        assert len(signed.rpartition(".")[2]) == 43


def test_document_has_each_key_and_each_place() -> None:
    document = (REPOSITORY / "docs" / "security" / "cryptography.md").read_text(encoding="utf-8")
    with mock.patch("uwallet_gateway.identity.keys._derive", side_effect=_derive) as derived:
        Keys(["k" * 32])
    told = set(re.findall(r"^\| `([a-z ]+)` \|", document, re.MULTILINE))
    assert told == {call.args[1].decode() for call in derived.call_args_list}
    package = REPOSITORY / "gateway" / "uwallet_gateway"
    users = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if CRYPTOGRAPHY.search(file.read_text(encoding="utf-8"))
    }
    assert users
    assert {name for name in users if f"`{name}`" not in document} == set()


def test_former_key_is_accepted_and_no_longer_used() -> None:
    rotated = Keys(["n" * 32, "k" * 32])
    assert rotated.read_session(KEYS.sign_session("abc")) == "abc"
    assert rotated.site_secrets.open(KEYS.site_secrets.seal("geheim")) == "geheim"
    assert KEYS.read_session(rotated.sign_session("abc")) is None


@given(st.integers(min_value=0, max_value=200), st.integers(min_value=1, max_value=255))
def test_changed_secret_is_refused(position: int, change: int) -> None:
    stored = bytearray(base64.urlsafe_b64decode(KEYS.contacts.seal("13800138000")))
    stored[position % len(stored)] ^= change
    with pytest.raises(SecretUnreadableError):
        KEYS.contacts.open(base64.urlsafe_b64encode(stored).decode())


def test_secret_is_not_in_what_is_stored() -> None:
    stored = KEYS.site_secrets.seal("geheim")
    assert "geheim" not in stored
    with pytest.raises(SecretUnreadableError, match="UWALLET_OLD_SECRET_KEYS"):
        Keys(["n" * 32]).site_secrets.open(stored)
