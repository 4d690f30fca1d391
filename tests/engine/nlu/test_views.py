"""Messages are cut into n-grams as documented."""

from __future__ import annotations

from engine.nlu.views import character_units, ngrams, syllable_units


def test_characters_without_spaces_with_aliases_and_short_repeats() -> None:
    assert character_units("yzm 快快快快", {"yzm": "验证码"}) == ["^", "验", "证", "码", "快", "快", "$"]


def test_syllables() -> None:
    assert syllable_units("密码!!!", {}) == ["^", "mi", "ma", "$"]


def test_ngrams() -> None:
    assert ngrams(["a", "b", "c"], range(1, 3)) == ["a", "b", "c", "a b", "b c"]
    assert ngrams(["a"], range(2, 4)) == []
