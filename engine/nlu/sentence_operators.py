"""Tells what a message does with the matters that it names, for the reading in context."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.lexicon import read_operator_rules
from engine.nlu.lexicon_component import LexiconComponent
from engine.nlu.normalized_spacy_nlp import normalized_text
from engine.nlu.operators import OperatorRules

OPERATORS = "operators"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SentenceOperators(LexiconComponent[OperatorRules], IntentClassifier):
    """Sets `operators` on each message: `name`, `matter`, `start`, `end` of each (`engine.nlu.operators.Operator`)."""

    @classmethod
    def read_rules(cls, folder: Path) -> OperatorRules:
        """Reads the rules (see parent class)."""
        return read_operator_rules(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the operators of each message."""
        for message in messages:
            operators = [asdict(operator) for operator in self._rules.find(normalized_text(message))]
            message.set(OPERATORS, operators, add_to_output=True)
        return messages
