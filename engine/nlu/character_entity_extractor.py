"""Hands the entities that the spaCy pipeline found to Rasa, with their canonical values."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.entity_values import canonical_value
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.nlu.spacy_components import ENTITIES_KEY


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class CharacterEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Like Rasa's SpacyEntityExtractor, which drops the pattern's `id`; here the `id` is the entity's value.

    An entity without an id (amount, time, phone number) has its value computed from the text, see
    `engine.nlu.entity_values`.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CharacterEntityExtractor:
        """Creates the component (see parent class)."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities to each message, in the order of the text."""
        for message in messages:
            doc = message.get(SPACY_DOCS[TEXT])
            found = doc.user_data.get(ENTITIES_KEY, []) if doc is not None else []
            entities = [
                {
                    "entity": label,
                    "value": value_id or canonical_value(label, doc.text[start:end]),
                    "start": start,
                    "end": end,
                    "confidence_entity": 1.0,
                }
                for label, value_id, start, end in found
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + self.add_extractor_name(entities), add_to_output=True)
        return messages
