"""Tells which question of `data/knowledge/faq/` a message asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.knowledge import load_knowledge
from actions.knowledge.questions import load_questions
from engine.nlu.faq_matcher import FaqMatcher, Understood
from engine.nlu.lexicon import read_lexicon
from engine.nlu.question_index import Example
from engine.nlu.sentence_encoder import SentenceEncoder, Vectors, encoder_name, sentence_encoder
from engine.nlu.sentence_vector import SentenceVector, wanted_text
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS
from language.text_normalization import normalize

_OUTPUT = "faqs"
_OUT_OF_SCOPE = "out_of_scope"
# As many characters as the classifiers read, so that the vector is there already.
_LONGEST_READ = 120
_TEXTS_FILE, _VECTORS_FILE = "texts.json", "vectors.npy"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FaqIndex(GraphComponent, IntentClassifier):
    """Sets `faqs` on each message: the likeliest questions by id, with the probability that each is asked.

    The questions are read when the bot starts, so a new one needs no training. What the training keeps is what else
    people say, the examples of the intents, with its vectors.

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
        matcher: FaqMatcher | None = None,
    ) -> None:
        """Makes a component; without a matcher, as without any question, it tells nothing."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._topics = frozenset(load_knowledge(KNOWLEDGE).topics)
        self._matcher = matcher

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
        texts = list(dict.fromkeys([*examples, *_questions(), *(text for _, text in _wordings())]))
        vectors = self._encoder.encode_examples(texts)
        self._matcher = _matcher(self._encoder, dict(zip(texts, vectors, strict=True)), examples)
        with self._model_storage.write_to(self._resource) as folder:
            kept = {"examples": len(examples), "texts": texts}
            (folder / _TEXTS_FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
            # Half precision halves the file and moves no likeness by more than a thousandth.
            np.save(folder / _VECTORS_FILE, vectors.astype(np.float16))
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
        text = _read(message)
        if self._matcher is None or not text:
            return []
        ranked = self._matcher.rank(text, self._encoder.encode([text])[0], self._understood(message))
        return [
            {"name": name, "confidence": round(confidence, 3)}
            for name, confidence in ranked[: self._config["most"]]
            if confidence >= self._config["least"]
        ]

    def _understood(self, message: Message) -> Understood:
        ranking = {entry["name"]: float(entry["confidence"]) for entry in message.get(INTENT_RANKING_KEY) or ()}
        return understood_of(ranking, self._topics)

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
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / _TEXTS_FILE).read_text(encoding="utf-8"))
            vectors = np.load(folder / _VECTORS_FILE, allow_pickle=False).astype(np.float32)
        encoder = sentence_encoder()
        known = dict(zip(kept["texts"], vectors, strict=True))
        matcher = _matcher(encoder, known, kept["texts"][: kept["examples"]])
        return cls(config, model_storage, resource, encoder, matcher)


def _matcher(encoder: SentenceEncoder, known: Mapping[str, Vectors], examples: Sequence[str]) -> FaqMatcher | None:
    """Returns a matcher of the questions as they stand now; None without any.

    Args:
        encoder: Reads what has changed since the training.
        known: The vectors of what was read then.
        examples: The examples of the intents.
    """
    wordings, questions = _wordings(), _questions()
    if not wordings:
        return None
    unknown = [text for text in dict.fromkeys([*questions, *(text for _, text in wordings)]) if text not in known]
    vectors = {**known, **dict(zip(unknown, encoder.encode_examples(unknown), strict=True))}
    own = {text for _, text in wordings}
    return FaqMatcher(
        [Example(name, text, vectors[text]) for name, text in wordings],
        [Example("", text, vectors[text]) for text in (*examples, *questions) if text not in own],
        read_lexicon(LEXICON).aliases,
    )


def _wordings() -> list[tuple[str, str]]:
    return [(faq.id, text) for faq in load_knowledge(KNOWLEDGE).faqs.values() for text in faq.wordings]


def _questions() -> list[str]:
    """Returns how people ask for the other answers, normalized."""
    questions = load_questions(load_knowledge(KNOWLEDGE).addresses, QUESTIONS).by_answer
    return list(dict.fromkeys(normalize(text) for texts in questions.values() for text in texts))


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
