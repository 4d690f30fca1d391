"""Hears plain wishes for a human, whatever stands around them."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.handoff import HandoffRules
from engine.nlu.lexicon import read_handoff_rules
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.paths import ROOT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PlainHandoff(GraphComponent, IntentClassifier):
    """Makes the intent of a message or part that plainly asks for a human `intent`, by the words of `handoff.yml`.

    Stands after the classifier, whose other guesses stay in the ranking, and before `RequestCollector`, which still
    finds what else is asked.

    Config:
        intent: The wish for a human.
        confidence: What it is told with: right in 74 of 75 training examples.
        lexicon: Folder of the lexicon, relative to the project's root.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"intent": "human_handoff", "confidence": 0.98, "lexicon": "data/lexicon"}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    def __init__(self, config: dict[str, Any], rules: HandoffRules) -> None:
        """Keeps the rules."""
        self._config = config
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlainHandoff:
        """Creates the component (see parent class)."""
        return cls(config, read_handoff_rules(ROOT / config["lexicon"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent of each message and part that is a plain wish."""
        name, confidence = self._config["intent"], self._config["confidence"]
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            if not ranking or ranking[0]["name"] == name or not self._rules.is_wish(_wanted(message)):
                continue
            left = 1 - confidence
            others = [{**entry, "confidence": entry["confidence"] * left} for entry in ranking if entry["name"] != name]
            wish = {"name": name, "confidence": confidence}
            message.set(INTENT, wish, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [wish, *others], add_to_output=True)
        return messages


def _wanted(message: Message) -> str:
    text = normalized_text(message)
    spans = message.get(WANTED_SPANS) or [(0, len(text))]
    return ",".join(text[start:end] for start, end in spans)
