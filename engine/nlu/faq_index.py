"""Tells which question of `data/knowledge/faq/` a message asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.bundle import Bundle, current_bundle
from actions.knowledge.questions import Questions, load_questions
from engine.nlu.bundle_indexes import BundleIndexes
from engine.nlu.faq_matcher import FaqMatcher, Understood, nearest_rivals
from engine.nlu.kept_vectors import KeptVectors
from engine.nlu.lexicon import read_aliases
from engine.nlu.mapped_arrays import (
    Arrays,
    kept_arrays,
    mapped_bytes,
    texts_as_array,
    texts_of_array,
    under,
    within,
)
from engine.nlu.question_index import Example
from engine.nlu.sentence_encoder import SentenceEncoder, encoder_name, sentence_encoder
from engine.nlu.sentence_vector import SentenceVector, wanted_text
from engine.nlu.sources import sources_digest
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS

_OUTPUT = "faqs"
_OUT_OF_SCOPE = "out_of_scope"
# As many characters as the classifiers read, so that the vector is there already.
_LONGEST_READ = 120
_OTHERS_FILE = "others.json"
# Texts near to a wording that are looked at.
_MOST_ALIKE = 20


class _Latest(NamedTuple):
    """A matcher, and what it was made of: questions, a hash of what else people say, and which of that is near."""

    wordings: list[tuple[str, str]]
    others: str
    near: NDArray[np.uint8]
    matcher: FaqMatcher | None

    def arrays(self) -> Arrays:
        told = texts_as_array([self.others, json.dumps(self.wordings)])
        matcher = {} if self.matcher is None else under("matcher", self.matcher.arrays())
        return {"told": told, "near": self.near, **matcher}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> _Latest:
        others, wordings = texts_of_array(arrays["told"])
        matcher = within(arrays, "matcher")
        return cls(
            [(name, text) for name, text in json.loads(wordings)],
            others,
            arrays["near"],
            FaqMatcher.of_arrays(matcher, read_aliases(LEXICON)) if matcher else None,
        )


class _Index(NamedTuple):
    matcher: FaqMatcher | None
    topics: frozenset[str]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FaqIndex(GraphComponent, IntentClassifier):
    """Sets `faqs` on each message: the likeliest questions by id, with the probability that each is asked.

    The matcher is made at the first start after a question has changed, and kept, so a new one needs no training. What
    the training keeps is what else people say, the examples of the intents, with its vectors, and which of it lies near
    to the questions of then.

    Config:
        most: How many are told.
        least: Probability under which a question is not told.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults."""
        return {"most": 5, "least": 0.05}

    @classmethod
    def required_components(cls) -> list[type]:
        """Returns the components that must stand before this one."""
        return [SentenceVector]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Returns the encoder's version, so that Rasa retrains when it changes."""
        return hashlib.sha256(encoder_name().encode()).hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
        own: _Latest | None = None,
        examples: Callable[[], Sequence[str]] = tuple,
        kept: KeptVectors | None = None,
    ) -> None:
        """Makes a component; without a matcher of its own, as without any question, it tells nothing.

        With the examples of the intents and the vectors that are `kept` it reads other bundles.
        """
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._indexes = BundleIndexes(_Index(own and own.matcher, frozenset(load_knowledge(KNOWLEDGE).topics)))
        self._examples = examples
        self._kept = kept
        self._latest = own

    @property
    def matcher(self) -> FaqMatcher | None:
        """The matcher of the bundle of this turn; None without any question."""
        return self._indexes.current.matcher

    @property
    def rivals(self) -> list[str]:
        """What the latest matcher compares a message with beside the questions."""
        return texts_of_array(self._latest.near) if self._latest else []

    def prepare(self, bundle: Bundle) -> None:
        """Makes the matcher of a bundle: what it has that is new is read, 3 ms a wording."""
        assert self._kept is not None, "Rasa loads a component before it predicts."
        wordings, others = _wordings(bundle.knowledge), _others(self._examples(), bundle.questions)
        if self._latest is None or (self._latest.wordings, self._latest.others) != (wordings, _digest(others)):
            self._latest = self._read(wordings, others, self._kept)
        self._indexes.put(bundle, _Index(self._latest.matcher, frozenset(bundle.knowledge.topics)))

    def _read(self, wordings: list[tuple[str, str]], others: list[str], kept: KeptVectors) -> _Latest:
        latest = self._latest
        if latest is None or latest.others != _digest(others):
            near = _near(wordings, others, kept) if wordings else []
        else:
            # What rivals the wordings that were there is known; to look for it takes a second.
            own, known = {text for _, text in wordings}, {text for _, text in latest.wordings}
            new = [(name, text) for name, text in wordings if text not in known]
            found = dict.fromkeys([*texts_of_array(latest.near), *(_near(new, others, kept) if new else ())])
            near = [text for text in found if text not in own]
        return _made(wordings, others, near, kept)

    def alike(self, names: Collection[str], least: float) -> Iterator[tuple[str, str, str | None, str, float]]:
        """Yields which wordings of some questions are hardly to be told from what else is said, in this bundle.

        Args:
            names: Ids of the questions.
            least: Likeness of the vectors from which on two texts are told.

        Yields:
            The wording and its question, the other text and its question (None: an example of an intent, or a question
            of another answer), and the likeness.
        """
        if self._kept is None:
            return
        bundle = current_bundle()
        wordings = _wordings(bundle.knowledge)
        mine = [(name, text) for name, text in wordings if name in names]
        others: list[tuple[str | None, str]] = [*wordings]
        others += [(None, text) for text in _others(self._examples(), bundle.questions)]
        theirs = self._kept.of([text for _, text in others])
        for (name, text), row in zip(mine, self._kept.of([text for _, text in mine]) @ theirs.T, strict=True):
            places = [int(place) for place in np.argsort(-row)[:_MOST_ALIKE] if others[place][0] != name]
            # One for each question: the nearest.
            told: set[str | None] = set()
            for place in places:
                other, other_text = others[place]
                if row[place] >= least and other not in told:
                    told.add(other)
                    yield text, name, other, other_text, float(row[place])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FaqIndex:
        """Creates an untrained component (see parent class)."""
        return cls(config, model_storage, resource, sentence_encoder())

    def train(self, training_data: TrainingData) -> Resource:
        """Reads all texts once."""
        examples = list(dict.fromkeys(filter(None, map(_read, training_data.intent_examples))))
        wordings, others = _wordings(), _others(examples)
        kept = KeptVectors.read(self._encoder, [*others, *(text for _, text in wordings)])
        near = _near(wordings, others, kept)
        self._indexes = BundleIndexes(_Index(_matcher(wordings, near, kept), self._indexes.own.topics))
        with self._model_storage.write_to(self._resource) as folder:
            told = {"examples": examples, "state": _state(wordings, others), "near": near}
            (folder / _OTHERS_FILE).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            kept.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Returns the training data as it is: nothing that is trained reads what this component sets."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `faqs` of each message; none for a button."""
        for message in messages:
            is_button = message.get(TEXT, "").startswith("/")
            message.set(_OUTPUT, [] if is_button else self._ranked(message), add_to_output=True)
        return messages

    def _ranked(self, message: Message) -> list[dict[str, Any]]:
        text, matcher = _read(message), self.matcher
        if matcher is None or not text:
            return []
        ranked = matcher.rank(text, self._encoder.encode([text])[0], self._understood(message))
        return [
            {"name": name, "confidence": round(confidence, 3)}
            for name, confidence in ranked[: self._config["most"]]
            if confidence >= self._config["least"]
        ]

    def _understood(self, message: Message) -> Understood:
        ranking = {entry["name"]: float(entry["confidence"]) for entry in message.get(INTENT_RANKING_KEY) or ()}
        return understood_of(ranking, self._indexes.current.topics)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FaqIndex:
        """Loads a trained component (see parent class)."""
        encoder = sentence_encoder()
        with model_storage.read_from(resource) as folder:
            kept = KeptVectors.load(encoder, folder)
            # Mapped, as the folder may be gone when they are needed: to read another bundle.
            told = mapped_bytes(folder / _OTHERS_FILE)

            def make() -> Arrays:
                known = json.loads(told[:])
                wordings, others = _wordings(), _others(known["examples"])
                # To look for them anew takes a second.
                near = known["near"] if known["state"] == _state(wordings, others) else _near(wordings, others, kept)
                return _made(wordings, others, near, kept).arrays()

            own = _Latest.of_arrays(kept_arrays(folder / f"index-{sources_digest()}", make))
        return cls(config, model_storage, resource, encoder, own, lambda: json.loads(told[:])["examples"], kept)


def _made(wordings: list[tuple[str, str]], others: Sequence[str], near: list[str], kept: KeptVectors) -> _Latest:
    return _Latest(wordings, _digest(others), texts_as_array(near), _matcher(wordings, near, kept))


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _matcher(wordings: Sequence[tuple[str, str]], rivals: Sequence[str], kept: KeptVectors) -> FaqMatcher | None:
    """Returns a matcher of these questions; None without any."""
    if not wordings:
        return None
    texts = [text for _, text in wordings]
    return FaqMatcher.of(
        [Example(name, text, vector) for (name, text), vector in zip(wordings, kept.of(texts), strict=True)],
        [Example("", text, vector) for text, vector in zip(rivals, kept.of(rivals), strict=True)],
        read_aliases(LEXICON),
    )


def _near(wordings: Sequence[tuple[str, str]], others: Sequence[str], kept: KeptVectors) -> list[str]:
    """Returns those of the other texts that lie near to a question, but for what is itself a wording."""
    own = {text for _, text in wordings}
    texts = [text for text in others if text not in own]
    return [texts[i] for i in nearest_rivals(kept.of(list(own)), kept.of(texts))]


def _others(examples: Sequence[str], asked: Questions | None = None) -> list[str]:
    """Returns all that people say or ask for otherwise, each once."""
    return list(dict.fromkeys((*examples, *_questions(asked))))


def _state(wordings: Sequence[tuple[str, str]], others: Sequence[str]) -> str:
    """Returns what tells whether anything has changed."""
    told = json.dumps([encoder_name(), wordings, others], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _wordings(knowledge: Knowledge | None = None) -> list[tuple[str, str]]:
    faqs = (knowledge or load_knowledge(KNOWLEDGE)).faqs
    return [(faq.id, text) for faq in faqs.values() for text in faq.wordings]


def _questions(asked: Questions | None = None) -> list[str]:
    """Returns how people ask for the other answers, normalized."""
    questions = (asked or load_questions(load_knowledge(KNOWLEDGE).addresses, QUESTIONS)).normalized
    return list(dict.fromkeys(text for texts in questions.values() for text in texts))


def understood_of(ranking: Mapping[str, float], topics: Iterable[str]) -> Understood:
    """Returns what the classifier makes of a message, by the confidence of each intent."""
    known = set(topics)
    return Understood(
        topic=max((value for name, value in ranking.items() if name in known), default=0.0),
        out_of_scope=ranking.get(_OUT_OF_SCOPE, 0.0),
        other=max((v for name, v in ranking.items() if name not in known and name != _OUT_OF_SCOPE), default=0.0),
    )


def _read(message: Message) -> str:
    """Returns what of a message is compared: not what it only denies, and the end of a long one."""
    return wanted_text(message)[-_LONGEST_READ:].strip()
