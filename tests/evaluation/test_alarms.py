"""Alarms are counted, and ordinary questions raise few."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act, act_of
from actions.dialogue.state import Alarm, DialogueState
from actions.incoming import message_from_parse
from actions.reading import danger
from evaluation.alarms import NONE, Raised, about_danger, counted, probes
from tests.actions.reading.builders import CONTEXT, KNOWLEDGE
from tests.conversations.bot import Bot


@pytest.mark.parametrize(
    ("expected", "alarm", "is_right"),
    [
        (NONE, NONE, True),
        (NONE, "victim", False),
        ("victim", "fraud_underway", True),
        ("crisis", "bereaved", True),
        ("crisis", "victim", False),
        ("complaint", NONE, False),
    ],
)
def test_a_danger_heard_as_one_that_is_answered_alike_is_heard(expected: str, alarm: str, *, is_right: bool) -> None:
    assert Raised("…", expected, alarm, is_doubtful=False).is_right is is_right


def test_what_is_only_asked_about_is_counted_apart() -> None:
    raised = [Raised("…", NONE, "crisis", is_doubtful=doubt) for doubt in (True, False, False)]
    assert counted(raised) == {(NONE, "crisis, asked about"): 1, (NONE, "crisis"): 2}


def test_the_answers_to_dangers_exist() -> None:
    assert about_danger() <= set(KNOWLEDGE.addresses)


def test_most_dangers_are_heard_and_few_of_what_only_sounds_alike(bot: Bot) -> None:
    """Every third; `python -m evaluation.alarms` counts all by kind, and those that questions raise."""
    dangers = {Alarm.CRISIS.value, Alarm.FRAUD.value, Alarm.VICTIM.value}
    told = [(text, kind) for text, kind in probes() if kind in (NONE, *dangers)][::3]
    heard = {
        text: danger.read(CONTEXT, DialogueState(), act_of(message.intent, KNOWLEDGE), message)
        for text, message in ((text, message_from_parse(bot.parse(text), [])) for text, _ in told)
    }
    alarms = {text for text, reading in heard.items() if reading and reading.act is Act.ALARM}
    missed = [text for text, kind in told if kind in dangers and text not in alarms]
    false = [text for text, kind in told if kind == NONE and text in alarms]
    assert len(missed) <= len(told) * 0.06, missed
    assert len(false) <= len(told) * 0.05, false
