"""The questions of the demonstration are heard by the trained model, and nothing else is heard as one."""

from __future__ import annotations

import pytest

from actions.knowledge import Knowledge
from tests.conversations.bot import Bot
from tests.nlu.examples import held_out_examples

ANSWER = 0.7


def likeliest(bot: Bot, text: str) -> tuple[str, float]:
    faqs = bot.parse(text).get("faqs") or [{"name": "", "confidence": 0.0}]
    return faqs[0]["name"], faqs[0]["confidence"]


def test_each_is_heard_in_its_own_words(bot: Bot, knowledge: Knowledge) -> None:
    heard = {faq.id: likeliest(bot, faq.question) for faq in knowledge.faqs.values()}
    assert {name: found for name, found in heard.items() if found[0] != name} == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("打电话好还是在线问好", "online_or_hotline"),
        ("晚上能提交申诉不", "dispute_after_hours"),
        ("忘了密码要不要注销重开", "forgot_not_close"),
        ("交易记录留着有用不", "records_use"),
    ],
)
def test_other_words_are_heard_too(bot: Bot, text: str, name: str) -> None:
    found, confidence = likeliest(bot, text)
    assert found == name
    assert confidence >= ANSWER


def test_what_asks_none_is_hardly_ever_heard_as_one(bot: Bot) -> None:
    examples = held_out_examples("dev")[::12]
    told = [example.text for example in examples if likeliest(bot, example.text)[1] >= ANSWER]
    assert len(told) / len(examples) <= 0.03, told
