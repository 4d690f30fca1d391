"""Marks in each message which part says what is wanted, so that the features are taken from that part alone."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.contrast import ContrastRules
from engine.nlu.lexicon import read_contrast_rules
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.paths import ROOT

WANTED_SPANS = "wanted_spans"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ContrastFocus(GraphComponent):
    """Sets `wanted_spans` on each message: 「不是忘了密码，是付不了款」 is about the payment only.

    Entities are still taken from the whole message. Without this component the featurizers read everything.

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

    def __init__(self, rules: ContrastRules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContrastFocus:
        """Creates the component (see parent class)."""
        return cls(read_contrast_rules(ROOT / config["lexicon"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Marks all training examples, so that training and serving see the same."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Marks each message."""
        for message in messages:
            text = normalized_text(message)
            if text:
                # What MannersFocus leaves of it.
                start, end = (message.get(WANTED_SPANS) or [(0, len(text))])[0]
                spans = self._rules.wanted_spans(text[start:end])
                message.set(WANTED_SPANS, [(first + start, last + start) for first, last in spans])
        return messages
