"""Puts together what the parts of a message ask for."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from engine.nlu.contrast import Span
from engine.nlu.message_parts import BOUNDARIES, PART_SPAN
from engine.nlu.requests import Request, RequestRules

FURTHER_REQUESTS = "further_requests"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RequestCollector(GraphComponent, IntentClassifier):
    """Sets `further_requests` on messages that ask for several things, and makes `intent` the one to serve first.

    Takes the parts that `MessageParts` has added out of the list again.

    Config: see `engine.nlu.requests.RequestRules`.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Returns the defaults; the numbers were chosen on tests/nlu/requests_dev.tsv and dev.tsv (docs/nlu.md)."""
        return {
            "sure": 0.9,
            "sure_after_connector": 0.6,
            "torn": 0.85,
            "urgent": [],
            "last": ["out_of_scope"],
            "always": [],
            "never": [],
            "only_after_connector": ["out_of_scope"],
            "sure_after_background": 0.97,
        }

    def __init__(self, rules: RequestRules) -> None:
        """Keeps the rules."""
        self._rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RequestCollector:
        """Creates the component (see parent class)."""
        return cls(
            RequestRules(
                sure=config["sure"],
                sure_after_connector=config["sure_after_connector"],
                torn=config["torn"],
                urgent=tuple(config["urgent"]),
                last=frozenset(config["last"]),
                always=frozenset(config["always"]),
                never=frozenset(config["never"]),
                only_after_connector=frozenset(config["only_after_connector"]),
                sure_after_background=config["sure_after_background"],
            )
        )

    def process(self, messages: list[Message]) -> list[Message]:
        """Returns the messages without their parts."""
        wholes: list[tuple[Message, dict[Span, Message]]] = []
        for message in messages:
            span = message.get(PART_SPAN)
            if span is None:
                wholes.append((message, {}))
            else:
                wholes[-1][1][span] = message
        for whole, parts in wholes:
            if parts:
                self._collect(whole, parts)
        return [whole for whole, _ in wholes]

    def _collect(self, whole: Message, parts: dict[Span, Message]) -> None:
        span = min(start for start, _ in parts), max(end for _, end in parts)
        requests = self._rules.find(
            _request(whole, span),
            {part_span: _request(part, part_span) for part_span, part in parts.items()},
            whole.get(BOUNDARIES),
        )
        if requests[0].span == span:
            return
        first = parts[requests[0].span]
        whole.set(INTENT, first.get(INTENT), add_to_output=True)
        whole.set(INTENT_RANKING_KEY, first.get(INTENT_RANKING_KEY), add_to_output=True)
        content_starts = {boundary.start: boundary.content_start for boundary in whole.get(BOUNDARIES)}
        further = [_further(whole, request, content_starts) for request in requests[1:]]
        if further:
            whole.set(FURTHER_REQUESTS, further, add_to_output=True)


def _request(message: Message, span: Span) -> Request:
    intent = message.get(INTENT)
    return Request(span, intent["name"], intent["confidence"])


def _further(whole: Message, request: Request, content_starts: dict[int, int]) -> dict[str, Any]:
    start, end = request.span
    content_start = content_starts.get(start, start)
    return {
        "name": request.intent,
        "confidence": request.confidence,
        "text": whole.get(TEXT)[content_start:end].strip(" ,，.。;；:："),
        "entities": [entity for entity in whole.get(ENTITIES, []) if start <= entity["start"] and entity["end"] <= end],
    }
