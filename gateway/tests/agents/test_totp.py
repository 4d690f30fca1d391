"""Codes of authenticator apps, against the vectors of RFC 6238."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from uwallet_gateway.agents.totp import as_code, matching_step, new_secret, provisioning_uri

# RFC 6238, appendix B: the last six of its eight digits, SHA-1.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_vectors_of_the_standard(seconds: int, code: str) -> None:
    assert matching_step(SECRET, code, at(seconds), after=-1) == seconds // 30


@pytest.mark.parametrize(("drift", "is_good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_one_step_of_drift_to_either_side(drift: int, is_good: bool) -> None:
    moment = at(1234567890)
    code = pyotp.TOTP(SECRET).at(moment + timedelta(seconds=drift))
    assert (matching_step(SECRET, code, moment, after=-1) is not None) is is_good


def test_step_that_was_used_and_those_before_are_good_no_more() -> None:
    moment = at(1234567890)
    step = matching_step(SECRET, "005924", moment, after=-1)
    assert step is not None
    assert matching_step(SECRET, "005924", moment, after=step) is None
    earlier = pyotp.TOTP(SECRET).at(moment - timedelta(seconds=30))
    assert matching_step(SECRET, earlier, moment, after=step) is None
    later = pyotp.TOTP(SECRET).at(moment + timedelta(seconds=30))
    assert matching_step(SECRET, later, moment, after=step) == step + 1


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("１２３４５６", "123456"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("", None),
        ("١٢٣٤٥٦", None),
    ],
)
def test_what_is_typed(typed: str, code: str | None) -> None:
    assert as_code(typed) == code


def test_secrets_are_long_and_never_the_same() -> None:
    found = {new_secret() for _ in range(50)}
    assert len(found) == 50
    assert {len(base64.b32decode(secret)) for secret in found} == {20}


def test_uri_names_account_and_issuer() -> None:
    uri = urlsplit(provisioning_uri(SECRET, "lin", "客服"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query) == {"secret": [SECRET], "issuer": ["客服"]}
