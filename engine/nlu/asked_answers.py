"""Tells which answers of the knowledge people ask for in words like those of a message."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.bundle import Bundle
from actions.knowledge.questions import Questions, load_questions
from actions.reading.questions import asks
from engine.nlu.bundle_indexes import BundleIndexes
from engine.nlu.clauses import CLAUSES
from engine.nlu.kept_vectors import KeptVectors
from engine.nlu.lexicon import read_aliases
from engine.nlu.mapped_arrays import Arrays, kept_arrays, texts_as_array, texts_of_array, under, within
from engine.nlu.question_index import Example, QuestionIndex
from engine.nlu.sentence_encoder import SentenceEncoder, encoder_name, sentence_encoder
from engine.nlu.sentence_vector import SentenceVector, wanted_text
from engine.nlu.sources import sources_digest
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS
from language.text_normalization import normalize

_OUTPUT = "asked_answers"
# Other clauses are not looked up: each costs a millisecond.
_ACTS, _QUESTION = "situated_acts", 0.7
# As many characters as the classifiers read, so that the vector is there already.
_LONGEST_READ = 120


class _Made(NamedTuple):
    """An index, and what tells what it was made of."""

    state: str
    questions: QuestionIndex


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class AskedAnswers(GraphComponent, IntentClassifier):
    """Sets `asked_answers` on each message, and on each of its clauses: the likeness of the nearest answers by address.

    What is compared are the questions of `data/questions/`, and what an answer says itself. Which answer is meant, if
    any, depends on the conversation, which `actions/dialogue/answer_choice.py` knows. Nothing is fitted: training only
    reads the sentence vectors once. The index is made at the first start after questions or answers have changed, and
    kept beside the vectors.

    Config:
        answers: How many of the nearest answers are told.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"answers": 32}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [SentenceVector]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns a hash of the examples and the encoder's version, so that Rasa retrains when either changes."""
        return hashlib.sha256("\n".join([encoder_name(), *(text for _, text in _examples())]).encode()).hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
        own: _Made | None,
        kept: KeptVectors | None = None,
    ) -> None:
        """Makes a component, untrained without an index; with the vectors that are `kept` it reads other bundles."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._indexes: BundleIndexes[_Made | None] = BundleIndexes(own)
        self._latest = own
        self._kept = kept

    def prepare(self, bundle: Bundle) -> None:
        """Makes the index of a bundle; the latest one serves again where examples and answers are the same."""
        assert self._kept is not None, "Rasa loads a component before it predicts."
        examples = _examples(bundle.knowledge, bundle.questions)
        state = _state(examples)
        for known in (self._latest, self._indexes.own):
            if known is not None and known.state == state:
                self._indexes.put(bundle, known)
                return
        self._latest = _made(examples, self._kept)
        self._indexes.put(bundle, self._latest)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AskedAnswers:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource, sentence_encoder(), None)

    def train(self, training_data: TrainingData) -> Resource:
        """Reads all examples once."""
        examples = _examples()
        kept = KeptVectors.read(self._encoder, [text for _, text in examples])
        self._indexes = BundleIndexes(_made(examples, kept))
        with self._model_storage.write_to(self._resource) as folder:
            kept.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `asked_answers` of each message and of its clauses; none for a button."""
        for message in messages:
            is_button = message.get(TEXT, "").startswith("/")
            # What is denied is left out: 「问的是注销，不是申诉」.
            message.set(_OUTPUT, {} if is_button else self._nearest(wanted_text(message)), add_to_output=True)
            for clause in message.get(CLAUSES) or ():
                if _may_ask(clause):
                    clause[_OUTPUT] = self._nearest(clause["text"])
        return messages

    def _nearest(self, text: str) -> dict[str, float]:
        made = self._indexes.current
        assert made is not None, "Rasa trains or loads a component before it predicts."
        if not text.strip():
            return {}
        text = text[-_LONGEST_READ:]
        nearest = made.questions.nearest(text, self._encoder.encode([text])[0])
        return {address: round(likeness, 3) for address, likeness in list(nearest.items())[: self._config["answers"]]}

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> AskedAnswers:
        """Loads a trained component (see parent class)."""
        encoder = sentence_encoder()
        with model_storage.read_from(resource) as folder:
            kept = KeptVectors.load(encoder, folder)
            # Questions and answers are read when the bot starts.
            arrays = kept_arrays(folder / f"index-{sources_digest()}", lambda: _arrays(_made(_examples(), kept)))
        index = QuestionIndex.of_arrays(within(arrays, "index"), read_aliases(LEXICON))
        own = _Made(texts_of_array(arrays["state"])[0], index)
        return cls(config, model_storage, resource, encoder, own, kept)


def _may_ask(clause: Mapping[str, Any]) -> bool:
    likely = max((act["confidence"] for act in clause.get(_ACTS) or () if act["name"] == "question"), default=0.0)
    return likely >= _QUESTION or asks(clause["text"])


def _state(examples: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(examples).encode()).hexdigest()


def _arrays(made: _Made) -> Arrays:
    return {"state": texts_as_array([made.state]), **under("index", made.questions.arrays())}


def _made(examples: Sequence[tuple[str, str]], kept: KeptVectors) -> _Made:
    vectors = kept.of([text for _, text in examples])
    found = [Example(address, text, vector) for (address, text), vector in zip(examples, vectors, strict=True)]
    return _Made(_state(examples), QuestionIndex.of(found, read_aliases(LEXICON)))


def _examples(knowledge: Knowledge | None = None, asked: Questions | None = None) -> list[tuple[str, str]]:
    """Returns all examples, normalized, with the address of their answer: what it says, and how people ask for it."""
    knowledge = knowledge or load_knowledge(KNOWLEDGE)
    questions = (asked or load_questions(knowledge.addresses, QUESTIONS)).normalized
    return [
        (answer.address, text)
        for answer in knowledge.answers.values()
        for text in (normalize(answer.said), *questions.get(answer.address, ()))
    ]
