"""Tells which step of a procedure a message speaks of, whatever its words."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.answers import step_passages
from actions.knowledge.bundle import Bundle
from engine.nlu.bundle_indexes import BundleIndexes
from engine.nlu.clauses import CLAUSES
from engine.nlu.kept_vectors import KeptVectors
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_encoder import SentenceEncoder, Vectors, encoder_name, sentence_encoder
from engine.paths import KNOWLEDGE
from language.text_normalization import normalize

_OUTPUT = "steps"
# As many characters as the classifiers read, so that the vector is there already.
_LONGEST_READ = 120


class _Index(NamedTuple):
    """The passages of a bundle: where each belongs, and its vector."""

    addresses: list[str]
    vectors: Vectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class StepIndex(GraphComponent, IntentClassifier):
    """Sets `steps` on each message, and on each of its clauses: the addresses of the nearest steps.

    People run ahead of what is shown, or fall back: 「表填好了就差提交」 names a step by what is done there. Which
    topic counts depends on the conversation (`actions/reading/steps_meant.py`).

    Config:
        steps: How many of the nearest steps are told.
        least: Likeness under which a step is not told.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"steps": 6, "least": 0.5}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns a hash of the passages and the encoder's version, so that Rasa retrains when either changes."""
        return hashlib.sha256("\n".join([encoder_name(), *(text for _, text in _passages())]).encode()).hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
        addresses: list[str],
        vectors: Vectors | None,
        kept: KeptVectors | None = None,
    ) -> None:
        """Makes an index, empty when there are no vectors; with those that are `kept` it reads other bundles."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._indexes: BundleIndexes[_Index | None] = BundleIndexes(
            None if vectors is None else _Index(addresses, vectors)
        )
        self._kept = kept

    def prepare(self, bundle: Bundle) -> None:
        """Reads what the passages of a bundle have that is new."""
        assert self._kept is not None, "Rasa loads a component before it predicts."
        addresses, passages = zip(*_passages(bundle.knowledge), strict=True)
        self._indexes.put(bundle, _Index(list(addresses), self._kept.of(passages)))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> StepIndex:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource, sentence_encoder(), [], None)

    def train(self, training_data: TrainingData) -> Resource:
        """Reads all passages once."""
        addresses, passages = zip(*_passages(), strict=True)
        kept = KeptVectors.read(self._encoder, passages)
        self._indexes = BundleIndexes(_Index(list(addresses), kept.of(passages)))
        with self._model_storage.write_to(self._resource) as folder:
            kept.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `steps` of each message and of its clauses; an empty list for a button."""
        for message in messages:
            is_button = message.get(TEXT, "").startswith("/")
            message.set(_OUTPUT, [] if is_button else self.nearest(normalized_text(message)), add_to_output=True)
            for clause in message.get(CLAUSES) or ():
                clause[_OUTPUT] = self.nearest(clause["text"])
        return messages

    def nearest(self, text: str) -> list[dict[str, Any]]:
        """Returns the addresses of the nearest passages of normalized text with their likeness, best first."""
        index = self._indexes.current
        assert index is not None, "Rasa trains or loads a component before it predicts."
        text = text[-_LONGEST_READ:]
        if not text.strip():
            return []
        likeness = index.vectors @ self._encoder.encode([text])[0]
        nearest: dict[str, float] = {}
        # Each step has some passages.
        for i in np.argsort(-likeness)[: 2 * self._config["steps"]]:
            if likeness[i] >= self._config["least"]:
                nearest.setdefault(index.addresses[i], round(float(likeness[i]), 3))
        return [{"name": name, "confidence": value} for name, value in nearest.items()][: self._config["steps"]]

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> StepIndex:
        """Loads a trained component (see parent class)."""
        encoder = sentence_encoder()
        # The texts of the knowledge are read when the bot starts.
        addresses, passages = zip(*_passages(), strict=True)
        with model_storage.read_from(resource) as folder:
            kept = KeptVectors.load(encoder, folder)
        return cls(config, model_storage, resource, encoder, list(addresses), kept.of(passages), kept)


def _passages(knowledge: Knowledge | None = None) -> list[tuple[str, str]]:
    """Returns what users say of each step, with its address and what it says of it: `topic/step/done`."""
    topics = (knowledge or load_knowledge(KNOWLEDGE)).topics
    return [(address, normalize(passage)) for address, passage in step_passages(topics)]
