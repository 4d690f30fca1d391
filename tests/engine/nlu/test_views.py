"""Messages are cut into n-grams as documented."""

from __future__ import annotations

from engine.nlu.views import character_units, ngrams, sound_units, syllable_units


def test_characters_without_spaces_with_aliases_and_short_repeats() -> None:
    assert character_units("yzm 快快快快", {"yzm": "验证码"}) == ["^", "验", "证", "码", "快", "快", "$"]


def test_syllables() -> None:
    assert syllable_units("密码!!!", {}) == ["^", "mi", "ma", "$"]


def test_sounds_that_accents_do_not_tell_apart() -> None:
    assert sound_units("注销那", {}) == sound_units("组肖拉", {})
    assert sound_units("支付", {}) == ["^", "zi", "hu", "$"]
    assert sound_units("音", {}) == sound_units("英", {})


def test_ngrams() -> None:
    assert ngrams(["a", "b", "c"], range(1, 3)) == ["a", "b", "c", "a b", "b c"]
    assert ngrams(["a"], range(2, 4)) == []
