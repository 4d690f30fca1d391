"""What stands around a request is left out, and a message of manners alone stays whole."""

from __future__ import annotations

from typing import Any

import pytest

from engine.nlu.lexicon import read_manner_rules
from engine.nlu.manners import manner_rules
from engine.paths import LEXICON
from language.text_normalization import normalize

RULES = read_manner_rules(LEXICON)
FIELDS: dict[str, Any] = {
    "openings": ["你好"], "endings": ["谢谢"], "particles": ["啊"], "softeners": ["哈"],
    "shortest_after_opening": 2, "shortest_before_ending": 4,
}  # fmt: skip


def request(text: str) -> str:
    normalized = normalize(text)
    start, end = RULES.request_span(normalized)
    return normalized[start:end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好，密码忘了", "密码忘了"),
        ("嗯……那个，你好啊 客服电话多少", "客服电话多少"),
        ("在吗，不是", "不是"),
        ("扫码付不了，麻烦了", "扫码付不了"),
        ("扫码付不了 谢谢啦🙏", "扫码付不了"),
        ("怎么注销账户哈", "怎么注销账户"),
        ("您好，怎么注销账户，谢谢，辛苦了！", "怎么注销账户"),
    ],
)
def test_manners_are_left_out(text: str, expected: str) -> None:
    assert request(text) == expected


@pytest.mark.parametrize(
    "text", ["你好", "你好，", "谢谢", "好的，谢谢", "你好，谢谢", "哈哈哈", "那个密码忘了", "谢谢你帮我", "", "。"]
)
def test_what_stays_whole(text: str) -> None:
    # 「你好，谢谢」 is read without its greeting, as thanks.
    expected = "谢谢" if text == "你好，谢谢" else normalize(text)
    assert request(text) == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"openings": "你好"}, "expected a list of words"),
        ({"shortest_after_opening": 0}, "expected a number"),
        ({"more": 1}, "unknown field"),
    ],
)
def test_broken_file(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        manner_rules(FIELDS | change)
