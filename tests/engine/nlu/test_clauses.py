"""A message is cut where people pause; amounts and times stay whole."""

from __future__ import annotations

import pytest

from engine.nlu.clauses import clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("余额够,网也换了 还是不行", ["余额够", "网也换了", "还是不行"]),
        ("余额够的", []),
        ("哦 好了 是没钱了", ["哦好了", "是没钱了"]),
        ("看了 够", []),
        ("余额12.5 要付30", ["余额12.5", "要付30"]),
        ("一二 三四 五六 七八 九十", ["三四", "五六", "七八", "九十"]),
        ("", []),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts
