"""Typos by homophones and typed pinyin read like the intended words."""

from __future__ import annotations

import pytest

from language.pinyin import split_syllables, to_syllables

ALIASES = {"yzm": "验证码", "password": "密码"}


@pytest.mark.parametrize("text", ["忘记密码", "忘记蜜码", "wangji mima", "wang ji mi ma", "wangji密码", "忘记password"])
def test_one_reading_for_all_spellings(text: str) -> None:
    assert to_syllables(text, ALIASES) == ["wang", "ji", "mi", "ma"]


def test_alias_before_pinyin_and_other_words_as_they_are() -> None:
    assert to_syllables("yzm 3次 http", ALIASES) == ["yan", "zheng", "ma", "3", "ci", "http"]


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [
        ("zhuxiao", ("zhu", "xiao")),
        ("zhuanrengong", ("zhuan", "ren", "gong")),
        ("qr", None),
        ("http", None),
        ("", ()),
    ],
)
def test_split_syllables(letters: str, syllables: tuple[str, ...] | None) -> None:
    assert split_syllables(letters) == syllables


def test_a_very_long_run_of_letters_is_no_trouble() -> None:
    assert split_syllables("h" * 5000) is None
