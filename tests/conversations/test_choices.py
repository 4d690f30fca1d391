"""「您是不是想问」 with the trained model. Which messages are doubtful it decides, so they are looked for here."""

from __future__ import annotations

import itertools

import pytest

from tests.conversations.bot import Bot
from tests.nlu.examples import held_out_examples

# Each is a turn of the trained bot, and they are much alike.
ENOUGH = 3


@pytest.fixture(scope="module")
def doubtful(bot: Bot) -> list[str]:
    """The first messages of the development set about which the bot asks."""
    texts = (example.text for example in held_out_examples("dev"))
    in_doubt = (text for text in texts if bot.parse(text).get("answer_band") == "choice")
    asks = (text for text in in_doubt if bot.says(f"try {text}", text)[0].response == "utter_ask_choice")
    asked = list(itertools.islice(asks, ENOUGH))
    if not asked:
        pytest.skip("the model is in doubt about no message of the development set")
    return asked


def test_up_to_three_choices_and_none_of_these(bot: Bot, doubtful: list[str]) -> None:
    for text in doubtful:
        buttons = bot.says(f"look {text}", text)[-1].buttons
        assert 2 <= len(buttons) <= 4
        assert len(set(buttons)) == len(buttons)


@pytest.mark.parametrize("answer", ["1", "第一个", "label", "payload"])
def test_choosing_is_remembered_and_on_record(bot: Bot, doubtful: list[str], answer: str) -> None:
    sender, text = f"choose {answer}", doubtful[0]
    asked = bot.says(sender, text)[-1]
    says = {"label": asked.buttons[0], "payload": asked.payloads[0]}.get(answer, answer)
    assert bot.says(sender, says)[0].response != "utter_ask_choice"
    entry = bot.slots(sender)["disambiguations"][0]
    assert (entry["text"], entry["chosen"]) == (text, entry["choices"][0])
    bot.says(sender, "/restart")
    assert bot.says(sender, text)[0].response != "utter_ask_choice"


def test_none_of_these_offers_a_human(bot: Bot, doubtful: list[str]) -> None:
    sender = "none of these"
    bot.says(sender, doubtful[0])
    assert [message.response for message in bot.says(sender, "都不是")] == ["utter_none_of_these"]
    assert bot.slots(sender)["disambiguations"][0]["chosen"] == "none_of_these"
    assert bot.says(sender, "好")[-1].custom


def test_something_clear_moves_on(bot: Bot, doubtful: list[str]) -> None:
    sender = "moves on"
    bot.says(sender, doubtful[0])
    assert bot.says(sender, "客服几点上班")[0].response == "utter_answer"
    assert bot.slots(sender)["disambiguations"][0]["chosen"] is None
