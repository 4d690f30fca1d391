"""Hears all that a message says: each label has a probability of its own."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.nlu import independent_model, near_fits, text_features
from engine.nlu.clauses import CLAUSES, clauses
from engine.nlu.example_classifier import background_texts
from engine.nlu.independent_model import IndependentModel
from engine.nlu.labelled_texts import SaidText, read_said_texts
from engine.nlu.lexicon import read_lexicon
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_encoder import sentence_encoder
from engine.nlu.text_features import TextFeatures
from engine.paths import ROOT
from language.text_normalization import normalize

# One situation in so many is held out for the calibration.
_FOLDS = 4
_NOTHING = "nothing"
# What has no features has no probability.
_LEAST = 1e-6
# The situation of examples that were written for a label.
_OF_NO_SITUATION = ":none"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SaidClassifier(GraphComponent, IntentClassifier):
    """Sets `output` on each message, and on its clauses: what it may say with the probability of each, likeliest first.

    One message tells and asks several things at once (「挂了 可是他看到我银行卡了 要紧不」), so that the labels do not
    exclude each other. What a clause says, the message says.

    Config:
        folder: Files of examples with all their labels, relative to the project's root.
        output: Name of the attribute that is set.
        background: Examples that say nothing of all this (see `ExampleClassifier`).
        least: Less likely labels are left out.
        vector_weight: Length of the sentence vector beside the n-gram vectors.
        rarest: Each n-gram stands in as many examples at least.
        lexicon: Folder of the lexicon, relative to the project's root; read at training for the aliases.
        C, random_state: See `engine.nlu.independent_model.IndependentModel.fit`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {
            "folder": "data/said",
            "output": "said",
            "background": {},
            "least": 0.1,
            "vector_weight": 1.0,
            "rarest": 2,
            "lexicon": "data/lexicon",
            "C": 0.5,
            "random_state": 0,
        }

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns a hash of the examples and the source of the model, so that Rasa retrains when either changes."""
        sources = (inspect.getsource(module) for module in (independent_model, near_fits, text_features))
        digest = hashlib.sha256("".join(sources).encode())
        for path in sorted((ROOT / config["folder"]).glob("*.yml")):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: SaidModel | None = None
    ) -> None:
        """Makes a classifier, untrained when there is no model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SaidClassifier:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model.

        Raises:
            InvalidConfigException: There are no examples, or a file of them is broken.
        """
        examples = read_said_texts(ROOT / self._config["folder"])
        nothing = list(background_texts(self._config["background"], training_data))
        aliases = read_lexicon(ROOT / self._config["lexicon"]).aliases
        self._model = SaidModel.fit(examples, nothing, aliases, self._config)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `output` of each message; an empty list when there is nothing to go by."""
        model = self._model
        assert model is not None, "Rasa trains or loads a classifier before it predicts."
        output, least = self._config["output"], self._config["least"]
        for message in messages:
            is_button = message.get(TEXT, "").startswith("/")
            whole, parts = ({}, []) if is_button else model.said_by_clause(normalized_text(message), least)
            message.set(output, _ranking(whole), add_to_output=True)
            for clause, said in zip(message.get(CLAUSES) or (), parts, strict=False):
                clause[output] = _ranking(said)
        return messages

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SaidClassifier:
        """Loads a trained component (see parent class)."""
        with model_storage.read_from(resource) as folder:
            model = SaidModel.load(folder, config["vector_weight"])
        return cls(config, model_storage, resource, model)


class SaidModel:
    """Linear models of all labels over the features of a text."""

    def __init__(self, features: TextFeatures, model: IndependentModel) -> None:
        """Keeps both."""
        self._features, self._model = features, model

    @classmethod
    def fit(
        cls,
        examples: list[SaidText],
        nothing: list[str],
        aliases: dict[str, str],
        config: dict[str, Any],
    ) -> SaidModel:
        """Fits the model.

        Args:
            examples: With all that each says.
            nothing: Texts that say nothing of all this.
            aliases: From the lexicon: what is written in several ways.
            config: See `SaidClassifier`.
        """
        given = list(examples)
        taken = {said.text for said in given}
        given += [SaidText(text, (), _NOTHING, _NOTHING) for text in dict.fromkeys(nothing) if text not in taken]
        texts = [normalize(said.text) for said in given]
        features, rows = TextFeatures.learn(texts, aliases, config["vector_weight"], config["rarest"])
        targets: dict[str, NDArray[np.bool_]] = {}
        weights: dict[str, NDArray[np.float32]] = {}
        kinds = np.array([said.kind for said in given])
        for label in sorted({label for said in given for label in said.labels}):
            targets[label] = np.array([label in said.labels for said in given])
            known = {_NOTHING, *kinds[targets[label]]}
            # Where nobody has said whether an example has a label, it says nothing of it.
            weights[label] = np.array([float(kind in known) for kind in kinds], np.float32)
        model = IndependentModel.fit(rows, targets, weights, _held_out(given), config)
        return cls(features, model)

    def said(self, text: str, least: float = 0.0) -> dict[str, float]:
        """Returns what normalized text says, as a whole or in one of its clauses, likeliest first."""
        return self.said_by_clause(text, least)[0]

    def said_by_clause(self, text: str, least: float = 0.0) -> tuple[dict[str, float], list[dict[str, float]]]:
        """Returns what normalized text says, as a whole or in one of its clauses, and what each clause says."""
        parts = [text, *clauses(text)]
        if len(parts) > 1:
            # All at once: several texts cost little more than one.
            sentence_encoder().encode(parts)
        shares = [self._shares(part) for part in parts]
        return self._named(np.max(shares, axis=0), least), [self._named(found, least) for found in shares[1:]]

    def _shares(self, text: str) -> NDArray[np.float32]:
        rows = self._features.rows(text)
        return self._model.probabilities(rows) if rows else np.zeros(len(self._model.labels), np.float32)

    def _named(self, found: NDArray[np.float32], least: float) -> dict[str, float]:
        order = found.argsort()[::-1]
        return {self._model.labels[i]: float(found[i]) for i in order if found[i] >= max(least, _LEAST)}

    def save(self, folder: Path) -> None:
        """Writes the model into a folder."""
        self._model.save(folder)
        self._features.save(folder)

    @classmethod
    def load(cls, folder: Path, vector_weight: float) -> SaidModel:
        """Reads what `save` wrote."""
        return cls(TextFeatures.load(folder, vector_weight), IndependentModel.load(folder))


def _ranking(said: dict[str, float]) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": share} for name, share in said.items()]


def _held_out(given: list[SaidText]) -> NDArray[np.bool_]:
    """Marks one in so many situations, and of the examples that stand in none as many."""
    situations = list(dict.fromkeys(said.situation for said in given))
    lone = {name for name in situations if name.endswith(_OF_NO_SITUATION)}
    return np.array(
        [
            said.kind != _NOTHING
            and (number if said.situation in lone else situations.index(said.situation)) % _FOLDS == 0
            for number, said in enumerate(given)
        ]
    )
