"""Simulated users: what they notice, and a short run with the trained bot."""

from __future__ import annotations

import pytest

from actions.knowledge import Knowledge
from evaluation.conversations.bot import Bot
from evaluation.conversations.direct import DirectBot
from evaluation.conversations.said import Said
from evaluation.simulation.coverage import Coverage, entries
from evaluation.simulation.missions import missions
from evaluation.simulation.phrases import read_phrases
from evaluation.simulation.run import Report, Say, simulate
from evaluation.simulation.users import PROFILES


def _run(say: Say, knowledge: Knowledge, count: int) -> Report:
    phrases = read_phrases()
    return simulate(say, missions(knowledge, phrases), phrases, knowledge, Coverage(entries()), count, 1)


def test_every_step_item_and_answer_is_somebodys_mission(knowledge: Knowledge) -> None:
    phrases = read_phrases()
    wanted = missions(knowledge, phrases)
    targets = {mission.target for mission in wanted}
    asked_for = {target for mission in wanted for target, _ in mission.asks}
    for topic in knowledge.topics.values():
        assert not topic.items or f"{topic.id}.yml:items[0].text" in targets
        assert all(f"{topic.id}.{item.value}" in phrases.openers for item in topic.items)
        for number, step in enumerate(topic.steps):
            assert f"{topic.id}.yml:steps[{number}].trouble" in targets
            answers = {f"{topic.id}.yml:steps[{number}].answers[{n}].text" for n in range(len(step.answers))}
            assert answers <= asked_for
    # What the gateway says when it knows whether somebody is there is not for a message to bring about.
    asked = {name for name in knowledge.care.answers if "_handoff_" not in name}
    assert asked <= set(phrases.safety)


@pytest.mark.parametrize(
    ("replies", "problem"),
    [
        ([], "empty turn"),
        ([Said(" ")], "empty turn"),
        ([Said("好的")], "repetition"),
        ([Said("您要下面的哪一个？")], "announced choices missing"),
    ],
)
def test_users_notice(knowledge: Knowledge, replies: list[Said], problem: str) -> None:
    report = _run(lambda sender, text, available: replies, knowledge, 20)
    assert report.problems[problem] > 0
    assert report.problems["dead end"] == 20


def test_a_crash_is_told(knowledge: Knowledge) -> None:
    def say(sender: str, text: str, available: bool | None) -> list[Said]:
        raise ValueError(text)

    assert _run(say, knowledge, 3).problems["crash"] == 3


def test_a_short_run_with_the_trained_bot(served_bot: Bot, knowledge: Knowledge) -> None:
    phrases = read_phrases()
    wanted = missions(knowledge, phrases)
    coverage = Coverage(entries())
    direct = DirectBot(served_bot.parse)
    report = simulate(direct.says, wanted, phrases, knowledge, coverage, 60, 3)
    assert report.problems["crash"] == report.problems["empty turn"] == 0
    assert {conversation.profile.name for conversation in report.conversations} == {p.name for p in PROFILES}
    assert sum(conversation.is_reached for conversation in report.conversations) >= 20
    assert report.problems["repetition"] == 0
    assert report.problems["announced choices missing"] == report.problems["announced check missing"] == 0
