"""Marks the request within its manners, so that featurizers read that alone."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.lexicon import read_manner_rules
from engine.nlu.manners import MannerRules
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.paths import ROOT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MannersFocus(GraphComponent):
    """Sets `wanted_spans` of each message to its request: without greeting, fillers and thanks around it.

    Stands before `ContrastFocus`, which looks for what is rejected in what is left.

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

    def __init__(self, rules: MannerRules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MannersFocus:
        """Creates the component (see parent class)."""
        return cls(read_manner_rules(ROOT / config["lexicon"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Marks all training examples, so that training and serving see the same."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Marks each message."""
        for message in messages:
            text = normalized_text(message)
            if text:
                message.set(WANTED_SPANS, [self._rules.request_span(text)])
        return messages
