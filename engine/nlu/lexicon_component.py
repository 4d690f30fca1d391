"""What the components have in common that apply rules of the lexicon to each message."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from engine.paths import ROOT

_Rules = TypeVar("_Rules")


class LexiconComponent(GraphComponent, Generic[_Rules]):
    """A component that needs nothing but rules of `data/lexicon/`. Subclasses read them and apply them to messages.

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

    @classmethod
    @abstractmethod
    def read_rules(cls, folder: Path) -> _Rules:
        """Reads the rules.

        Raises:
            LexiconError: A file is broken.
        """

    def __init__(self, rules: _Rules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconComponent[_Rules]:
        """Creates the component (see parent class)."""
        return cls(cls.read_rules(ROOT / config["lexicon"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Applies the rules to all training examples, so that training and serving see the same."""
        self.process(training_data.training_examples)
        return training_data

    @abstractmethod
    def process(self, messages: list[Message]) -> list[Message]:
        """Applies the rules to each message."""
