"""HMAC of the time and the user id."""

from __future__ import annotations

from datetime import UTC, datetime

from uwallet_gateway.identity.vouching import Voucher, read_voucher, undated_hash, user_hash

MOMENT = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


def test_hash_is_what_every_language_computes() -> None:
    # printf '1795838400\\n%s' 用户1 | openssl dgst -sha256 -hmac key
    assert user_hash("key", "用户1", MOMENT) == (
        "1795838400.409a45a2513955891722c4b560f41ec547527dc7fd72b8abcab6d17df964a993"
    )
    # printf '%s' 用户1 | openssl dgst -sha256 -hmac key
    assert undated_hash("key", "用户1") == "f251bf67f39cb5943b4cd87fdf95e1d32558e8623b7835cba1b52ca9f6112f77"


def test_only_the_right_hash_vouches() -> None:
    right = user_hash("secret", "u-1", MOMENT)
    assert read_voucher("secret", "u-1", right) == Voucher(MOMENT)
    assert read_voucher("secret", "u-1", right.upper()) == Voucher(MOMENT)
    time, _, digest = right.partition(".")
    undated = undated_hash("secret", "u-1")
    for wrong in (
        "",
        "0" * 64,
        digest,
        f"{int(time) + 1}.{digest}",
        f"{time}.{undated}",
        right[:-1],
        right + "0",
        user_hash("secret", "u-2", MOMENT),
        user_hash("other", "u-1", MOMENT),
        "字",
        "\ud800",
    ):
        assert read_voucher("secret", "u-1", wrong) is None, wrong


def test_former_format_names_no_time_and_passes_for_no_dated_one() -> None:
    assert read_voucher("secret", "u-1", undated_hash("secret", "u-1")) == Voucher(None)
    # What a site would have signed for a user with a strange id, were such ids allowed.
    assert read_voucher("secret", "1795838400\nu-1", f"1795838400.{undated_hash('secret', 'u-1')}") is None
