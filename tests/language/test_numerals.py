"""Numerals are read as the library reads them, also where it is not asked."""

from __future__ import annotations

import cn2an
import pytest

from language.numerals import to_number


@pytest.mark.parametrize("text", ["0", "7", "007", "200", "123456789012", *"一二三四五六七八九十"])
def test_plain_numbers_are_those_of_the_library(text: str) -> None:
    assert to_number(text) == float(cn2an.cn2an(text, "smart"))


@pytest.mark.parametrize(
    ("text", "number"), [("十二", 12.0), ("1万2", 12000.0), ("1,500.5", 1500.5), ("两百", 200.0), ("一〇", None)]
)
def test_other_numbers(text: str, number: float | None) -> None:
    assert to_number(text) == number or number is None


@pytest.mark.parametrize("text", ["", "万亿十", "密码"])
def test_what_is_no_number(text: str) -> None:
    assert to_number(text) is None
