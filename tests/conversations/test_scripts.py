"""Plays the conversations of `scripts/*.yml` with the trained bot: typed text in, what the user sees out.

A script is a list of conversations. Each turn has `user`, and any of
`bot`: the names of the responses in order (of a payload, its type: `handoff`, `support_request`),
`sees`: texts that must appear in what the bot says or on its buttons,
`never`: texts that must not,
`slots`: values of slots after the turn,
`handoff`: values of the handoff payload; of `summary`, parts of it,
`after`: minutes that pass before the user says it,
`after_agent`: whether a human has had the conversation since.
`{yesterday}` stands for the date of the day before, as it is noted down (「11月27日」).
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from actions.knowledge import Knowledge
from tests.conversations.bot import Bot, BotMessage

FILES = sorted((Path(__file__).parent / "scripts").glob("*.yml"))
SCRIPTS = [
    pytest.param(script["turns"], id=f"{path.stem}: {script['conversation']}")
    for path in FILES
    for script in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
]


def visible(messages: list[BotMessage]) -> str:
    return "\n".join([text for message in messages for text in (message.text, *message.buttons)])


def dated(value: Any, yesterday: str) -> Any:
    """Returns what is expected with the date of the day before."""
    if isinstance(value, dict):
        return {name: dated(one, yesterday) for name, one in value.items()}
    if isinstance(value, list):
        return [dated(one, yesterday) for one in value]
    return value.replace("{yesterday}", yesterday) if isinstance(value, str) else value


@pytest.mark.parametrize("turns", SCRIPTS)
def test_conversation(
    bot: Bot, knowledge: Knowledge, turns: list[dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    sender = request.node.name
    day = datetime.datetime.now(ZoneInfo(knowledge.organisation.time_zone)) - datetime.timedelta(days=1)
    for turn in dated(turns, f"{day.month}月{day.day}日"):
        assert set(turn) <= {"user", "bot", "sees", "never", "slots", "handoff", "after", "after_agent"}
        bot.wait(turn.get("after", 0))
        messages = bot.says(sender, turn["user"], after_agent=turn.get("after_agent", False))
        where = f"after 「{turn['user']}」 the bot said:\n{visible(messages)}"
        names = [message.custom["type"] if message.custom else message.response for message in messages]
        assert names, where
        if "bot" in turn:
            assert names == turn["bot"], where
        assert [text for text in turn.get("sees", ()) if text not in visible(messages)] == [], where
        assert [text for text in turn.get("never", ()) if text in visible(messages)] == [], where
        slots = bot.slots(sender)
        handoff = next((message.custom for message in messages if message.is_handoff), None) or {}
        expected = dict(turn.get("handoff", {}))
        assert [part for part in expected.pop("summary", ()) if part not in handoff.get("summary", "")] == [], handoff
        assert {name: handoff.get(name) for name in expected} == expected, where
        assert {name: slots[name] for name in turn.get("slots", {})} == turn.get("slots", {}), where
