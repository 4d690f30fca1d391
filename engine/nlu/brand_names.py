"""Gives each message a reading in which other wallets' names stand for this wallet."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.brands import BrandRules
from engine.nlu.lexicon import read_brand_rules
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.paths import ROOT

READING = "reading"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class BrandNames(GraphComponent):
    """Sets `reading` on each message that names another wallet: what the featurizers read instead of its text.

    As long as the text, so that spans mean the same in both. Entities are still taken from the text.

    Config:
        lexicon: Folder of the lexicon, relative to the project's root.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"lexicon": "data/lexicon"}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    def __init__(self, rules: BrandRules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BrandNames:
        """Creates the component (see parent class)."""
        return cls(read_brand_rules(ROOT / config["lexicon"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Reads all training examples, so that training and serving see the same."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Reads each message."""
        for message in messages:
            text = normalized_text(message)
            reading = self._rules.read(text)
            if reading != text:
                message.set(READING, reading)
        return messages


def reading(message: Message) -> str:
    """Returns what featurizers read of a message: its normalized text, other wallets' names replaced."""
    found: str = message.get(READING) or normalized_text(message)
    return found
