"""Lets the rest of the pipeline read each part of a message as well as the whole."""

from __future__ import annotations

import copy
from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.contrast import Span
from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.lexicon import read_part_rules
from engine.nlu.lexicon_component import LexiconComponent
from engine.nlu.normalized_spacy_nlp import normalized_text
from engine.nlu.parts import Boundary, PartRules

BOUNDARIES = "boundaries"
PART_SPAN = "part_span"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MessageParts(LexiconComponent[PartRules]):
    """Adds, after each message that may hold several requests, one message for each of its parts.

    A part shares spaCy's reading and the entities of the whole message; only its `wanted_spans` are its own, so it
    costs what featurizers and classifier cost. `RequestCollector` folds the parts again; without it this component
    must not stand in the pipeline. Training examples are left whole.
    """

    @classmethod
    def read_rules(cls, folder: Path) -> PartRules:
        """Reads the rules (see parent class)."""
        return read_part_rules(folder)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves the training examples as they are."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Returns the messages, each followed by its parts."""
        return [message for whole in messages for message in (whole, *self._parts(whole))]

    def _parts(self, whole: Message) -> list[Message]:
        text = normalized_text(whole)
        if not text.strip():
            return []
        spans: list[Span] = whole.get(WANTED_SPANS) or [(0, len(text))]
        boundaries = self._rules.boundaries(text, spans)
        if not boundaries:
            return []
        whole.set(BOUNDARIES, boundaries)
        return [_part(whole, span, spans) for span in part_spans(boundaries, spans)]


def part_spans(boundaries: list[Boundary], wanted_spans: list[Span]) -> list[Span]:
    """Returns the span of every run of neighbouring parts, the whole message left out."""
    first, last = wanted_spans[0][0], wanted_spans[-1][1]
    starts = [first, *(boundary.start for boundary in boundaries)]
    ends = [*(boundary.end for boundary in boundaries), last]
    return [(start, end) for start in starts for end in ends if start < end and (start, end) != (first, last)]


def _part(whole: Message, span: Span, wanted_spans: list[Span]) -> Message:
    part = Message(data=copy.copy(whole.data))
    inside = [(max(start, span[0]), min(end, span[1])) for start, end in wanted_spans]
    part.set(WANTED_SPANS, [(start, end) for start, end in inside if start < end] or [span])
    part.set(PART_SPAN, span)
    return part
