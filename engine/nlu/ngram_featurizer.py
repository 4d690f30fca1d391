"""TF-IDF n-grams of characters, words or syllables as a sparse sentence feature."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

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

from engine.nlu.brand_names import reading
from engine.nlu.contrast import Span, last_clause
from engine.nlu.contrast_focus import WANTED_SPANS
from engine.nlu.lexicon import read_lexicon
from engine.nlu.mapped_arrays import mapped
from engine.nlu.ngram_vocabulary import NgramVocabulary
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP, normalized_text
from engine.nlu.views import EDGES, aliases_of, character_units, sound_units, syllable_units
from engine.paths import ROOT

_CUTS = {"character": character_units, "syllable": syllable_units, "sound": sound_units}


def _spans(message: Message, scope: str) -> list[Span]:
    text = normalized_text(message)
    if not text:
        return []
    spans: list[Span] = message.get(WANTED_SPANS) or [(0, len(text))]
    return spans if scope == "message" else [last_clause(text, spans[-1])]


def _word_units(message: Message, spans: list[Span]) -> list[str]:
    text = reading(message)
    words = (
        text[token.start : token.end].strip()
        for start, end in spans
        for token in message.get(TOKENS_NAMES[TEXT], [])
        if start <= token.start < end
    )
    return [word for word in words if word]


def _text(message: Message, spans: list[Span]) -> str:
    text = reading(message)
    return ",".join(text[start:end] for start, end in spans)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(GraphComponent):
    """Adds one L2-normalized TF-IDF vector of n-grams per message.

    Reads the part of the message that `ContrastFocus` marks as wanted, or all of it; or only the last clause of that,
    where the request of a story mostly stands.

    Rasa's CountVectorsFeaturizer counts without IDF, computes features for every token that a linear classifier
    never reads, and cannot read syllables.

    Config:
        view: `character`, `word`, `syllable`, or `sound`: syllables as accents have them.
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
        for key, known in (("view", ("word", *_CUTS)), ("scope", ("message", "last_clause"))):
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
        self._aliases = aliases_of(aliases)
        self._lengths = range(config["min_ngram"], config["max_ngram"] + 1)
        self._vocabulary = NgramVocabulary({}, self._lengths, np.empty(0, np.int64))
        self._edges: frozenset[int] = frozenset()
        self._idf: NDArray[np.float64] = np.empty(0)
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

    def _units(self, reading: tuple[str, ...]) -> Sequence[str]:
        if self._config["view"] == "word":
            return reading
        return _CUTS[self._config["view"]](reading[0], self._aliases)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns vocabulary and document frequencies from the messages that have an intent."""
        documents = [self._units(self._read(message)) for message in training_data.intent_examples]
        try:
            vocabulary, counts = NgramVocabulary.build(documents, self._lengths)
        except ValueError as error:
            raise InvalidConfigException(f"NgramFeaturizer: {error} Make max_ngram smaller.") from error
        # As TfidfVectorizer computes them, with smoothing.
        self._learned(vocabulary, np.log((1 + len(documents)) / (1 + counts)) + 1)
        self._persist()
        return self._resource

    def _learned(self, vocabulary: NgramVocabulary, idf: NDArray[np.float64]) -> None:
        self._vocabulary, self._idf = vocabulary, idf
        self._row_template = dict(vars(csr_matrix((1, len(idf)))))
        self._edges = frozenset(vocabulary.count([[edge] for edge in EDGES]).indices.tolist())

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the features to all training examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the features to each message."""
        everything = [self._read(message) for message in messages]
        # The parts of a message often have their last clause in common.
        distinct = list(dict.fromkeys(everything))
        rows = dict(zip(distinct, self._rows(distinct), strict=True))
        for message, read in zip(messages, everything, strict=True):
            message.add_features(Features(rows[read], FEATURE_TYPE_SENTENCE, TEXT, self._name))
        return messages

    def _rows(self, readings: Sequence[tuple[str, ...]]) -> Iterator[csr_matrix]:
        # What TfidfVectorizer.transform computes, without its checks and copies, which take ten times as long as the
        # arithmetic for a single short message.
        indices, counts, bounds = self._vocabulary.count([self._units(reading) for reading in readings])
        values = (np.log(counts) + 1) * self._idf[indices]
        # As csr_matrix has them.
        columns = indices.astype(np.int32)
        for start, end in itertools.pairwise(bounds.tolist()):
            of_row, known = values[start:end], columns[start:end]
            # A text of which nothing but the edges is known: a foreign script. Beginning and end alone look like those
            # of a short yes.
            if end - start <= len(self._edges) and self._edges.issuperset(known.tolist()):
                of_row, known = of_row[:0], known[:0]
            norm = math.sqrt(of_row @ of_row)
            if norm:
                of_row *= self._config["weight"] / norm
            yield self._one_row(of_row, known)

    def _one_row(self, values: NDArray[np.float64], indices: NDArray[np.int32]) -> csr_matrix:
        # The constructor checks what is right here by construction, for longer than the n-grams take.
        row = csr_matrix.__new__(csr_matrix)
        row.__dict__.update(self._row_template)
        row.data, row.indices, row.indptr = values, indices, np.array([0, len(indices)], np.int32)
        return row

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            self._vocabulary.save(folder)
            (folder / "aliases.json").write_text(json.dumps(self._aliases, ensure_ascii=False), encoding="utf-8")
            np.save(folder / "idf.npy", self._idf)

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
            aliases = json.loads((folder / "aliases.json").read_text(encoding="utf-8"))
            idf = mapped(folder / "idf.npy")
            featurizer = cls(config, execution_context.node_name, model_storage, resource, aliases)
            featurizer._learned(NgramVocabulary.load(folder, featurizer._lengths), idf)
        return featurizer
