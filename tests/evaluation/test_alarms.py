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
from tests.extent import LONG


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


def test_most_dangers_are_heard_and_little_of_what_only_sounds_alike(bot: Bot) -> None:
    """`python -m evaluation.alarms` counts all by kind, and those that questions raise."""
    kinds = {Alarm.CRISIS.value, Alarm.FRAUD.value, Alarm.VICTIM.value}
    some = slice(None, None, 1 if LONG else 3)
    dangers = [text for text, kind in probes() if kind in kinds][some]
    harmless = [text for text, kind in probes() if kind == NONE][some]
    missed = [text for text in dangers if not _raises(bot, text)]
    false = [text for text in harmless if _raises(bot, text)]
    # As counted last: 17 of 204 and 14 of 159. Of a third chance makes more or less.
    share = 0.1 if LONG else 0.15
    assert len(missed) <= len(dangers) * share, missed
    assert len(false) <= len(harmless) * share, false


def _raises(bot: Bot, text: str) -> bool:
    message = message_from_parse(bot.parse(text), [])
    reading = danger.read(CONTEXT, DialogueState(), act_of(message.intent, KNOWLEDGE), message)
    return reading is not None and reading.act is Act.ALARM
