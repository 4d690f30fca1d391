"""The questions that are suggested to users are understood when they are sent."""

from __future__ import annotations

from actions.knowledge.loader import Knowledge
from tests.conversations.bot import Bot


def test_suggested_questions_lead_to_their_topics(bot: Bot, knowledge: Knowledge) -> None:
    questions = [(text, topic.id) for topic in knowledge.topics.values() for text in topic.questions]
    assert questions
    parsed = {text: bot.parse(text) for text, _ in questions}
    wrong = {
        text: (parsed[text]["intent"]["name"], parsed[text].get("answer_band"))
        for text, topic in questions
        if parsed[text]["intent"]["name"] != topic or parsed[text].get("answer_band") != "answer"
    }
    assert wrong == {}
