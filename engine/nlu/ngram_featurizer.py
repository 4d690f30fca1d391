"""TF-IDF n-grams of characters, words or syllables as a sparse sentence feature."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS, TOKENS_NAMES
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from engine.nlu.contrast import Span, last_clause
from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.lexicon import read_lexicon
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.views import EDGES, character_units, ngrams, syllable_units
from engine.paths import ROOT


def _spans(message: Message, scope: str) -> list[Span]:
    text = normalized_text(message)
    if not text:
        return []
    spans: list[Span] = message.get(WANTED_SPANS) or [(0, len(text))]
    return spans if scope == "message" else [last_clause(text, spans[-1])]


def _word_units(message: Message, spans: list[Span]) -> list[str]:
    return [
        token.text
        for start, end in spans
        for token in message.get(TOKENS_NAMES[TEXT], [])
        if start <= token.start < end and token.text.strip()
    ]


def _text(message: Message, spans: list[Span]) -> str:
    text = normalized_text(message)
    return ",".join(text[start:end] for start, end in spans)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(GraphComponent):
    """Adds one L2-normalized TF-IDF vector of n-grams per message.

    Reads the part of the message that `ContrastFocus` marks as wanted, or all of it; or only the last clause of that,
    where the request of a story mostly stands.

    Rasa's CountVectorsFeaturizer counts without IDF, computes features for every token that a linear classifier
    never reads, and cannot read syllables.

    Config:
        view: `character`, `word` or `syllable`.
        scope: `message` or `last_clause`.
        min_ngram, max_ngram: Shortest and longest n-gram.
        weight: Factor of the whole vector, to weigh the views against each other.
        lexicon: Folder of the lexicon, relative to the project's root; read at training for the aliases.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {
            "view": "character",
            "scope": "message",
            "min_ngram": 1,
            "max_ngram": 3,
            "weight": 1.0,
            "lexicon": "data/lexicon",
        }

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [NormalizedSpacyNLP]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuses an unknown view or scope and an empty range of n-gram lengths."""
        for key, known in (("view", ("character", "word", "syllable")), ("scope", ("message", "last_clause"))):
            if config[key] not in known:
                raise InvalidConfigException(
                    f"NgramFeaturizer: {key} must be one of {', '.join(known)}, found {config[key]!r}."
                )
        if not 1 <= config["min_ngram"] <= config["max_ngram"]:
            raise InvalidConfigException("NgramFeaturizer: expected 1 <= min_ngram <= max_ngram.")

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        aliases: dict[str, str],
    ) -> None:
        """Makes an untrained featurizer; `name` marks the origin of its features."""
        self._config = config
        self._name = config.get(FEATURIZER_CLASS_ALIAS, name)
        self._model_storage = model_storage
        self._resource = resource
        self._aliases = aliases
        self._vocabulary: dict[str, int] = {}
        self._edges: frozenset[int] = frozenset()
        # Python's numbers: taking single ones out of an array takes longer than the arithmetic.
        self._idf: list[float] = []
        self._row_template: dict[str, Any] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        """Creates an untrained component (see parent class)."""
        aliases = read_lexicon(ROOT / config["lexicon"]).aliases
        return cls(config, execution_context.node_name, model_storage, resource, aliases)

    def _read(self, message: Message) -> tuple[str, ...]:
        """What of a message is cut into n-grams: its words, or one text. Equal readings have equal features."""
        spans = _spans(message, self._config["scope"])
        if self._config["view"] == "word":
            return tuple(_word_units(message, spans))
        return (_text(message, spans),)

    def _ngrams(self, reading: tuple[str, ...]) -> list[str]:
        if self._config["view"] == "word":
            units: Sequence[str] = reading
        else:
            cut = character_units if self._config["view"] == "character" else syllable_units
            units = cut(reading[0], self._aliases)
        return ngrams(units, range(self._config["min_ngram"], self._config["max_ngram"] + 1))

    def _analyze(self, message: Message) -> list[str]:
        return self._ngrams(self._read(message))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns vocabulary and document frequencies from the messages that have an intent."""
        # Serving does without: 35 MB and a second of start.
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        vectorizer = TfidfVectorizer(analyzer=self._analyze, sublinear_tf=True).fit(training_data.intent_examples)
        self._learned(vectorizer.vocabulary_, vectorizer.idf_)
        self._persist()
        return self._resource

    def _learned(self, vocabulary: dict[str, int], idf: NDArray[np.float64]) -> None:
        self._vocabulary, self._idf = vocabulary, idf.tolist()
        self._row_template = dict(vars(csr_matrix((1, len(vocabulary)))))
        self._edges = frozenset(vocabulary[edge] for edge in EDGES if edge in vocabulary)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the features to all training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the features to each message."""
        # The parts of a message often have their last clause in common.
        rows: dict[tuple[str, ...], csr_matrix] = {}
        for message in messages:
            reading = self._read(message)
            row = rows.get(reading)
            if row is None:
                row = rows[reading] = self._row(reading)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._name))
        return messages

    def _row(self, reading: tuple[str, ...]) -> csr_matrix:
        # What TfidfVectorizer.transform computes, without its checks and copies, which take ten times as long as the
        # arithmetic for a single short message.
        found = Counter(map(self._vocabulary.get, self._ngrams(reading)))
        unknown = found.pop(None, 0)
        counts = cast("Counter[int]", found)
        # What is unknown in a text of which nothing but the edges is known: a foreign script. Beginning and end alone
        # look like those of a short yes.
        if unknown and counts.keys() <= self._edges:
            counts.clear()
        indices = sorted(counts)
        # Nearly every n-gram stands once in a message: 1 + log(1).
        values = np.array(
            [
                self._idf[index] if (n := counts[index]) == 1 else (1 + math.log(n)) * self._idf[index]
                for index in indices
            ]
        )
        norm = math.sqrt(values @ values)
        if norm:
            values *= self._config["weight"] / norm
        return self._one_row(values, indices)

    def _one_row(self, values: NDArray[np.float64], indices: list[int]) -> csr_matrix:
        # The constructor checks what is right here by construction, for longer than the n-grams take.
        row = csr_matrix.__new__(csr_matrix)
        row.__dict__.update(self._row_template)
        row.data, row.indices, row.indptr = values, np.array(indices, np.int32), np.array([0, len(indices)], np.int32)
        return row

    def _persist(self) -> None:
        terms = sorted(self._vocabulary, key=self._vocabulary.__getitem__)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "terms.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
            (folder / "aliases.json").write_text(json.dumps(self._aliases, ensure_ascii=False), encoding="utf-8")
            np.save(folder / "idf.npy", np.array(self._idf))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        """Loads a trained component (see parent class)."""
        with model_storage.read_from(resource) as folder:
            terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
            aliases = json.loads((folder / "aliases.json").read_text(encoding="utf-8"))
            idf = np.load(folder / "idf.npy", allow_pickle=False)
        featurizer = cls(config, execution_context.node_name, model_storage, resource, aliases)
        # The featurizers have most n-grams in common.
        featurizer._learned({sys.intern(term): index for index, term in enumerate(terms)}, idf)
        return featurizer
