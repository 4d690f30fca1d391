"""Tells what a message does with the matters that it names, for the reading in context."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.lexicon import read_operator_rules
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.operators import OperatorRules
from engine.paths import ROOT

OPERATORS = "operators"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SentenceOperators(GraphComponent, IntentClassifier):
    """Sets `operators` on each message: `name`, `matter`, `start` and `end` of each (`engine.nlu.operators.Operator`).

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

    def __init__(self, rules: OperatorRules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceOperators:
        """Creates the component (see parent class)."""
        return cls(read_operator_rules(ROOT / config["lexicon"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the operators of each message."""
        for message in messages:
            operators = [asdict(operator) for operator in self._rules.find(normalized_text(message))]
            message.set(OPERATORS, operators, add_to_output=True)
        return messages
