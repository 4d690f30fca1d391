"""HMAC of the user id."""

from __future__ import annotations

from uwallet_gateway.identity.vouching import is_vouched_for, user_hash


def test_hash_is_what_every_language_computes() -> None:
    # printf '%s' 用户1 | openssl dgst -sha256 -hmac key
    assert user_hash("key", "用户1") == "f251bf67f39cb5943b4cd87fdf95e1d32558e8623b7835cba1b52ca9f6112f77"


def test_only_the_right_hash_vouches() -> None:
    right = user_hash("secret", "u-1")
    assert is_vouched_for("secret", "u-1", right)
    assert is_vouched_for("secret", "u-1", right.upper())
    for wrong in ("", "0" * 64, right[:-1], right + "0", user_hash("secret", "u-2"), user_hash("other", "u-1"), "字"):
        assert not is_vouched_for("secret", "u-1", wrong)
