"""Texts as pairs of characters."""

from __future__ import annotations

import pytest

from uwallet_gateway.search.grams import excerpt, grams, phrases


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ""),
        ("……！", ""),
        ("好", "好"),
        ("退款失败", "退款 款失 失败 败"),
        ("失败，转人工", "失败 败 转人 人工 工"),
        # Traditional characters, full width and capitals are what they mean.
        ("退款失敗", "退款 款失 失败 败"),
        ("Ｔ26a", "t2 26 6a a"),
    ],
)
def test_pairs(text: str, pairs: str) -> None:
    assert grams(text) == pairs


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("退", [["退"]]),
        ("退款", [["退款"]]),
        ("付款失败 小王", [["付款", "款失", "失败"], ["小王"]]),
        ("失败，转人工", [["失败", "败", "转人", "人工"]]),
        ("，", []),
    ],
)
def test_what_a_query_looks_for(query: str, expected: list[list[str]]) -> None:
    assert phrases(query) == expected


def test_what_is_shown_of_a_match_is_around_it() -> None:
    text = "前" * 50 + "退款失败" + "后" * 50
    assert excerpt(text, "退款", 30) == "前" * 10 + "退款失败" + "后" * 16
    assert excerpt("付款失败", "没有", 30) == "付款失败"
