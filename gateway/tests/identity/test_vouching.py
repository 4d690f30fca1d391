"""HMAC of the time and the user id."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from uwallet_gateway.identity.vouching import (
    Attributes,
    Voucher,
    read_attributes,
    read_voucher,
    signed_attributes,
    undated_hash,
    user_hash,
)

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


def test_attributes_are_what_the_site_has_signed_for_this_user_and_no_other() -> None:
    data = '{"name":"王女士","level":"金卡"}'
    token = signed_attributes("key", "用户1", data, MOMENT)
    # printf '1795838400\\n%s\\n%s' 用户1 "$DATA" | openssl dgst -sha256 -hmac key
    assert token == ("1795838400.e6bb193936e467ffa5d6b0d34ccc999074f17b274c9d5fb28401a49ae728a16c." + data)
    assert read_attributes("key", "用户1", token) == Attributes(Voucher(MOMENT), {"name": "王女士", "level": "金卡"})
    for user_id, wrong in (
        ("用户2", token),
        ("用户1", token.replace("金卡", "黑卡")),
        ("用户1", token.partition("{")[0]),
        ("用户1", user_hash("key", "用户1", MOMENT)),
        ("用户1", signed_attributes("key", "用户1", "[1]", MOMENT)),
        ("用户1", signed_attributes("key", "用户1", "{", MOMENT)),
        ("用户1", signed_attributes("key", "用户1", '{"a":"' + "x" * 9000 + '"}', MOMENT)),
        ("用户1", {"name": "x"}),
        ("用户1", "1.2.\ud800"),
    ):
        assert read_attributes("key", user_id, wrong) is None, wrong


def test_attributes_are_few_short_and_redacted() -> None:
    values = {"phone": "13800138000", "vip": True, "orders": 17, "long": "长" * 201, "1st": "x", "list": [1]}
    values |= {f"a{number}": "x" for number in range(30)}
    found = read_attributes("key", "u", signed_attributes("key", "u", json.dumps(values), MOMENT))
    assert found is not None
    assert len(found.fields) == 20
    assert (found.fields["vip"], found.fields["orders"]) == ("true", "17")
    assert found.fields["phone"] == "138****8000"
    assert not {"long", "1st", "list"} & set(found.fields)
