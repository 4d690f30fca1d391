"""What is only rejected does not count."""

from __future__ import annotations

import pytest

from engine.nlu.contrast import ContrastRules, last_clause
from engine.nlu.lexicon import read_lexicon
from engine.paths import LEXICON
from language.text_normalization import normalize

RULES: ContrastRules = read_lexicon(LEXICON).contrast


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("不是忘了密码，是付不了款", ["是付不了款"]),
        ("我不是要注销，只是想改密码", ["只是想改密码"]),
        ("不是忘了密码而是付不了款", ["付不了款"]),
        ("不想改密码，也不要注销，告诉我客服电话", ["告诉我客服电话"]),
        ("不想跟机器人聊，叫个客服出来！！", ["叫个客服出来"]),
        ("不用转人工，我自己再试试", ["不用转人工,我自己再试试"]),
        # Nothing rejected, nothing left over, or a rejection that comes after the request.
        ("忘了密码怎么办", ["忘了密码怎么办"]),
        ("不想注销了，算了", ["不想注销了,算了"]),
        ("不用了", ["不用了"]),
        ("付不了款，不是余额的问题", ["付不了款,不是余额的问题"]),
        ("", [""]),
    ],
)
def test_wanted_spans(text: str, wanted: list[str]) -> None:
    normalized = normalize(text)
    assert [normalized[start:end] for start, end in RULES.wanted_spans(normalized)] == wanted


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("昨天买了菜,付钱老是失败", "付钱老是失败"),
        ("付钱老是失败,咋办", "付钱老是失败"),
        ("付钱老是失败", "付钱老是失败"),
        ("咋办", "咋办"),
        ("", ""),
    ],
)
def test_last_clause(text: str, last: str) -> None:
    start, end = last_clause(text, (0, len(text)))
    assert text[start:end] == last


def test_a_long_story_takes_no_long_time() -> None:
    assert RULES.wanted_spans("不是" * 5000 + "x")
