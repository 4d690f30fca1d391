"""Marks the request within its manners, so that featurizers read that alone."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.lexicon import read_manner_rules
from engine.nlu.lexicon_component import LexiconComponent
from engine.nlu.manners import MannerRules
from engine.nlu.normalized_spacy_nlp import normalized_text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MannersFocus(LexiconComponent[MannerRules]):
    """Sets `wanted_spans` of each message to its request: without greeting, fillers and thanks around it.

    Stands before `ContrastFocus`, which looks for what is rejected in what is left.
    """

    @classmethod
    def read_rules(cls, folder: Path) -> MannerRules:
        """Reads the rules (see parent class)."""
        return read_manner_rules(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Marks each message."""
        for message in messages:
            text = normalized_text(message)
            if text:
                message.set(WANTED_SPANS, [self._rules.request_span(text)])
        return messages
