"""Tells which step of a procedure a message speaks of, whatever its words."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from actions.knowledge import load_knowledge
from actions.knowledge.answers import step_passages
from engine.nlu.answer_index import AnswerIndex
from engine.nlu.clauses import CLAUSES
from engine.paths import KNOWLEDGE
from language.text_normalization import normalize


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class StepIndex(AnswerIndex):
    """Sets `steps` on each message, and on each of its clauses: the addresses of the nearest steps.

    People run ahead of what is shown, or fall back: 「表填好了就差提交」 names a step by what is done there. Which
    topic counts depends on the conversation (`actions/reading/steps_meant.py`).

    Config:
        answers: How many of the nearest steps are told.
        least: Likeness under which a step is not told.
    """

    output = "steps"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"answers": 6, "least": 0.5}

    @classmethod
    def read_passages(cls) -> list[tuple[str, str]]:
        """Returns what users say of each step, with its address and what it says of it: `topic/step/done`."""
        topics = load_knowledge(KNOWLEDGE).topics
        return [(address, normalize(passage)) for address, passage in step_passages(topics)]

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `steps` of each message and of its clauses."""
        for message in super().process(messages):
            for clause in message.get(CLAUSES) or ():
                clause[self.output] = self.nearest(clause["text"])
        return messages
