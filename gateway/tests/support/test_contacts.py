"""What counts as a contact."""

from __future__ import annotations

import pytest

from uwallet_gateway.errors import InputError
from uwallet_gateway.support.contacts import checked_contact, find_contact


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        (" 138 0013 8000 ", "138 0013 8000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138-0013-8000", "+86 138-0013-8000"),
        ("010-62345678", "010-62345678"),
        ("+1 202-555-0143", "+1 202-555-0143"),
        ("lin@example.com", "lin@example.com"),
        ("lin.yi+u@mail.example.com.cn", "lin.yi+u@mail.example.com.cn"),
    ],
)
def test_contacts_are_kept_as_they_are(typed: str, kept: str) -> None:
    assert checked_contact(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", " ", "1380013800", "23800138000", "微信同号", "lin@", "@example.com", "lin@example", None, 138, "1" * 300],
)
def test_what_is_no_contact_is_refused(typed: object) -> None:
    with pytest.raises(InputError, match="contact_invalid"):
        checked_contact(typed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("充值没到账，电话13800138000，谢谢", "13800138000"),
        ("我的邮箱是lin@example.com。", "lin@example.com"),
        ("充值200元没到账", None),
    ],
)
def test_contact_is_found_in_a_sentence(text: str, found: str | None) -> None:
    assert find_contact(text) == found
