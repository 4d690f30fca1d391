"""Messages are cut into n-grams as documented."""

from __future__ import annotations

from engine.nlu.views import Aliases, aliases_of, character_units, ngrams, sound_units, syllable_units


def test_characters_without_spaces_with_aliases_and_short_repeats() -> None:
    assert character_units("yzm 快快快快", {"yzm": "验证码"}) == ["^", "验", "证", "码", "快", "快", "$"]


def test_syllables() -> None:
    assert syllable_units("密码!!!", {}) == ["^", "mi", "ma", "$"]


def test_sounds_that_accents_do_not_tell_apart() -> None:
    assert sound_units("注销那", {}) == sound_units("组肖拉", {})
    assert sound_units("支付", {}) == ["^", "zi", "hu", "$"]
    assert sound_units("音", {}) == sound_units("英", {})


def test_equal_aliases_are_one_object_and_others_are_read_otherwise() -> None:
    assert aliases_of({"yzm": "验证码"}) is aliases_of({"yzm": "验证" + "码"})
    assert isinstance(aliases_of({}), Aliases)
    assert character_units("mm", {"mm": "密码"}) == ["^", "密", "码", "$"]
    assert character_units("mm", {}) == ["^", "m", "m", "$"]
    # What is returned may be changed.
    character_units("mm", {}).append("x")
    assert character_units("mm", {}) == ["^", "m", "m", "$"]


def test_ngrams() -> None:
    assert ngrams(["a", "b", "c"], range(1, 3)) == ["a", "b", "c", "a b", "b c"]
    assert ngrams(["a"], range(2, 4)) == []
