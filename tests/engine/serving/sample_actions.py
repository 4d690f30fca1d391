"""Actions that behave and misbehave in the ways that an action server knows."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection


class Sampled(Action):
    """Does what its name says."""

    def name(self) -> str:
        return f"action_{type(self).__name__.lower()}"


class Tuples(Sampled):
    """Returns what JSON has no word for."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="好", buttons=({"title": "a", "payload": "/a"},))
        return [{"event": "slot", "name": "steps", "value": (1, 2), "timestamp": None}]


class Nothing(Sampled):
    """Returns nothing at all."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> None:
        return None


class Rejects(Sampled):
    """Refuses to run."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> None:
        raise ActionExecutionRejection(self.name(), "not now")


class Fails(Sampled):
    """Has a bug."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> None:
        raise KeyError("missing")


class CannotBeSent(Sampled):
    """Returns what JSON cannot hold."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"event": "slot", "name": "steps", "value": {1, 2}}]
