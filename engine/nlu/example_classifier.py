"""Classifies a message by examples in a folder of their own, beside the intent: what it does, or what it gives away."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge.yaml_files import read_mapping
from engine.nlu import linear_model, near_fits, text_features
from engine.nlu.clauses import CLAUSES, clauses
from engine.nlu.labelled_texts import read_labelled_texts
from engine.nlu.lexicon import read_lexicon
from engine.nlu.linear_model import FIT_DEFAULTS, LinearModel
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.sentence_encoder import sentence_encoder
from engine.nlu.side_by_side import later
from engine.nlu.text_features import TextFeatures
from engine.paths import ROOT
from language.text_normalization import normalize

# Of a clause, no more labels than may be acted on.
_OF_CLAUSE = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ExampleClassifier(GraphComponent, IntentClassifier):
    """Sets `output` on each message: the likeliest labels with their confidence, best first.

    The labels are no intents: one message may open a topic and give away a fraud, or report a step as done. What they
    mean depends on the conversation, which `actions/reading/` knows.

    Config:
        folder: Files of examples, relative to the project's root (see `engine.nlu.labelled_texts`).
        output: Name of the attribute that is set.
        background: By label, what else counts as examples of it: `intents` whose NLU examples do, of each at most
            `per_intent`, and `folders` of examples with other labels, of which those in `except` do not.
        labels: How many of the likeliest labels are told.
        clauses: Whether each clause of a message is classified as well, into `output` of each of its `clauses`.
        vector_weight: Length of the sentence vector beside the n-gram vectors; 0 leaves it out. With it a fifth less is
            mistaken, and few examples tell much more (docs/nlu.md).
        lexicon: Folder of the lexicon, relative to the project's root; read at training for the aliases.
        C, calibration_folds, random_state, enough_examples: See `engine.nlu.linear_model.LinearModel.fit`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {
            **FIT_DEFAULTS,
            "folder": None,
            "output": None,
            "background": {},
            "labels": 4,
            "clauses": False,
            "vector_weight": 1.0,
            "lexicon": "data/lexicon",
        }

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuses a classifier without a folder or a name for what it sets."""
        for key in ("folder", "output"):
            if not config[key]:
                raise InvalidConfigException(f"ExampleClassifier: {key} is required.")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns a hash of the examples and the source of the model, so that Rasa retrains when either changes."""
        sources = (inspect.getsource(module) for module in (linear_model, near_fits, text_features))
        digest = hashlib.sha256("".join(sources).encode())
        asked = [one["questions"]["folder"] for one in config["background"].values() if one.get("questions")]
        for folder in (config["folder"], *asked):
            for path in sorted((ROOT / folder).glob("*.yml")):
                digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        aliases: dict[str, str],
        model: _TextModel | None = None,
    ) -> None:
        """Makes a classifier, untrained when there is no model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._aliases = aliases
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ExampleClassifier:
        """Creates an untrained component (see parent class)."""
        cls.validate_config(config)
        aliases = read_lexicon(ROOT / config["lexicon"]).aliases
        return cls(config, model_storage, resource, aliases)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model.

        Raises:
            InvalidConfigException: There are no examples, or a file of them is broken.
        """
        examples = read_labelled_texts(ROOT / self._config["folder"])
        for label, background in self._config["background"].items():
            for text in background_texts(background, training_data):
                examples.setdefault(text, label)
        if self._config["vector_weight"]:
            # Here, so that the components after this one have them, too.
            sentence_encoder().encode_examples([normalize(text) for text in examples])

        def fit() -> None:
            self._model = _TextModel.fit(examples, self._aliases, self._config)
            with self._model_storage.write_to(self._resource) as folder:
                self._model.save(folder)

        later(fit)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `output` of each message; an empty list when there is nothing to go by."""
        model = self._model
        assert model is not None, "Rasa trains or loads a classifier before it predicts."
        for message in messages:
            ranking = model.rank(normalized_text(message), self._config["labels"])
            message.set(self._config["output"], ranking, add_to_output=True)
            if self._config["clauses"] and not message.get(TEXT, "").startswith("/"):
                self._classify_clauses(model, message)
        return messages

    def _classify_clauses(self, model: _TextModel, message: Message) -> None:
        texts = clauses(normalized_text(message))
        if texts:
            # All at once: several texts cost little more than one.
            sentence_encoder().encode(texts)
        output = self._config["output"]
        message.set(
            CLAUSES, [{"text": text, output: model.rank(text, _OF_CLAUSE)} for text in texts], add_to_output=True
        )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ExampleClassifier:
        """Loads a trained component (see parent class)."""
        with model_storage.read_from(resource) as folder:
            model = _TextModel.load(folder, config)
        return cls(config, model_storage, resource, model.aliases, model)


def background_texts(background: dict[str, Any], training_data: TrainingData) -> Iterator[str]:
    """Yields the texts of a `background`: NLU examples of its intents, questions, and examples of its folders."""
    for intent in background.get("intents") or ():
        texts = [e.get(TEXT) for e in training_data.intent_examples if e.get(INTENT) == intent and e.get(TEXT)]
        # Spread over the whole intent, whose files are ordered by what is said.
        step = max(1, len(texts) // (background.get("per_intent") or len(texts) or 1))
        yield from texts[::step]
    asked = background.get("questions")
    if asked:
        yield from _questions(ROOT / asked["folder"], frozenset(asked.get("except") or ()))
    left_out = set(background.get("except") or ())
    for folder in background.get("folders") or ():
        yield from (text for text, label in read_labelled_texts(ROOT / folder).items() if label not in left_out)


def _questions(folder: Path, left_out: frozenset[str]) -> Iterator[str]:
    """Yields the questions of `data/questions/`, without those to some answers."""
    for path in sorted(folder.glob("*.yml")):
        for place, answers in read_mapping(path).items():
            for answer, texts in answers.items():
                if f"{path.stem}/{place}/{answer}" not in left_out:
                    yield from texts


class _TextModel:
    """A linear model over the features of a text."""

    def __init__(self, features: TextFeatures, model: LinearModel) -> None:
        self._features, self._model = features, model

    @property
    def aliases(self) -> dict[str, str]:
        return self._features.aliases

    @classmethod
    def fit(cls, examples: dict[str, str], aliases: dict[str, str], config: dict[str, Any]) -> _TextModel:
        texts = [normalize(text) for text in examples]
        features, rows = TextFeatures.learn(texts, aliases, config["vector_weight"])
        return cls(features, LinearModel.fit(rows, list(examples.values()), config))

    def rank(self, text: str, labels: int) -> list[dict[str, Any]]:
        """Returns the likeliest labels of normalized text, best first."""
        rows = self._features.rows(text)
        if not rows:
            return []
        confidences = self._model.confidences([rows])[0]
        order = np.argsort(-confidences)[:labels]
        return [{"name": self._model.intents[i], "confidence": float(confidences[i])} for i in order]

    def save(self, folder: Path) -> None:
        self._model.save(folder)
        self._features.save(folder)

    @classmethod
    def load(cls, folder: Path, config: dict[str, Any]) -> _TextModel:
        return cls(TextFeatures.load(folder, config["vector_weight"]), LinearModel.load(folder))
