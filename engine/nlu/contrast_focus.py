"""Marks in each message which part says what is wanted, so that the features are taken from that part alone."""

from __future__ import annotations

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.contrast import ContrastRules
from engine.nlu.lexicon import read_contrast_rules
from engine.nlu.lexicon_component import LexiconComponent
from engine.nlu.normalized_spacy_nlp import normalized_text

WANTED_SPANS = "wanted_spans"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ContrastFocus(LexiconComponent[ContrastRules]):
    """Sets `wanted_spans` on each message: 「不是忘了密码，是付不了款」 is about the payment only.

    Entities are still taken from the whole message. Without this component the featurizers read everything.
    """

    @classmethod
    def read_rules(cls, folder: Path) -> ContrastRules:
        """Reads the rules (see parent class)."""
        return read_contrast_rules(folder)

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
