"""Gives each message a reading in which other wallets' names stand for this wallet."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.brands import BrandRules
from engine.nlu.lexicon import read_brand_rules
from engine.nlu.lexicon_component import LexiconComponent
from engine.nlu.normalized_spacy_nlp import normalized_text

READING = "reading"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class BrandNames(LexiconComponent[BrandRules]):
    """Sets `reading` on each message that names another wallet: what the featurizers read instead of its text.

    As long as the text, so that spans mean the same in both. Entities are still taken from the text.
    """

    @classmethod
    def read_rules(cls, folder: Path) -> BrandRules:
        """Reads the rules (see parent class)."""
        return read_brand_rules(folder)

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
