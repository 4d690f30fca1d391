"""What matters survives a restart of the process: it stands in the database, not in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conversations.bot import Bot

DAY = 24 * 60


@pytest.fixture
def stored_bot(bot: Bot) -> Iterator[Bot]:
    """The bot of all tests, which goes on without a database and on the day before afterwards."""
    yield bot
    bot.restart(None)
    bot.wait(-DAY)


def test_a_restart_loses_nothing_that_matters(stored_bot: Bot, tmp_path: Path) -> None:
    bot, database = stored_bot, tmp_path / "conversations.db"
    bot.restart(database)
    for text in ("我忘記密碼了", "下一步", "我要申诉一笔交易", "昨天", "200块"):
        bot.says("me", text)
    before = bot.slots("me")
    bot.restart(database)
    assert bot.slots("me") == before
    assert "对方是谁" in bot.says("me", "客服几点上班")[-1].text
    bot.restart(database)
    assert bot.says("me", "楼下便利店")[0].text.startswith("最后请简单说说")
    bot.wait(DAY)
    bot.restart(database)
    assert [message.response for message in bot.says("me", "你好")] == ["utter_greet", "utter_unfinished"]
    assert bot.slots("me")["collected_details"]["counterparty"] == "楼下便利店"
