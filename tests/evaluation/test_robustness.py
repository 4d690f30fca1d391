"""The changes keep what a message means, and the figures count what they say."""

from __future__ import annotations

import random

import pytest

from evaluation.metrics import Prediction
from evaluation.neighbours import TrainingExamples
from evaluation.robustness import Voices, perturbations, risk_by_coverage

VOICES = Voices(["密码蜜马", "那辣", "付款失败", "是四"])
CHANCE = random.Random(0)


@pytest.mark.parametrize("way", ["filler", "greeting", "tail"])
def test_what_is_added_leaves_the_message_in_place(way: str) -> None:
    for _ in range(20):
        changed = perturbations(VOICES)[way]("付款失败,怎么办", CHANCE)
        assert all(part in changed for part in ("付款失败", "怎么办"))
        assert changed != "付款失败,怎么办"


def test_homophone_sounds_the_same() -> None:
    assert VOICES.homophone("密", CHANCE) == "蜜"
    assert VOICES.homophone("abc", CHANCE) == "abc"


def test_accent_confuses_neighbouring_sounds() -> None:
    assert VOICES.accent("那", CHANCE) == "辣"
    assert VOICES.accent("是", CHANCE) == "四"


def test_punctuation_goes() -> None:
    assert perturbations(VOICES)["punctuation"]("付款失败,怎么办?", CHANCE) == "付款失败怎么办"
    assert perturbations(VOICES)["punctuation"]("???", CHANCE) == "???"


def test_risk_falls_when_the_sure_ones_are_right() -> None:
    made = [Prediction(str(n), "a", "", "a", ((("a" if n > 4 else "b"), n / 10),)) for n in range(10)]
    risks = risk_by_coverage(made)
    assert risks["100%"] == pytest.approx(0.5)
    assert risks["50%"] == 0


def test_nearness() -> None:
    examples = TrainingExamples([("密码忘了", "forgot_password"), ("几点上班", "support_hours"), ("转人工", "handoff")])
    assert examples.holds("密码，忘了！")
    assert not examples.holds("密码")
    same, other = examples.likeness(["密码忘了", "天气"])
    assert same == pytest.approx(1)
    assert other < 0.2
