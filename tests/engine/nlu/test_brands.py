"""Other wallets' names are read as this wallet, and nothing moves by that."""

from __future__ import annotations

from typing import Any

import pytest

from engine.nlu.brands import BrandRules, brand_rules
from engine.nlu.lexicon import read_brand_rules
from engine.paths import LEXICON

RULES = BrandRules("钱包", ("蚂蚁花呗", "花呗", "支付宝"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("花呗密码忘了", "钱包密码忘了"),
        ("支付宝密码忘了", "钱包 密码忘了"),
        ("蚂蚁花呗付不了", "钱包  付不了"),
        ("支付宝花呗付不了", "钱包   付不了"),
        ("微信密码忘了", "微信密码忘了"),
        ("", ""),
    ],
)
def test_reading(text: str, expected: str) -> None:
    assert RULES.read(text) == expected
    assert len(RULES.read(text)) == len(text)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "read_as"),
        ({"read_as": "钱包"}, "names"),
        ({"read_as": "钱包", "names": []}, "names"),
        ({"read_as": "钱包", "names": ["x"]}, "shorter"),
        ({"read_as": "钱包", "names": ["花呗"], "more": 1}, "more"),
    ],
)
def test_broken_file(content: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        brand_rules(content)


def test_shops_and_chats_are_no_wallets() -> None:
    names = read_brand_rules(LEXICON).names
    assert {"微信", "淘宝", "QQ", "信用卡"}.isdisjoint(names)
