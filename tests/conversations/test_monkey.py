"""Some random lines to the trained bot; `make monkey` sends thousands to a running one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conversations.bot import Bot, BotMessage
from tests.conversations.monkey import play
from tests.paths import ROOT


def test_random_lines_are_all_answered_and_no_text_comes_twice_in_a_row(bot: Bot) -> None:
    report = play(bot.says, lines=150, seed=7)
    assert report.problems == []
    assert report.turns >= 150
    assert report.counts["handoff"] > 2
    # What the classifier misses is measured elsewhere; here it must only be rare.
    assert report.granted >= 0.9 * report.asked


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([], "an empty reply"),
        ([BotMessage("x", " ", (), (), None)], "an empty reply"),
        ([BotMessage("x", "好的", (), (), None)], "said again"),
    ],
)
def test_the_monkey_notices(messages: list[BotMessage], problem: str) -> None:
    def say(sender: str, text: str) -> list[BotMessage]:
        return messages

    assert any(problem in line for line in play(say, lines=40, seed=1).problems)
    assert any("no human for" in line for line in play(say, lines=200, seed=1).problems)


def test_it_starts_as_make_monkey_starts_it() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.conversations.monkey", "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
