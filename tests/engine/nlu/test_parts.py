"""Where a message may be cut into requests."""

from __future__ import annotations

import pytest

from engine.nlu.lexicon import read_lexicon
from engine.nlu.parts import PartRules
from engine.paths import LEXICON
from language.text_normalization import normalize

RULES: PartRules = read_lexicon(LEXICON).parts


def cuts(text: str) -> list[tuple[str, str, bool]]:
    normalized = normalize(text)
    boundaries = RULES.boundaries(normalized, [(0, len(normalized))])
    return [(normalized[: b.end], normalized[b.start :], b.is_explicit) for b in boundaries]


def test_a_connector_makes_a_cut_explicit() -> None:
    assert cuts("密码忘了，另外客服几点上班") == [("密码忘了", "另外客服几点上班", True)]
    assert cuts("密码忘了另外客服几点上班") == [("密码忘了", "另外客服几点上班", True)]


def test_a_part_is_quoted_without_its_connector() -> None:
    text = "密码忘了,另外客服几点上班,也想注销"
    boundaries = RULES.boundaries(text, [(0, len(text))])
    assert [text[b.content_start :][:4] for b in boundaries] == ["客服几点", "想注销"]


def test_punctuation_and_joiners_cut() -> None:
    assert cuts("怎么注销？余额咋办") == [("怎么注销", "余额咋办", False)]
    assert cuts("转人工和注销账号") == [("转人工", "和注销账号", False)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("①忘了密码②钱扣多了", ["钱扣多了"]),
        ("①付不了款②客服几点上班③怎么防盗", ["客服几点上班3怎么防盗", "怎么防盗"]),
        ("a 改密码 b 付款失败", ["付款失败"]),
    ],
)
def test_a_list_is_cut_at_its_signs(text: str, parts: list[str]) -> None:
    found = cuts(text)
    assert [after for _, after, _ in found] == parts
    assert all(is_explicit for _, _, is_explicit in found)


@pytest.mark.parametrize("text", ["1块钱的2笔交易扣错了", "1点多扣了2次钱"])
def test_amounts_and_times_make_no_list(text: str) -> None:
    assert not any(is_explicit for _, _, is_explicit in cuts(text))


@pytest.mark.parametrize("text", ["", "好", "，，，", "另外", "和", "嗯，好", "忘记密码怎么办"])
def test_nothing_to_cut(text: str) -> None:
    normalized = normalize(text)
    assert RULES.boundaries(normalized, [(0, len(normalized))]) == []


def test_only_what_is_wanted_is_cut() -> None:
    text = "不是忘了密码,是付不了款,另外客服在哪"
    assert [text[b.start :] for b in RULES.boundaries(text, [(7, len(text))])] == ["另外客服在哪"]


def test_a_long_story_is_cut_in_three_places_at_most() -> None:
    text = "我昨天去买菜," * 30 + "另外客服在哪" + ",我等着呢" * 10
    boundaries = RULES.boundaries(text, [(0, len(text))])
    assert len(boundaries) == 3
    assert [b.is_explicit for b in boundaries] == [True, False, False]


def test_numbers_in_circles_cut_a_list() -> None:
    assert [after[:3] for _, after, _ in cuts("①密码忘了 ②有笔交易要申诉 ③微博叫什么")] == ["有笔交", "微博叫"]
    assert [after for _, after, _ in cuts("昨天付了 2次都没成")] == ["2次都没成"]
