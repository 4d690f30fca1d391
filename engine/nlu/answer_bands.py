"""Decides whether to answer, to ask which of a few things is meant, or to say that it was not understood."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

ANSWER_BAND = "answer_band"
CHOICES = "choices"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AnswerBands(GraphComponent, IntentClassifier):
    """Sets `answer_band` on each message: `answer`, `choice` or `not_understood`.

    In the band `choice` the intent stays the likeliest one and `choices` holds the candidates; whoever leads the
    conversation asks, or knows better from where it stands. In the band `not_understood` the intent becomes
    `nlu_fallback`, as Rasa's FallbackClassifier does, which knows one limit only.

    Config:
        answer: Least confidence to answer at once.
        choice: Least confidence to ask, if there is anything to ask about; below it the message is not understood.
        candidate: Least confidence of an intent to be a candidate.
        candidates: Most candidates.
        no_candidates: Intents that nobody can be asked about (「您是不是想问」 … small talk?).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults; the limits were chosen on tests/nlu/dev.tsv (docs/nlu.md)."""
        return {"answer": 0.7, "choice": 0.35, "candidate": 0.05, "candidates": 5, "no_candidates": ["out_of_scope"]}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuses limits in the wrong order."""
        if not 0 <= config["choice"] <= config["answer"] <= 1:
            raise InvalidConfigException("AnswerBands: expected 0 <= choice <= answer <= 1.")

    def __init__(self, config: dict[str, Any]) -> None:
        """Keeps the limits."""
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswerBands:
        """Creates the component (see parent class)."""
        cls.validate_config(config)
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the band of each message, and what goes with it."""
        for message in messages:
            ranking = message.get(INTENT_RANKING_KEY) or []
            confidence = ranking[0]["confidence"] if ranking else 0.0
            candidates = self._candidates(ranking)
            if confidence < self._config["choice"]:
                band = "not_understood"
                fallback = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1 - confidence}
                message.set(INTENT, fallback, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [fallback, *ranking], add_to_output=True)
            elif confidence < self._config["answer"] and candidates:
                band = "choice"
                message.set(CHOICES, candidates, add_to_output=True)
            else:
                band = "answer"
            message.set(ANSWER_BAND, band, add_to_output=True)
        return messages

    def _candidates(self, ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
        possible = [
            entry
            for entry in ranking
            if entry["name"] not in self._config["no_candidates"] and entry["confidence"] >= self._config["candidate"]
        ]
        return possible[: self._config["candidates"]]
