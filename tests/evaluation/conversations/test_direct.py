"""Without Rasa's tracker and rules the bot says the same."""

from __future__ import annotations

from evaluation.conversations.bot import Bot
from evaluation.conversations.direct import DirectBot

TALK = ("付不了款", "/next_step", "余额够的", "你好", "转人工", "好的")


def test_it_says_what_the_served_bot_says(served_bot: Bot) -> None:
    direct = DirectBot(served_bot.parse)
    for text in TALK:
        served = served_bot.says("served", text)
        said = direct.says("direct", text)
        assert [(one.text, one.buttons, one.response, one.custom) for one in said] == [
            (one.text, one.buttons, one.response, one.custom) for one in served
        ]
        assert [sorted(one.metadata) for one in said] == [sorted(one.metadata) for one in served]
