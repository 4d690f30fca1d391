"""A plain wish for a human is heard beside anything, and nothing else is taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from engine.nlu.handoff import handoff_rules
from engine.nlu.lexicon import read_handoff_rules
from engine.paths import LEXICON

RULES = read_handoff_rules(LEXICON)


@pytest.mark.parametrize(
    "text", ["早上好 人工", "人工人工", "你好,人工客服", "配送慢死了 转人工", "人工,我要改地址", "接人工谢谢"]
)
def test_plain_wishes(text: str) -> None:
    assert RULES.is_wish(text)


@pytest.mark.parametrize(
    "text",
    [
        "不用转人工", "先别转人工", "转人工要排队多久", "人工客服电话多少", "人工审核过了没有", "人工智能是什么",
        "取消转人工", "人工几点上班", "转人工是什么意思", "你好", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_wish(text: str) -> None:
    assert not RULES.is_wish(text)


@pytest.mark.parametrize("content", [{}, {"wishes": ["转人工"], "alone": ["人工"], "unless": "不"}])
def test_broken_file(content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected a list of words"):
        handoff_rules(content)


def test_unknown_field() -> None:
    with pytest.raises(ValueError, match="unknown field"):
        handoff_rules({"wishes": ["转人工"], "alone": ["人工"], "unless": ["不"], "more": 1})
